/** Runs and people's decisions in the database, and the journal entries that go with them. */
import type { Clock } from '../lib/clock.ts'
import type { JournalEntry } from '../store/journal-entry.ts'
import type { Store, Writer } from '../store/store.ts'
import type { RunRow } from '../store/tables.ts'
import { appendJournal } from '../store/tail.ts'
import type { Decisions } from './guard/facts.ts'
import { headOf, type Run, type RunHead, type RunTrigger } from './run.ts'
import { forgetSteps, readSteps, writeResults, writeSteps } from './run-steps.ts'
import type { Plan } from './step.ts'

/** How long a person's word on a step counts. */
const DECISION_HOURS = 24
/** How long finished runs are kept unless it is said. */
const RUN_DAYS = 90
/** Runs that are deleted at a time. */
const PRUNED = 200
/** What sets off passes over keys, and nothing else. */
const OF_KEYS = ['scim', 'audit'] as const satisfies readonly RunTrigger[]

export interface RunStore {
  /** Stores the run as it now is: its steps a piece at a time, then the rest with journal entries in one write. */
  save(run: Run, entries?: readonly JournalEntry[]): Promise<void>
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
  decide(run: Run, decision: 'approved' | 'rejected', by: { actor: string; reason: string }): Promise<void>
  /** Forgets the words on steps that were carried out: the same change another day is asked about anew. */
  used(stepIds: readonly string[]): Promise<void>
  /** What people said that still counts. */
  decisions(): Promise<Decisions>
  /** Deletes finished runs and decisions that are past their time. The journal keeps what happened. */
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
  const saveHead = (head: RunHead, entries: readonly JournalEntry[]) =>
    store.write(async tx => {
      const row = rowOf(head)
      const { id: _, ...changed } = row
      await tx
        .insertInto('runs')
        .values(row)
        .onConflict(conflict => conflict.column('id').doUpdateSet(changed))
        .execute()
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
    async save(run, entries = []) {
      await saveSteps(run)
      await saveHead(headOf(run), entries)
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
    decide: (run, decision, { actor, reason }) =>
      store.write(async tx => {
        const now = clock.now()
        const held = run.plan.steps.filter(step => step.verdict.kind === 'hold')
        const word = {
          runId: run.id,
          decision,
          actor,
          reason,
          at: now.toISOString(),
          expiresAt: new Date(now.getTime() + DECISION_HOURS * 3_600_000).toISOString(),
        }
        for (const step of held) {
          // The latest word counts, whichever run it was said about.
          await tx.deleteFrom('decisions').where('stepId', '=', step.id).execute()
          await tx
            .insertInto('decisions')
            .values({ stepId: step.id, ...word })
            .execute()
        }
        const data = { decision, reason, steps: held.map(({ id, title }) => ({ id, title })) }
        journal(tx, [{ kind: 'decision', runId: run.id, actor, data }])
      }),
    async used(stepIds) {
      const decided = await db.selectFrom('decisions').select('stepId').execute()
      const used = decided.map(row => row.stepId).filter(id => stepIds.includes(id))
      if (used.length === 0) return
      await store.write(async tx => {
        for (const id of used) await tx.deleteFrom('decisions').where('stepId', '=', id).execute()
      })
    },
    async decisions() {
      const rows = await db
        .selectFrom('decisions')
        .selectAll()
        .where('expiresAt', '>', clock.now().toISOString())
        .execute()
      const said = (what: 'approved' | 'rejected') => rows.filter(row => row.decision === what)
      return {
        approved: new Set(said('approved').map(row => row.stepId)),
        rejected: new Map(said('rejected').map(row => [row.stepId, `${row.actor}: ${row.reason}`])),
      }
    },
    async prune() {
      const now = clock.now()
      const old = new Date(now.getTime() - keepDays * 86_400_000).toISOString()
      const expired = await db
        .selectFrom('decisions')
        .select('stepId')
        .where('expiresAt', '<', now.toISOString())
        .executeTakeFirst()
      const past = await db
        .selectFrom('runs')
        .select('id')
        .where('finishedAt', '<', old)
        .limit(PRUNED)
        .execute()
      if (expired === undefined && past.length === 0) return
      const ids = past.map(({ id }) => id)
      if (ids.length > 0) await forgetSteps(store, ids)
      await store.write(async tx => {
        await tx.deleteFrom('decisions').where('expiresAt', '<', now.toISOString()).execute()
        if (ids.length > 0) await tx.deleteFrom('runs').where('id', 'in', ids).execute()
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
