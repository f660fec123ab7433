/** What people decide about held steps: exactly these, once, with a second person where the file says so; and a pause. */
import { type Test, test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import { controls } from '../../src/reconcile/controls/controls.ts'
import { requests } from '../../src/reconcile/requests.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { readJournal } from '../../src/store/journal.ts'
import { verifyJournal } from '../../src/store/journal-verify.ts'
import { openStore } from '../../src/store/open.ts'
import { emptyModel } from '../support/empty-model.ts'
import { makeWorld, testClock } from '../support/world.ts'

const rules = (more = '') => `
version: 1
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: Standard User, level: account } ]
${more}
`

async function held(t: Test, more = '') {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: rules(more), clock })
  const ids = await Promise.all(['ana', 'ben', 'cy', 'dora'].map(name => world.user(name)))
  const payments = await world.group('dt-payments', ids)
  const search = await world.group('dt-search', ids)
  t.equal((await world.apply()).status, 'in-step')
  clock.advance(60_000)
  for (const group of [payments, search])
    await world.patch(`/Groups/${group}`, { op: 'replace', path: 'members', value: [{ value: ids[0] }] })
  const run = await world.apply()
  t.equal(run.status, 'held')
  const approvals = { ...emptyModel.approvals }
  let latest: Run = run
  const ask = (secondPerson: typeof emptyModel.approvals.secondPerson = 'never') =>
    requests({
      runs: world.runs,
      clock,
      wake: () => undefined,
      model: () => ({ ...emptyModel, approvals: { ...approvals, secondPerson } }),
      latest: async () => latest,
    })
  return {
    ...{ world, clock, store, run, ask },
    async apply() {
      latest = await world.apply()
      return latest
    },
  }
}

const heldIn = ({ plan }: Run): readonly string[] =>
  plan.steps.filter(({ verdict }) => verdict.kind === 'hold').map(({ id }) => id)

test('what was approved is exactly what runs', async t => {
  const { world, run, ask, apply } = await held(t)
  const [one = '', ...others] = heldIn(run)
  t.ok(others.length > 2)
  t.match(
    await ask().decide(run.id, 'approved', { actor: 'kim', reason: 'checked', steps: ['no-such-step'] }),
    {
      problem: /holds no step no-such-step/,
    },
  )
  t.match(await ask().decide(run.id, 'approved', { actor: 'kim', reason: 'checked', planHash: 'other' }), {
    problem: /has the hash \w+, and not other: read it again/,
  })
  t.match(
    await ask().decide(run.id, 'approved', {
      ...{ actor: 'kim', reason: 'checked', steps: [one] },
      planHash: run.plan.hash,
    }),
    { trigger: 'approval', status: 'queued' },
  )
  const next = await apply()
  t.equal(next.results[one]?.kind, 'applied')
  t.same(heldIn(next), others, 'the others wait on')
  t.match((await readJournal(world.store.db, { limit: 10, kind: 'decision' }))[0], {
    actor: 'kim',
    data: { decision: 'approved', reason: 'checked', plan: run.plan.hash, steps: [{ id: one }] },
  })

  await t.test('what was carried out is asked about anew another day', async t => {
    t.same((await world.runs.decisions()).approved, new Set())
  })
})

test('a word counts for as long as the file says, and its end is in the journal', async t => {
  const { world, clock, run, ask, apply } = await held(t)
  await ask().decide(run.id, 'approved', { actor: 'kim', reason: 'checked' })
  clock.advance(25 * 3_600_000)
  await world.runs.expire()
  t.equal((await apply()).status, 'held')
  const expired = await readJournal(world.store.db, { limit: 100, kind: 'decision.expired' })
  t.equal(expired.length, heldIn(run).length)
  t.match(expired[0], { data: { by: 'kim', decision: 'approved' } })
  t.match(await verifyJournal(world.store.db), { kind: 'ok' })
})

test('two people', async t => {
  const { run, ask, apply } = await held(t)
  // Who asked for the run.
  const kim = { actor: 'test', reason: 'checked' }
  const first = await ask('always').decide(run.id, 'approved', kim)
  t.match(first, { id: run.id }, 'no run: it waits for a second person')
  t.equal((await apply()).status, 'held')
  t.match(await ask('always').approvals(), [{ needsSecond: true, first: { by: 'test' } }])
  await ask('always').decide(run.id, 'approved', { ...kim, actor: 'TEST' })
  t.equal((await apply()).status, 'held', 'the same person twice is one person')
  t.match(await ask('always').decide(run.id, 'approved', { actor: 'lee', reason: 'agreed' }), {
    status: 'queued',
  })
  t.equal((await apply()).status, 'in-step')
})

test('who asked for the run is one of them, and only some guards may need two', async t => {
  const { run, ask } = await held(t)
  const requested = { ...run, actor: 'kim' }
  const { needsSecond, standsBehind, completes } = await import(
    '../../src/reconcile/decisions/second-person.ts'
  )
  t.notOk(completes('Kim', standsBehind(requested, undefined)))
  t.ok(completes('lee', standsBehind(requested, undefined)))
  t.notOk(completes('lee', standsBehind({ actor: 'schedule' }, undefined)), 'nobody asked: two have to agree')
  const [step] = run.plan.steps.filter(({ verdict }) => verdict.kind === 'hold')
  const guard = step?.verdict.kind === 'hold' ? step.verdict.guard : ''
  t.ok(step && needsSecond(step, { ...emptyModel.approvals, secondPerson: [guard] }))
  t.notOk(step && needsSecond(step, { ...emptyModel.approvals, secondPerson: ['widening'] }))
  t.match(await ask(['widening']).decide(run.id, 'approved', { actor: 'kim', reason: 'x' }), {
    status: 'queued',
  })
})

test('paused: nothing is changed, whoever leaves and whatever is approved, until somebody resumes', async t => {
  const { world, clock, store, run, ask, apply } = await held(t)
  await ask().decide(run.id, 'approved', { actor: 'kim', reason: 'checked' })
  let woken = 0
  const control = controls({
    store,
    clock,
    wake: () => {
      woken += 1
    },
  })
  t.equal(await control.resume({ by: 'kim', reason: 'x' }), false)
  await control.pause({ by: 'kim', reason: 'Something is odd.', until: undefined })
  await world.forgetCalls()
  const paused = await apply()
  t.equal((await world.calls()).writes, 0)
  for (const { verdict } of paused.plan.steps)
    t.match(verdict, {
      guard: 'paused',
      reason: /paused by kim since 2.*: Something is odd\. .*keeps access/,
    })
  t.match(
    paused.findings.filter(({ kind }) => kind === 'paused'),
    [{ kind: 'paused', severity: 'error' }],
  )
  t.equal(await control.resume({ by: 'lee', reason: 'it was nothing' }), true)
  t.equal(woken, 1)
  t.equal((await apply()).status, 'in-step')
  const kinds = (await readJournal(store.db, { limit: 500 })).map(({ kind }) => kind)
  t.ok(kinds.includes('control.paused') && kinds.includes('control.resumed'))

  await t.test('or until its time is over', async t => {
    await control.pause({
      by: 'kim',
      reason: 'x',
      until: new Date(clock.now().getTime() + 60_000).toISOString(),
    })
    t.match(await control.current(), { by: 'kim' })
    clock.advance(61_000)
    t.equal(await control.current(), undefined)
  })
})

test('repairs and changes are two switches', async t => {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: rules(), clock })
  const ana = await world.user('ana')
  const group = await world.group('dt-payments', [ana, await world.user('ben')])
  t.equal((await world.apply()).status, 'in-step')
  const guardsNow = async () =>
    (await world.apply()).plan.steps.map(({ verdict }) => (verdict.kind === 'proceed' ? '' : verdict.guard))

  await t.test('what somebody did by hand waits; the directory is followed', async t => {
    world.configure(rules('drift: { repair: hold }'))
    await world.apply()
    await world.edit({ do: 'add-binding', group: 'team payments', policy: 'Pro User', level: 'account' })
    await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${ana}"]` })
    t.same((await guardsNow()).toSorted(), ['', 'repair'])
  })

  await t.test('a changed file waits; what was done by hand is repaired', async t => {
    world.configure(rules('drift: { changes: hold }'))
    t.same(await guardsNow(), [''])
    world.configure(
      rules('drift: { changes: hold }').replace(
        'bindings: [',
        'bindings: [ { policy: Read Logs, level: account },',
      ),
    )
    t.same(await guardsNow(), ['changes'])
  })
})
