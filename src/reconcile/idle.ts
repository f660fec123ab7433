/** How the loop passes the time when there is nothing to do: asleep, until its time is over or somebody wakes it. */
import type { Clock } from '../lib/clock.ts'

/** How long changes gather before a keyed pass begins. */
const GATHER_MS = 150

export interface Idle {
  sleep(ms: number): Promise<void>
  /** Cheap, so that every SCIM write can call it. */
  wake(): void
}

/** Nobody sleeps on once `stopping` is aborted. */
export function idle(clock: Clock, stopping: AbortSignal): Idle {
  let waking = new AbortController()
  return {
    async sleep(ms) {
      waking = new AbortController()
      await clock.sleep(ms, AbortSignal.any([waking.signal, stopping]))
      if (waking.signal.aborted && !stopping.aborted) await clock.sleep(GATHER_MS, stopping)
    },
    wake() {
      // An abort makes an error object each time.
      if (!waking.signal.aborted) waking.abort()
    },
  }
}
