/** What operators do to the bridge as a whole. */
import type { Clock } from '../../lib/clock.ts'
import type { Store } from '../../store/store.ts'
import { currentPause, type Pause, pause, resume } from './pause.ts'

export interface Controls {
  current(): Promise<Pause | undefined>
  pause(word: { by: string; reason: string; until: string | undefined }): Promise<Pause>
  /** False when the bridge was not paused. */
  resume(word: { by: string; reason: string }): Promise<boolean>
}

/** `wake`: a pass follows what was resumed. */
export function controls({
  store,
  clock,
  wake,
}: {
  readonly store: Store
  readonly clock: Clock
  readonly wake: () => void
}): Controls {
  return {
    current: () => currentPause(store.db, clock.now()),
    async pause({ by, reason, until }) {
      const asked: Pause = {
        by,
        reason,
        at: clock.now().toISOString(),
        ...(until === undefined ? {} : { until }),
      }
      await pause(asked, store)
      return asked
    },
    async resume(word) {
      const resumed = await resume(word, { store, now: clock.now() })
      if (resumed) wake()
      return resumed
    },
  }
}
