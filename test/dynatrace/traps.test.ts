/**
 * The traps of the account API that are known, in the order of the harm they do, and where each is tested. "Here" is a
 * test of this file with the trap's number; the others are no matter of the client alone.
 *
 * |  # | trap                                                             | where |
 * |----|------------------------------------------------------------------|-------|
 * |  1 | PUT of a group's bindings drops all others                       | here; test/reconcile/bindings-property.test.ts |
 * |  2 | locking oneself out                                              | a guard's: test/reconcile/decisions.test.ts |
 * |  3 | boundaries that grant without condition                          | the policy language's: test/policy/effective.test.ts |
 * |  4 | PUT of a user's groups overwrites them all                       | here |
 * |  5 | federatedAttributeValues left out of PUT group                   | here |
 * |  6 | details=true shows boundaries and parameters                     | here |
 * |  7 | DELETE of what is missing is 404, of a binding 400               | here |
 * |  8 | bindings have no id and may repeat                               | test/dynatrace/bindings.test.ts, test/reconcile/bindings.test.ts |
 * |  9 | no ETag, no transaction                                          | the reconciler's: test/reconcile/pass.test.ts, test/process/crash-apply.test.ts |
 * | 10 | two error envelopes and three neighbours                         | here; test/dynatrace/words.test.ts |
 * | 11 | lists of required members lie                                    | here |
 * | 12 | tokens of 300 seconds                                            | test/dynatrace/faults.test.ts |
 * | 13 | inactive environments answer 403                                 | here; test/reconcile/safety.test.ts |
 * | 14 | users by e-mail, all else by uuid                                | here |
 * | 15 | service users are hidden, their groups are not                   | here; the guard of their rights: test/reconcile/decisions.test.ts |
 * | 16 | PENDING users look like others                                   | here |
 * | 17 | groups of SAML and SCIM belong to the IdP                        | here, as far as they are told apart; what may be done to them is the plan's |
 * | 18 | POST groups takes an array, and [] is not null                   | here |
 * | 19 | the level of a policy must be known                              | here |
 * | 20 | PUT creates                                                      | here, where it helps; which id is put is the plan's |
 * | 21 | deleting in the wrong order                                      | here; the order is the plan's |
 * | 22 | names are no keys                                                | here |
 * | 23 | 200 policies in an account                                       | here, as far as the figures go; the check is the plan's |
 * | 24 | edits of a template that is bound are refused                    | here |
 * | 25 | default policies change                                          | none: the client never compares statements; the plan finds them by name |
 * | 26 | every family has its own pages                                   | here; test/dynatrace/resources.test.ts, environment.test.ts |
 * | 27 | limits are strings, account uuids numbers                        | here |
 * | 28 | zones by id in roles, by name in policies                        | here |
 * | 29 | the validation of policies disappears                            | here |
 * | 30 | letter case of e-mail addresses                                  | here; test/dynatrace/environment.test.ts |
 * | 31 | API tokens outlive their owner                                   | here |
 * | 32 | the audit log                                                    | here; test/dynatrace/resources.test.ts |
 * | 33 | DELETE of a level's bindings                                     | here |
 * | 34 | lists are large and have no pages                                | here; test/dynatrace/item-reader.test.ts |
 * | 35 | 404 right after a creation                                       | here, for documents; of groups the next pass settles it |
 */
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'tap'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import type { CallRecord, Level } from '../../src/dynatrace/dynatrace.ts'
import { silentLog } from '../../src/lib/log.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { readContract } from '../support/contract.ts'
import { ACCOUNT, empty, ok, refusal, settableClock, stage } from './scripted-server.ts'

const AT_ACCOUNT: Level = { kind: 'account' }
const GROUPS = `/iam/v1/accounts/${ACCOUNT}/groups`
const USERS = `/iam/v1/accounts/${ACCOUNT}/users`
const ID = '11111111-2222-4333-8444-555555555555'

test('1, 4, 29, 33: the client makes the calls of the contract and no other', async t => {
  const calls = await callsInSource()
  const described = readContract().operations.filter(each => each.operationId !== 'oauth.token')
  t.same(calls, described.map(each => callText(each.operationId, each.method, each.path)).sort())
  for (const forbidden of [
    'PUT /iam/v1/repo/{}/{}/bindings/groups/{}',
    'PUT /iam/v1/accounts/{}/users/{}/groups',
    'PUT /iam/v1/accounts/{}/groups/{}/permissions',
    'POST /iam/v1/repo/{}/{}/policies/validation',
    'POST /iam/v1/repo/{}/{}/policies/validation/{}',
    'DELETE /iam/v1/repo/{}/{}/bindings',
    'DELETE /iam/v1/repo/{}/{}/bindings/{}',
  ])
    t.notOk(
      calls.some(call => call.endsWith(`: ${forbidden}`)),
      forbidden,
    )
})

test('5: a federated group keeps its values, a local one its lack of them', async t => {
  const { dynatrace, seen } = await stage(t, () => empty(200))
  const group = { id: 'g1', name: 'a', description: '', createdAt: undefined }
  await dynatrace.groups.update({ ...group, owner: 'SAML', federatedAttributeValues: ['grp-dev'] })
  await dynatrace.groups.update({ ...group, owner: 'LOCAL', federatedAttributeValues: [] })
  t.same(
    seen.map(call => call.body),
    [['grp-dev'], []].map(federatedAttributeValues => {
      return { name: 'a', description: '', federatedAttributeValues }
    }),
  )
})

test('6: bindings of a group are asked for with details, and without them are no answer', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({ policyUuids: ['p1'], bindingsDetails: [{ policyUuid: 'p1', boundaries: ['b1'] }] }),
    ok({ policyUuids: ['p1'] }),
  ])
  t.match(await dynatrace.bindings.ofGroup(AT_ACCOUNT, 'g1'), [{ policyId: 'p1', boundaryIds: ['b1'] }])
  t.equal(seen[0]?.query, 'details=true')
  await t.rejects(dynatrace.bindings.ofGroup(AT_ACCOUNT, 'g1'), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
})

test('7: to remove what is missing is no error, whichever way it is said', async t => {
  const { dynatrace } = await stage(t, call => {
    if (call.method === 'GET') return ok({ policyUuids: [], bindingsDetails: [] })
    return refusal(call.path.includes('/bindings/') ? 400 : 404, 'It does not exist')
  })
  const binding = {
    level: AT_ACCOUNT,
    policyId: 'p1',
    groupId: 'g1',
    parameters: {},
    metadata: {},
    boundaryIds: [],
  }
  await dynatrace.users.remove('a@acme.example')
  await dynatrace.groups.remove('g1')
  await dynatrace.policies.remove(AT_ACCOUNT, 'p1')
  await dynatrace.boundaries.remove('b1')
  await dynatrace.serviceUsers.remove('s1')
  await dynatrace.platformTokens.remove('dt0s16.A')
  await dynatrace.apiTokens.remove('abc12345', 'dt0c01.A')
  await dynatrace.bindings.remove(binding, [binding])
  const unknown = await stage(t, () => ({ status: 404, json: { message: 'Cannot DELETE /iam/v1/x' } }))
  await t.rejects(unknown.dynatrace.groups.remove('g1'), { name: 'UpstreamError', failure: 'malformed' })
})

test('10: every envelope of an error reaches the message, with the operation', async t => {
  const bodies = [
    { error: true, message: 'It says why', payload: null },
    { error: { code: 400, message: 'It says why', errorsMap: null } },
    { code: 400, message: 'It says why' },
    { statusCode: 400, message: 'It says why' },
    { error: { code: 400, message: 'It says why', details: {} } },
    { error: { code: 400, message: 'Constraints', constraintViolations: [{ message: 'It says why' }] } },
  ]
  const { dynatrace } = await stage(
    t,
    bodies.map(json => ({ status: 400, json })),
  )
  for (const _ of bodies)
    await t.rejects(dynatrace.boundaries.put({ id: 'b1', name: 'x', query: 'y' }), {
      failure: 'rejected',
      message: /^boundaries\.put failed: .*It says why/,
    })
})

test('11: members that are missing, null or empty mean the same; what is sent is complete', async t => {
  const absent = [{}, { description: null, federatedAttributeValues: null }, { description: '' }]
  const { dynatrace } = await stage(t, [
    ok({ items: absent.map((more, index) => ({ uuid: `g${index}`, name: 'x', owner: 'LOCAL', ...more })) }),
    ok({
      content: [
        { uuid: 'b1', name: 'x' },
        { uuid: 'b2', name: 'x', metadata: null },
      ],
      totalCount: 2,
    }),
    ok({ uuid: 'p1', name: 'x', statementQuery: 'ALLOW a:b:c;' }),
    ok({ policies: null, boundaries: { count: 1, limit: '2' } }),
    ok({ data: [{ id: 'abc12345', active: true }] }),
    ok({ uid: 's1', email: 's1@service.sso.dynatrace.com', name: 'x' }),
  ])
  for (const group of await dynatrace.groups.list())
    t.match(group, { description: '', federatedAttributeValues: [], createdAt: undefined })
  t.match(await dynatrace.boundaries.list(), [{ query: '' }, { query: '' }])
  t.match(await dynatrace.policies.get(AT_ACCOUNT, 'p1'), { description: '', statement: 'ALLOW a:b:c;' })
  t.match(await dynatrace.limits.level(AT_ACCOUNT), { policies: undefined, boundaries: { limit: 2 } })
  t.match(await dynatrace.environments.list(), [{ id: 'abc12345', name: 'abc12345' }])
  t.match(await dynatrace.serviceUsers.get('s1'), { description: '', groupId: undefined })
  const writing = await stage(t, () => empty(204))
  await writing.dynatrace.policies.put({
    id: 'p1',
    level: AT_ACCOUNT,
    name: 'x',
    description: '',
    statement: 'ALLOW a:b:c;',
  })
  await writing.dynatrace.boundaries.put({ id: 'b1', name: 'x', query: 'a:b = "c";' })
  await writing.dynatrace.policies.remove(AT_ACCOUNT, 'p1')
  t.match(writing.seen, [
    { body: { name: 'x', description: '', tags: [], statementQuery: 'ALLOW a:b:c;' } },
    { body: { name: 'x', boundaryQuery: 'a:b = "c";', metadata: {} } },
    { query: 'force=false' },
  ])
})

test('13: environments tell whether they are active, and a 403 there names the possibility', async t => {
  const { dynatrace } = await simulated(t)
  const inactive = (await dynatrace.environments.list()).find(({ active }) => !active)
  if (inactive === undefined) throw new Error('The sample account has an inactive environment')
  await t.rejects(dynatrace.bindings.list({ kind: 'environment', id: inactive.id }), {
    failure: 'forbidden',
    message: /inactive environment/,
  })
  await dynatrace.bindings.list(AT_ACCOUNT)
})

test('14: an e-mail address is one segment of the path, whatever is in it', async t => {
  const { dynatrace, records } = await simulated(t)
  for (const email of [
    'plus+tag@acme.example',
    'sales/emea@acme.example',
    'Ana.CAPITAL@Acme.Example',
    "o'hara%2F?#&=@acme.example",
    'jürgen@acme.example',
  ]) {
    records.length = 0
    await dynatrace.users.invite(email)
    const [group] = await dynatrace.groups.create([{ name: `for ${email}`, description: '' }])
    if (group === undefined) throw new Error('A group was asked for')
    await dynatrace.users.addToGroups(email, [group.id])
    t.match(await dynatrace.users.get(email), { email })
    t.ok((await dynatrace.users.get(email))?.groupIds.includes(group.id))
    t.match(await dynatrace.groups.members(group.id), [{ email }])
    await dynatrace.users.removeFromGroups(email, [group.id])
    t.same(await dynatrace.groups.members(group.id), [])
    await dynatrace.users.remove(email)
    t.equal(await dynatrace.users.get(email), undefined)
    t.ok(
      records.every(({ outcome }) => outcome === 'ok'),
      email,
    )
  }
})

test('14: a uid where an e-mail address belongs is refused, not taken for an absent user', async t => {
  const { dynatrace } = await stage(t, () => refusal(400, 'Expected email to be email'))
  await t.rejects(dynatrace.users.get(ID), { failure: 'rejected', message: /Expected email/ })
})

test('15: service users show when asked for, and tell the group that is theirs', async t => {
  const { dynatrace } = await simulated(t)
  const made = await dynatrace.serviceUsers.create({ name: 'ci', description: 'deploys' })
  const listed = await dynatrace.serviceUsers.list()
  t.match(
    listed.find(({ uid }) => uid === made.uid),
    { name: 'ci', email: made.email },
  )
  t.notOk((await dynatrace.users.list()).some(({ uid }) => uid === made.uid))
  t.ok((await dynatrace.users.list({ serviceUsers: true })).some(({ uid }) => uid === made.uid))
  const { groupId } = (await dynatrace.serviceUsers.get(made.uid)) ?? {}
  t.ok((await dynatrace.groups.list()).some(({ id }) => id === groupId))
  await dynatrace.serviceUsers.update({ uid: made.uid, name: 'deployer', description: '' })
  t.match(await dynatrace.serviceUsers.get(made.uid), { name: 'deployer', email: made.email })
  await dynatrace.serviceUsers.remove(made.uid)
  await dynatrace.serviceUsers.remove(made.uid)
  t.equal(await dynatrace.serviceUsers.get(made.uid), undefined)
})

test('16, 17: who is only invited, and whose a group is, is told; new values are UNKNOWN', async t => {
  const { dynatrace } = await stage(t, [
    ok({
      items: ['PENDING', 'ACTIVE', 'FROZEN', null].map((userStatus, index) => {
        return { uid: `u${index}`, email: `u${index}@acme.example`, userStatus }
      }),
    }),
    ok({
      items: ['LOCAL', 'SAML', 'SCIM', 'ALL_USERS', 'DCS', 'OTHER', null].map((owner, index) => {
        return { uuid: `g${index}`, name: 'x', owner }
      }),
    }),
  ])
  t.same(
    (await dynatrace.users.list()).map(({ status }) => status),
    ['PENDING', 'ACTIVE', 'UNKNOWN', 'UNKNOWN'],
  )
  t.same(
    (await dynatrace.groups.list()).map(({ owner }) => owner),
    ['LOCAL', 'SAML', 'SCIM', 'ALL_USERS', 'DCS', 'UNKNOWN', 'UNKNOWN'],
  )
})

test('18: one group is sent as an array, and nothing as null', async t => {
  const { dynatrace, seen } = await stage(t, call =>
    call.path === GROUPS ? ok([{ uuid: 'g1', name: 'a', owner: 'LOCAL' }], 201) : empty(204),
  )
  await dynatrace.groups.create([{ name: 'a', description: '' }])
  await dynatrace.users.addToGroups('a@acme.example', ['g1'])
  await dynatrace.permissions.add('g1', [{ role: 'account-viewer', scopeType: 'account', scope: ACCOUNT }])
  await dynatrace.bindings.add({
    level: AT_ACCOUNT,
    policyId: 'p1',
    groupId: 'g1',
    parameters: {},
    metadata: {},
    boundaryIds: [],
  })
  t.same(
    seen.map(call => call.body),
    [
      [{ name: 'a', description: '' }],
      ['g1'],
      [{ permissionName: 'account-viewer', scope: ACCOUNT, scopeType: 'account' }],
      { parameters: {}, metadata: {}, boundaries: [] },
    ],
  )
})

test('19, 20: a policy is where it was put and nowhere else; putting it again makes no second one', async t => {
  const { dynatrace } = await simulated(t)
  const policy = {
    id: ID,
    level: AT_ACCOUNT,
    name: 'team logs',
    description: '',
    statement: '// ours\nALLOW storage:logs:read;',
  }
  await dynatrace.policies.put(policy)
  await dynatrace.policies.put(policy)
  t.same(await dynatrace.policies.get(AT_ACCOUNT, ID), policy)
  const environment = (await dynatrace.environments.list()).find(({ active }) => active)
  const inside: Level = { kind: 'environment', id: environment?.id ?? '' }
  t.equal(await dynatrace.policies.get(inside, ID), undefined)
  t.equal(await dynatrace.policies.get({ kind: 'global' }, ID), undefined)
  const bindable = await dynatrace.policies.aggregate(inside)
  t.match(
    bindable.filter(({ id }) => id === ID),
    [{ name: 'team logs', level: AT_ACCOUNT }],
  )
  t.ok(bindable.some(({ level }) => level.kind === 'global'))
  await dynatrace.policies.remove(AT_ACCOUNT, ID)
  await dynatrace.policies.remove(AT_ACCOUNT, ID)
  t.equal(await dynatrace.policies.get(AT_ACCOUNT, ID), undefined)
  await dynatrace.boundaries.put({ id: ID, name: 'b', query: 'storage:host.name = "h1";' })
  await dynatrace.boundaries.put({ id: ID, name: 'b', query: 'storage:host.name = "h2";' })
  t.match(await dynatrace.boundaries.get(ID), { query: 'storage:host.name = "h2";' })
  t.equal((await dynatrace.boundaries.list()).filter(({ name }) => name === 'b').length, 1)
})

test('20: a PUT whose answer was lost is sent again', async t => {
  const { dynatrace, seen } = await stage(t, ['drop', empty(204), { status: 503 }, empty(204)])
  await dynatrace.policies.put({ id: ID, level: AT_ACCOUNT, name: 'x', description: '', statement: 'y' })
  await dynatrace.boundaries.put({ id: ID, name: 'x', query: 'y' })
  t.equal(seen.length, 4)
})

test('21: what is in use is not removed, and the error says what to do', async t => {
  const { dynatrace } = await simulated(t)
  const [group] = await dynatrace.groups.create([{ name: 'user of things', description: '' }])
  const policy = { level: AT_ACCOUNT, name: 'in use', description: '', statement: 'ALLOW storage:logs:read;' }
  await dynatrace.policies.put({ ...policy, id: ID })
  await dynatrace.boundaries.put({ id: ID, name: 'in use', query: 'storage:host.name = "h1";' })
  const binding = {
    level: AT_ACCOUNT,
    policyId: ID,
    groupId: group?.id ?? '',
    parameters: {},
    metadata: {},
    boundaryIds: [ID],
  }
  await dynatrace.bindings.add(binding)
  const refused = { failure: 'rejected', status: 400 }
  await t.rejects(dynatrace.policies.remove(AT_ACCOUNT, ID), {
    ...refused,
    message: /remove those bindings first/,
  })
  await t.rejects(dynatrace.boundaries.remove(ID), {
    ...refused,
    message: /in use.*change or remove them first/,
  })
  t.equal((await dynatrace.bindings.ofGroup(AT_ACCOUNT, binding.groupId)).length, 1)
  await dynatrace.bindings.remove(binding, [binding])
  await dynatrace.policies.remove(AT_ACCOUNT, ID)
  await dynatrace.boundaries.remove(ID)
})

test('22: boundaries and service users of one name stay two', async t => {
  const { dynatrace } = await stage(t, call =>
    call.path.includes('/boundaries')
      ? ok({
          totalCount: 2,
          content: [
            { uuid: 'b1', name: 'x' },
            { uuid: 'b2', name: 'x' },
          ],
        })
      : ok({
          results: [
            { uid: 's1', email: 's1@x.example', name: 'x' },
            { uid: 's2', email: 's2@x.example', name: 'x' },
          ],
        }),
  )
  t.same(
    (await dynatrace.boundaries.list()).map(({ id }) => id),
    ['b1', 'b2'],
  )
  t.same(
    (await dynatrace.serviceUsers.list()).map(({ uid }) => uid),
    ['s1', 's2'],
  )
})

test('23, 27: limits are numbers, also where they come as text; account uuids are not read', async t => {
  const { dynatrace } = await stage(t, [
    ok({ policies: { count: 199, limit: '200' }, bindings: { count: '410', limit: 30_000 } }),
    ok({ policies: { count: 1, limit: 'many' } }),
    ok({ policies: { count: null, limit: '200' } }),
    ok({ total: 1, results: [{ tokenId: 'dt0s16.A', name: 'x', accountUuid: 7 }] }),
  ])
  t.same(await dynatrace.limits.level(AT_ACCOUNT), {
    policies: { count: 199, limit: 200 },
    bindings: { count: 410, limit: 30_000 },
  })
  await t.rejects(dynatrace.limits.level(AT_ACCOUNT), { name: 'UpstreamError', failure: 'malformed' })
  await t.rejects(dynatrace.limits.level(AT_ACCOUNT), { name: 'UpstreamError', failure: 'malformed' })
  t.match(await dynatrace.platformTokens.list(), [{ id: 'dt0s16.A' }])
  const { dynatrace: real } = await simulated(t)
  t.match(await real.limits.level(AT_ACCOUNT), { policies: { limit: 200 }, boundaries: { limit: 2_000 } })
  t.ok((await real.limits.account()).some(({ type, limit }) => type === 'users' && limit > 0))
})

test('22: a name that is taken is refused with the way out', async t => {
  const { dynatrace } = await simulated(t)
  const [one, two] = await dynatrace.groups.create(
    ['one', 'two'].map(name => {
      return { name, description: '' }
    }),
  )
  if (one === undefined || two === undefined) throw new Error('Two groups were asked for')
  const taken = { name: 'UpstreamError', message: /already exists.*unique/, retryable: false }
  await t.rejects(dynatrace.groups.create([{ name: 'one', description: '' }]), taken)
  await t.rejects(dynatrace.groups.update({ ...two, name: 'one' }), taken)
  const policy = { level: AT_ACCOUNT, name: 'one', description: '', statement: 'ALLOW storage:logs:read;' }
  await dynatrace.policies.put({ ...policy, id: ID })
  await t.rejects(dynatrace.policies.put({ ...policy, id: ID.replace(/^1/, '2') }), taken)
})

test('24: a change of the parameters of a bound policy is refused with the way out', async t => {
  const { dynatrace } = await simulated(t)
  const [group] = await dynatrace.groups.create([{ name: 'team', description: '' }])
  const policy = {
    id: ID,
    level: AT_ACCOUNT,
    name: 'data of a team',
    description: '',
    statement: `ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";`,
  }
  await dynatrace.policies.put(policy)
  await dynatrace.bindings.add({
    level: AT_ACCOUNT,
    policyId: ID,
    groupId: group?.id ?? '',
    parameters: { team: 'a' },
    metadata: {},
    boundaryIds: [],
  })
  await dynatrace.policies.put({ ...policy, description: 'the same parameters' })
  const changed = { ...policy, statement: policy.statement.replace(':team', ':squad') }
  await t.rejects(dynatrace.policies.put(changed), {
    failure: 'rejected',
    message: /"data of a team" a name of its own/,
  })
  t.match(await dynatrace.policies.get(AT_ACCOUNT, ID), { statement: policy.statement })
})

test('26: the lists of the simulated account are complete, page by page', async t => {
  const { dynatrace } = await simulated(t)
  const ids = Array.from({ length: 7 }, (_, index) => ID.replace(/^1/, String(index + 2)))
  for (const id of ids)
    await dynatrace.boundaries.put({ id, name: `b ${id}`, query: 'storage:host.name = "h1";' })
  const boundaries = new Set((await dynatrace.boundaries.list()).map(({ id }) => id))
  t.ok(ids.every(id => boundaries.has(id)))
  const users = new Set((await dynatrace.users.list({ serviceUsers: true })).map(({ uid }) => uid))
  const tokens = await dynatrace.platformTokens.list()
  t.ok(tokens.length > 0)
  t.ok(tokens.every(({ id }) => id.startsWith('dt0s16.')))
  t.ok(tokens.some(({ ownerUid }) => users.has(ownerUid ?? '')))
  t.ok((await dynatrace.policies.list({ kind: 'global' })).length > 0)
  const [user] = (await dynatrace.users.list()).filter(({ status }) => status === 'ACTIVE')
  const rights = await dynatrace.effectivePermissions.list(AT_ACCOUNT, { kind: 'user', uid: user?.uid ?? '' })
  t.ok((rights ?? []).every(({ permission, effects }) => permission.includes(':') && effects.length > 0))
  t.equal(new Set(rights?.map(({ permission }) => permission)).size, rights?.length)
})

test('28: a zone is told by both of its names, and roles go by the id', async t => {
  const { dynatrace } = await simulated(t)
  const zone = (await dynatrace.environments.managementZones()).find(({ environment }) => environment.active)
  if (zone === undefined) throw new Error('The sample account has a management zone')
  t.match(zone, { id: /^-?\d+$/, name: /./, environment: { active: true } })
  const [group] = await dynatrace.groups.create([{ name: 'zone', description: '' }])
  const permission = {
    role: 'tenant-viewer',
    scopeType: 'management-zone',
    scope: `${zone.environment.id}:${zone.id}`,
  } as const
  await dynatrace.permissions.add(group?.id ?? '', [permission])
  t.same(await dynatrace.permissions.list(group?.id ?? ''), [permission])
})

test('30: e-mail addresses are given as Dynatrace spells them', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({ items: [{ uid: 'u1', email: 'Ana.Kos@Acme.example' }] }),
    ok({ uid: 'u1', email: 'Ana.Kos@Acme.example', groups: [] }),
  ])
  t.match(await dynatrace.users.list(), [{ email: 'Ana.Kos@Acme.example' }])
  t.match(await dynatrace.users.get('Ana.Kos@Acme.example'), { email: 'Ana.Kos@Acme.example' })
  t.equal(seen[1]?.path, `${USERS}/Ana.Kos%40Acme.example`)
})

test('31: tokens of somebody who is gone are found', async t => {
  const { dynatrace } = await stage(t, () =>
    ok({ apiTokens: [{ id: 'dt0c01.A', name: 'ci', enabled: true, owner: 'Gone@acme.example' }] }),
  )
  t.match(await dynatrace.apiTokens.list('abc12345', 'gone@acme.example'), [
    { id: 'dt0c01.A', enabled: true },
  ])
})

test('32: the audit log is asked for details, by a filter that is short enough', async t => {
  const { dynatrace } = await simulated(t)
  const [group] = await dynatrace.groups.create([{ name: 'watched', description: '' }])
  const filter = `resource = 'GROUP' and resourceId = '${group?.id}'`
  const { events } = await dynatrace.audit.query({ filter, from: new Date('2020-01-01T00:00:00Z') })
  t.match(events, [{ resource: 'GROUP', resourceId: group?.id, grantType: 'CLIENT_CREDENTIALS' }])
  const from = new Date('2020-01-01T00:00:00Z')
  await t.rejects(dynatrace.audit.query({ filter: 'x'.repeat(257), from }), { code: 'dynatrace-bad-filter' })
})

test('34: a list of tens of megabytes is read', async t => {
  const padding = 'x'.repeat(1_000)
  const items = Array.from({ length: 20_000 }, (_, index) => {
    return { uuid: `g${index}`, name: 'x', owner: 'LOCAL', description: padding }
  })
  const { dynatrace } = await stage(t, [ok({ count: items.length, items })])
  t.equal((await dynatrace.groups.list()).length, items.length)
})

test('35: a document that is not found yet is asked for again, for a second', async t => {
  const { dynatrace, clock, seen } = await stage(t, [
    refusal(404, 'Document not found'),
    refusal(404, 'Document not found'),
    empty(204),
  ])
  await dynatrace.documents.transfer('abc12345', 'd1', 'u2')
  t.same([seen.length, clock.slept], [3, [200, 200]])
  const gone = await stage(t, () => refusal(404, 'Document not found'))
  await t.rejects(gone.dynatrace.documents.transfer('abc12345', 'd1', 'u2'), {
    name: 'UpstreamError',
    failure: 'not-found',
  })
  t.equal(gone.seen.length, 5)
})

/** Every call in the source of the client: its name, method and path, variables without their names. */
async function callsInSource(): Promise<readonly string[]> {
  const folder = new URL('../../src/dynatrace/', import.meta.url)
  const names = (await readdir(folder)).filter(name => name.endsWith('.ts') && name !== 'token-request.ts')
  const sources = await Promise.all(names.map(name => readFile(new URL(name, folder), 'utf8')))
  return sources.flatMap(callsIn).sort()
}

function callsIn(source: string): readonly string[] {
  const named = /const operation = '([^']+)'/i.exec(source)?.[1]
  const calls = [
    ...source.matchAll(
      /operation(?:: (?:'([^']+)'|\w+))?,\s*method: '(\w+)',\s*path: (?:path`([^`]*)`|address\((?:binding|from)\))/g,
    ),
  ].map(([, name = named, method, template = '/iam/v1/repo/{}/{}/bindings/{}/{}']) =>
    callText(name ?? '', method ?? '', template),
  )
  if ((source.match(/\bmethod: ['"`]/g) ?? []).length !== calls.length)
    throw new Error('A call was overlooked')
  return calls
}

function callText(name: string, method: string, template: string): string {
  return `${name}: ${method} ${shapeOf(template)}`
}

function shapeOf(template: string): string {
  return template.replace(/\$?\{[^}]*\}/g, '{}')
}

async function simulated(t: { teardown(run: () => Promise<void>): void }) {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  const { accountUuid, clientId, clientSecret, url } = simulator
  const records: CallRecord[] = []
  const connection = connectDynatrace({
    accountUuid,
    clientId,
    clientSecret,
    apiUrl: url,
    ssoUrl: url,
    environmentUrl: `${url}/e/{id}`,
    clock: { ...settableClock(), now: () => new Date() },
    log: silentLog,
    onCall: record => records.push(record),
    limits: { pageSize: 5 },
  })
  t.teardown(async () => {
    await connection.close()
    await simulator.close()
  })
  return { dynatrace: connection.with({ runId: 'run-1', requestIds: [] }), records }
}
