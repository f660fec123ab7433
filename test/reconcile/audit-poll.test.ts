/** Hand edits between full passes: the audit log tells of them, and a pass over what it names repairs them. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Test, test } from 'tap'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { ReconcileLoop } from '../../src/reconcile/loop.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, parseModel, type World } from '../support/world.ts'

/** Time runs fifty times as fast for everybody: 10 s are a fifth of one. */
const RULES = `
version: 1
schedule: { full: 1d, audit: 10s }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}", description: "From {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: own data, level: account, boundaries: [ "own {team}" ] }
policies:
  - { name: own data, level: account, statement: "ALLOW storage:logs:read;" }
boundaries:
  - { name: "own {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`
const AUDIT = 'GET /audit/v1/accounts/{account}'
const PERSON = '/iam/v1/accounts/{account}/users/{email}'

test('a quiet look costs one call and leaves no run', async t => {
  const { world, loop } = await steady(t)
  const runs = await loop.runs(100)
  await looks(world, 3)
  const { total, byOperation } = await world.calls()
  t.equal(total, byOperation[AUDIT], 'nothing else was called')
  t.strictSame(await loop.runs(100), runs)
})

test('a membership costs two reads of the person and one write', async t => {
  const { world, loop } = await steady(t)
  await world.edit({ do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  const run = await auditRun(loop)
  t.match(run, { status: 'in-step', scope: ['user eva@acme.example'], actor: 'audit log' })
  t.ok((await members(world, 'team payments')).includes('eva@acme.example'))
  await looks(world, 2)
  t.strictSame(await spent(world), { [`GET ${PERSON}`]: 2, [`POST ${PERSON}`]: 1 })
  t.equal((await loop.runs(100)).filter(({ trigger }) => trigger === 'audit').length, 1, 'once')
})

test('each person costs as much again', async t => {
  const { world, loop } = await steady(t)
  for (const name of ['eva', 'finn', 'gus']) {
    await world.edit({ do: 'remove-member', group: 'team payments', user: `${name}@acme.example` })
  }
  await until('the repairs', async () => (await members(world, 'team payments')).length === 3)
  await auditRun(loop)
  const { [`GET ${PERSON}`]: reads = 0, [`POST ${PERSON}`]: writes, ...others } = await spent(world)
  t.equal(writes, 3)
  // Read back person by person or as members of the group, whichever is cheaper.
  t.ok(reads <= 6 && reads + sum(others) <= 6)
})

test('a right costs what a pass over its group reads, and one write', async t => {
  const { world, loop } = await steady(t)
  await world.edit({ do: 'remove-binding', group: 'team payments', policy: 'Standard User' })
  t.match(await auditRun(loop), { status: 'in-step', scope: ['group team payments'] })
  t.ok((await bindings(world, 'team payments')).includes('Standard User'))
  const repo = '/iam/v1/repo/{levelType}/{levelId}'
  t.strictSame(withoutCatalogue(await spent(world)), {
    'GET /iam/v1/accounts/{account}/groups': 1,
    'GET /iam/v1/accounts/{account}/groups/{group}/users': 1,
    'GET /iam/v1/accounts/{account}/groups/{group}/permissions': 1,
    // One for each of three levels, and one after the write.
    [`GET ${repo}/bindings/groups/{group}`]: 4,
    [`GET ${repo}/limits`]: 1,
    [`POST ${repo}/bindings/{policy}/{group}`]: 1,
  })
})

test('a group that was deleted comes back whole', async t => {
  const { world, loop } = await steady(t)
  // What is missing right after it was made may only not be seen yet.
  world.skip(660_000)
  await world.edit({ do: 'delete-group', group: 'team payments' })
  await auditRun(loop)
  await until('the members', async () => (await members(world, 'team payments')).length === 3)
  await until('the rights', async () => (await bindings(world, 'team payments')).length === 2)
  t.pass('as it was')
})

test('somebody who was added by hand is removed, and a group gets its rights and text back', async t => {
  const { world } = await steady(t)
  await world.edit({ do: 'add-member', group: 'team payments', user: 'zoe@acme.example' })
  await until(
    'the removal',
    async () => !(await members(world, 'team payments')).includes('zoe@acme.example'),
  )
  await world.edit({ do: 'remove-binding', group: 'team payments', policy: 'Standard User' })
  await world.edit({ do: 'describe-group', group: 'team checkout', description: 'mine' })
  await until('the binding', async () => (await bindings(world, 'team payments')).includes('Standard User'))
  await until('the text', async () => (await description(world, 'team checkout')) === 'From dt-checkout')
  t.pass('all of it')
})

test('a user who was removed from the account comes back', async t => {
  const { world } = await steady(t)
  await world.edit({ do: 'remove-user', user: 'eva@acme.example' })
  await until('the user', async () => (await members(world, 'team payments')).includes('eva@acme.example'))
  t.pass('with the memberships')
})

test('a policy or boundary that was changed by hand takes a full pass', async t => {
  const { world, loop } = await steady(t)
  const before = (await loop.latest())?.startedAt
  await world.edit({ do: 'change-policy', policy: 'own data', statement: 'ALLOW storage:metrics:read;' })
  await until('the statement', async () => /storage:logs:read/.test(await statement(world, 'own data')))
  await until('the run', async () => (await loop.latest())?.startedAt !== before)
  await world.edit({
    do: 'change-boundary',
    boundary: 'own payments',
    query: 'storage:dt.security_context = "x";',
  })
  await until('the query', async () => /"payments"/.test(await query(world, 'own payments')))
  t.pass('both')
})

test('what somebody does to things of others is nobody’s business', async t => {
  const { world, loop } = await steady(t)
  await world.edit({ do: 'create-group', name: 'theirs' })
  await world.edit({ do: 'add-member', group: 'theirs', user: 'zoe@acme.example' })
  await world.edit({ do: 'add-user', user: 'new@acme.example' })
  await world.edit({ do: 'create-policy', policy: 'theirs', statement: 'ALLOW storage:logs:read;' })
  await looks(world, 2)
  const { total, byOperation } = await world.calls()
  t.equal(total, byOperation[AUDIT])
  t.notOk((await loop.runs(100)).some(({ trigger }) => trigger === 'audit'))
})

test('our own changes are no news', async t => {
  const { world, loop } = await steady(t)
  await world.user('hal')
  await world.group('dt-search', [])
  loop.notify()
  await until('the group', async () => (await description(world, 'team search')) !== undefined)
  await looks(world, 3)
  t.notOk((await loop.runs(100)).some(({ trigger }) => trigger === 'audit'))
})

test('an event that comes late is not missed', async t => {
  const { world } = await steady(t)
  await world.simulated('PUT', '/switches', { auditLag: 30_000 })
  await world.edit({ do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await looks(world, 1)
  t.notOk((await members(world, 'team payments')).includes('eva@acme.example'), 'nobody knows yet')
  await until('the repair', async () => (await members(world, 'team payments')).includes('eva@acme.example'))
})

test('observe: nothing is changed, and what drifted is reported within a minute', async t => {
  const world = await worldOf(t)
  await world.apply()
  world.configure(RULES.replace('version: 1', 'version: 1\nmode: observe'))
  const loop = world.loop()
  await until('the first pass', async () => loop.status().lastSuccessAt !== undefined)
  await world.forgetCalls()
  await world.edit({ do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await until('the report', async () => ((await loop.latest())?.plan.steps.length ?? 0) > 0)
  t.match((await loop.latest())?.plan.steps, [{ action: { kind: 'add-member' } }])
  t.equal((await world.calls()).writes, 0)
})

test('off: nobody asks', async t => {
  const { world } = await steady(t, RULES.replace('audit: 10s', 'audit: off'))
  await world.edit({ do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await delay(600)
  t.equal((await world.calls()).total, 0)
})

test('without the scope it is asked once, and full passes say so', async t => {
  const world = await worldOf(t)
  const { scopes } = await world.simulated('GET', '/client')
  await world.client({ scopes: scopes.filter((scope: string) => scope !== 'account-audit-logs-read') })
  const loop = world.loop()
  await until('the first pass', async () => (await loop.latest()) !== undefined)
  await delay(600)
  const { tokens } = await world.calls()
  await delay(600)
  t.equal((await world.calls()).tokens, tokens, 'not asked again')
  loop.configure(parseModel(RULES))
  await until('the finding', async () =>
    (await loop.findings()).some(({ kind }) => kind === 'audit-unreadable'),
  )
  t.equal(loop.status().failure, undefined)
})

test('a bridge that starts again looks at everything, and at nothing twice', async t => {
  const { world, loop } = await steady(t)
  await loop.stop()
  await world.edit({ do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  const again = world.loop()
  await until('the repair', async () => (await members(world, 'team payments')).includes('eva@acme.example'))
  await until('the run', async () => (await again.latest())?.trigger === 'start')
  await world.edit({ do: 'remove-member', group: 'team payments', user: 'finn@acme.example' })
  await until('the next', async () => (await members(world, 'team payments')).includes('finn@acme.example'))
  t.match(await auditRun(again), { scope: ['user finn@acme.example'] })
})

type Skipping = World & { readonly skip: (ms: number) => void }

async function worldOf(t: Test, rules = RULES): Promise<Skipping> {
  const { skip, ...clock } = faster(50)
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules, clock })
  const people = await Promise.all(['eva', 'finn', 'gus'].map(name => world.user(name)))
  await world.group('dt-payments', people)
  await world.group('dt-checkout', people.slice(0, 1))
  await world.edit({ do: 'add-user', user: 'zoe@acme.example' })
  return { ...world, skip }
}

/** A loop that has made everything and finds nothing new. */
async function steady(t: Test, rules = RULES): Promise<{ world: Skipping; loop: ReconcileLoop }> {
  const world = await worldOf(t, rules)
  await world.apply()
  const loop = world.loop()
  await until('the first pass', async () => loop.status().lastSuccessAt !== undefined)
  if (/audit: 10s/.test(rules)) await looks(world, 1)
  await world.forgetCalls()
  return { world, loop }
}

/** Waits until the log has been looked at so many times more. */
async function looks(world: World, times: number): Promise<void> {
  const count = async () => ((await world.calls()).byOperation[AUDIT] ?? 0) as number
  const wanted = (await count()) + times
  await until('a look at the log', async () => (await count()) >= wanted)
}

/** What was called besides the log, by operation. */
async function spent(world: World): Promise<Readonly<Record<string, number>>> {
  const { [AUDIT]: _, ...others } = (await world.calls()).byOperation
  return others
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

/** It is remembered for a minute, and time runs fast. */
function withoutCatalogue(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counts).filter(([operation]) => !/environments$|policies$|boundaries$/.test(operation)),
  )
}

/** The newest run that the log set off, once it has ended. */
async function auditRun(loop: ReconcileLoop): Promise<Run | undefined> {
  const last = async () => (await loop.runs(100)).find(({ trigger }) => trigger === 'audit')
  await until('a run', async () => (await last())?.finishedAt !== undefined)
  return loop.run((await last())?.id ?? '')
}

async function members(world: World, name: string): Promise<readonly string[]> {
  const { users } = (await world.state()) as {
    users: readonly { email: string; groups: readonly string[] }[]
  }
  return users.filter(user => user.groups.includes(name)).map(user => user.email)
}

async function bindings(world: World, group: string): Promise<readonly string[]> {
  const { bindings } = await world.state()
  return bindings
    .filter((each: { group: string }) => each.group === group)
    .map((each: { policy: string }) => each.policy)
}

const named = async (world: World, list: string, name: string) =>
  (await world.simulated('GET', '/snapshot'))[list].find((each: { name: string }) => each.name === name)

const description = async (world: World, group: string): Promise<string | undefined> =>
  (await named(world, 'groups', group))?.description

const statement = async (world: World, policy: string): Promise<string> =>
  (await named(world, 'policies', policy))?.statementQuery ?? ''

const query = async (world: World, boundary: string): Promise<string> =>
  (await named(world, 'boundaries', boundary))?.boundaryQuery ?? ''

/** Asks again and again until it is so; fails by name after ten seconds. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await delay(20)
  }
}

function faster(factor: number): Clock & { skip(ms: number): void } {
  const start = systemClock.now().getTime()
  let ahead = 0
  return {
    now: () => new Date(start + ahead + (systemClock.now().getTime() - start) * factor),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    skip: ms => {
      ahead += ms
    },
  }
}
