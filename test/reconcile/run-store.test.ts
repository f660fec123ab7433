/** Runs on record: with any number of steps, listed without them, kept as long as they are to be. */
import { sql } from 'kysely'
import { newRun, type Run } from '../../src/reconcile/run.ts'
import { runStore } from '../../src/reconcile/run-store.ts'
import type { Step, StepResult } from '../../src/reconcile/step.ts'
import { up } from '../../src/store/migrations/0004-run-steps.ts'
import { eachDatabase } from '../support/databases.ts'
import { testClock } from '../support/world.ts'

const asked = { trigger: 'request', mode: 'apply', scope: 'full', status: 'running', actor: 'ana' } as const

const step = (at: number): Step => ({
  id: `step-${at}`,
  action: { kind: 'invite-user', emailKey: `p${at}@acme.example`, email: `p${at}@acme.example` },
  title: `invite p${at}@acme.example`,
  reason: 'The IdP provisions this person.',
  verdict: at % 10 === 0 ? { kind: 'hold', guard: 'removals', reason: 'too many' } : { kind: 'proceed' },
})
const steps = Array.from({ length: 1_500 }, (_, at) => step(at))
const resultsUpTo = (count: number): Record<string, StepResult> =>
  Object.fromEntries(steps.slice(0, count).map(({ id }) => [id, { kind: 'applied' }]))

/** What is undefined is left out. */
const asStored = (run: Run): unknown => JSON.parse(JSON.stringify(run))

eachDatabase({
  async 'a run is read as it was saved, piece by piece, and listed with its figures alone'(t, database) {
    const store = await database.open()
    const runs = runStore(store, testClock())
    const run: Run = { ...newRun(asked, new Date()), plan: { hash: 'abc', steps } }
    await runs.save(run)
    t.same(await runs.get(run.id), asStored(run))
    const half: Run = { ...run, results: resultsUpTo(700) }
    await runs.save(half)
    t.same(await runs.get(run.id), asStored(half))
    const done: Run = {
      ...half,
      results: {
        ...half.results,
        'step-1': { kind: 'failed', reason: 'Forbidden' },
        'step-700': { kind: 'applied' },
      },
      status: 'partial',
      finishedAt: new Date().toISOString(),
    }
    await runs.save(done)
    t.same(await runs.get(run.id), asStored(done))
    const [head] = await runs.list(10)
    t.match(head, { planHash: 'abc', tally: { add: 1_350, held: 150, applied: 700, failed: 1 } })
    t.notOk(head !== undefined && 'plan' in head)
    t.same(await runs.head(run.id), head)
  },

  async 'another plan of a run takes the place of the first'(t, database) {
    const store = await database.open()
    const runs = runStore(store, testClock())
    const run: Run = { ...newRun(asked, new Date()), plan: { hash: 'abc', steps } }
    await runs.save(run)
    const shorter = {
      ...run,
      plan: { hash: 'def', steps: steps.slice(0, 3) },
      finishedAt: new Date().toISOString(),
    }
    await runs.save(shorter)
    t.same(await runs.get(run.id), asStored(shorter))
  },

  async 'what is past its time goes with its steps, and nothing else'(t, database) {
    const store = await database.open()
    const clock = testClock()
    const runs = runStore(store, clock, 30)
    const past: Run = {
      ...newRun(asked, clock.now()),
      plan: { hash: 'abc', steps },
      finishedAt: clock.now().toISOString(),
    }
    await runs.save(past)
    clock.advance(29 * 86_400_000)
    await runs.prune()
    t.ok(await runs.get(past.id))
    const recent: Run = {
      ...newRun(asked, clock.now()),
      plan: { hash: 'abc', steps },
      finishedAt: clock.now().toISOString(),
    }
    await runs.save(recent)
    clock.advance(2 * 86_400_000)
    await runs.prune()
    t.equal(await runs.get(past.id), undefined)
    t.same(await runs.get(recent.id), asStored(recent))
    const rows = await store.db.selectFrom('runSteps').select('runId').distinct().execute()
    t.same(rows, [{ runId: recent.id }])
  },

  async 'who waits for an answer is not kept waiting by a very long plan'(t, database) {
    const store = await database.open()
    const runs = runStore(store, testClock())
    const many = Array.from({ length: 20_000 }, (_, at) => step(at))
    let answered = 0
    const others = setInterval(() => {
      answered += 1
    }, 10)
    await runs.save({ ...newRun(asked, new Date()), plan: { hash: 'abc', steps: many } })
    clearInterval(others)
    t.ok(answered > 5, `others had ${answered} turns meanwhile`)
  },

  async 'runs of earlier releases are read as they were'(t, database) {
    const store = await database.open()
    const runs = runStore(store, testClock())
    const old: Run = {
      ...newRun(asked, new Date()),
      plan: { hash: 'abc', steps: steps.slice(0, 3) },
      results: { 'step-1': { kind: 'applied' } },
      finishedAt: new Date().toISOString(),
    }
    await store.write(async tx => {
      await sql`drop table run_steps`.execute(tx)
      await tx
        .insertInto('runs')
        .values({
          id: old.id,
          trigger: old.trigger,
          mode: old.mode,
          status: old.status,
          startedAt: old.startedAt,
          finishedAt: old.finishedAt ?? null,
          data: JSON.stringify(old),
        })
        .execute()
      await up(tx.schema, store.dialect, tx)
    })
    t.same(await runs.get(old.id), asStored(old))
    t.match(await runs.list(1), [{ id: old.id, tally: { applied: 1, held: 1 } }])
  },
})
