/** Every function of the contract against the simulated account, over HTTP. */
import { test } from 'tap'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import type { AccountGroup, Binding, CallRecord, Level } from '../../src/dynatrace/dynatrace.ts'
import { silentLog } from '../../src/lib/log.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { settableClock } from './scripted-server.ts'

const ACCOUNT: Level = { kind: 'account' }

test('users: listed, invited, put into groups, taken out, removed', async t => {
  const { dynatrace } = await simulated(t)
  const before = await dynatrace.users.list()
  t.ok(before.length > 0)
  t.notOk(before.some(({ email }) => email.includes('@service.sso.dynatrace.com')))
  const email = 'new+tag@acme.example'
  await dynatrace.users.invite(email)
  await dynatrace.users.invite(email)
  const invited = await dynatrace.users.get(email)
  t.match(invited, { email, status: 'PENDING', emergencyContact: false })
  const [one, two] = await twoGroups(dynatrace)
  await dynatrace.users.addToGroups(email, [one.id, two.id])
  await dynatrace.users.addToGroups(email, [one.id])
  const joined = (await dynatrace.users.get(email))?.groupIds ?? []
  t.ok(joined.includes(one.id) && joined.includes(two.id))
  t.match(await dynatrace.groups.members(one.id), [{ email, status: 'PENDING' }])
  await dynatrace.users.removeFromGroups(email, [one.id])
  await dynatrace.users.removeFromGroups(email, [one.id])
  t.same(await dynatrace.groups.members(one.id), [])
  await dynatrace.users.remove(email)
  await dynatrace.users.remove(email)
  await dynatrace.users.removeFromGroups(email, [two.id])
  t.equal(await dynatrace.users.get(email), undefined)
  t.equal((await dynatrace.users.list()).length, before.length)
})

test('groups: created, renamed, removed; a taken name is a refusal', async t => {
  const { dynatrace } = await simulated(t)
  const [one, two] = await twoGroups(dynatrace)
  t.match([one, two], [{ name: 'one', owner: 'LOCAL' }, { name: 'two' }])
  await dynatrace.groups.update({ ...one, name: 'uno', description: 'first' })
  const found = (await dynatrace.groups.list()).find(({ id }) => id === one.id)
  t.match(found, { name: 'uno', description: 'first', owner: 'LOCAL', federatedAttributeValues: [] })
  await t.rejects(dynatrace.groups.create([{ name: 'uno', description: '' }]), {
    name: 'UpstreamError',
    retryable: false,
  })
  await dynatrace.groups.remove(one.id)
  await dynatrace.groups.remove(one.id)
  t.equal(await dynatrace.groups.members(one.id), undefined)
  t.equal(await dynatrace.permissions.list(one.id), undefined)
})

test('a federated group keeps its federation through an update', async t => {
  const { dynatrace } = await simulated(t)
  const saml = (await dynatrace.groups.list()).find(({ owner }) => owner === 'SAML')
  if (saml === undefined) throw new Error('The sample account has a SAML group')
  await dynatrace.groups.update({ ...saml, description: 'changed' })
  t.same(
    (await dynatrace.groups.list()).find(({ id }) => id === saml.id),
    { ...saml, description: 'changed' },
  )
})

test('role permissions: added, listed, removed', async t => {
  const { dynatrace } = await simulated(t)
  const [{ id }] = await twoGroups(dynatrace)
  const environment = await activeEnvironment(dynatrace)
  const viewer = { role: 'tenant-viewer', scopeType: 'tenant', scope: environment } as const
  const account = { role: 'account-viewer', scopeType: 'account', scope: dynatrace.accountId } as const
  await dynatrace.permissions.add(id, [viewer, account])
  t.same(new Set(await dynatrace.permissions.list(id)), new Set([viewer, account]))
  await dynatrace.permissions.remove(id, viewer)
  await dynatrace.permissions.remove(id, viewer)
  t.same(await dynatrace.permissions.list(id), [account])
})

test('bindings: several of one policy, each changed and removed alone', async t => {
  const { dynatrace } = await simulated(t)
  const [{ id: groupId }] = await twoGroups(dynatrace)
  const policy = (await dynatrace.policies.list(ACCOUNT)).find(({ name }) => name === 'team data')
  if (policy === undefined) throw new Error('The sample account has a policy with a parameter')
  const [first, second] = (await dynatrace.boundaries.list()).map(({ id }) => id).sort()
  if (first === undefined || second === undefined) throw new Error('The sample account has boundaries')
  const levels: readonly Level[] = [ACCOUNT, { kind: 'environment', id: await activeEnvironment(dynatrace) }]
  for (const level of levels) {
    const of = (team: string, boundaryIds: readonly string[] = []): Binding => {
      return {
        level,
        policyId: policy.id,
        groupId,
        parameters: { team },
        metadata: { by: 'b&c' },
        boundaryIds,
      }
    }
    const held = async () => {
      const ofGroup = await dynatrace.bindings.ofGroup(level, groupId)
      const listed = (await dynatrace.bindings.list(level)).filter(each => each.groupId === groupId)
      t.same(sorted(ofGroup), sorted(listed), 'both ways of reading agree')
      return sorted(ofGroup)
    }
    await dynatrace.bindings.add(of('a', [first]))
    await dynatrace.bindings.add(of('a', [first]))
    t.same(await held(), [of('a', [first])])
    await dynatrace.bindings.change(of('a', [first]), of('a', [first, second]), await held())
    await dynatrace.bindings.add(of('b'))
    await dynatrace.bindings.change(of('b'), of('b', [second]), await held())
    t.same(await held(), [of('a', [first, second]), of('b', [second])])
    await dynatrace.bindings.remove(of('a', [first, second]), await held())
    t.same(await held(), [of('b', [second])])
    await dynatrace.bindings.remove(of('a'), await held())
    await dynatrace.bindings.remove(of('b'), await held())
    await dynatrace.bindings.remove(of('b'), await held())
    t.same(await held(), [])
  }
})

test('policies, boundaries and environments are read; an inactive environment is forbidden', async t => {
  const { dynatrace, connection } = await simulated(t, 2)
  const global = await dynatrace.policies.list({ kind: 'global' })
  t.ok(global.some(({ name }) => name === 'Standard User'))
  const own = await dynatrace.policies.list(ACCOUNT)
  t.notOk(own.some(({ id }) => global.some(other => other.id === id)))
  t.ok((await dynatrace.boundaries.list()).length > 2, 'over several pages')
  const environments = await dynatrace.environments.list()
  const inactive = environments.find(({ active }) => !active)
  if (inactive === undefined) throw new Error('The sample account has an inactive environment')
  const level: Level = { kind: 'environment', id: inactive.id }
  await t.rejects(dynatrace.bindings.list(level), { name: 'UpstreamError', failure: 'forbidden' })
  t.equal(connection.status().failure, undefined)
})

test('faults of the account: what is safe is repeated, what was lost is looked for', async t => {
  const { dynatrace, records, fault, clock } = await simulated(t)
  await fault({ match: { method: 'GET' }, fault: 'rate-limit', retryAfter: 9, times: 1 })
  await dynatrace.users.list()
  t.same(clock.slept, [9000])
  await fault({ match: { method: 'GET' }, fault: 'cut', times: 1 })
  await dynatrace.users.list()
  for (const kind of ['truncate', 'html'] as const) {
    await fault({ match: { path: '/users$' }, fault: kind, times: 5 })
    await t.rejects(dynatrace.users.list(), { name: 'UpstreamError', failure: 'malformed' })
    await fault(undefined)
  }
  await fault({ match: { path: '/users$' }, fault: 'short-list', times: 1 })
  await t.rejects(dynatrace.users.list(), { name: 'UpstreamError', failure: 'malformed' })
  await fault({ match: { method: 'POST' }, fault: 'cut-after-write', times: 4 })
  await dynatrace.users.invite('lost@acme.example')
  const [group] = await dynatrace.groups.create([{ name: 'lost', description: 'made once' }])
  if (group === undefined) throw new Error('The group is found again')
  await dynatrace.users.addToGroups('lost@acme.example', [group.id])
  const [policy] = await dynatrace.policies.list({ kind: 'global' })
  const binding = {
    level: ACCOUNT,
    policyId: policy?.id ?? '',
    groupId: group.id,
    parameters: {},
    metadata: {},
    boundaryIds: [],
  }
  await dynatrace.bindings.add(binding)
  t.match(await dynatrace.groups.members(group.id), [{ email: 'lost@acme.example' }])
  t.same(await dynatrace.bindings.ofGroup(ACCOUNT, group.id), [binding])
  t.same(
    records
      .filter(({ method, operation }) => method === 'POST' && operation !== 'oauth.token')
      .map(each => each.attempts),
    [1, 1, 1, 1],
  )
})

async function simulated(t: { teardown(run: () => Promise<void>): void }, pageSize = 500) {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  const records: CallRecord[] = []
  const { accountUuid, clientId, clientSecret, url } = simulator
  const clock = settableClock()
  const connection = connectDynatrace({
    accountUuid,
    clientId,
    clientSecret,
    apiUrl: url,
    ssoUrl: url,
    clock,
    log: silentLog,
    onCall: record => records.push(record),
    limits: { pageSize },
  })
  t.teardown(async () => {
    await connection.close()
    await simulator.close()
  })
  /** Orders a fault; undefined takes all back. */
  const fault = async (order: object | undefined) => {
    const response = await fetch(`${url}/_simulator/faults`, {
      method: order === undefined ? 'DELETE' : 'POST',
      ...(order === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) }),
    })
    if (!response.ok) throw new Error(await response.text())
  }
  const dynatrace = connection.with({ runId: 'run-1', requestIds: [] })
  return { dynatrace, connection, records, clock, fault }
}

type Simulated = Awaited<ReturnType<typeof simulated>>['dynatrace']

async function twoGroups(dynatrace: Simulated): Promise<readonly [AccountGroup, AccountGroup]> {
  const [one, two] = await dynatrace.groups.create([
    { name: 'one', description: 'the first' },
    { name: 'two', description: '' },
  ])
  if (one === undefined || two === undefined) throw new Error('Two groups were asked for')
  return [one, two]
}

async function activeEnvironment(dynatrace: Simulated): Promise<string> {
  const environment = (await dynatrace.environments.list()).find(({ active }) => active)
  if (environment === undefined) throw new Error('The account has no active environment')
  return environment.id
}

function sorted(bindings: readonly Binding[]): readonly Binding[] {
  return bindings
    .map(each => ({ ...each, boundaryIds: [...each.boundaryIds].sort() }))
    .sort((a, b) => (JSON.stringify(a.parameters) < JSON.stringify(b.parameters) ? -1 : 1))
}
