/**
 * The Dynatrace calls of each run. The connection reports every call as it ended; the run takes its count at the end
 * and, on the way, the calls themselves for the journal. None is lost: what could not be written, and what ended when
 * its run was over already, is written with the next.
 */
import type { CallRecord } from '../dynatrace/dynatrace.ts'
import { isRunId } from './run.ts'

export interface CallLedger {
  /** To be told before the first call of a run. */
  begin(runId: string): void
  record(call: CallRecord): void
  /**
   * Hands over what ended since the last time, oldest first, at most 1,000 calls at a time; `isLast` with what is left,
   * which may be nothing. Rejects as `write` does, and keeps what that did not take.
   */
  drain(runId: string, write: (calls: readonly CallRecord[], isLast: boolean) => Promise<void>): Promise<void>
  /** Calls by operation since the run began. */
  counts(runId: string): Readonly<Record<string, number>>
  /** The calls that carried a step out, or tried to; undefined when there was none. */
  ofStep(runId: string, stepId: string): StepCalls | undefined
  /** Forgets the run. */
  end(runId: string): void
}

export interface StepCalls {
  /** As the journal names them. One call may carry out several steps. */
  readonly calls: readonly string[]
  /** ISO 8601, when the first was sent. */
  readonly startedAt: string
  /** From then to the end of the last. */
  readonly durationMs: number
}

interface RunCalls {
  readonly counts: Map<string, number>
  /** By step id. */
  readonly steps: Map<string, StepCalls>
  readonly ended: CallRecord[]
}

/** In one write: the first pass over a large account makes ten thousand calls and more, and others want to write too. */
const MOST = 1_000

export function callLedger(): CallLedger {
  const runs = new Map<string, RunCalls>()
  /** Of runs that are over. */
  const late: CallRecord[] = []
  return {
    begin: runId => void runs.set(runId, { counts: new Map(), steps: new Map(), ended: [] }),
    record(call) {
      const { context, operation, attempts } = call
      // Questions about access are no runs: on an instance that does not lead nobody would ever take them.
      if (!isRunId(context.runId)) return
      const run = runs.get(context.runId)
      run?.counts.set(operation, (run.counts.get(operation) ?? 0) + attempts)
      for (const step of context.steps ?? []) run?.steps.set(step, joined(run.steps.get(step), call))
      const ended = run?.ended ?? late
      ended.push(call)
    },
    async drain(runId, write) {
      const ended = runs.get(runId)?.ended ?? []
      ended.unshift(...late.splice(0))
      for (;;) {
        const batch = ended.splice(0, MOST)
        const isLast = ended.length === 0
        try {
          await write(batch, isLast)
        } catch (error) {
          ended.unshift(...batch)
          throw error
        }
        if (isLast) return
      }
    },
    counts: runId =>
      Object.fromEntries([...(runs.get(runId)?.counts ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))),
    ofStep: (runId, stepId) => runs.get(runId)?.steps.get(stepId),
    end(runId) {
      late.push(...(runs.get(runId)?.ended ?? []))
      runs.delete(runId)
    },
  }
}

function joined(before: StepCalls | undefined, { id, startedAt, durationMs }: CallRecord): StepCalls {
  if (before === undefined) return { calls: [id], startedAt, durationMs }
  const end = Date.parse(startedAt) + durationMs
  const untilNow = Date.parse(before.startedAt) + before.durationMs
  return {
    calls: [...before.calls, id],
    startedAt: before.startedAt,
    durationMs: Math.max(end, untilNow) - Date.parse(before.startedAt),
  }
}
