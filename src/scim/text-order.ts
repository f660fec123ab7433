/** Orders that both databases and this program agree on. */

/** Negative, zero or positive, by code point as UTF-8 sorts: `<` would put U+1F600 before U+FF5E. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0
  let at = 0
  while (left.charCodeAt(at) === right.charCodeAt(at)) at += 1
  const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)]
  // The end of a text comes first. Surrogates stand for what lies behind all other code units.
  if (Number.isNaN(a)) return -1
  if (Number.isNaN(b)) return 1
  if (isSurrogate(a) !== isSurrogate(b)) return isSurrogate(a) ? 1 : -1
  return a - b
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?$/

/**
 * The instant that a dateTime names, in milliseconds; undefined when it names none. Without a time zone it is
 * taken as UTC, a bare day as its beginning: people type them.
 */
export function instantOf(text: string): number | undefined {
  const upper = text.toUpperCase()
  if (!INSTANT.test(upper)) return undefined
  const zoned = upper.length === 10 || /(?:Z|[+-]\d\d:\d\d)$/.test(upper) ? upper : `${upper}Z`
  const instant = Date.parse(zoned)
  return Number.isNaN(instant) ? undefined : instant
}
