/** Every operation of the client, through the contract, to the simulator and back. */
import { randomUUID } from 'node:crypto'
import { type Test, test } from 'tap'
import { z } from 'zod'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import type { Dynatrace } from '../../src/dynatrace/dynatrace.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { readContract } from '../support/contract.ts'
import { type ContractProxy, contractProxy } from '../support/contract-proxy.ts'

test('what the client sends and the simulator answers is as the contract has it', async t => {
  const { dynatrace, proxy } = await connected(t)
  await people(dynatrace)
  await groupsAndRights(dynatrace)
  await definitionsAndBindings(dynatrace)
  await accountAtLarge(dynatrace)
  await leavers(dynatrace)

  t.same(proxy.problems, [])
  const all = readContract().operations.map(each => each.operationId)
  t.same(
    all.filter(name => !proxy.seen.has(name)),
    [],
    'every operation was called',
  )
  for (const [name, statuses] of proxy.seen) {
    t.ok(
      [...statuses].some(status => status < 300),
      `${name} succeeded (${[...statuses].join(', ')})`,
    )
  }
})

test('errors, too, come in the shapes of the contract', async t => {
  const { dynatrace, proxy } = await connected(t)
  const nobody = randomUUID()
  const account = { kind: 'account' } as const
  const [policy] = await dynatrace.policies.list(account)
  const boundary = await boundBoundary(dynatrace)
  t.equal(await dynatrace.users.get('nobody@acme.example'), undefined)
  t.equal(await dynatrace.groups.members(nobody), undefined)
  t.equal(await dynatrace.policies.get(account, nobody), undefined)
  t.equal(await dynatrace.boundaries.get(nobody), undefined)
  const text = {
    id: policy?.id ?? '',
    level: account,
    name: 'x',
    description: '',
    statement: 'ALLOW nonsense',
  }
  await t.rejects(dynatrace.policies.put(text), { name: 'UpstreamError', failure: 'rejected' })
  await t.rejects(dynatrace.boundaries.put({ id: nobody, name: 'x', query: 'no query' }), {
    name: 'UpstreamError',
    failure: 'rejected',
  })
  await t.rejects(dynatrace.policies.remove(account, policy?.id ?? ''), {
    name: 'UpstreamError',
    failure: 'rejected',
  })
  await t.rejects(dynatrace.boundaries.remove(boundary), { name: 'UpstreamError', failure: 'rejected' })
  await t.rejects(dynatrace.users.addToGroups('nobody@acme.example', [nobody]), {
    name: 'UpstreamError',
    failure: 'not-found',
  })
  await t.rejects(dynatrace.documents.ownedBy('nowhere0', nobody), { name: 'UpstreamError' })
  t.same(proxy.problems, [])
})

/** The id of a boundary that some binding uses. */
async function boundBoundary({ boundaries, bindings, groups, policies }: Dynatrace): Promise<string> {
  const [boundary] = await boundaries.list()
  const [policy] = await policies.list({ kind: 'global' })
  const [group] = await groups.create([{ name: 'contract boundary', description: '' }])
  if (boundary === undefined || policy === undefined || group === undefined)
    throw new Error('nothing to bind')
  const level = { kind: 'account' } as const
  const bound = { level, policyId: policy.id, groupId: group.id, parameters: {}, metadata: {} }
  await bindings.add({ ...bound, boundaryIds: [boundary.id] })
  return boundary.id
}

async function people(dynatrace: Dynatrace): Promise<void> {
  const { users, groups } = dynatrace
  const email = 'ada+test@acme.example'
  await users.list()
  await users.list({ serviceUsers: true })
  await users.invite(email)
  const [group] = await groups.create([{ name: 'contract people', description: '' }])
  await users.addToGroups(email, [group?.id ?? ''])
  await users.get(email)
  await groups.members(group?.id ?? '')
  await users.removeFromGroups(email, [group?.id ?? ''])
  await users.remove(email)
  await groups.remove(group?.id ?? '')
}

async function groupsAndRights({ groups, permissions, reference, accountId }: Dynatrace): Promise<void> {
  const [group] = await groups.create([{ name: 'contract rights', description: 'before' }])
  if (group === undefined) throw new Error('no group came back')
  await groups.list()
  await groups.update({ ...group, description: 'after' })
  const permission = { role: 'account-viewer', scopeType: 'account', scope: accountId } as const
  await permissions.add(group.id, [permission])
  await permissions.list(group.id)
  await permissions.remove(group.id, permission)
  await reference.permissions()
  await groups.remove(group.id)
}

async function definitionsAndBindings(dynatrace: Dynatrace): Promise<void> {
  const { groups, policies, boundaries, bindings, effectivePermissions, limits } = dynatrace
  const level = { kind: 'account' } as const
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the policy language has placeholders of this form
  const statement = 'ALLOW storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";'
  const policy = { id: randomUUID(), level, name: 'contract policy', description: '', statement }
  const boundary = { id: randomUUID(), name: 'contract boundary', query: 'storage:host.name = "h1";' }
  for (const description of ['created', 'replaced']) await policies.put({ ...policy, description })
  for (const name of ['created', 'replaced']) await boundaries.put({ ...boundary, name })
  await policies.list({ kind: 'global' })
  await policies.aggregate(level)
  await policies.get(level, policy.id)
  await boundaries.list()
  await boundaries.get(boundary.id)
  const [group] = await groups.create([{ name: 'contract bindings', description: '' }])
  const groupId = group?.id ?? ''
  const bound = (team: string, boundaryIds: readonly string[]) => {
    return { level, policyId: policy.id, groupId, parameters: { team }, metadata: {}, boundaryIds }
  }
  await bindings.add(bound('a', [boundary.id]))
  await bindings.add(bound('b', []))
  const among = await bindings.ofGroup(level, groupId)
  await bindings.change(bound('a', [boundary.id]), bound('a', []), among)
  await bindings.list(level)
  await effectivePermissions.list(level, { kind: 'group', id: groupId }, 'storage')
  await limits.level(level)
  await limits.account()
  for (const team of ['a', 'b']) {
    await bindings.remove(bound(team, []), await bindings.ofGroup(level, groupId))
  }
  await groups.remove(groupId)
  await policies.remove(level, policy.id)
  await boundaries.remove(boundary.id)
}

async function accountAtLarge({ environments, serviceUsers, audit }: Dynatrace): Promise<void> {
  await environments.list()
  await environments.managementZones()
  const made = await serviceUsers.create({ name: 'contract', description: 'before' })
  await serviceUsers.update({ uid: made.uid, name: 'contract', description: 'after' })
  await serviceUsers.get(made.uid)
  await serviceUsers.list()
  await serviceUsers.remove(made.uid)
  await audit.query({ filter: "resource = 'GROUP'", from: new Date(Date.now() - 3_600_000) })
}

/** What a leaver leaves: the sample account has some of each. */
async function leavers({
  environments,
  users,
  platformTokens,
  apiTokens,
  documents,
}: Dynatrace): Promise<void> {
  const [platform, other] = await platformTokens.list()
  await platformTokens.setStatus(platform?.id ?? '', 'INACTIVE')
  await platformTokens.setExpiration(platform?.id ?? '', new Date(Date.now() + 86_400_000))
  await platformTokens.remove((other ?? platform)?.id ?? '')
  const everybody = await users.list()
  for (const { id } of (await environments.list()).filter(each => each.active)) {
    for (const token of await apiTokens.list(id)) {
      if (token.owner === undefined) continue
      await apiTokens.list(id, token.owner)
      if (everybody.some(user => user.email === token.owner)) {
        await apiTokens.setEnabled(id, token.id, false)
        await apiTokens.remove(id, token.id)
      }
    }
    for (const owner of everybody) {
      const heir = everybody.find(user => user.uid !== owner.uid)
      const [document] = await documents.ownedBy(id, owner.uid)
      if (document !== undefined && heir !== undefined) await documents.transfer(id, document.id, heir.uid)
    }
  }
}

async function connected(t: Test): Promise<{ readonly dynatrace: Dynatrace; readonly proxy: ContractProxy }> {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  t.teardown(() => simulator.close())
  const proxy = await contractProxy(t, simulator.url)
  const { accountUuid, clientId, clientSecret } = simulator
  const connection = connectDynatrace({
    accountUuid,
    clientId,
    clientSecret,
    apiUrl: proxy.url,
    ssoUrl: proxy.url,
    environmentUrl: `${proxy.url}/e/{id}`,
    clock: systemClock,
    log: silentLog,
  })
  t.teardown(() => connection.close())
  return { dynatrace: connection.with({ runId: 'contract', requestIds: [] }), proxy }
}

test('the simulator tells the contract, each operation with its mark', async t => {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'empty' })
  t.teardown(() => simulator.close())
  const answer = await fetch(`${simulator.url}/_simulator/contract`)
  const { operations } = z.object({ operations: z.array(told) }).parse(await answer.json())
  const expected = readContract().operations.map(each => {
    const { operationId: operation, method, path } = each
    return { operation, method, path, mark: each['x-mark'], scopes: each['x-scopes'] }
  })
  t.same(operations, expected)
})

const told = z.object({
  operation: z.string(),
  method: z.string(),
  path: z.string(),
  mark: z.string(),
  scopes: z.array(z.string()),
})
