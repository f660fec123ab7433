/** The one gate through which all calls of an account leave, in the order they came; `window.ts` decides how many. */
import type { Clock } from '../lib/clock.ts'
import { paceOf } from './pace.ts'
import type { Exchange } from './transport.ts'
import { newWindow, nextWindow, opensAt, type WindowEvent, type WindowLimits } from './window.ts'

export interface Limiter {
  /** Sends when its turn comes. Whatever `send` throws says nothing of the server's speed. */
  send(send: () => Promise<Exchange>): Promise<Exchange>
  figures(): LimiterFigures
}

export interface LimiterFigures {
  readonly inFlight: number
  /** How many may be in flight at present. */
  readonly window: number
  /** How many wait for their turn. */
  readonly waiting: number
}

export function limiter(options: {
  readonly limits: WindowLimits
  readonly clock: Clock
  /** Lets everybody through without a wait: nothing can be sent any more. */
  readonly closing: AbortSignal
}): Limiter {
  const { limits, clock, closing } = options
  const queue: (() => void)[] = []
  let window = newWindow(limits)
  let wait: number | undefined

  const tell = (event: WindowEvent) => {
    window = nextWindow(window, event, limits)
  }

  return {
    async send(send) {
      await new Promise<void>(resolve => {
        queue.push(resolve)
        letGo()
      })
      const { era } = window
      let exchange: Exchange | undefined
      try {
        exchange = await send()
        return exchange
      } finally {
        tell({ kind: 'came-back', era, ...judged(exchange, clock.now()) })
        letGo()
      }
    },
    figures: () => ({ inFlight: window.inFlight, window: window.size, waiting: queue.length }),
  }

  function letGo(): void {
    for (;;) {
      const [next] = queue
      if (next === undefined) return
      const at = clock.now().getTime()
      const opens = opensAt(window, at)
      if (opens === 'full') return
      if (opens > at && !closing.aborted) {
        waitUntil(opens, at)
        return
      }
      queue.shift()
      tell({ kind: 'left' })
      next()
    }
  }

  function waitUntil(until: number, at: number): void {
    // A later instant that comes up meanwhile is found when this wait ends.
    if (wait !== undefined && wait <= until) return
    wait = until
    // A timer may fire a moment before its time; a clock that was set back must not lengthen the wait.
    const ms = Math.min(until - at, limits.longestPause) + 1
    void clock.sleep(ms, closing).then(() => {
      if (wait === until) wait = undefined
      tell({ kind: 'waited', until })
      letGo()
    })
  }
}

function judged(exchange: Exchange | undefined, now: Date) {
  const at = now.getTime()
  if (exchange === undefined || exchange.kind === 'lost') return { outcome: 'badly', at, pace: {} } as const
  const { status, headers } = exchange
  const outcome = status === 429 ? 'limited' : status >= 500 ? 'badly' : 'well'
  return { outcome, at, pace: paceOf(status, headers, now) } as const
}
