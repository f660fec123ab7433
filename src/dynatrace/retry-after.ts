/** How long a server asks to be left alone (RFC 9110 §10.2.3, and Dynatrace's rate limit headers). */

type Header = string | string[] | undefined

/** Milliseconds to wait, or undefined when the headers ask for nothing that can be understood, or for no wait at all. */
export function retryAfter(headers: Readonly<Record<string, Header>>, now: Date): number | undefined {
  const asked = first(headers['retry-after'])
  if (isNumber(asked)) return Number(asked) * 1000 || undefined
  // The parser of dates takes almost anything with a number in it.
  if (asked !== undefined && !/^[a-z]{3},? /i.test(asked)) return undefined
  const until = asked === undefined ? resetInstant(headers['x-ratelimit-reset'], now) : Date.parse(asked)
  if (until === undefined || Number.isNaN(until)) return undefined
  return until > now.getTime() ? until - now.getTime() : undefined
}

/**
 * Epoch milliseconds of `X-RateLimit-Reset`. Dynatrace's documentation says microseconds, its own library
 * reads seconds: the magnitude tells which it is. A number too small for an instant is seconds from now.
 */
export function resetInstant(header: Header, now: Date): number | undefined {
  const text = first(header)
  if (!isNumber(text)) return undefined
  const instant = Number(text)
  if (instant > 1e14) return instant / 1000
  if (instant > 1e11) return instant
  return instant > 1e9 ? instant * 1000 : now.getTime() + instant * 1000
}

export const isNumber = (text: string | undefined): text is string =>
  text !== undefined && /^\d+(\.\d+)?$/.test(text)

function first(value: Header): string | undefined {
  return (Array.isArray(value) ? value[0] : value)?.trim()
}
