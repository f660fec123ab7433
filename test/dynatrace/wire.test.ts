/** Every call of the contract: the exact request it sends and what it makes of the documented answer. */
import { test } from 'tap'
import type { Binding, Level } from '../../src/dynatrace/dynatrace.ts'
import { ACCOUNT, CONTEXT, empty, ok, refusal, stage } from './scripted-server.ts'

const ACCOUNT_LEVEL: Level = { kind: 'account' }
const USERS = `/iam/v1/accounts/${ACCOUNT}/users`
const GROUPS = `/iam/v1/accounts/${ACCOUNT}/groups`
const REPO = `/iam/v1/repo/account/${ACCOUNT}`

test('users are listed without service users, and unknown or missing members are tolerated', async t => {
  const items = [
    {
      uid: 'u1',
      email: 'Ana.Kos@acme.example',
      name: 'Ana',
      userStatus: 'ACTIVE',
      emergencyContact: true,
      extra: 1,
    },
    { uid: 'u2', email: 'new@acme.example', userStatus: 'PENDING' },
    { uid: 'u3', email: 'odd@acme.example', userStatus: 'FROZEN', emergencyContact: null },
  ]
  const { dynatrace, seen } = await stage(t, [ok({ count: 3, items, more: true })])
  t.same(await dynatrace.users.list(), [
    { uid: 'u1', email: 'Ana.Kos@acme.example', status: 'ACTIVE', emergencyContact: true },
    { uid: 'u2', email: 'new@acme.example', status: 'PENDING', emergencyContact: false },
    { uid: 'u3', email: 'odd@acme.example', status: 'UNKNOWN', emergencyContact: false },
  ])
  t.match(seen, [{ method: 'GET', path: USERS, query: '', authorization: 'Bearer token-1' }])
})

test('one user is read with the ids of its groups; 404 means that there is none', async t => {
  const { dynatrace, seen, records } = await stage(t, [
    ok({
      uid: 'u1',
      email: 'a+b/c@acme.example',
      groups: [{ groupName: 'x', uuid: 'g1', owner: 'ALL_USERS' }],
    }),
    refusal(404, 'User ghost@acme.example not found'),
  ])
  t.same(await dynatrace.users.get('a+b/c@acme.example'), {
    uid: 'u1',
    email: 'a+b/c@acme.example',
    status: 'UNKNOWN',
    emergencyContact: false,
    groupIds: ['g1'],
  })
  t.equal(await dynatrace.users.get('ghost@acme.example'), undefined)
  t.equal(seen[0]?.path, `${USERS}/a%2Bb%2Fc%40acme.example`)
  t.match(records, [
    { operation: 'oauth.token', outcome: 'ok' },
    { operation: 'users.get', status: 200, outcome: 'ok', attempts: 1, context: CONTEXT },
    { operation: 'users.get', status: 404, outcome: 'ok' },
  ])
})

test('a user is invited, and one who exists already is no error', async t => {
  const found = ok({ uid: 'u1', email: 'a@acme.example', groups: [] })
  const { dynatrace, seen } = await stage(t, [
    empty(201),
    refusal(400, 'User already exists'),
    refusal(409, 'Conflict'),
    found,
    refusal(400, 'The domain is federated'),
    refusal(404, 'User a@acme.example not found'),
  ])
  await dynatrace.users.invite('a@acme.example')
  t.match(seen, [{ method: 'POST', path: USERS, body: { email: 'a@acme.example' } }])
  await dynatrace.users.invite('a@acme.example')
  t.equal(seen.length, 2, 'the words were enough')
  await dynatrace.users.invite('a@acme.example')
  t.equal(seen.length, 4, 'a read settled it')
  await t.rejects(dynatrace.users.invite('a@acme.example'), {
    failure: 'rejected',
    message: /domain is federated/,
  })
})

test('memberships change by deltas, at most 200 groups a call', async t => {
  const { dynatrace, seen } = await stage(t, () => empty(200))
  const ids = Array.from({ length: 401 }, (_, index) => `g${index}`)
  await dynatrace.users.addToGroups('a@acme.example', [...ids, 'g0'])
  t.same(
    seen.map(call => [call.method, call.path, (call.body as string[]).length]),
    [200, 200, 1].map(count => ['POST', `${USERS}/a%40acme.example`, count]),
  )
  t.same(
    seen.flatMap(call => call.body),
    ids,
  )
  seen.length = 0
  await dynatrace.users.removeFromGroups('a@acme.example', ['g1', 'g2'])
  t.match(seen, [
    {
      method: 'DELETE',
      path: `${USERS}/a%40acme.example/groups`,
      query: 'group-uuid=g1&group-uuid=g2',
      body: '',
    },
  ])
  seen.length = 0
  await dynatrace.users.addToGroups('a@acme.example', [])
  await dynatrace.users.removeFromGroups('a@acme.example', [])
  t.same(seen, [])
})

test('404 on removing memberships is settled by reading what is left', async t => {
  const absent = refusal(404, 'Group g2 not found')
  const holding = (...ids: string[]) =>
    ok({ uid: 'u1', email: 'a@acme.example', groups: ids.map(uuid => ({ uuid })) })
  const { dynatrace } = await stage(t, [
    absent,
    holding('g3'),
    absent,
    refusal(404, 'User a@acme.example not found'),
    absent,
    holding('g1'),
  ])
  await dynatrace.users.removeFromGroups('a@acme.example', ['g1', 'g2'])
  // The user is gone, and every membership with them.
  await t.rejects(
    dynatrace.users
      .removeFromGroups('a@acme.example', ['g1', 'g2'])
      .then(() => Promise.reject(new Error('done'))),
    { message: 'done' },
  )
  await t.rejects(dynatrace.users.removeFromGroups('a@acme.example', ['g1', 'g2']), {
    name: 'UpstreamError',
    failure: 'not-found',
  })
})

test('a user is removed from the account, absent or not', async t => {
  const { dynatrace, seen } = await stage(t, [empty(200), refusal(404, 'User a@acme.example not found')])
  await dynatrace.users.remove('a@acme.example')
  await dynatrace.users.remove('a@acme.example')
  t.match(seen, [{ method: 'DELETE', path: `${USERS}/a%40acme.example` }, {}])
})

test('groups are listed; one without uuid, or a count that disagrees, makes the list malformed', async t => {
  const group = {
    uuid: 'g1',
    name: 'one',
    owner: 'SAML',
    federatedAttributeValues: ['x'],
    createdAt: '2026-01-01T00:00:00Z',
  }
  const { dynatrace } = await stage(t, [
    ok({ count: 2, items: [group, { uuid: 'g2', name: 'two', description: null, owner: 'ELSE' }] }),
    ok({ count: 1, items: [{ name: 'one', owner: 'LOCAL' }] }),
    ok({ count: 2, items: [group] }),
    ok({}),
    ok([]),
  ])
  t.same(await dynatrace.groups.list(), [
    {
      id: 'g1',
      name: 'one',
      description: '',
      owner: 'SAML',
      federatedAttributeValues: ['x'],
      createdAt: '2026-01-01T00:00:00Z',
    },
    {
      id: 'g2',
      name: 'two',
      description: '',
      owner: 'UNKNOWN',
      federatedAttributeValues: [],
      createdAt: undefined,
    },
  ])
  for (const message of [/"items.0.uuid"/, /"count" .*disagrees/, /"items"/, /the answer/]) {
    await t.rejects(dynatrace.groups.list(), { name: 'UpstreamError', failure: 'malformed', message })
  }
})

test('groups are created in one call, and answered in the order given', async t => {
  const answer = (name: string, uuid: string) => ({
    uuid,
    name,
    owner: 'LOCAL',
    description: `about ${name}`,
  })
  const { dynatrace, seen } = await stage(t, [ok([answer('b', 'g2'), answer('a', 'g1')], 201)])
  const wanted = [
    { name: 'a', description: 'about a' },
    { name: 'b', description: 'about b' },
  ]
  t.match(await dynatrace.groups.create(wanted), [
    { id: 'g1', name: 'a' },
    { id: 'g2', name: 'b' },
  ])
  t.match(seen, [{ method: 'POST', path: GROUPS, body: wanted }])
  t.same(await dynatrace.groups.create([]), [])
  t.equal(seen.length, 1)
})

test('a group is updated with its federated values as read', async t => {
  const { dynatrace, seen } = await stage(t, [empty(200), empty(200), refusal(404, 'Group not found')])
  const federatedAttributeValues = ['claim']
  const group = {
    id: 'g1',
    name: 'new',
    description: 'd',
    owner: 'SAML',
    federatedAttributeValues,
    createdAt: undefined,
  } as const
  await dynatrace.groups.update(group)
  t.match(seen[0], { method: 'PUT', path: `${GROUPS}/g1` })
  t.same(seen[0]?.body, { name: 'new', description: 'd', federatedAttributeValues: ['claim'] })
  await dynatrace.groups.remove('g1')
  await dynatrace.groups.remove('g1')
  t.match(seen[1], { method: 'DELETE', path: `${GROUPS}/g1`, body: '' })
})

test('members of a group, or undefined when it is gone', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({ count: 1, items: [{ uid: 'u1', email: 'a@acme.example', userStatus: 'INACTIVE' }] }),
    refusal(404, 'Group g1 not found'),
  ])
  t.match(await dynatrace.groups.members('g1'), [{ uid: 'u1', status: 'INACTIVE' }])
  t.equal(await dynatrace.groups.members('g1'), undefined)
  t.match(seen[0], { method: 'GET', path: `${GROUPS}/g1/users` })
})

test('role permissions are listed, added and removed one by one', async t => {
  const permission = { role: 'tenant-viewer', scopeType: 'management-zone', scope: 'abc12345:-55' } as const
  const wire = { permissionName: 'tenant-viewer', scope: 'abc12345:-55', scopeType: 'management-zone' }
  const { dynatrace, seen } = await stage(t, [
    ok({ uuid: 'g1', name: 'x', permissions: [wire, { ...wire, scopeType: 'galaxy' }] }),
    refusal(404, 'Group g1 not found'),
    empty(201),
    empty(200),
    refusal(404, 'Cannot get requested resource.'),
    refusal(400, 'Permission tenant-viewer not found'),
    refusal(400, 'Bad scope'),
  ])
  t.same(await dynatrace.permissions.list('g1'), [permission])
  t.equal(await dynatrace.permissions.list('g1'), undefined)
  await dynatrace.permissions.add('g1', [permission])
  t.match(seen[2], { method: 'POST', path: `${GROUPS}/g1/permissions`, body: [wire] })
  await dynatrace.permissions.remove('g1', permission)
  t.match(seen[3], {
    method: 'DELETE',
    path: `${GROUPS}/g1/permissions`,
    query: 'scope=abc12345%3A-55&permission-name=tenant-viewer&scope-type=management-zone',
  })
  await dynatrace.permissions.remove('g1', permission)
  await dynatrace.permissions.remove('g1', permission)
  await t.rejects(dynatrace.permissions.remove('g1', permission), {
    failure: 'rejected',
    message: /Bad scope/,
  })
})

test('policies are listed at each level, the environment id encoded', async t => {
  const { dynatrace, seen } = await stage(t, () =>
    ok({ policies: [{ uuid: 'p1', name: 'Standard User', category: 'x' }] }),
  )
  const levels: readonly Level[] = [{ kind: 'global' }, ACCOUNT_LEVEL, { kind: 'environment', id: 'abc/45' }]
  for (const level of levels) {
    t.same(await dynatrace.policies.list(level), [{ id: 'p1', name: 'Standard User', level }])
  }
  t.same(
    seen.map(call => call.path),
    ['/iam/v1/repo/global/global/policies', `${REPO}/policies`, '/iam/v1/repo/environment/abc%2F45/policies'],
  )
})

test('bindings of a level come folded and are given one per group', async t => {
  const policyBindings = [
    { policyUuid: 'p1', groups: ['g1', 'g2'] },
    { policyUuid: 'p1', groups: ['g3'], boundaries: ['b1'], parameters: null, metadata: {} },
    { policyUuid: 'p2', groups: ['g1'], parameters: { team: 'a' }, boundaries: null },
  ]
  const { dynatrace, seen } = await stage(t, [
    ok({ levelType: 'account', levelId: ACCOUNT, policyBindings }),
    ok({ levelType: 'account', levelId: ACCOUNT }),
  ])
  const level = ACCOUNT_LEVEL
  const none = { parameters: {}, metadata: {}, boundaryIds: [] }
  t.same(await dynatrace.bindings.list(level), [
    { level, policyId: 'p1', groupId: 'g1', ...none },
    { level, policyId: 'p1', groupId: 'g2', ...none },
    { level, policyId: 'p1', groupId: 'g3', ...none, boundaryIds: ['b1'] },
    { level, policyId: 'p2', groupId: 'g1', ...none, parameters: { team: 'a' } },
  ])
  t.match(seen[0], { method: 'GET', path: `${REPO}/bindings` })
  await t.rejects(dynatrace.bindings.list(level), { name: 'UpstreamError', failure: 'malformed' })
})

test('bindings of a group are read with details, and none of them may lack', async t => {
  const details = {
    policyUuid: 'p1',
    groups: ['g1'],
    boundaries: ['b1'],
    parameters: { x: '1' },
    levelType: 'account',
  }
  const { dynatrace, seen } = await stage(t, [
    ok({ policyUuids: ['p1'], bindingsDetails: [details] }),
    ok({ policyUuids: [] }),
    ok({ policyUuids: ['p1', 'p2'], bindingsDetails: [details] }),
  ])
  t.same(await dynatrace.bindings.ofGroup(ACCOUNT_LEVEL, 'g1'), [
    {
      level: ACCOUNT_LEVEL,
      policyId: 'p1',
      groupId: 'g1',
      parameters: { x: '1' },
      metadata: {},
      boundaryIds: ['b1'],
    },
  ])
  t.match(seen[0], { method: 'GET', path: `${REPO}/bindings/groups/g1`, query: 'details=true' })
  t.same(await dynatrace.bindings.ofGroup(ACCOUNT_LEVEL, 'g1'), [])
  await t.rejects(dynatrace.bindings.ofGroup(ACCOUNT_LEVEL, 'g1'), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
})

test('a binding is added, changed and removed with everything on it', async t => {
  const { dynatrace, seen } = await stage(t, () => empty(204))
  const level: Level = { kind: 'environment', id: 'abc12345' }
  const each = binding({
    level,
    parameters: { team: 'a&b', 'x y': '1' },
    metadata: { m: 'ü' },
    boundaryIds: ['b1'],
  })
  const path = '/iam/v1/repo/environment/abc12345/bindings/p1/g1'
  const body = { parameters: { team: 'a&b', 'x y': '1' }, metadata: { m: 'ü' }, boundaries: ['b1'] }
  const filter = 'parameters%5Bteam%5D=a%26b&parameters%5Bx%20y%5D=1&metadata%5Bm%5D=%C3%BC'
  await dynatrace.bindings.add(each)
  const among = [each, { ...each, parameters: { team: 'b', 'x y': '1' } }]
  await dynatrace.bindings.change(each, each, [each])
  await dynatrace.bindings.change(each, each, among)
  await dynatrace.bindings.remove(each, [each])
  await dynatrace.bindings.remove(each, among)
  t.same(
    seen.map(({ authorization, ...call }) => call),
    [
      { method: 'POST', path, query: '', body },
      { method: 'PUT', path, query: '', body },
      { method: 'PUT', path, query: filter, body },
      { method: 'DELETE', path, query: '', body: '' },
      { method: 'DELETE', path, query: filter, body: '' },
    ],
  )
})

test('a binding that the API cannot single out is left alone', async t => {
  const { dynatrace, seen } = await stage(t, [])
  const bare = binding({})
  const expected = { failure: 'rejected', message: /p1 .*g1 .*cannot be addressed/ }
  const among = [bare, binding({ parameters: { team: 'a' } })]
  await t.rejects(dynatrace.bindings.change(bare, bare, among), expected)
  await t.rejects(dynatrace.bindings.remove(bare, among), expected)
  t.same(seen, [])
})

test('400 on removing a binding is success when a read shows none', async t => {
  const gone = {
    status: 400,
    json: { error: { code: 400, message: 'Binding does not exist', errorsMap: null } },
  }
  const held = ok({ policyUuids: ['p1'], bindingsDetails: [{ policyUuid: 'p1', parameters: { team: 'a' } }] })
  const { dynatrace } = await stage(t, [gone, held, gone, held, gone, refusal(403, 'Forbidden')])
  await dynatrace.bindings.remove(binding({}), [binding({})])
  const still = binding({ parameters: { team: 'a' } })
  await t.rejects(dynatrace.bindings.remove(still, [still]), {
    failure: 'rejected',
    message: /does not exist/,
  })
  await t.rejects(dynatrace.bindings.remove(still, [still]), {
    name: 'UpstreamError',
    failure: 'rejected',
    status: 400,
  })
})

test('boundaries are read page by page', async t => {
  const all = Array.from({ length: 5 }, (_, index) => ({ uuid: `b${index}`, name: `n${index}` }))
  const page = (number: number, content: unknown, totalCount = 5) =>
    ok({ pageSize: 2, pageNumber: number, totalCount, content })
  const { dynatrace, seen } = await stage(
    t,
    [
      page(1, all.slice(0, 2)),
      page(2, all.slice(2, 4)),
      page(3, all.slice(4)),
      page(1, all.slice(0, 1)),
      page(1, all.slice(0, 2)),
      page(2, all.slice(2, 4), 6),
      page(1, all.slice(0, 2)),
      page(2, all.slice(1, 3)),
      page(1, all.slice(0, 2)),
      page(1, all.slice(2, 4)),
      ok({ totalCount: 0, content: [] }),
      ok({ content: all }),
    ],
    { limits: { pageSize: 2 } },
  )
  t.match(
    await dynatrace.boundaries.list(),
    all.map(({ uuid, name }) => ({ id: uuid, name })),
  )
  t.same(
    seen.map(call => `${call.path}?${call.query}`),
    [1, 2, 3].map(number => `${REPO}/boundaries?page=${number}&size=2`),
  )
  for (const what of ['a short page', 'another total', 'an item twice', 'a wrong page number']) {
    await t.rejects(dynatrace.boundaries.list(), { name: 'UpstreamError', failure: 'malformed' }, what)
  }
  t.same(await dynatrace.boundaries.list(), [])
  await t.rejects(dynatrace.boundaries.list(), { name: 'UpstreamError', failure: 'malformed' }, 'no total')
})

test('environments are read from the second version of the call', async t => {
  const data = [
    { id: 'abc12345', name: 'prod', active: true, url: 'https://abc12345.live.dynatrace.com' },
    { id: 'old00000', active: false },
  ]
  const { dynatrace, seen } = await stage(t, [ok({ data })])
  t.same(await dynatrace.environments.list(), [
    { id: 'abc12345', name: 'prod', active: true },
    { id: 'old00000', name: 'old00000', active: false },
  ])
  t.equal(seen[0]?.path, `/env/v2/accounts/${ACCOUNT}/environments`)
})

test('an account id with its URN prefix, and an address with a path, are understood', async t => {
  const { dynatrace, tokensAsked, seen } = await stage(t, [ok({ count: 0, items: [] })], {
    accountUuid: `urn:dtaccount:${ACCOUNT}`,
  })
  t.equal(dynatrace.accountId, ACCOUNT)
  await dynatrace.groups.list()
  t.equal(seen[0]?.path, GROUPS)
  t.same(
    Object.fromEntries(new URLSearchParams(String(tokensAsked[0]?.body))).resource,
    `urn:dtaccount:${ACCOUNT}`,
  )
})

test('an empty id never shortens an address', async t => {
  const { dynatrace, seen } = await stage(t, () => empty(204))
  await t.rejects(dynatrace.bindings.remove(binding({ groupId: '' }), []), { code: 'dynatrace-bad-id' })
  await t.rejects(dynatrace.bindings.remove(binding({ groupId: '..' }), []), { code: 'dynatrace-bad-id' })
  await t.rejects(async () => dynatrace.groups.remove(''), { code: 'dynatrace-bad-id' })
  t.same(seen, [])
})

function binding(over: Partial<Binding>): Binding {
  return {
    level: ACCOUNT_LEVEL,
    policyId: 'p1',
    groupId: 'g1',
    parameters: {},
    metadata: {},
    boundaryIds: [],
    ...over,
  }
}
