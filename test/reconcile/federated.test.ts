/** Groups that are somebody else's: those of the account's own federation, and those our own rights come from. */
import { type Test, test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { eachDatabase } from '../support/databases.ts'
import { makeWorld, type World } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "{team}", description: "from {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team data, level: { environments: [ prod ] }, parameters: { team: "{team}" }, boundaries: [ team payments ] }
    permissions: [ { role: account-viewer, level: account } ]
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`
const NO_RULES = `
version: 1
environments: { prod: { id: abc12345 } }
rules: [ { name: other, match: "other-{team}", group: { name: "other {team}" } } ]
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`

eachDatabase({
  'a federated group gets rights from a rule, and nothing else': async (t, database) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    await federated(world, 'sre')
    await world.edit({ do: 'add-binding', group: 'sre', policy: 'Admin User', level: 'account' })
    const before = await world.state()
    await world.group('dt-sre', [await world.user('ada')])

    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.problems))
    t.same(
      run.findings.filter(each => each.kind === 'no-access'),
      [],
      'ada has access when the federation says so',
    )
    const after = await world.state()
    t.same(
      groupOf(after, 'sre'),
      groupOf(before, 'sre'),
      'name, description, federated values and owner stay',
    )
    t.same(membersOf(after, 'sre'), membersOf(before, 'sre'))
    t.same(policiesOf(after, 'sre'), ['Admin User', 'Standard User', 'team data'])
    t.same(rolesOf(after, 'sre'), ['account-viewer'])
    t.same((await world.apply()).plan.steps, [], 'and then it is quiet')

    await world.forgetCalls()
    await world.user('bo')
    await world.keyed()
    t.equal(
      (await world.calls()).byOperation['GET /iam/v1/accounts/{account}/groups'],
      undefined,
      'a pass over people does not look for it',
    )

    await world.edit({ do: 'remove-binding', group: 'sre', policy: 'Standard User' })
    t.same((await world.apply()).status, 'in-step')
    t.same(
      policiesOf(await world.state(), 'sre'),
      ['Admin User', 'Standard User', 'team data'],
      'ours is repaired',
    )

    world.configure(NO_RULES)
    t.equal((await world.apply()).status, 'in-step')
    const left = await world.state()
    t.same(policiesOf(left, 'sre'), ['Admin User'], 'what others gave it stays')
    t.same(rolesOf(left, 'sre'), [])
    t.same(groupOf(left, 'sre'), groupOf(before, 'sre'))

    // What was ours and is gone belongs to whoever gives it anew.
    await world.edit({ do: 'add-binding', group: 'sre', policy: 'Standard User', level: 'account' })
    t.same((await world.apply()).plan.steps, [])
  },
})

test('what others bound to a federated group is not ours to change', async t => {
  const world = await worldOf(t)
  await federated(world, 'sre')
  const bound = { group: 'sre', policy: 'team data', level: 'abc12345', parameters: { team: 'sre' } }
  await world.edit({ do: 'add-binding', ...bound })
  await world.group('dt-sre', [])
  const run = await world.apply()
  t.match(run.findings, [{ kind: 'foreign-binding', subject: 'group sre' }])
  const bindings = (await world.state()).bindings.filter(
    (each: { group: string; policy: string }) => each.group === 'sre' && each.policy === 'team data',
  )
  t.match(bindings, [{ boundaries: [] }])
})

test('the group that the OAuth client lives on is never touched', async t => {
  const world = await worldOf(t)
  const { subjectUser } = await world.simulated('GET', '')
  const ada = await world.user('ada')
  await world.group('dt-payments', [ada, await world.user('bo')])
  await world.apply()
  await world.edit({ do: 'add-member', user: subjectUser, group: 'payments' })
  await world.edit({ do: 'remove-binding', group: 'payments', policy: 'Standard User' })
  const before = await world.state()
  await world.patch(`/Users/${ada}`, { op: 'replace', path: 'active', value: false })
  const run = await world.apply()
  t.ok(run.plan.steps.length >= 2)
  for (const { verdict, title } of run.plan.steps)
    t.match(verdict, { kind: 'refuse', guard: 'own-subject' }, title)
  t.same(await world.state(), before)
})

test('a rule cannot take the group of all users, nor the helper group of a service user', async t => {
  const world = await worldOf(t)
  const before = await world.state()
  const everybody = before.groups.find((each: { owner: string }) => each.owner === 'ALL_USERS')
  const helper = before.groups.find((each: { name: string }) => each.name.startsWith('service_user_group_'))
  await world.group(`dt-${everybody.name}`, [await world.user('ada')])
  await world.group(`dt-${helper.name}`, [])
  const run = await world.apply()
  t.same(run.findings.filter(each => each.kind === 'name-taken').length, 2)
  const { users: _, ...after } = await world.state()
  const { users: __, ...rest } = before
  t.same(after, rest)
})

interface State {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly { readonly name: string }[]
  readonly bindings: readonly { readonly group: string; readonly policy: string }[]
  readonly permissions: readonly { readonly group: string; readonly permissionName: string }[]
}

function groupOf(state: State, name: string) {
  return state.groups.find(each => each.name === name)
}

function membersOf(state: State, name: string): readonly string[] {
  return state.users.filter(user => user.groups.includes(name)).map(user => user.email)
}

function policiesOf(state: State, name: string): readonly string[] {
  return state.bindings
    .filter(each => each.group === name)
    .map(each => each.policy)
    .sort()
}

function rolesOf(state: State, name: string): readonly string[] {
  return state.permissions.filter(each => each.group === name).map(each => each.permissionName)
}

async function federated(world: World, name: string): Promise<void> {
  await world.edit({ do: 'create-group', name, description: 'of the federation' })
  await world.edit({ do: 'federate-group', group: name, values: [`claim-${name}`] })
}

async function worldOf(t: Test): Promise<World> {
  const store = await openStore({
    dataDir: t.testdir(),
    databaseUrl: undefined,
    log: silentLog,
    clock: systemClock,
  })
  t.teardown(() => store.close())
  return makeWorld(t, { store, rules: RULES })
}
