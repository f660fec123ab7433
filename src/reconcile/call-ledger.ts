/**
 * The Dynatrace calls of each run. The connection reports every call as it ended; the run takes its count at the end
 * and, on the way, the calls themselves for the journal.
 */
import type { CallRecord } from '../dynatrace/dynatrace.ts'

export interface CallLedger {
  record(call: CallRecord): void
  /** Calls that ended since the last time, oldest first; forgets them, but not their count. */
  drain(runId: string): readonly CallRecord[]
  /** Calls by operation since the run began; forgets them. */
  take(runId: string): Readonly<Record<string, number>>
}

interface RunCalls {
  readonly counts: Map<string, number>
  ended: CallRecord[]
}

export function callLedger(): CallLedger {
  const runs = new Map<string, RunCalls>()
  const of = (runId: string): RunCalls => runs.get(runId) ?? { counts: new Map(), ended: [] }
  return {
    record(call) {
      const { context, operation, attempts } = call
      const run = of(context.runId)
      run.counts.set(operation, (run.counts.get(operation) ?? 0) + attempts)
      run.ended.push(call)
      runs.set(context.runId, run)
    },
    drain(runId) {
      const run = of(runId)
      const { ended } = run
      run.ended = []
      return ended
    },
    take(runId) {
      const { counts } = of(runId)
      runs.delete(runId)
      return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    },
  }
}
