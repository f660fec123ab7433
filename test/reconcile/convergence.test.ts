/**
 * Random SCIM operations and random hand edits alternate with passes, over both databases. At rest the
 * managed part of the account is what the IdP and the rules say, what is not ours is byte for byte as it
 * was, and a further pass plans nothing.
 */
import fc from 'fast-check'
import type { Test } from 'tap'
import type { Run } from '../../src/reconcile/run.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'
import { type Act, address, anyAct, empty, nobody, PEOPLE, perform } from '../support/history.ts'
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
const OURS = [
  'payments viewer',
  'payments editor',
  'checkout viewer',
  'checkout editor',
  'payments everybody',
  'checkout everybody',
]

eachDatabase({
  'random IdP operations and random hand edits converge': async (t, database) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct(OURS), { minLength: 5, maxLength: 40 }), async acts => {
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
  const cast = nobody()
  for (const each of acts) await perform(world, cast, each)
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

function explain(run: Run): string {
  const open = run.plan.steps.filter(step => run.results[step.id]?.kind !== 'applied')
  return JSON.stringify({
    problems: run.problems,
    open: open.map(step => [step.title, run.results[step.id]]),
  })
}
