/** What is known of drift: class, side, severity, since when, who, and what becomes of it when it comes back. */
import type { Test } from 'tap'
import { test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import { contestOf, isForgotten, repairedAgain } from '../../src/reconcile/drift/contest.ts'
import type { Drift } from '../../src/reconcile/drift/drift.ts'
import type { Step } from '../../src/reconcile/step.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 }, stage: { id: def67890 } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}", description: "Team {team}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team rights, level: { environments: [ prod ] }, parameters: { team: "{team}" }, boundaries: [ "only {team}" ] }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
policies:
  - { name: team rights, statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";' }
boundaries:
  - { name: "only {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`
const GROUP = 'team payments'

async function settled(t: Test) {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const [ana = '', ben = '', cy = ''] = await Promise.all(['ana', 'ben', 'cy'].map(name => world.user(name)))
  const group = await world.group('dt-payments', [ana, ben, cy])
  t.equal((await world.apply()).status, 'in-step')
  clock.advance(60_000)
  return { world, clock, store, ana, ben, cy, group }
}

const driftOf = (steps: readonly Step[]): readonly (Drift | undefined)[] => steps.map(({ drift }) => drift)

test('hand edits', async t => {
  const { world, clock } = await settled(t)
  for (const [what, edit, expected] of [
    [
      'a member taken out',
      { do: 'remove-member', group: GROUP, user: 'ana@acme.example' },
      {
        class: 'missing',
        effect: 'closes',
        severity: 'medium',
        rules: ['teams'],
        idpGroups: ['dt-payments'],
      },
    ],
    [
      'a member put in',
      { do: 'add-member', group: GROUP, user: 'ben.okafor@acme.example' },
      { class: 'extra', effect: 'opens', severity: 'high', idpGroups: ['dt-payments'] },
    ],
    [
      'a policy of administrators bound',
      { do: 'add-binding', group: GROUP, policy: 'Admin User', level: 'prod' },
      { class: 'extra', effect: 'opens', severity: 'critical' },
    ],
    [
      'a binding taken away',
      { do: 'remove-binding', group: GROUP, policy: 'Standard User', level: 'account' },
      { class: 'missing', effect: 'closes', severity: 'high', rules: ['teams'] },
    ],
    [
      'a boundary taken off',
      {
        ...{ do: 'change-boundaries', group: GROUP, policy: 'team rights', level: 'prod' },
        ...{ parameters: { team: 'payments' }, boundaries: [] },
      },
      { class: 'changed', effect: 'opens', severity: 'critical', rules: ['teams'] },
    ],
    [
      'a role granted',
      { do: 'add-permission', group: GROUP, role: 'tenant-logviewer', level: 'prod' },
      { class: 'extra', effect: 'opens', severity: 'high' },
    ],
    [
      'a group renamed',
      { do: 'rename-group', group: GROUP, name: 'by hand' },
      { class: 'renamed', effect: 'neither', severity: 'low' },
    ],
    [
      'a group described otherwise',
      { do: 'describe-group', group: GROUP, description: 'by hand' },
      { class: 'changed', effect: 'neither', severity: 'low' },
    ],
  ] as const) {
    await t.test(what, async t => {
      await world.edit(edit)
      const run = await world.plan()
      t.match(driftOf(run.plan.steps), [
        {
          ...expected,
          cause: 'by-hand',
          actor: { kind: 'person', name: 'ana.kos@acme.example' },
          meaning: /./,
          since: /^2/,
        },
      ])
      clock.advance(1_000)
      t.equal((await world.apply()).status, 'in-step')
      clock.advance(3 * 86_400_000)
    })
  }

  await t.test('a group deleted is made anew under another id', async t => {
    await world.edit({ do: 'delete-group', group: GROUP })
    const { plan } = await world.plan()
    t.match(driftOf(plan.steps.filter(({ action }) => action.kind === 'create-group')), [
      { class: 'recreated', effect: 'closes', severity: 'high', cause: 'by-hand' },
    ])
    t.equal((await world.apply()).status, 'in-step')
  })
})

test('the side that moved', async t => {
  const { world, ana, group } = await settled(t)

  await t.test('the directory: who leaves, joins, or is gone', async t => {
    await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${ana}"]` })
    await world.group('dt-search', [ana])
    const { plan } = await world.plan()
    t.ok(plan.steps.length > 3)
    for (const { title, drift } of plan.steps)
      t.match(drift, { cause: 'directory', actor: { kind: 'none' } }, title)
    await world.keyed()
    t.equal((await world.apply()).status, 'in-step')
  })

  await t.test('bridge.yaml: a right that it gives no more', async t => {
    world.configure(RULES.replace('      - { policy: Standard User, level: account }\n', ''))
    const { plan } = await world.plan()
    t.match(driftOf(plan.steps), [
      { class: 'extra', cause: 'configuration', actor: { kind: 'none' } },
      { class: 'extra', cause: 'configuration', actor: { kind: 'none' } },
    ])
    world.configure(RULES)
    t.same((await world.plan()).plan.steps, [])
  })

  await t.test('what a rule wants no more is orphaned', async t => {
    world.configure(RULES.replace('match: dt-{team}', 'match: dt-{team:digits}'))
    const { plan } = await world.plan()
    const groups = plan.steps.filter(({ action }) => action.kind === 'delete-group')
    t.match(driftOf(groups), [
      { class: 'orphaned', effect: 'opens', cause: 'configuration' },
      { class: 'orphaned' },
    ])
    world.configure(RULES)
  })
})

test('since when: as long as it stands, and anew when it comes again', async t => {
  const { world, clock } = await settled(t)
  world.configure(RULES.replace('version: 1', 'version: 1\nprotect: { groups: [ "team payments" ] }'))
  await world.edit({ do: 'add-binding', group: GROUP, policy: 'Pro User', level: 'prod' })
  const [first] = driftOf((await world.apply()).plan.steps)
  clock.advance(3_600_000)
  const [later] = driftOf((await world.apply()).plan.steps)
  t.equal(later?.since, first?.since)
  t.match(later?.actor, { kind: 'person', name: 'ana.kos@acme.example' }, 'and who it was is not forgotten')
  await world.edit({ do: 'remove-binding', group: GROUP, policy: 'Pro User', level: 'prod' })
  t.same((await world.apply()).plan.steps, [])
  clock.advance(3_600_000)
  await world.edit({ do: 'add-binding', group: GROUP, policy: 'Pro User', level: 'prod' })
  const [again] = driftOf((await world.apply()).plan.steps)
  t.ok((again?.since ?? '') > (first?.since ?? ''))
})

test('contested: what comes back again and again is waited for, and both sides are named', async t => {
  const { world, clock } = await settled(t)
  const edit = { do: 'remove-binding', group: GROUP, policy: 'Standard User', level: 'account' }
  for (let nth = 0; nth < 2; nth += 1) {
    await world.edit(edit)
    t.equal((await world.apply()).status, 'in-step')
    clock.advance(60_000)
  }
  await world.edit(edit)
  const held = await world.apply()
  t.match(held, {
    status: 'held',
    plan: {
      steps: [
        {
          verdict: { kind: 'hold', guard: 'contested' },
          drift: { class: 'contested', contest: { repairs: 2 } },
        },
      ],
    },
    findings: [
      {
        kind: 'contested-drift',
        message: /2 times, since rule "teams" wants it so.*ana\.kos@acme\.example in the console/s,
      },
    ],
  })

  await t.test('after the rest it is repaired, and the next rest is longer', async t => {
    clock.advance(6 * 60_000)
    t.equal((await world.apply()).status, 'in-step')
    await world.edit(edit)
    clock.advance(6 * 60_000)
    t.match((await world.apply()).plan.steps, [{ verdict: { guard: 'contested' } }])
    clock.advance(6 * 60_000)
    t.equal((await world.apply()).status, 'in-step')
  })

  await t.test('rights of administrators do not wait', async t => {
    for (let nth = 0; nth < 4; nth += 1) {
      await world.edit({ do: 'add-binding', group: GROUP, policy: 'Admin User', level: 'prod' })
      t.equal((await world.apply()).status, 'in-step')
    }
  })

  await t.test('and after a day of peace nothing is contested', async t => {
    clock.advance(3 * 86_400_000)
    await world.edit(edit)
    t.match((await world.plan()).plan.steps, [{ verdict: { kind: 'proceed' }, drift: { class: 'missing' } }])
  })
})

test('how long to wait', t => {
  const now = new Date('2026-11-01T12:00:00.000Z')
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
  const twice = repairedAgain(repairedAgain(undefined, now), now)
  t.same(twice, { times: 2, lastAt: now.toISOString() })
  t.equal(contestOf(twice, 'high', at(1))?.restsUntil, at(5).toISOString())
  t.equal(contestOf({ ...twice, times: 4 }, 'high', at(1))?.restsUntil, at(20).toISOString())
  t.equal(contestOf({ ...twice, times: 40 }, 'high', at(1))?.restsUntil, at(24 * 60).toISOString())
  t.match(contestOf({ ...twice, times: 40 }, 'critical', at(1)), { repairs: 40, restsUntil: undefined })
  t.equal(contestOf({ ...twice, times: 1 }, 'high', at(1)), undefined)
  t.notOk(isForgotten(twice, at(24 * 60)))
  t.ok(isForgotten(twice, at(24 * 60 + 6)))
  t.same(repairedAgain(twice, at(24 * 60 + 6)).times, 1)
  t.end()
})
