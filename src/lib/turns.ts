/** Long work in short turns, so that whoever else waits for the event loop gets it in between. */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Work that yields wherever it may be left for a moment, and returns what it came to. */
export type Work<T> = Generator<undefined, T, undefined>

/** How long work may hold the loop at a time, in milliseconds. */
const TURN_MS = 8

/** Carries the work out, and lets the loop go whenever a turn is over. `now` is in milliseconds. */
export async function inTurns<T>(work: Work<T>, now: () => number = () => performance.now()): Promise<T> {
  for (;;) {
    const until = now() + TURN_MS
    do {
      const { done, value } = work.next()
      if (done === true) return value
    } while (now() < until)
    await nextTurn()
  }
}

/** Carries the work out in one turn, for who has nobody waiting. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** Waits only when the last turn has lasted long enough; for loops that wait for other things too. */
export function breather(now: () => number = () => performance.now()): () => Promise<void> {
  let until = now() + TURN_MS
  return async () => {
    if (now() < until) return
    await nextTurn()
    until = now() + TURN_MS
  }
}
