/** What the headers of an answer say of the speed at which the server wants to be called. */
import { isNumber, resetInstant, retryAfter } from './retry-after.ts'

export interface Pace {
  /** Milliseconds in which the server wants to hear nothing. */
  readonly retryAfter?: number
  /** Calls allowed in a span of time; the sources disagree on which one. */
  readonly limit?: number
  /** How many of them are left, for this many milliseconds. */
  readonly remaining?: number
  readonly resetsIn?: number
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** A 429 may name its end by the reset of the limit alone. */
export function paceOf(status: number, headers: Headers, now: Date): Pace {
  const asked = status === 429 || headers['retry-after'] !== undefined ? retryAfter(headers, now) : undefined
  const limit = numberIn(headers['x-ratelimit-limit'])
  const remaining = numberIn(headers['x-ratelimit-remaining'])
  const reset = resetInstant(headers['x-ratelimit-reset'], now)
  return {
    ...(asked === undefined ? {} : { retryAfter: asked }),
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(reset === undefined ? {} : { resetsIn: Math.max(0, reset - now.getTime()) }),
  }
}

function numberIn(value: string | string[] | undefined): number | undefined {
  const text = (Array.isArray(value) ? value[0] : value)?.trim()
  return isNumber(text) ? Number(text) : undefined
}
