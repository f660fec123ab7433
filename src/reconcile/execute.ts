/**
 * Carries out one run from its record: the pass, the journal entries around it, and the record afterwards.
 *
 * Every Dynatrace call of a run on record is in the journal: those before the plan with the plan, those of a phase
 * before the results of its steps in the same write, the rest with the end. A write that the journal does not know
 * can thus only belong to the newest `steps.begun` of a run that did not end. Of a pass that finds nothing new, and
 * there may be one every few minutes for years, only failed calls (and writes, should there be any) are kept.
 */
import type { AccessModel } from '../access/model.ts'
import type { DynatraceConnection } from '../dynatrace/dynatrace.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { JournalEntry } from '../store/journal-entry.ts'
import { callEntry, isWorthKeeping } from './call-entry.ts'
import type { CallLedger } from './call-ledger.ts'
import { runPass } from './pass/pass.ts'
import type { PassParts, PassResult } from './pass/request.ts'
import type { Run, RunStatus } from './run.ts'
import type { RunStore } from './run-store.ts'
import type { Scope } from './scope.ts'
import type { Plan, Step, StepResult } from './step.ts'

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
  let record: Run = { ...run, status: 'running', startedAt: clock.now().toISOString() }
  const entry = (kind: string, data: JournalEntry['data']): JournalEntry => ({
    kind,
    runId: run.id,
    ...(run.requestIds[0] === undefined ? {} : { requestId: run.requestIds[0] }),
    actor: 'bridge',
    data,
  })
  const callEntries = () => calls.drain(run.id).map(callEntry)
  const plannedEntry = () =>
    entry('run.planned', {
      plan: record.plan.hash,
      ...summary(record.plan),
      trigger: run.trigger,
      actor: run.actor,
      requestIds: run.requestIds,
    })
  const recorder = {
    async planned(plan: Plan) {
      record = { ...record, plan }
      // A plan of which nothing will happen is told once, at the end.
      if (!recorded && !(acts && plan.steps.some(step => step.verdict.kind === 'proceed'))) return
      recorded = true
      await runs.save(record, [...callEntries(), plannedEntry()])
    },
    begun: (steps: readonly Step[]) =>
      runs.note([
        ...callEntries(),
        entry('steps.begun', { steps: steps.map(({ id, title }) => ({ id, title })) }),
      ]),
    async done(steps: readonly Step[], results: ReadonlyMap<string, StepResult>) {
      record = { ...record, results: Object.fromEntries(results) }
      const told = steps.map(({ id, title, reason }) => {
        const result = results.get(id) ?? { kind: 'skipped' as const, reason: 'Not reached.' }
        const why = result.kind === 'applied' ? { reason } : { reason, problem: result.reason }
        return entry(`step.${result.kind}`, { step: id, title, ...why })
      })
      await runs.save(record, [...callEntries(), ...told])
    },
  }

  let result: PassResult | undefined
  try {
    result = await runPass(
      {
        runId: run.id,
        mode: run.mode,
        scope: request.scope,
        model: request.model,
        decisions: await runs.decisions(),
        recorder,
        mayGoOn: parts.mayGoOn,
      },
      { ...parts, dynatrace: connection.with(context) },
    )
  } catch (error) {
    log.warn({ ...context, err: error }, `reconcile pass failed: ${messageOf(error)}`)
    record = { ...record, status: 'failed', problems: [messageOf(error)] }
  }
  const rest = calls.drain(run.id)
  record = {
    ...record,
    ...(result === undefined ? {} : conclusion(record, result, request.model)),
    calls: calls.take(run.id),
    finishedAt: clock.now().toISOString(),
  }
  if (recorded || !(await isKnown(record, runs))) {
    const { status, problems } = record
    await runs.save(record, [
      ...rest.map(callEntry),
      entry('run.finished', { status, problems, plan: record.plan.hash, calls: record.calls }),
    ])
    const applied = Object.entries(record.results).filter(([, step]) => step.kind === 'applied')
    await runs.used(applied.map(([id]) => id))
  } else {
    const kept = rest.filter(isWorthKeeping)
    if (kept.length > 0) await runs.note(kept.map(callEntry))
  }
  log.info(
    { ...context, status: record.status, steps: record.plan.steps.length, scope: record.scope },
    `reconcile pass: ${record.status}`,
  )
  return { run: record, result }
}

/** Whether the run says nothing new: in step, or held and failed in the same way as the newest one on record. */
async function isKnown(run: Run, runs: RunStore): Promise<boolean> {
  if (run.status === 'in-step' && run.plan.steps.length === 0) return true
  const newest = run.scope === 'full' ? await runs.latestFull() : undefined
  return (
    newest?.status === run.status &&
    newest.plan.hash === run.plan.hash &&
    newest.problems.join() === run.problems.join()
  )
}

function conclusion(run: Run, result: PassResult, model: AccessModel): Partial<Run> {
  const { plan, findings, unmanaged, problems } = result
  const results = Object.fromEntries(result.results)
  return { plan, results, findings, unmanaged, problems, status: statusOf(run, result, model) }
}

function statusOf(run: Run, { plan, results, problems }: PassResult, model: AccessModel): RunStatus {
  if (problems.length > 0) return 'partial'
  if (plan.steps.length === 0) return 'in-step'
  if (run.mode === 'plan' || model.mode === 'observe') return 'planned'
  const open = plan.steps.filter(step => results.get(step.id)?.kind !== 'applied')
  if (open.some(step => step.verdict.kind === 'proceed')) return 'partial'
  return open.length > 0 ? 'held' : 'in-step'
}

function summary(plan: Plan): {
  readonly steps: number
  readonly held: number
  readonly refused: number
} {
  const count = (kind: string) => plan.steps.filter(step => step.verdict.kind === kind).length
  return { steps: plan.steps.length, held: count('hold'), refused: count('refuse') }
}
