/** Passes over a simulated account, from SCIM requests to the state of the account, and what they cost in calls. */
import { type Test, test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, type TestClock, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: team access
    match: dt-{team}-{role:viewer|editor}-{stage:prod|nonprod}
    group: { name: "{team} {role} {stage}", description: "Provisioned from {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
      - policy: team data
        level: { environments: { stage: "{stage}" } }
        parameters: { team: "{team}" }
        boundaries: [ "team {team}" ]
  - name: account admins
    match: { displayNames: [ dynatrace-admins ] }
    group: { name: Account administrators }
    permissions: [ { role: account-user-management, level: account } ]
guards: { removals: { count: 20, percent: 100 }, groupShrink: { percent: 100 } }
`

test('a pass', async t => {
  t.test('brings people, groups, rights and memberships into the account, and is then in step', async t => {
    const world = await worldOf(t)
    const ana = await world.user('ana')
    const bo = await world.user('bo')
    await world.group('dt-payments-viewer-prod', [ana, bo])
    await world.group('dynatrace-admins', [bo])
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.problems))
    const state = await world.state()
    t.same(membersOf(state, 'payments viewer prod'), ['ana@acme.example', 'bo@acme.example'])
    t.same(membersOf(state, 'Account administrators'), ['bo@acme.example'])
    await world.forgetCalls()
    const again = await world.apply()
    t.equal(again.status, 'in-step')
    t.same(again.plan.steps, [])
    t.equal((await world.calls()).writes, 0, 'a pass in step writes nothing')
  })

  t.test('a new user in five groups costs two writes', async t => {
    const world = await worldOf(t)
    const first = await world.user('first')
    const groups: string[] = []
    for (const team of ['payments', 'checkout', 'search'])
      groups.push(await world.group(`dt-${team}-viewer-prod`, [first]))
    for (const team of ['payments', 'checkout'])
      groups.push(await world.group(`dt-${team}-editor-prod`, [first]))
    t.equal((await world.apply()).status, 'in-step')
    const ana = await world.user('ana')
    for (const id of groups) {
      await world.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: ana }] })
    }
    await world.forgetCalls()
    const run = await world.keyed()
    t.equal(run.status, 'in-step', JSON.stringify(run.problems))
    t.equal(run.plan.steps.length, 6)
    const calls = await world.calls()
    t.equal(calls.writes, 2, JSON.stringify(calls))
    t.equal(calls.total, 4, `one look before, one after: ${JSON.stringify(calls)}`)
    t.same((await world.plan()).plan.steps, [])
  })

  t.test(
    '500 users in 20 groups cost one invitation and one membership call each, and one for all groups',
    async t => {
      const world = await worldOf(t, RULES.replace(/ {4}bindings:[\s\S]*?(?= {2}- name: account)/, ''))
      const ids = await Promise.all(Array.from({ length: 500 }, (_, n) => world.user(`user${n}`)))
      for (let n = 0; n < 20; n++) await world.group(`dt-team${n}-viewer-prod`, ids)
      await world.forgetCalls()
      const run = await world.apply()
      t.equal(run.status, 'in-step', JSON.stringify(run.problems))
      const { byOperation, writes } = await world.calls()
      t.equal(writes, 500 + 500 + 1, JSON.stringify(byOperation))
    },
  )
})

test('hand edits', async t => {
  t.test('are found and repaired, and what is not ours stays as it was', async t => {
    const world = await worldOf(t)
    const ana = await world.user('ana')
    const bo = await world.user('bo')
    await world.group('dt-payments-viewer-prod', [ana, bo])
    await world.apply()
    const group = 'payments viewer prod'
    await world.edit({ do: 'add-member', group, user: 'carla.rossi@acme.example' })
    await world.edit({ do: 'remove-member', group, user: 'ana@acme.example' })
    await world.edit({ do: 'remove-binding', group, policy: 'Standard User', level: 'account' })
    await world.edit({ do: 'change-boundaries', group, policy: 'team data', level: 'prod', boundaries: [] })
    await world.edit({ do: 'add-binding', group, policy: 'Admin User', level: 'account' })
    await world.edit({ do: 'add-permission', group, role: 'account-viewer', level: 'account' })
    await world.edit({ do: 'rename-group', group, name: 'my group now' })
    await world.edit({ do: 'create-group', name: 'shadow admins' })
    const run = await world.plan()
    t.same(
      run.plan.steps.map(step => step.title),
      [
        'remove carla.rossi@acme.example from "my group now"',
        'rename group "my group now" to "payments viewer prod"',
        'bind "Standard User" on the account to "my group now"',
        'change boundaries of "team data" (team=payments) on environment prod (abc12345) of "my group now"',
        'revoke role account-viewer on the account from "my group now"',
        'unbind "Admin User" on the account from "my group now"',
        'add ana@acme.example to "my group now"',
      ],
    )
    t.equal((await world.apply()).status, 'in-step')
    t.same((await world.plan()).plan.steps, [])
    const state = await world.state()
    t.same(membersOf(state, group), ['ana@acme.example', 'bo@acme.example'])
    t.ok(state.groups.some((each: { name: string }) => each.name === 'shadow admins'))
  })

  t.test('a group deleted by hand comes back with all its rights', async t => {
    const world = await worldOf(t)
    const ana = await world.user('ana')
    await world.group('dt-payments-viewer-prod', [ana])
    await world.apply()
    await world.edit({ do: 'delete-group', group: 'payments viewer prod' })
    t.same((await world.apply()).status, 'partial', 'what was made a moment ago may just not show yet')
    world.clock.advance(10_000)
    t.equal((await world.apply()).status, 'in-step')
    t.same(membersOf(await world.state(), 'payments viewer prod'), ['ana@acme.example'])
    t.same((await world.plan()).plan.steps, [])
  })
})

test('lifecycle', async t => {
  t.test(
    'a deactivated person loses the groups and keeps the account by default, and the plan says so',
    async t => {
      const world = await worldOf(t)
      const ana = await world.user('ana')
      const bo = await world.user('bo')
      await world.group('dt-payments-viewer-prod', [ana, bo])
      await world.apply()
      await world.patch(`/Users/${ana}`, { op: 'replace', value: { active: false } })
      const run = await world.keyed()
      t.same(
        run.plan.steps.map(step => [step.title, step.reason]),
        [
          [
            'remove ana@acme.example from "payments viewer prod"',
            'Deactivated in the IdP: groups are taken away, the account user stays.',
          ],
        ],
      )
      const state = await world.state()
      t.same(membersOf(state, 'payments viewer prod'), ['bo@acme.example'])
      t.ok(hasUser(state, 'ana@acme.example'))
    },
  )

  t.test('with remove-after the person leaves the account when the grace period is over', async t => {
    const world = await worldOf(t, `${RULES}\nlifecycle: { deleted: { remove-after: 7d } }\n`)
    const ana = await world.user('ana')
    await world.group('dt-payments-viewer-prod', [ana])
    await world.apply()
    await world.scim('DELETE', `/Users/${ana}`)
    t.match((await world.keyed()).plan.steps, [
      { reason: 'Deleted in the IdP: groups are taken away now, and the account is left after 7d.' },
    ])
    t.same(membersOf(await world.state(), 'payments viewer prod'), [])
    t.ok(hasUser(await world.state(), 'ana@acme.example'))
    world.clock.advance(7 * 86_400_000)
    const run = await world.apply()
    t.match(run.plan.steps, [{ reason: 'Deleted in the IdP, and the grace period of 7d is over.' }])
    t.notOk(hasUser(await world.state(), 'ana@acme.example'))
  })

  t.test('somebody who was in the account before us never leaves it by our hand', async t => {
    const world = await worldOf(t, `${RULES}\nlifecycle: { deleted: { remove-after: 7d } }\n`)
    const ben = await world.user('ben.okafor')
    await world.group('dt-payments-viewer-prod', [ben])
    await world.apply()
    await world.scim('DELETE', `/Users/${ben}`)
    world.clock.advance(30 * 86_400_000)
    await world.apply()
    const state = await world.state()
    t.same(membersOf(state, 'payments viewer prod'), [])
    t.ok(hasUser(state, 'ben.okafor@acme.example'))
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('with-first-access nobody is invited into a blank screen', async t => {
    const world = await worldOf(t, `${RULES}\nlifecycle: { invite: with-first-access }\n`)
    const ana = await world.user('ana')
    t.same((await world.keyed()).plan.steps, [])
    t.notOk(hasUser(await world.state(), 'ana@acme.example'))
    await world.group('dt-payments-viewer-prod', [ana])
    t.equal((await world.keyed()).status, 'in-step')
    t.same(membersOf(await world.state(), 'payments viewer prod'), ['ana@acme.example'])
  })

  t.test('a renamed IdP group renames the group, which keeps its uuid and its members', async t => {
    const world = await worldOf(t)
    const ana = await world.user('ana')
    const id = await world.group('dt-payments-viewer-prod', [ana])
    await world.apply()
    const before = groupNamed(await world.state(), 'payments viewer prod')
    await world.patch(`/Groups/${id}`, {
      op: 'replace',
      value: { id, displayName: 'dt-checkout-viewer-prod' },
    })
    const run = await world.keyed()
    t.equal(run.status, 'in-step', JSON.stringify(run.results))
    const after = groupNamed(await world.state(), 'checkout viewer prod')
    t.equal(after?.uuid, before?.uuid)
    t.ok(after)
    t.same(membersOf(await world.state(), 'checkout viewer prod'), ['ana@acme.example'])
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('a deleted IdP group with several members waits for a person; approved, it goes', async t => {
    const world = await worldOf(
      t,
      RULES.replace('groupShrink: { percent: 100 }', 'groupShrink: { percent: 50 }'),
    )
    const id = await world.group('dt-payments-viewer-prod', [await world.user('ana'), await world.user('bo')])
    await world.apply()
    await world.scim('DELETE', `/Groups/${id}`)
    const held = await world.apply()
    t.equal(held.status, 'held')
    t.match(held.plan.steps, [
      { action: { kind: 'delete-group' }, verdict: { kind: 'hold', guard: 'groupShrink' } },
    ])
    await world.approve(held, 'the team was dissolved')
    t.equal((await world.apply()).status, 'in-step')
    t.equal(groupNamed(await world.state(), 'payments viewer prod'), undefined)
  })
})

test('failing closed', async t => {
  t.test('an account that answers with empty lists loses nothing', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments-viewer-prod', [await world.user('ana')])
    await world.apply()
    await world.fault({ match: { method: 'GET' }, fault: 'short-list', times: 100 })
    const run = await world.apply()
    t.notMatch(run, { status: 'in-step' })
    t.same(
      run.plan.steps.filter(
        step => step.action.kind.startsWith('remove') || step.action.kind.startsWith('delete'),
      ),
      [],
    )
  })

  t.test(
    'bindings that cannot be read are a blind spot: the run is partial and takes nothing away',
    async t => {
      const world = await worldOf(t)
      await world.group('dt-payments-viewer-prod', [await world.user('ana')])
      await world.apply()
      const group = 'payments viewer prod'
      await world.edit({ do: 'add-binding', group, policy: 'Admin User', level: 'account' })
      await world.edit({ do: 'remove-member', group, user: 'ana@acme.example' })
      await world.fault({ match: { path: '/iam/v1/repo/account' }, fault: 'status', status: 500, times: 100 })
      const run = await world.apply()
      t.equal(run.status, 'partial')
      t.same(
        run.plan.steps.map(step => step.action.kind),
        ['add-member'],
      )
      await world.simulated('DELETE', '/faults')
      t.equal((await world.apply()).status, 'in-step')
    },
  )

  t.test(
    'a boundary that the account does not have keeps the binding from being made without it',
    async t => {
      const world = await worldOf(t)
      await world.group('dt-unheard-viewer-prod', [await world.user('ana')])
      const run = await world.apply()
      t.match(kinds(run), ['boundary-not-found'])
      t.notOk(run.plan.steps.some(step => step.title.includes('team data')))
    },
  )

  t.test('a group of the same name that is not ours is left alone and raised', async t => {
    const world = await worldOf(t)
    await world.edit({ do: 'create-group', name: 'payments viewer prod' })
    const before = await world.state()
    await world.group('dt-payments-viewer-prod', [await world.user('ben.okafor')])
    const run = await world.apply()
    t.match(kinds(run), ['name-taken'])
    t.same(await world.state(), before)
  })
})

async function worldOf(t: Test, rules = RULES): Promise<World & { readonly clock: TestClock }> {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules, clock })
  t.teardown(() => store.close())
  return { ...world, clock }
}

const kinds = (run: Run) => run.findings.map(finding => finding.kind).filter(kind => kind !== 'idle-rule')

interface AccountState {
  readonly groups: readonly { readonly uuid: string; readonly name: string }[]
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
}

const groupNamed = (state: AccountState, name: string) => state.groups.find(group => group.name === name)
const hasUser = (state: AccountState, email: string) => state.users.some(user => user.email === email)

function membersOf(state: AccountState, name: string): readonly string[] {
  const uuid = groupNamed(state, name)?.uuid ?? ''
  return state.users
    .filter(user => user.groups.includes(uuid) || user.groups.includes(name))
    .map(user => user.email)
    .sort()
}
