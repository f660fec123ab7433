/**
 * Random SCIM operations and random hand edits alternate with passes, over both databases. At rest the
 * managed part of the account is what the IdP and the rules say, what is not ours is byte for byte as it
 * was, and a further pass plans nothing.
 */
import fc from 'fast-check'
import type { Test } from 'tap'
import type { Run } from '../../src/reconcile/run.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: teams
    match: dt-{team:payments|checkout}-{role:viewer|editor}
    group: { name: "{team} {role}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team data, level: { environments: all }, parameters: { team: "{team}" }, boundaries: [ "team {team}" ] }
  - name: teams together
    match: dt-{team:payments|checkout}-{role}
    group: { name: "{team} everybody" }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`
const GROUPS = [
  'dt-payments-viewer',
  'dt-payments-editor',
  'dt-checkout-viewer',
  'dt-checkout-editor',
  'other team',
]
const OURS = [
  'payments viewer',
  'payments editor',
  'checkout viewer',
  'checkout editor',
  'payments everybody',
  'checkout everybody',
]
/** The second half are the new addresses of the first. */
const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4', 'q0', 'q1', 'q2', 'q3', 'q4']

type Act =
  | { readonly kind: 'user'; readonly who: number }
  | { readonly kind: 'active'; readonly who: number; readonly active: boolean }
  | { readonly kind: 'delete-user'; readonly who: number }
  /** A change of address, to and fro between two. */
  | { readonly kind: 'rename-user'; readonly who: number; readonly other: boolean }
  | { readonly kind: 'group'; readonly group: number; readonly members: readonly number[] }
  | { readonly kind: 'rename-group'; readonly group: number; readonly to: number }
  | { readonly kind: 'delete-group'; readonly group: number }
  | { readonly kind: 'join' | 'leave'; readonly group: number; readonly who: number }
  | { readonly kind: 'hand'; readonly edit: object }
  | { readonly kind: 'keyed' | 'full' }

const who = fc.nat(PEOPLE.length / 2 - 1)
const group = fc.nat(GROUPS.length - 1)
const ours = fc.constantFrom(...OURS)
const handEdit = fc.oneof(
  fc.record({ do: fc.constantFrom('add-member', 'remove-member'), group: ours, user: anybody() }),
  fc.record({
    do: fc.constant('remove-binding'),
    group: ours,
    policy: fc.constant('Standard User'),
    level: fc.constant('account'),
  }),
  fc.record({
    do: fc.constant('add-binding'),
    group: ours,
    policy: fc.constantFrom('Admin User', 'Pro User'),
    level: fc.constantFrom('account', 'prod', 'stage'),
  }),
  fc.record({
    do: fc.constant('change-boundaries'),
    group: ours,
    policy: fc.constant('team data'),
    parameters: fc.constantFrom({ team: 'payments' }, { team: 'checkout' }),
    level: fc.constantFrom('prod', 'stage'),
    boundaries: fc.constantFrom([], ['production only'], ['team search']),
  }),
  fc.record({
    do: fc.constantFrom('add-permission', 'remove-permission'),
    group: ours,
    role: fc.constantFrom('tenant-viewer', 'tenant-logviewer'),
    level: fc.constantFrom('prod', 'stage'),
  }),
  fc.record({
    do: fc.constant('rename-group'),
    group: ours,
    name: fc.constantFrom('renamed by hand', 'also renamed'),
  }),
  fc.record({ do: fc.constant('describe-group'), group: ours, description: fc.constantFrom('by hand', '') }),
  fc.record({ do: fc.constant('delete-group'), group: ours }),
  fc.record({ do: fc.constant('remove-user'), user: fc.constantFrom(...PEOPLE.map(address)) }),
)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('user' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('active' as const), who, active: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-user' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rename-user' as const), who, other: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('group' as const),
      group,
      members: fc.array(who, { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename-group' as const), group, to: group }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-group' as const), group }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), group, who }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('hand' as const), edit: handEdit }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('keyed' as const, 'full' as const) }) },
)

eachDatabase({
  'random IdP operations and random hand edits converge': async (t, database) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async acts => {
        await t.test('a history', async t => converges(t, database, acts))
      }),
      { numRuns: 25, endOnFailure: true },
    )
  },
})

async function converges(t: Test, database: TestDatabase, acts: readonly Act[]): Promise<void> {
  const store = await database.open()
  await empty(store)
  const clock = testClock()
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const foreign = foreignPart(await world.state())
  const ids = { users: new Map<number, string>(), groups: new Map<number, string>() }
  for (const each of acts) await perform(world, ids, each)
  // Nothing was made so recently any more that it might not show yet.
  clock.advance(60_000)
  const rest = await world.apply()
  t.equal(rest.status, 'in-step', explain(rest))
  const again = await world.apply()
  t.same(
    again.plan.steps.map(step => step.title),
    [],
    'a further pass plans nothing',
  )
  const state = await world.state()
  t.same(foreignPart(state), foreign, 'what is not ours is as it was')
  t.same(memberships(state), await wished(world), 'memberships are what the IdP says')
}

async function perform(
  world: World,
  ids: { readonly users: Map<number, string>; readonly groups: Map<number, string> },
  act: Act,
): Promise<void> {
  switch (act.kind) {
    case 'user':
      if (!ids.users.has(act.who)) ids.users.set(act.who, await world.user(PEOPLE[act.who] ?? ''))
      return
    case 'active': {
      const id = ids.users.get(act.who)
      if (id !== undefined)
        await world.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: act.active })
      return
    }
    case 'delete-user': {
      const id = ids.users.get(act.who)
      if (id !== undefined) await world.scim('DELETE', `/Users/${id}`)
      ids.users.delete(act.who)
      return
    }
    case 'rename-user': {
      const id = ids.users.get(act.who)
      const name = PEOPLE[act.who + (act.other ? PEOPLE.length / 2 : 0)] ?? ''
      if (id === undefined) return
      await world.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: address(name) })
      return
    }
    case 'group':
      if (ids.groups.has(act.group)) return
      ids.groups.set(
        act.group,
        await world.group(
          GROUPS[act.group] ?? '',
          act.members.flatMap(n => ids.users.get(n) ?? []),
        ),
      )
      return
    case 'rename-group': {
      const id = ids.groups.get(act.group)
      if (id === undefined || ids.groups.has(act.to)) return
      await world.patch(`/Groups/${id}`, { op: 'replace', value: { id, displayName: GROUPS[act.to] } })
      ids.groups.delete(act.group)
      ids.groups.set(act.to, id)
      return
    }
    case 'delete-group': {
      const id = ids.groups.get(act.group)
      if (id !== undefined) await world.scim('DELETE', `/Groups/${id}`)
      ids.groups.delete(act.group)
      return
    }
    case 'join':
    case 'leave': {
      const [id, member] = [ids.groups.get(act.group), ids.users.get(act.who)]
      if (id === undefined || member === undefined) return
      const operation =
        act.kind === 'join'
          ? { op: 'Add', path: 'members', value: [{ value: member }] }
          : { op: 'remove', path: `members[value eq "${member}"]` }
      await world.patch(`/Groups/${id}`, operation)
      return
    }
    case 'hand':
      // Half of the edits name something that is not there (yet): a person in the console could not do them.
      await world.edit(act.edit).catch(() => undefined)
      return
    case 'keyed':
      await world.keyed()
      return
    case 'full':
      await world.apply()
      return
  }
}

interface AccountState {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly {
    readonly name: string
    readonly createdAt?: string
    readonly updatedAt?: string
  }[]
  readonly bindings: readonly { readonly group: string }[]
  readonly permissions: readonly { readonly group: string }[]
  readonly [more: string]: unknown
}

const isOurs = (name: string) => OURS.includes(name)
const isPerson = (email: string) => PEOPLE.map(address).includes(email)

/** The account without our groups, their rights, our people and memberships in our groups. */
function foreignPart(state: AccountState): object {
  return {
    ...state,
    users: state.users
      .filter(user => !isPerson(user.email))
      .map(user => ({ ...user, groups: user.groups.filter(name => !isOurs(name)) })),
    groups: state.groups.filter(each => !isOurs(each.name)),
    bindings: state.bindings.filter(each => !isOurs(each.group)),
    permissions: state.permissions.filter(each => !isOurs(each.group)),
  }
}

function memberships(state: AccountState): readonly string[] {
  return state.users.flatMap(user => user.groups.filter(isOurs).map(name => `${name}: ${user.email}`)).sort()
}

/** Said again from scratch, by the names of groups alone. */
async function wished(world: World): Promise<readonly string[]> {
  const users = new Map<string, { userName: string; active: boolean }>()
  for (const user of (await world.scim('GET', '/Users?count=100')).body.Resources ?? [])
    users.set(user.id, user)
  const result = new Set<string>()
  for (const each of (await world.scim('GET', '/Groups?count=100')).body.Resources ?? []) {
    const [, team, role] = /^dt-(payments|checkout)-(\w+)$/.exec(each.displayName) ?? []
    if (team === undefined) continue
    for (const member of each.members ?? []) {
      const user = users.get(member.value)
      if (user?.active !== true) continue
      result.add(`${team} ${role}: ${user.userName}`)
      result.add(`${team} everybody: ${user.userName}`)
    }
  }
  return [...result].sort()
}

async function empty(store: World['store']): Promise<void> {
  const tables = [
    'members',
    'users',
    'groups',
    'departures',
    'accountUsers',
    'changes',
    'ownership',
    'runs',
    'decisions',
    'journal',
  ] as const
  await store.write(async tx => {
    for (const table of tables) await tx.deleteFrom(table).execute()
  })
}

function explain(run: Run): string {
  const open = run.plan.steps.filter(step => run.results[step.id]?.kind !== 'applied')
  return JSON.stringify({
    problems: run.problems,
    open: open.map(step => [step.title, run.results[step.id]]),
  })
}

function address(name: string): string {
  return `${name}@acme.example`
}

function anybody(): fc.Arbitrary<string> {
  return fc.constantFrom(...PEOPLE.map(address), 'ben.okafor@acme.example', 'carla.rossi@acme.example')
}
