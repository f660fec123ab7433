/**
 * Random histories with rules of every mode, exclusions, roles within zones, and a grant that ends while time goes on.
 * No pass writes to what only an observing rule asks for, none takes away what an upserting rule gave, and all else
 * comes to be what the rules say. At rest a further pass plans nothing new, and writes nothing.
 */
import fc from 'fast-check'
import type { Test } from 'tap'
import type { AccessModel, Mode } from '../../src/access/model.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'
import { type Act, anyAct, empty, nobody, perform } from '../support/history.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

/** Set it for a long run: `MODE_HISTORIES=100 npx tap test/reconcile/modes-property.test.ts`. */
const HISTORIES = Number(process.env.MODE_HISTORIES ?? 6)
const DAY = 86_400_000

const RIGHTS = `
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team data, level: { environments: all }, parameters: { team: "{team}" } }
    permissions:
      - { role: tenant-viewer, level: { environments: [ prod ] }, managementZones: [ Payments ] }`
const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: synced
    match: dt-{team:payments|checkout}-{role}
    unless: [ dt-checkout-editor, { values: { role: [ nobody ] } } ]
    group: { name: "{team} synced" }${RIGHTS}
  - name: kept
    match: dt-{team:payments|checkout}-{role}
    group: { name: "{team} kept" }${RIGHTS}
  - name: watched
    match: dt-{team:payments|checkout}-{role}
    group: { name: "{team} watched" }${RIGHTS}
  - name: brief
    match: dt-{team:payments|checkout}-viewer
    group: { name: "{team} brief" }
    bindings: [ { policy: Standard User, level: account } ]
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`
const TEAMS = ['payments', 'checkout']
const OURS = TEAMS.flatMap(team => ['synced', 'kept', 'watched', 'brief'].map(kind => `${team} ${kind}`))
const MODES: Readonly<Record<string, Mode>> = { kept: 'upsert', watched: 'observe' }

type Moment = Act | { readonly kind: 'days'; readonly days: number }

const act = anyAct(OURS)
const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 15, arbitrary: act },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 2 }) }),
  },
)

eachDatabase({
  'whatever happens, every rule is carried as far as its mode says': async (t, database) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 5, maxLength: 20 }),
        fc.array(moment, { minLength: 5, maxLength: 30 }),
        async (before, after) => {
          await t.test('a history', async t => minded(t, database, before, after))
        },
      ),
      { numRuns: HISTORIES, endOnFailure: true },
    )
  },
})

async function minded(
  t: Test,
  database: TestDatabase,
  before: readonly Act[],
  after: readonly Moment[],
): Promise<void> {
  const store = await database.open()
  await empty(store)
  const clock = testClock()
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const cast = nobody()
  for (const each of before) await perform(world, cast, each)
  await world.apply()
  const endsAt = endOfDay(clock.now(), 3)
  world.adjust(withModes(new Date(endsAt - DAY)))
  const known = new Map<string, string>()
  for (const each of after) {
    if (each.kind === 'days') clock.advance(each.days * DAY)
    else await lawful(t, world, known, () => perform(world, cast, each), each.kind)
  }
  clock.advance(60_000)
  await lawful(t, world, known, () => world.apply(), 'full')
  const state: AccountState = await world.state()
  const over = clock.now().getTime() >= endsAt
  t.same(memberships(state, 'synced'), await wished(world, 'synced'))
  t.same(memberships(state, 'brief'), over ? [] : await wished(world, 'brief'))
  const lacking = (await wished(world, 'kept')).filter(each => !memberships(state, 'kept').includes(each))
  t.same(lacking, [], 'whom a rule of mode upsert means has what it gives')
  await world.forgetCalls()
  const again: Run = await world.apply()
  t.same(
    again.plan.steps.filter(({ verdict }) => verdict.kind === 'proceed').map(({ title }) => title),
    [],
    'a further pass has nothing to do',
  )
  for (const { title, verdict } of again.plan.steps) t.match(verdict, { guard: /^(mode|rename)$/ }, title)
  t.equal((await world.calls()).writes, 0)
}

/** What a pass may do to the groups of each rule; hand edits and the IdP may do anything. */
async function lawful(
  t: Test,
  world: World,
  known: Map<string, string>,
  change: () => Promise<unknown>,
  kind: Act['kind'],
): Promise<void> {
  if (kind !== 'full' && kind !== 'keyed') {
    await change()
    return
  }
  const before = partsOf(await world.state(), known)
  await change()
  const state: AccountState = await world.state()
  const after = partsOf(state, known)
  // Who leaves the account under an old address does so by the mode of the file.
  const there = new Set(state.users.map(({ email }) => email))
  const stays = (line: string) => !line.includes(' has ') || there.has(line.split(' has ')[1] ?? '')
  t.same(after.watched, before.watched.filter(stays), 'nothing is written to what is only observed')
  t.same(
    before.kept.filter(each => stays(each) && !after.kept.includes(each)),
    [],
    'nothing is taken away in mode upsert',
  )
}

interface AccountState {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly { readonly name: string; readonly uuid: string; readonly description: string }[]
  readonly bindings: readonly {
    readonly group: string
    readonly level: string
    readonly policy: string
    readonly parameters: object
    readonly boundaries: readonly string[]
  }[]
  readonly permissions: readonly {
    readonly group: string
    readonly permissionName: string
    readonly scope: string
  }[]
}

/**
 * What is in the groups of each kind, whatever they are called by now: `known` keeps what uuids were called first. Of what
 * mode upsert gives, parameters and boundaries may change.
 */
function partsOf(
  { users, groups, bindings, permissions }: AccountState,
  known: Map<string, string>,
): { readonly watched: readonly string[]; readonly kept: readonly string[] } {
  for (const { name, uuid } of groups) if (OURS.includes(name) && !known.has(uuid)) known.set(uuid, name)
  const lines = (kind: string, isWhole: boolean) =>
    groups
      .filter(({ uuid }) => known.get(uuid)?.endsWith(kind))
      .flatMap(({ name, uuid, description }) => [
        isWhole ? `${uuid} ${name} ${description}` : uuid,
        ...users.filter(user => user.groups.includes(name)).map(({ email }) => `${uuid} has ${email}`),
        ...bindings
          .filter(({ group }) => group === name)
          .map(({ level, policy, parameters, boundaries }) =>
            [uuid, level, policy, ...(isWhole ? [JSON.stringify(parameters), ...boundaries] : [])].join(' '),
          ),
        ...permissions
          .filter(({ group }) => group === name)
          .map(({ permissionName, scope }) => `${uuid} ${permissionName} ${scope}`),
      ])
  return { watched: lines('watched', true), kept: lines('kept', false) }
}

/** Said again from scratch, by the names of groups alone. */
async function wished(world: World, kind: 'synced' | 'kept' | 'brief'): Promise<readonly string[]> {
  const users = new Map<string, { userName: string; active: boolean }>()
  for (const user of (await world.scim('GET', '/Users?count=100')).body.Resources ?? [])
    users.set(user.id, user)
  const result = new Set<string>()
  for (const { displayName, members } of (await world.scim('GET', '/Groups?count=100')).body.Resources ??
    []) {
    const [, team, role] = /^dt-(payments|checkout)-(\w+)$/.exec(displayName) ?? []
    if (team === undefined || (kind === 'brief' && role !== 'viewer')) continue
    if (kind === 'synced' && displayName === 'dt-checkout-editor') continue
    for (const member of members ?? []) {
      const user = users.get(member.value)
      if (user?.active === true) result.add(`${team} ${kind}: ${user.userName}`)
    }
  }
  return [...result].sort()
}

function memberships({ users }: AccountState, kind: string): readonly string[] {
  const names = TEAMS.map(team => `${team} ${kind}`)
  return users
    .flatMap(({ email, groups }) =>
      groups.filter(name => names.includes(name)).map(name => `${name}: ${email}`),
    )
    .sort()
}

function withModes(last: Date): (model: AccessModel) => AccessModel {
  const until = { lastDay: last.toISOString().slice(0, 10), reason: 'the trial is over' }
  return model => ({
    ...model,
    rules: model.rules.map(rule => ({
      ...rule,
      mode: MODES[rule.name],
      until: rule.name === 'brief' ? until : undefined,
    })),
  })
}

/** Milliseconds since 1970 at which the day that is some days ahead ends (UTC). */
function endOfDay(now: Date, ahead: number): number {
  return Date.parse(`${now.toISOString().slice(0, 10)}T00:00:00Z`) + (ahead + 1) * DAY
}
