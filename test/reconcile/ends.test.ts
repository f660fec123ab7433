/** Grants for a time: what happens when they are over, what is told before, and when a pass looks. */
import { type Test, test } from 'tap'
import { endedGrants, nextEnd } from '../../src/access/ends.ts'
import { expiryFindings } from '../../src/access/expiry-findings.ts'
import type { AccessModel, Expiry, Rule } from '../../src/access/model.ts'
import { silentLog } from '../../src/lib/log.ts'
import { fullSchedule } from '../../src/reconcile/full-schedule.ts'
import { newRun, type Run } from '../../src/reconcile/run.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, parseModel, type TestClock, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
  stage: { id: def67890 }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings:
      - { policy: Standard User, level: account }
      - policy: team data
        level: { environments: [ prod ] }
        parameters: { team: "{team}" }
        boundaries: [ "only {team}" ]
    permissions: [ { role: tenant-viewer, level: { environments: [ prod ] } } ]
  - name: contractors
    match: { displayNames: [ contractors ] }
    group: { name: "payments viewers" }
    bindings: [ { policy: Standard User, level: account } ]
boundaries:
  - name: only {team}
    for: viewers
    query: storage:dt.security_context = "{team}";
guards: { removals: { count: 20, percent: 100 }, groupShrink: { percent: 100 } }
`

const DAY = 86_400_000

test('what is over is taken away, and the plan says why', async t => {
  t.test('a rule: its groups go, with their boundaries', async t => {
    const { world, clock } = await place(t)
    const ana = await world.user('ana')
    await world.group('dt-payments-viewer', [ana])
    world.adjust(ending('viewers', inDays(clock, 1, 'the project is done')))
    t.equal((await world.apply()).status, 'in-step')
    t.ok(holds(await world.state(), 'payments viewers'))
    clock.advance(2 * DAY)
    const run = await world.plan()
    const reason = /^Rule "viewers" ended on \d{4}-\d\d-\d\d: the project is done\.$/
    t.match(
      run.plan.steps.map(({ action, reason }) => [action.kind, reason]),
      [
        ['delete-boundary', reason],
        ['delete-group', reason],
      ],
    )
    t.equal((await world.apply()).status, 'in-step')
    t.notOk(holds(await world.state(), 'payments viewers'))
    t.match(
      (await world.plan()).findings.find(({ kind }) => kind === 'grant-ended'),
      { severity: 'info', subject: 'rule viewers', message: reason },
    )
  })

  t.test('a rule among others: its people leave, and the group stays', async t => {
    const { world, clock } = await place(t)
    const ana = await world.user('ana')
    const bo = await world.user('bo')
    await world.group('dt-payments-viewer', [ana])
    await world.group('contractors', [bo])
    world.adjust(ending('contractors', inDays(clock, 3, '')))
    t.equal((await world.apply()).status, 'in-step')
    clock.advance(4 * DAY)
    const run = await world.apply()
    t.match(
      run.plan.steps.map(({ title, reason }) => [title, reason]),
      [['remove bo@acme.example from "payments viewers"', /^Rule "contractors" ended on \d{4}-\d\d-\d\d\.$/]],
    )
    t.equal(run.status, 'in-step')
  })

  t.test('one binding and one role of a rule, and nothing else', async t => {
    const { world, clock } = await place(t)
    await world.group('dt-payments-viewer', [await world.user('ana')])
    const until = inDays(clock, 1, 'on trial')
    world.adjust(
      eachRule('viewers', rule => ({
        ...rule,
        groups: rule.groups.map(group => ({
          ...group,
          bindings: group.bindings.map(each => (each.policy === 'team data' ? { ...each, until } : each)),
          permissions: group.permissions.map(each => ({ ...each, until })),
        })),
      })),
    )
    t.equal((await world.apply()).status, 'in-step')
    clock.advance(2 * DAY)
    const run = await world.apply()
    t.match(
      run.plan.steps.map(({ action, reason }) => [action.kind, reason]),
      [
        ['remove-permission', /^Role tenant-viewer of rule "viewers" ended on .*: on trial\.$/],
        ['remove-binding', /^Policy "team data" of rule "viewers" ended on .*: on trial\.$/],
      ],
    )
    t.equal(run.status, 'in-step')
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('what was taken away by hand or by the IdP has its own reason', async t => {
    const { world, clock } = await place(t)
    const ana = await world.user('ana')
    const bo = await world.user('bo')
    const contractors = await world.group('contractors', [ana, bo])
    await world.group('dt-payments-viewer', [])
    world.adjust(ending('contractors', inDays(clock, 1, 'x')))
    await world.apply()
    await world.edit({ do: 'add-member', group: 'payments viewers', user: 'carla.rossi@acme.example' })
    await world.patch(`/Users/${bo}`, { op: 'replace', path: 'active', value: false })
    await world.patch(`/Groups/${contractors}`, { op: 'remove', path: `members[value eq "${ana}"]` })
    clock.advance(2 * DAY)
    const reasons = (await world.plan()).plan.steps.map(({ reason }) => reason)
    t.equal(reasons.length, 3)
    t.notMatch(reasons.join('\n'), /ended on/)
  })

  t.test('a keyed pass after the end adds nobody to what is over', async t => {
    const { world, clock } = await place(t)
    const group = await world.group('dt-payments-viewer', [await world.user('ana')])
    world.adjust(ending('viewers', inDays(clock, 1, 'x')))
    await world.apply()
    clock.advance(2 * DAY)
    const bo = await world.user('bo')
    await world.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: bo }] })
    const run = await world.keyed()
    t.notMatch(
      run.plan.steps.map(({ action }) => action.kind),
      ['add-member'],
    )
  })
})

test('findings tell of ends within two weeks, and of those that are over', t => {
  const now = new Date('2027-01-20T08:00:00Z')
  const of = (lastDay: string) =>
    expiryFindings(ending('viewers', { lastDay, reason: 'audit.' })(parseModel(RULES)), now)
  t.same(of('2027-02-03'), [])
  t.match(of('2027-02-02'), [
    {
      kind: 'grant-ends-soon',
      severity: 'info',
      subject: 'rule viewers',
      message: 'Rule "viewers" ends on 2027-02-02: audit.',
      remedy: /"until"/,
    },
  ])
  t.match(of('2027-01-20'), [{ kind: 'grant-ends-soon' }], 'the last day counts whole')
  t.match(of('2027-01-19'), [
    { kind: 'grant-ended', severity: 'info', message: 'Rule "viewers" ended on 2027-01-19: audit.' },
  ])
  t.end()
})

test('several ends of one rule are one finding, and what ends with the rule is not told by itself', t => {
  const now = new Date('2027-01-20T08:00:00Z')
  const soon = { lastDay: '2027-01-25', reason: 'a' }
  const rights = eachRule('viewers', rule => ({
    ...rule,
    groups: rule.groups.map(group => ({
      ...group,
      bindings: group.bindings.map(each => ({ ...each, until: soon })),
    })),
  }))
  t.match(expiryFindings(rights(parseModel(RULES)), now), [
    {
      kind: 'grant-ends-soon',
      message:
        'Policy "Standard User" of rule "viewers" ends on 2027-01-25: a. Policy "team data" of rule "viewers" ends on 2027-01-25: a.',
    },
  ])
  const both = ending('viewers', { lastDay: '2027-01-01', reason: 'b' })(rights(parseModel(RULES)))
  t.match(expiryFindings(both, now), [
    { kind: 'grant-ended', message: 'Rule "viewers" ended on 2027-01-01: b.' },
  ])
  t.equal(expiryFindings(both, now).length, 1)
  t.equal(endedGrants(both, now).length, 1)
  t.equal(nextEnd(both, now), Date.parse('2027-01-26T00:00:00Z'))
  t.equal(nextEnd(both, new Date('2027-02-01T00:00:00Z')), undefined)
  t.end()
})

test('a full pass is due when something ends, not only on schedule', t => {
  let at = Date.parse('2027-01-31T23:00:00Z')
  const clock = { now: () => new Date(at), sleep: async () => undefined }
  const schedule = fullSchedule(clock)
  const endsAt = Date.parse('2027-02-01T00:00:00Z')
  const week = 7 * DAY
  schedule.passed(ended('in-step'), { at, everyMs: week, stale: false, endsAt })
  at = endsAt - 1
  t.equal(schedule.due(), undefined)
  at = endsAt
  t.equal(schedule.due(), 'schedule')
  schedule.passed(ended('in-step'), { at, everyMs: week, stale: false, endsAt: undefined })
  at = endsAt + week - 1
  t.equal(schedule.due(), undefined)
  at += 1
  t.equal(schedule.due(), 'schedule')
  // Something ended while the pass ran: it is looked at again at once.
  schedule.passed(ended('in-step'), { at, everyMs: week, stale: false, endsAt: at - 5 })
  t.equal(schedule.due(), 'schedule')
  t.end()
})

test('the loop takes away what ends at midnight, though it passes only once a week', async t => {
  const { world, clock } = await place(t)
  await world.group('dt-payments-viewer', [await world.user('ana')])
  world.adjust(model => ({
    ...ending('viewers', inDays(clock, 0, 'over'))(model),
    fullPassEveryMs: 7 * DAY,
  }))
  const loop = world.loop({ now: () => clock.now(), sleep: () => new Promise(setImmediate) })
  await until(async () => (await loop.latest())?.status === 'in-step')
  t.ok(holds(await world.state(), 'payments viewers'))
  clock.advance(DAY)
  await until(async () => !holds(await world.state(), 'payments viewers'))
  t.notOk(holds(await world.state(), 'payments viewers'))
})

async function place(t: Test) {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules: RULES, clock })
  t.teardown(() => store.close())
  return { world, clock }
}

/** The last day, so many days from the clock's today. */
function inDays(clock: TestClock, days: number, reason: string): Expiry {
  return { lastDay: new Date(clock.now().getTime() + days * DAY).toISOString().slice(0, 10), reason }
}

function ending(name: string, until: Expiry): (model: AccessModel) => AccessModel {
  return eachRule(name, rule => ({ ...rule, until }))
}

function eachRule(name: string, change: (rule: Rule) => Rule): (model: AccessModel) => AccessModel {
  return model => ({ ...model, rules: model.rules.map(rule => (rule.name === name ? change(rule) : rule)) })
}

function ended(status: Run['status']): Run {
  return newRun({ trigger: 'schedule', mode: 'apply', scope: 'full', status, actor: 'schedule' }, new Date(0))
}

function holds(state: { groups: readonly { name: string }[] }, name: string): boolean {
  return state.groups.some(group => group.name === name)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(setImmediate)
}
