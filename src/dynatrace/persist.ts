/** Sending again: which outcomes are worth a repetition, and how long to wait before it. */
import { backoff } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { paceOf } from './pace.ts'
import type { Exchange } from './transport.ts'

/** Whether, how often and when a call is sent again. */
export interface Persistence {
  /** Repetitions after the first try. */
  readonly retries: number
  /** Milliseconds before the first repetition, doubling from there. */
  readonly pause: number
  /** Longest wait in milliseconds, also where the server asks for more. */
  readonly longestPause: number
}

const TRANSIENT: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * Sends until the outcome is final, the tries or the budget are used up or `closing` aborts; gives the last outcome.
 *
 * | outcome                   | repeatable | not repeatable |
 * |---------------------------|------------|----------------|
 * | 429, never connected      | again      | again          |
 * | 502, 503, 504, lost       | again      | final          |
 * | anything else             | final      | final          |
 */
export async function persist(options: {
  readonly send: () => Promise<Exchange>
  /** Whether sending twice does the same as sending once. */
  readonly repeatable: boolean
  /** Asked before each repetition, once nothing else speaks against it. */
  readonly mayRepeat: () => boolean
  readonly persistence: Persistence
  readonly clock: Clock
  readonly closing: AbortSignal
}): Promise<Exchange> {
  const { send, repeatable, mayRepeat, persistence, clock, closing } = options
  for (let attempt = 1; ; attempt += 1) {
    const exchange = await send()
    if (attempt > persistence.retries || closing.aborted) return exchange
    if (!isWorthRepeating(exchange, repeatable) || !mayRepeat()) return exchange
    await clock.sleep(pauseAfter(exchange, attempt, persistence, clock.now()), closing)
    if (closing.aborted) return exchange
  }
}

function isWorthRepeating(exchange: Exchange, repeatable: boolean): boolean {
  if (exchange.kind === 'lost') return repeatable || !exchange.sent
  return exchange.status === 429 || (repeatable && TRANSIENT.has(exchange.status))
}

function pauseAfter(exchange: Exchange, attempt: number, persistence: Persistence, now: Date): number {
  const { pause, longestPause } = persistence
  const asked =
    exchange.kind === 'answer' ? paceOf(exchange.status, exchange.headers, now).retryAfter : undefined
  return Math.min(longestPause, asked ?? backoff(attempt, pause, longestPause))
}
