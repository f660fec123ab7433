/** One Dynatrace call as the journal keeps it: what was asked and what came of it, never a token, header or body. */
import type { CallRecord } from '../dynatrace/dynatrace.ts'
import type { JournalEntry } from '../store/journal-entry.ts'

export const CALL_KIND = 'dynatrace.call'

export function callEntry({ id, context, ...call }: CallRecord): JournalEntry {
  return {
    kind: CALL_KIND,
    runId: context.runId,
    ...(context.requestIds[0] === undefined ? {} : { requestId: context.requestIds[0] }),
    actor: 'bridge',
    data: { call: id, ...call, ...(context.steps === undefined ? {} : { steps: context.steps }) },
  }
}

/** What the journal keeps of a run that leaves no other trace: what may have changed something, and what went wrong. */
export function isWorthKeeping({ method, operation, outcome }: CallRecord): boolean {
  return outcome !== 'ok' || (method !== 'GET' && operation !== 'oauth.token')
}
