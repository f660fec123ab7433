/**
 * Carries out one run from its record: the pass, the journal entries around it, and the record afterwards.
 *
 * Every Dynatrace call of a run on record is in the journal: those before the plan with the plan, those of a phase
 * before the results of its steps in the same write, the rest with the end. A write that the journal does not know
 * can thus only belong to the newest `steps.begun` of a run that did not end. Of a pass that finds nothing new, and
 * there may be one every few minutes for years, only failed calls (and writes, should there be any) are kept.
 */

import type { AccessModel } from '../access/model.ts'
import type { CallRecord, DynatraceConnection } from '../dynatrace/dynatrace.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import { breathe } from '../lib/turns.ts'
import type { JournalEntry } from '../store/journal-entry.ts'
import { journalHead } from '../store/journal-head.ts'
import { callEntry, isWorthKeeping } from './call-entry.ts'
import type { CallLedger } from './call-ledger.ts'
import { conclusion, summary } from './conclusion.ts'
import { modelDigest } from './drift/settled-model.ts'
import { holdingsRecorder } from './holdings/recorder.ts'
import { isKnown } from './news.ts'
import { runPass } from './pass/pass.ts'
import type { PassParts, PassResult } from './pass/request.ts'
import { appliedSince } from './rollback/applied-since.ts'
import type { Run } from './run.ts'
import type { RunStore } from './run-store.ts'
import type { Scope } from './scope.ts'
import type { Plan, Step, StepAction, StepResult } from './step.ts'

export interface ExecuteParts extends Omit<PassParts, 'dynatrace'> {
  readonly log: Log
  readonly connection: DynatraceConnection
  readonly calls: CallLedger
  readonly runs: RunStore
  readonly mayGoOn: () => string | undefined
}

export interface Executed {
  readonly run: Run
  /** Undefined when the pass did not come to an end. */
  readonly result: PassResult | undefined
}

/** A pass that throws makes a run that says `failed` and why. Throws only when the run cannot be recorded. */
export async function execute(
  run: Run,
  request: { readonly scope: Scope; readonly model: AccessModel },
  parts: ExecuteParts,
): Promise<Executed> {
  const { runs, clock, log, connection, calls } = parts
  // What finds nothing new leaves no trace, unless somebody asked for it.
  let recorded = run.status === 'queued'
  const acts = run.mode === 'apply' && request.model.mode !== 'observe'
  const context = { runId: run.id, requestIds: run.requestIds }
  let record: Run = {
    ...run,
    model: modelDigest(request.model),
    status: 'running',
    startedAt: clock.now().toISOString(),
  }
  const entry = (kind: string, data: JournalEntry['data']): JournalEntry => ({
    kind,
    runId: run.id,
    ...(run.requestIds[0] === undefined ? {} : { requestId: run.requestIds[0] }),
    actor: 'bridge',
    data,
  })
  const withCalls = (
    write: (entries: readonly JournalEntry[]) => Promise<void>,
    keep = (_: CallRecord) => true,
  ) =>
    calls.drain(run.id, async (ended, isLast) => {
      const entries = ended.filter(keep).map(callEntry)
      if (isLast) return await write(entries)
      await runs.note(entries)
      await breathe()
    })
  const plannedEntry = () =>
    entry('run.planned', {
      plan: record.plan.hash,
      ...summary(record.plan),
      trigger: run.trigger,
      actor: run.actor,
      requestIds: run.requestIds,
    })
  /** What does not change is told by the same object, so that the record knows what is new. */
  const told = new Map<string, { readonly of: StepResult; readonly as: StepResult }>()
  const sent = (results: ReadonlyMap<string, StepResult>): Run['results'] =>
    Object.fromEntries(
      [...results].map(([id, result]) => {
        const carried = calls.ofStep(run.id, id)
        const before = told.get(id)
        if (before?.of === result && before.as.sent === carried) return [id, before.as]
        const as = carried === undefined ? result : { ...result, sent: carried }
        told.set(id, { of: result, as })
        return [id, as]
      }),
    )
  const holdings = holdingsRecorder(run.id, parts)
  const recorder = {
    found: holdings.found,
    async planned(plan: Plan) {
      record = { ...record, plan }
      // A plan of which nothing will happen is told once, at the end.
      if (!recorded && !(acts && plan.steps.some(step => step.verdict.kind === 'proceed'))) return
      recorded = true
      await withCalls(entries => runs.save(record, [...entries, plannedEntry()]))
    },
    begun: (steps: readonly Step[]) =>
      withCalls(entries => {
        const begun = inPieces(steps).map(some =>
          entry('steps.begun', { steps: some.map(({ id, title }) => ({ id, title })) }),
        )
        return runs.note([...entries, ...begun])
      }),
    async done(steps: readonly Step[], results: ReadonlyMap<string, StepResult>) {
      record = { ...record, results: sent(results) }
      const told = steps.map(({ id, title, reason }) => {
        const result = results.get(id) ?? { kind: 'skipped' as const, reason: 'Not reached.' }
        const why = result.kind === 'applied' ? { reason } : { reason, problem: result.reason }
        return entry(`step.${result.kind}`, { step: id, title, ...why })
      })
      await withCalls(async entries => {
        const lines = inPieces([...entries, ...told])
        for (const some of lines.slice(0, -1)) {
          await runs.note(some)
          await breathe()
        }
        await runs.save(record, lines.at(-1), tx => holdings.done(tx, steps, results))
      })
    },
  }

  let result: PassResult | undefined
  calls.begin(run.id)
  try {
    result = await runPass(
      {
        runId: run.id,
        mode: run.mode,
        scope: request.scope,
        model: request.model,
        decisions: await runs.decisions(),
        undo: await undoFor(run, parts),
        recorder,
        mayGoOn: parts.mayGoOn,
      },
      { ...parts, dynatrace: connection.with(context) },
    )
  } catch (error) {
    log.warn({ ...context, err: error }, `reconcile pass failed: ${messageOf(error)}`)
    record = { ...record, status: 'failed', problems: [messageOf(error)] }
  }
  record = {
    ...record,
    ...(result === undefined
      ? {}
      : {
          ...conclusion(record, result, request.model),
          results: sent(result.results),
          remains: await remaining(record, result.remains, parts),
        }),
    calls: calls.counts(run.id),
    finishedAt: clock.now().toISOString(),
  }
  try {
    if (recorded || !(await isKnown(record, runs))) {
      const { status, problems } = record
      const finished = entry('run.finished', {
        status,
        problems,
        plan: record.plan.hash,
        calls: record.calls,
      })
      await withCalls(entries => runs.save(record, [...entries, finished]))
      const applied = Object.entries(record.results).filter(([, step]) => step.kind === 'applied')
      await runs.used(applied.map(([id]) => id))
    } else {
      const note = (entries: readonly JournalEntry[]) =>
        entries.length === 0 ? Promise.resolve() : runs.note(entries)
      await withCalls(note, isWorthKeeping)
    }
  } finally {
    calls.end(run.id)
  }
  if (record.scope === 'full') await logHead(parts)
  log.info(
    { ...context, status: record.status, steps: record.plan.steps.length, scope: record.scope },
    `reconcile pass: ${record.status}`,
  )
  return { run: record, result }
}

/** Who has the log elsewhere can prove by this line that nobody has rewritten the journal since. */
async function logHead({ store, log }: Pick<ExecuteParts, 'store' | 'log'>): Promise<void> {
  const head = await journalHead(store.db)
  if (head !== undefined) log.info({ journal: `${head.seq}:${head.hash}` }, 'journal head')
}

/** Others want to write, too, and to be answered: so many lines, or steps in a line, at a time. */
const PIECE = 1_000

const inPieces = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / PIECE) }, (_, at) => all.slice(at * PIECE, (at + 1) * PIECE))

/** Of a rollback, what was carried out since the run that it goes back to. */
async function undoFor(
  { rollbackTo }: Run,
  { runs, store }: ExecuteParts,
): Promise<readonly StepAction[] | undefined> {
  if (rollbackTo === undefined) return undefined
  const target = await runs.head(rollbackTo)
  if (target === undefined) throw new Error(`Run ${rollbackTo} is not on record any more.`)
  return appliedSince(target, store.db)
}

/** The file that is in force goes on to say what it says. */
async function remaining(
  { rollbackTo, model }: Run,
  left: readonly string[],
  { runs }: ExecuteParts,
): Promise<readonly string[] | undefined> {
  if (rollbackTo === undefined) return undefined
  const target = await runs.head(rollbackTo)
  const isSame = target?.model !== undefined && target.model === model
  return isSame
    ? left
    : [
        ...left,
        'bridge.yaml is not the one of that run: bring that one back before you resume, or it is all done again.',
      ]
}
