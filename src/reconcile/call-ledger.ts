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
  /** Forgets the run. */
  end(runId: string): void
}

interface RunCalls {
  readonly counts: Map<string, number>
  readonly ended: CallRecord[]
}

/** In one write: the first pass over a large account makes ten thousand calls and more, and others want to write too. */
const MOST = 1_000

export function callLedger(): CallLedger {
  const runs = new Map<string, RunCalls>()
  /** Of runs that are over. */
  const late: CallRecord[] = []
  return {
    begin: runId => void runs.set(runId, { counts: new Map(), ended: [] }),
    record(call) {
      const { context, operation, attempts } = call
      // Questions about access are no runs: on an instance that does not lead nobody would ever take them.
      if (!isRunId(context.runId)) return
      const run = runs.get(context.runId)
      run?.counts.set(operation, (run.counts.get(operation) ?? 0) + attempts)
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
    end(runId) {
      late.push(...(runs.get(runId)?.ended ?? []))
      runs.delete(runId)
    },
  }
}
