/**
 * Long work in short turns, so that whoever else waits for the event loop gets it in between. All work of the
 * process shares one turn: ten of them at a time hold the loop no longer than one does.
 */

/** Work that yields wherever it may be left for a moment, and returns what it came to. */
export type Work<T> = Generator<undefined, T, undefined>

/** How long the loop may be held at a time, in milliseconds. */
const TURN_MS = 8

/** The end of this turn, and the next one, where somebody waits for it. */
let until = 0
let next: Promise<void> | undefined

/** Carries the work out, and lets the loop go whenever a turn is over. */
export async function inTurns<T>(work: Work<T>): Promise<T> {
  for (;;) {
    await breathe()
    do {
      const { done, value } = work.next()
      if (done === true) return value
    } while (performance.now() < until)
  }
}

/** Carries the work out in one go, for who has nobody waiting. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** Waits for the next turn when this one is over; for loops that wait for other things too. */
export async function breathe(): Promise<void> {
  // Whoever came first may have used it up.
  while (performance.now() >= until) await nextTurn()
}

function nextTurn(): Promise<void> {
  next ??= new Promise(resolve => {
    setImmediate(() => {
      next = undefined
      until = performance.now() + TURN_MS
      resolve()
    })
  })
  return next
}
