/**
 * When a full pass is due: at the start, on schedule, after a changed bridge.yaml, and sooner than planned
 * when the one before or a key did not come right.
 */
import { backoff } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Run, RunTrigger } from './run.ts'

const RETRY_MS = 2_000
/** At least this long from one full pass to one that a failed key asks for. */
const FULL_AGAIN_MS = 60_000

export interface FullSchedule {
  /** Why a full pass is due now; undefined when none is. */
  due(): RunTrigger | undefined
  /**
   * A full pass ended at a time (ms); one that only reports leaves the schedule as it is. `everyMs`: how
   * often the access model wants one; `stale`: another model came during the pass; `endsAt` (ms): when something
   * that the pass took for granted ends, which is then taken away.
   */
  passed(
    run: Run,
    ended: {
      readonly at: number
      readonly everyMs: number
      readonly stale: boolean
      readonly endsAt?: number | undefined
    },
  ): void
  /** Soon, but not right after the last one. */
  hasten(): void
  /** At once, and from then on as usual. */
  bringForward(): void
  /** Not before this time (ms), and right then: until then nobody is called. */
  waitFor(at: number): void
  /** At once: a new access model is in force. */
  configured(): void
}

/** Kept in memory: a bridge that starts looks at everything anyway. */
export function fullSchedule(clock: Clock): FullSchedule {
  let next: { readonly at: number; readonly trigger: RunTrigger } = { at: 0, trigger: 'start' }
  let attempts = 0
  let lastAt = 0
  const now = () => clock.now().getTime()
  return {
    due: () => (now() >= next.at ? next.trigger : undefined),
    passed({ status, mode }, { at, everyMs, stale, endsAt = Number.POSITIVE_INFINITY }) {
      lastAt = at
      if (mode !== 'apply') return
      attempts = status === 'failed' || status === 'partial' ? attempts + 1 : 0
      const wait = attempts > 0 ? backoff(attempts, RETRY_MS, everyMs) : everyMs
      // A model that came meanwhile is due at once, whatever became of this pass.
      if (!stale) next = { at: Math.min(now() + wait, endsAt), trigger: 'schedule' }
    },
    hasten() {
      next = { ...next, at: Math.min(next.at, Math.max(now(), lastAt + FULL_AGAIN_MS)) }
    },
    bringForward() {
      next = { ...next, at: Math.min(next.at, now()) }
    },
    waitFor(at) {
      // Of what comes after an outage, its failures tell nothing.
      attempts = 0
      next = { ...next, at }
    },
    configured() {
      next = { at: 0, trigger: 'configuration' }
    },
  }
}
