/** Runs at most `limit` tasks at a time, in the order they came. */
export type Semaphore = <T>(task: () => Promise<T>) => Promise<T>

export function semaphore(limit: number): Semaphore {
  const waiting: (() => void)[] = []
  let running = 0
  return async task => {
    if (running >= limit) await new Promise<void>(resolve => waiting.push(resolve))
    else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      // A waiter takes over the slot, so that nobody who comes in between can take it first.
      if (next === undefined) running -= 1
      else next()
    }
  }
}
