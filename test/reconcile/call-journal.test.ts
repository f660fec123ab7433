/** Every call that a run made is in the journal, where it belongs in the order of things; a quiet pass leaves nothing. */
import { type Test, test } from 'tap'
import type { CallRecord } from '../../src/dynatrace/dynatrace.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { callLedger } from '../../src/reconcile/call-ledger.ts'
import { type JournalLine, readJournal } from '../../src/store/journal.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: team data, level: account, parameters: { team: payments } } ]
`

test('each call of a run is journaled once, between the announcement of its step and its result', async t => {
  const world = await worldOf(t)
  await world.group('dt-payments', [await world.user('ana'), await world.user('bo')])
  const run = await world.apply()
  t.equal(run.status, 'in-step', JSON.stringify(run.results))
  const lines = await journalOf(world)
  const calls = lines.filter(({ kind }) => kind === 'dynatrace.call')

  const counted: Record<string, number> = {}
  for (const { data } of calls) {
    counted[String(data.operation)] = (counted[String(data.operation)] ?? 0) + Number(data.attempts)
  }
  t.same(counted, run.calls, 'as many as the run counted')
  t.equal(new Set(calls.map(({ data }) => data.call)).size, calls.length)
  for (const { runId, actor, data } of calls) {
    t.match(
      { runId, actor, data },
      {
        runId: run.id,
        actor: 'bridge',
        data: { call: /^call-/, startedAt: /^\d{4}-/, durationMs: Number, outcome: 'ok', path: /^\// },
      },
    )
  }
  const kinds = lines.map(({ kind, data }) => (kind === 'dynatrace.call' ? String(data.operation) : kind))
  const begun = kinds.indexOf('steps.begun')
  const invited = kinds.indexOf('users.invite')
  t.ok(begun !== -1 && begun < invited, kinds.join(' '))
  t.equal(
    kinds.slice(0, invited).findLast(kind => /^step/.test(kind)),
    'steps.begun',
    kinds.join(' '),
  )
  t.equal(
    kinds.slice(invited).find(kind => /^step/.test(kind)),
    'step.applied',
    kinds.join(' '),
  )
  t.ok(kinds.indexOf('users.list') < kinds.indexOf('run.planned'), 'what the plan rests on comes before it')
  t.equal(kinds.at(-1), 'run.finished')
  t.notMatch(JSON.stringify(lines), new RegExp(`${world.simulator.clientSecret}|eyJ|Bearer`))
})

test('a pass by the clock that finds nothing new keeps no calls but those that went wrong', async t => {
  const world = await worldOf(t)
  await world.group('dt-payments', [await world.user('ana')])
  await world.apply()
  const before = await journalOf(world)
  const quiet = world.loop(systemClock)
  while (quiet.status().lastSuccessAt === undefined) await systemClock.sleep(20)
  await quiet.stop()
  t.same((await journalOf(world)).length, before.length)

  await world.fault({ match: { path: '/policies$' }, fault: 'status', status: 403, times: 1 })
  await world.fault({ match: { path: '/users$' }, fault: 'status', status: 503, times: 1 })
  const unlucky = world.loop(systemClock)
  while (unlucky.status().lastAttemptAt === undefined) await systemClock.sleep(20)
  await unlucky.stop()
  const added = (await journalOf(world)).slice(before.length)
  t.ok(
    added.some(
      ({ kind, data }) => kind === 'dynatrace.call' && data.outcome === 'rejected' && data.status === 403,
    ),
  )
})

async function worldOf(t: Test): Promise<World> {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules: RULES, clock })
  t.teardown(() => store.close())
  return world
}

/** Oldest first. */
async function journalOf({ store }: World): Promise<readonly JournalLine[]> {
  return (await readJournal(store.db, { limit: 1_000 })).toReversed()
}

test('calls come in pieces, and none is lost: not one that ends late, not one that could not be written', async t => {
  const ledger = callLedger()
  const call = (nth: number, runId = 'run-1'): CallRecord => ({
    id: `call-${nth}`,
    startedAt: '2026-11-22T10:00:00.000Z',
    operation: 'users.get',
    method: 'GET',
    path: '/x',
    environment: undefined,
    status: 200,
    outcome: 'ok',
    attempts: 1,
    durationMs: 1,
    upstreamId: undefined,
    problem: undefined,
    context: { runId, requestIds: [] },
  })
  const written: string[] = []
  const sizes: number[] = []
  const write = async (calls: readonly CallRecord[], isLast: boolean) => {
    sizes.push(calls.length)
    written.push(...calls.map(({ id }) => id))
    t.equal(isLast, calls.length < 1_000)
  }
  ledger.begin('run-1')
  for (let nth = 0; nth < 2_500; nth += 1) ledger.record(call(nth))
  await t.rejects(
    ledger.drain('run-1', () => Promise.reject(new Error('disk is full'))),
    { message: 'disk is full' },
  )
  await ledger.drain('run-1', write)
  t.same(sizes, [1_000, 1_000, 500])
  t.same(ledger.counts('run-1'), { 'users.get': 2_500 })
  ledger.record(call(2_500))
  ledger.end('run-1')
  ledger.record(call(2_501))
  ledger.begin('run-2')
  ledger.record(call(9_999, 'access'))
  ledger.record(call(2_502, 'run-2'))
  await ledger.drain('run-2', write)
  t.same(
    written,
    Array.from({ length: 2_503 }, (_, nth) => `call-${nth}`),
    'each once, in order',
  )
  t.same(ledger.counts('run-2'), { 'users.get': 1 })
})
