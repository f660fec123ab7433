/** Guards that look beyond one plan: over a day, at the directory, at the calendar, at who is left to look after the account. */
import { type Test, test } from 'tap'
import { parseWeekly } from '../../src/access/weekly.ts'
import { silentLog } from '../../src/lib/log.ts'
import { freezeAt } from '../../src/reconcile/guard/freeze.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { openStore } from '../../src/store/open.ts'
import { emptyModel } from '../support/empty-model.ts'
import { makeWorld, testClock } from '../support/world.ts'

const rules = (guards: string, more = '') => `
version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: Standard User, level: account } ]
guards: { ${guards} }
${more}
`
const WIDE = 'removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 }'

async function settled(t: Test, text: string, people = 20) {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: text, clock })
  const ids: string[] = []
  for (let at = 0; at < people; at += 1) ids.push(await world.user(`p${at}`))
  const group = await world.group('dt-payments', ids)
  t.equal((await world.apply()).status, 'in-step')
  clock.advance(60_000)
  const members = async (): Promise<number> =>
    (await world.state()).users.filter(({ groups }: { groups: readonly string[] }) =>
      groups.includes('team payments'),
    ).length
  const active = (id: string, value: boolean) =>
    world.patch(`/Users/${id}`, { op: 'replace', path: 'active', value })
  return { world, clock, store, ids, group, members, active }
}

const guardsOf = ({ plan }: Run): readonly string[] =>
  plan.steps.map(({ verdict }) => (verdict.kind === 'proceed' ? 'proceed' : verdict.guard))

test('the identity provider un-assigns everybody, one request at a time', async t => {
  const { world, ids, members, active } = await settled(t, rules(WIDE))
  for (const id of ids.slice(0, 12)) {
    await active(id, false)
    await world.keyed()
  }
  t.equal(await members(), 10, 'ten leave as on any other day; who comes then is held')
  const run = await world.apply()
  t.equal(run.status, 'held')
  t.same(guardsOf(run), ['directory-shrink', 'directory-shrink'])
  t.match(run.plan.steps[0]?.verdict, {
    reason: /deactivated or deleted 12 of 20 people since 2.*guards\.directoryShrink allows \(10 and 30 %\)/,
  })

  await t.test('SCIM goes on, and who is brought back is no more held', async t => {
    for (const id of ids.slice(0, 12)) t.equal((await active(id, true)).status, 200)
    t.equal((await world.apply()).status, 'in-step')
    t.equal(await members(), 20)
  })
})

test('a person who approves lets everybody go', async t => {
  const { world, ids, members, active } = await settled(t, rules(WIDE))
  for (const id of ids.slice(0, 15)) await active(id, false)
  const held = await world.apply()
  t.same([...new Set(guardsOf(held))], ['directory-shrink'])
  await world.approve(held, 'the branch is closed')
  t.equal((await world.apply()).status, 'in-step')
  t.equal(await members(), 5)
})

test('a few leavers at a time are a day later no crowd', async t => {
  const { world, clock, ids, members, active } = await settled(t, rules(WIDE))
  for (const id of ids.slice(0, 8)) await active(id, false)
  t.equal((await world.apply()).status, 'in-step')
  clock.advance(25 * 3_600_000)
  for (const id of ids.slice(8, 16)) await active(id, false)
  t.equal((await world.apply()).status, 'in-step')
  t.equal(await members(), 4)
})

test('removals of a day', async t => {
  const { world, clock, ids, members } = await settled(
    t,
    rules(
      'removals: { count: 4, percent: 100, perDay: { count: 6, percent: 100 } }, groupShrink: { percent: 100 }',
    ),
  )
  const byHand = async (from: number, to: number) => {
    // Put in by hand again and again: what no rule gives is taken away.
    for (let at = from; at < to; at += 1)
      await world.edit({
        do: 'add-binding',
        group: 'team payments',
        policy: 'Pro User',
        level: at % 2 === 0 ? 'prod' : 'account',
      })
  }
  await byHand(0, 2)
  t.equal((await world.apply()).status, 'in-step')
  const others = await world.group('dt-others', ids.slice(0, 10))
  await world.keyed()
  const leave = async (from: number, to: number) => {
    for (const id of ids.slice(from, to))
      await world.patch(`/Groups/${others}`, { op: 'remove', path: `members[value eq "${id}"]` })
  }
  await leave(0, 3)
  t.equal((await world.apply()).status, 'in-step', 'five of six')
  await leave(3, 6)
  const held = await world.apply()
  t.same([...new Set(guardsOf(held))], ['removals-per-day'])
  t.match(held.plan.steps[0]?.verdict, {
    reason: /8 removals within 24 hours are more than .*perDay\.count allows \(6\)/,
  })

  await t.test('a single one who leaves a group never waits, whatever went before', async t => {
    await world.patch(`/Groups/${others}`, {
      op: 'add',
      path: 'members',
      value: ids.slice(3, 6).map(value => ({ value })),
    })
    await leave(3, 4)
    t.equal((await world.apply()).status, 'in-step')
  })

  await t.test('and the next day they may go', async t => {
    await leave(4, 6)
    t.equal((await world.apply()).status, 'held')
    clock.advance(25 * 3_600_000)
    t.equal((await world.apply()).status, 'in-step')
  })
  t.equal(await members(), 20)
})

test('a time in which nothing is changed', async t => {
  const { world, ids, members, active } = await settled(t, rules(WIDE))
  const [gone = ''] = ids
  const now = Date.now()
  const frozen = rules(
    `${WIDE}, freeze: [ { from: "${new Date(now - 3_600_000).toISOString()}", until: "${new Date(now + 86_400_000).toISOString()}", reason: Year-end } ]`,
  )
  world.configure(frozen)
  await world.edit({ do: 'add-binding', group: 'team payments', policy: 'Pro User', level: 'prod' })
  await active(gone, false)
  const run = await world.apply()
  t.same(guardsOf(run).toSorted(), ['freeze', 'proceed'])
  t.match(run.plan.steps.find(({ verdict }) => verdict.kind === 'hold')?.verdict, { reason: /Year-end/ })
  t.equal(await members(), 19, 'who leaves loses access all the same')
})

test('when a window is open', t => {
  const model = (window: object) =>
    ({ guards: { ...emptyModel.guards, freeze: [{ reason: 'x', ...window }] } }) as never
  const weekly = { kind: 'weekly', ...parseWeekly('fri 16:00 - mon 06:00') }
  const until = (window: object, at: string) => freezeAt(model(window), new Date(at))?.until
  t.equal(until(weekly, '2026-11-20T15:59:59Z'), undefined)
  t.equal(until(weekly, '2026-11-20T16:00:00Z'), '2026-11-23T06:00:00.000Z')
  t.equal(until(weekly, '2026-11-22T23:59:00Z'), '2026-11-23T06:00:00.000Z')
  t.equal(until(weekly, '2026-11-23T05:59:59Z'), '2026-11-23T06:00:00.000Z')
  t.equal(until(weekly, '2026-11-23T06:00:00Z'), undefined)
  const daily = { kind: 'weekly', ...parseWeekly('wed 09:00-wed 17:30') }
  t.equal(until(daily, '2026-11-18T17:29:00Z'), '2026-11-18T17:30:00.000Z')
  t.equal(until(daily, '2026-11-19T10:00:00Z'), undefined)
  for (const bad of ['fri', 'fri 25:00 - mon 06:00', 'someday 10:00 - mon 06:00', 'mon 06:00 - mon 06:00'])
    t.equal(parseWeekly(bad), undefined, bad)
  t.end()
})

test('a bridge that only reads writes nothing, whatever is approved', async t => {
  const { world } = await settled(t, rules(WIDE))
  world.configure(rules(WIDE, 'readOnly: true'))
  await world.edit({ do: 'add-binding', group: 'team payments', policy: 'Pro User', level: 'prod' })
  const run = await world.apply()
  await world.approve(run, 'please')
  await world.forgetCalls()
  t.same(guardsOf(await world.apply()), ['read-only'])
  t.equal((await world.calls()).writes, 0)
})

test('a bad file that gives rights of administrators waits for a person', async t => {
  const { world } = await settled(t, rules(WIDE))
  const admin = rules(WIDE).replace('bindings: [', 'bindings: [ { policy: Admin User, level: account },')
  world.configure(admin)
  const run = await world.apply()
  t.match(run, {
    status: 'held',
    plan: { steps: [{ verdict: { guard: 'widening', reason: /"Admin User" of administrators/ } }] },
  })
  await world.approve(run, 'they look after the account')
  t.equal((await world.apply()).status, 'in-step')

  await t.test('what somebody took away by hand is put back without a question', async t => {
    await world.edit({ do: 'remove-binding', group: 'team payments', policy: 'Admin User', level: 'account' })
    t.equal((await world.apply()).status, 'in-step')
  })

  await t.test('and the file may say that it is to be carried out at once', async t => {
    world.configure(
      rules(`${WIDE}, widening: allow`).replace(
        'bindings: [',
        'permissions: [ { role: account-user-management, level: account } ]\n    bindings: [ { policy: Admin User, level: account },',
      ),
    )
    t.equal((await world.apply()).status, 'in-step')
  })
})

test('the last administrator stays', async t => {
  const admins = rules(`${WIDE}, widening: allow`, 'lifecycle: { deactivated: strip-groups }').replace(
    'bindings: [ { policy: Standard User',
    'bindings: [ { policy: Admin User',
  )
  const { world, ids, members, active } = await settled(t, admins, 2)
  const [first = '', second = ''] = ids
  // Whoever else administers the account is taken away first.
  const { bindings } = await world.state()
  for (const { group, policy, level } of bindings as { group: string; policy: string; level: string }[])
    if (policy === 'Admin User' && level.startsWith('account') && group !== 'team payments')
      await world.edit({ do: 'remove-binding', group, policy, level: 'account' })
  await active(first, false)
  t.equal((await world.apply()).status, 'in-step')
  t.equal(await members(), 1)
  await active(second, false)
  const run = await world.apply()
  t.match(run.plan.steps, [
    { verdict: { kind: 'refuse', guard: 'last-administrator', reason: /Nobody would be left/ } },
  ])
  await world.approve(run, 'let them go')
  await world.keyed()
  t.equal(await members(), 1, 'whoever approves')
})
