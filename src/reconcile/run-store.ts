/** Runs in the database, and the journal entries that go with them. */
import type { Clock } from '../lib/clock.ts'
import type { JournalEntry } from '../store/journal-entry.ts'
import type { Store, Writer } from '../store/store.ts'
import type { RunRow } from '../store/tables.ts'
import { appendJournal } from '../store/tail.ts'
import { type DecisionStore, decisionStore } from './decisions/decision-store.ts'
import { headOf, type Run, type RunHead, type RunTrigger } from './run.ts'
import { forgetSteps, readSteps, writeResults, writeSteps } from './run-steps.ts'
import type { Plan } from './step.ts'

/** How long finished runs are kept unless it is said. */
const RUN_DAYS = 90
/** Runs that are deleted at a time. */
const PRUNED = 200
/** What sets off passes that do not say how everything is: those over keys, and rollbacks. */
const OF_KEYS = ['scim', 'audit', 'rollback'] as const satisfies readonly RunTrigger[]

export interface RunStore extends DecisionStore {
  /** Stores the run as it now is: its steps a piece at a time, then the rest with journal entries in one write. */
  save(
    run: Run,
    entries?: readonly JournalEntry[],
    /** Goes into the same write. */
    also?: (tx: Writer) => Promise<void>,
  ): Promise<void>
  note(entries: readonly JournalEntry[]): Promise<void>
  get(id: string): Promise<Run | undefined>
  head(id: string): Promise<RunHead | undefined>
  /** Newest first. */
  list(limit: number): Promise<readonly RunHead[]>
  /** Full runs that wait for the reconciler, oldest first. They have no plan yet. */
  queued(): Promise<readonly Run[]>
  /** Runs that a process left unfinished when it died. */
  interrupted(): Promise<readonly RunHead[]>
  /** As `save`, of a run whose steps stay as they are on record. */
  saveHead(run: RunHead): Promise<void>
  /** The newest full run that came to a conclusion: one that failed says nothing about the account. */
  latestFull(): Promise<Run | undefined>
  /** The newest run that ended in any way, of those that looked at everything or of those that looked at keys. */
  newest(of: 'full' | 'keys'): Promise<RunHead | undefined>
  /** Deletes finished runs that are past their time. The journal keeps what happened. */
  prune(): Promise<void>
}

export function runStore(store: Store, clock: Clock, keepDays = RUN_DAYS): RunStore {
  const { db } = store
  const journal = (tx: Writer, entries: readonly JournalEntry[]) =>
    appendJournal(tx, entries, clock.now().toISOString())
  /** Of runs under way: what of their steps is on record. */
  const saved = new Map<string, Pick<Run, 'plan' | 'results'>>()
  const saveSteps = async (run: Run) => {
    const { id, plan, results } = run
    const before = saved.get(id)
    const isKnown = before?.plan === plan
    if (!isKnown && (plan.steps.length > 0 || before !== undefined)) await writeSteps(store, id, plan.steps)
    const news = Object.entries(results).filter(
      ([step, result]) => !isKnown || before.results[step] !== result,
    )
    if (news.length > 0) {
      await writeResults(store, id, news, new Map(plan.steps.map((step, position) => [step.id, position])))
    }
    if (run.finishedAt === undefined) saved.set(id, { plan, results })
    else saved.delete(id)
  }
  const saveHead = (head: RunHead, entries: readonly JournalEntry[], also?: (tx: Writer) => Promise<void>) =>
    store.write(async tx => {
      const row = rowOf(head)
      const { id: _, ...changed } = row
      await tx
        .insertInto('runs')
        .values(row)
        .onConflict(conflict => conflict.column('id').doUpdateSet(changed))
        .execute()
      await also?.(tx)
      journal(tx, entries)
    })
  const whole = async (row: RunRow) => runOf(storedHead(row), await readSteps(db, row.id))
  const newest = (isOfKeys: 'in' | 'not in') =>
    db
      .selectFrom('runs')
      .selectAll()
      .where('trigger', isOfKeys, OF_KEYS)
      .where('finishedAt', 'is not', null)
      .orderBy('finishedAt', 'desc')
      .limit(1)
  return {
    ...decisionStore(store, clock),
    async save(run, entries = [], also) {
      await saveSteps(run)
      await saveHead(headOf(run), entries, also)
    },
    saveHead: run => saveHead(run, []),
    note: entries => store.write(async tx => journal(tx, entries)),
    async get(id) {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : whole(row)
    },
    async head(id) {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : storedHead(row)
    },
    async list(limit) {
      const rows = await db.selectFrom('runs').selectAll().orderBy('startedAt', 'desc').limit(limit).execute()
      return rows.map(storedHead)
    },
    async queued() {
      const rows = await db
        .selectFrom('runs')
        .selectAll()
        .where('status', '=', 'queued')
        .orderBy('startedAt')
        .execute()
      return rows.map(row => runOf(storedHead(row), { steps: [], results: {} }))
    },
    async interrupted() {
      const rows = await db.selectFrom('runs').selectAll().where('status', '=', 'running').execute()
      return rows.map(storedHead)
    },
    async latestFull() {
      const row = await newest('not in').where('status', '!=', 'failed').executeTakeFirst()
      return row === undefined ? undefined : whole(row)
    },
    async newest(of) {
      const row = await newest(of === 'full' ? 'not in' : 'in').executeTakeFirst()
      return row === undefined ? undefined : storedHead(row)
    },
    async prune() {
      const now = clock.now()
      const old = new Date(now.getTime() - keepDays * 86_400_000).toISOString()
      const past = await db
        .selectFrom('runs')
        .select('id')
        .where('finishedAt', '<', old)
        .limit(PRUNED)
        .execute()
      if (past.length === 0) return
      const ids = past.map(({ id }) => id)
      await forgetSteps(store, ids)
      await store.write(async tx => {
        await tx.deleteFrom('runs').where('id', 'in', ids).execute()
      })
    },
  }
}

function rowOf(run: RunHead): RunRow {
  const { id, trigger, mode, status, startedAt, finishedAt } = run
  return { id, trigger, mode, status, startedAt, finishedAt: finishedAt ?? null, data: JSON.stringify(run) }
}

const storedHead = (row: RunRow): RunHead => JSON.parse(row.data) as RunHead // our own text, written above

const runOf = (
  { planHash, tally: _, ...run }: RunHead,
  { steps, results }: { readonly steps: Plan['steps']; readonly results: Run['results'] },
): Run => ({ ...run, plan: { hash: planHash, steps }, results })
