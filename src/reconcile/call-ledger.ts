/** Counts the Dynatrace calls of each run. The connection reports every call; a run takes its count at the end. */
import type { CallRecord } from '../dynatrace/dynatrace.ts'

export interface CallLedger {
  record(call: CallRecord): void
  /** Calls by operation since the run began; forgets them. */
  take(runId: string): Readonly<Record<string, number>>
}

export function callLedger(): CallLedger {
  const runs = new Map<string, Map<string, number>>()
  return {
    record({ context, operation, attempts }) {
      const counts = runs.get(context.runId) ?? new Map<string, number>()
      counts.set(operation, (counts.get(operation) ?? 0) + attempts)
      runs.set(context.runId, counts)
    },
    take(runId) {
      const counts = runs.get(runId) ?? new Map<string, number>()
      runs.delete(runId)
      return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    },
  }
}
