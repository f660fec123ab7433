/** How long a server asks to be left alone (RFC 9110 §10.2.3, and Dynatrace's rate limit headers). */

/** Milliseconds to wait, or undefined when the headers ask for nothing that can be understood. */
export function retryAfter(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
): number | undefined {
  const asked = first(headers['retry-after'])
  if (asked !== undefined && /^\d+$/.test(asked)) return Number(asked) * 1000
  const until = asked === undefined ? resetInstant(first(headers['x-ratelimit-reset'])) : Date.parse(asked)
  if (until === undefined || Number.isNaN(until)) return undefined
  return Math.max(0, until - now.getTime())
}

/**
 * Epoch milliseconds of `X-RateLimit-Reset`. Dynatrace's documentation says microseconds, its own library
 * reads seconds: the magnitude tells which it is.
 */
function resetInstant(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined
  const instant = Number(text)
  if (instant > 1e14) return instant / 1000
  return instant > 1e11 ? instant : instant * 1000
}

function first(value: string | string[] | undefined): string | undefined {
  return (Array.isArray(value) ? value[0] : value)?.trim()
}
