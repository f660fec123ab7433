/**
 * The whole loop while one call in five fails in some way: broken off, refused, answered by nobody, answered wrongly,
 * done without an answer. It gets where it would have got without, with a bounded number of calls, and what the
 * journal says happened is what happened in the account.
 */
import { type Test, test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { type JournalLine, readJournal } from '../../src/store/journal.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, type TestClock, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
  stage: { id: def67890 }
policies:
  - name: script data
    statement: ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";
boundaries:
  - { name: "script {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "script {team}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: script data, level: { environments: all }, parameters: { team: "{team}" }, boundaries: [ "script {team}" ] }
    permissions: [ { role: account-viewer, level: account } ]
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`
const TEAMS = ['alpha', 'beta', 'gamma']
const PEOPLE = ['ada', 'bea', 'cid', 'dan', 'eve', 'fay']
/** More of them for a longer look: `FAULT_SEEDS=200 npx tap test/reconcile/fault-script.test.ts`. */
const SEEDS = Array.from({ length: Number(process.env.FAULT_SEEDS ?? 6) }, (_, nth) => nth + 1)
/** Passes until everything is in step. Half of all calls that a pass hangs on would have to fail for as many. */
const PASSES = 25

test('one call in five fails, and everything comes about all the same', async t => {
  const calm = await worldOf(t)
  await provision(calm)
  await calm.forgetCalls()
  const quiet = await settled(calm)
  const wanted = await ours(calm)
  await change(calm)
  quiet.push(...(await settled(calm)))
  const wantedThen = await ours(calm)
  const needed = (await calm.calls()).total

  for (const seed of SEEDS) {
    await t.test(`seed ${seed}`, async t => {
      const world = await worldOf(t)
      await provision(world)
      await world.forgetCalls()
      const script = { seed, rate: 0.2, delayMs: 1 }
      await world.simulated('POST', '/faults/script', script)
      const runs = await settled(world)
      t.same(await ours(world), wanted, 'as without faults')
      await change(world)
      runs.push(...(await settled(world)))
      t.same(await ours(world), wantedThen, 'and again after everything changed')

      const { seen, failed, byKind } = await world.simulated('GET', '/faults/script')
      t.ok(failed / seen > 0.1, `${failed} of ${seen} calls failed: ${JSON.stringify(byKind)}`)
      const { total } = await world.calls()
      t.ok(total <= needed * 6, `${total} calls, ${needed} without faults`)
      t.comment(`${runs.length} passes instead of ${quiet.length}, ${total} calls instead of ${needed}`)
      await world.simulated('DELETE', '/faults/script')
      await agrees(t, world)
      t.same((await world.apply()).plan.steps, [], 'nothing is left to do')
    })
  }
})

test('reads that lag behind make nothing twice, and nothing is forgotten', async t => {
  const calm = await worldOf(t)
  await provision(calm)
  await settled(calm)
  await change(calm)
  await settled(calm)
  const wanted = await ours(calm)
  for (const seed of SEEDS) {
    const world = await worldOf(t)
    await provision(world)
    await world.simulated('POST', '/faults/script', {
      seed,
      rate: 0.4,
      kinds: ['lagging-read'],
      lagMs: 1_500,
    })
    const rest = async () => {
      await settled(world, 500)
      // A pass may see everything in step before it has seen everything.
      await settled(world, 3_000)
      await settled(world, 3_000)
    }
    await rest()
    await change(world)
    await rest()
    const { failed } = await world.simulated('GET', '/faults/script')
    t.ok(failed > 10)
    await world.simulated('DELETE', '/faults/script')
    t.same(await ours(world), wanted, `seed ${seed}`)
    t.same(
      (await world.state()).groups.filter(({ name }: { name: string }) => /by hand/.test(name)),
      [],
      `seed ${seed}`,
    )
  }
})

async function provision(world: World): Promise<void> {
  const ids = await Promise.all(PEOPLE.map(name => world.user(name)))
  for (const [nth, team] of TEAMS.entries()) {
    await world.group(
      `dt-${team}`,
      ids.filter((_, at) => at % TEAMS.length === nth || at === 0),
    )
  }
}

/** People move, a team goes, hands edit. */
async function change(world: World): Promise<void> {
  const { body } = await world.scim('GET', '/Groups?count=100')
  const idOf = (name: string) =>
    body.Resources.find((each: { displayName: string }) => each.displayName === name).id
  const { body: users } = await world.scim('GET', '/Users?count=100')
  const userId = (name: string) =>
    users.Resources.find((each: { userName: string }) => each.userName.startsWith(`${name}@`)).id
  await world.patch(`/Groups/${idOf('dt-beta')}`, {
    op: 'add',
    path: 'members',
    value: [{ value: userId('cid') }],
  })
  await world.patch(`/Groups/${idOf('dt-alpha')}`, {
    op: 'remove',
    path: `members[value eq "${userId('dan')}"]`,
  })
  await world.patch(`/Users/${userId('eve')}`, { op: 'replace', path: 'active', value: false })
  await world.scim('DELETE', `/Groups/${idOf('dt-gamma')}`)
  await world.edit({ do: 'add-binding', group: 'script alpha', policy: 'Admin User', level: 'account' })
  await world.edit({ do: 'remove-binding', group: 'script beta', policy: 'Standard User', level: 'account' })
  await world.edit({ do: 'remove-permission', group: 'script beta', role: 'account-viewer' })
  await world.edit({ do: 'rename-group', group: 'script alpha', name: 'alpha by hand' })
}

/** Passes until one finds everything in step, some time apart. */
async function settled(world: TimedWorld, apartMs = 2_000): Promise<Run[]> {
  const runs: Run[] = []
  while (runs.length < PASSES) {
    world.clock.advance(apartMs)
    const run = await world.apply()
    runs.push(run)
    if (run.status === 'in-step') return runs
  }
  throw new Error(`not in step after ${PASSES} passes: ${JSON.stringify(runs.at(-1)?.problems)}`)
}

/** What the account holds of ours, without ids. */
async function ours(world: World) {
  const state = await world.state()
  const isOurs = (name: string) => name.startsWith('script ')
  return {
    groups: state.groups.flatMap(({ name, owner }: { name: string; owner: string }) =>
      isOurs(name) ? [{ name, owner }] : [],
    ),
    members: state.users.flatMap(({ email, groups }: { email: string; groups: string[] }) =>
      groups.filter(isOurs).map(group => `${email} ${group}`),
    ),
    bindings: state.bindings.flatMap(({ groupUuid: _, policyUuid: __, ...binding }: Binding) =>
      isOurs(binding.group) ? [binding] : [],
    ),
    permissions: state.permissions.filter(({ group }: { group: string }) => isOurs(group)),
    definitions: [...state.policies, ...state.boundaries].flatMap(({ uuid: _, ...each }: Definition) =>
      isOurs(each.name) ? [each] : [],
    ),
  }
}

interface Binding {
  readonly group: string
  readonly groupUuid: string
  readonly policyUuid: string
}

interface Definition {
  readonly name: string
  readonly uuid: string
}

/** Operations of the contract by what the audit log of the account calls their effect. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  'CREATE USER': ['users.invite'],
  'DELETE USER': ['users.remove'],
  'CREATE GROUP': ['groups.create'],
  'UPDATE GROUP': ['groups.update'],
  'DELETE GROUP': ['groups.remove'],
  'UPDATE_MEMBERS GROUP': ['users.addToGroups', 'users.removeFromGroups', 'groups.remove', 'users.remove'],
  'UPDATE_ROLES GROUP': ['permissions.add', 'permissions.remove', 'groups.remove'],
  'UPDATE_POLICIES GROUP': ['bindings.add', 'bindings.change', 'bindings.remove', 'groups.remove'],
  'CREATE POLICY': ['policies.put'],
  'UPDATE POLICY': ['policies.put'],
  'DELETE POLICY': ['policies.remove'],
  'CREATE BOUNDARY': ['boundaries.put'],
  'UPDATE BOUNDARY': ['boundaries.put'],
  'DELETE BOUNDARY': ['boundaries.remove'],
}

/** Every effect that the account attributes to our client has a call in the journal, and every step that counts as done shows. */
async function agrees(t: Test, world: World): Promise<void> {
  const lines = await journalOf(world)
  const calls = lines.filter(({ kind }) => kind === 'dynatrace.call').map(({ data }) => data)
  const { audit } = await world.simulated('GET', '/snapshot')
  const effects = audit.filter((each: AuditEvent) => each.authenticationGrantType === 'CLIENT_CREDENTIALS')
  t.ok(effects.length > 20)
  for (const effect of effects as readonly AuditEvent[]) {
    const causes = CAUSES[`${effect.eventType} ${effect.resource}`]
    const at = Date.parse(effect.timestamp)
    const found = calls.some(
      call =>
        causes?.includes(String(call.operation)) === true &&
        Date.parse(String(call.startedAt)) <= at + 5 &&
        at <= Date.parse(String(call.startedAt)) + Number(call.durationMs) + 5,
    )
    if (!found)
      t.fail(`${effect.eventType} ${effect.resource} ${effect.resourceName} has no call in the journal`)
  }
  const last = new Map<string, string>()
  for (const { kind, data } of lines)
    if (kind === 'step.applied') last.set(String(data.step), String(data.title))
  const applied = new Set(last.values())
  for (const member of (await ours(world)).members as readonly string[]) {
    const [email, ...group] = member.split(' ')
    t.ok(applied.has(`add ${email} to "${group.join(' ')}"`), `the journal says how ${member} came about`)
  }
}

interface AuditEvent {
  readonly eventType: string
  readonly resource: string
  readonly resourceName: string
  readonly timestamp: string
  readonly authenticationGrantType: string
}

/** Oldest first. */
async function journalOf(world: World): Promise<readonly JournalLine[]> {
  const lines: JournalLine[] = []
  for (;;) {
    const before = lines.at(-1)?.seq
    const page = await readJournal(world.store.db, {
      limit: 1_000,
      ...(before === undefined ? {} : { before }),
    })
    lines.push(...page)
    if (page.length < 1_000) return lines.toReversed()
  }
}

type TimedWorld = World & { readonly clock: TestClock }

async function worldOf(t: Test): Promise<TimedWorld> {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  return { ...(await makeWorld(t, { store, rules: RULES, clock })), clock }
}
