/** `until` and `reason`: the last day of something that is granted for a time. */
import { z } from 'zod'
import type { Path } from './locate.ts'
import type { Expiry } from './model.ts'
import { describe, type Reading, readValue } from './reading.ts'
import { text } from './values.ts'

/** A day of the calendar as `2027-01-31`; YAML 1.1 makes such a text a date. */
const day: z.ZodType<string> = z.unknown().transform((value, context) => {
  const written = value instanceof Date ? value.toISOString().slice(0, 10) : value
  if (typeof written === 'string' && isDay(written.trim())) return written.trim()
  const remedy = 'write year, month and day: 2027-01-31'
  context.addIssue({ code: 'custom', message: `is no day: ${describe(written)}`, params: { remedy } })
  return z.NEVER
})

/** Undefined when nothing is said, and when what is said is faulty. `today` is a day; without one none is past. */
export function readUntil(
  given: { readonly until?: unknown; readonly reason?: unknown },
  path: Path,
  today: string | undefined,
  reading: Reading,
): Expiry | undefined {
  const reason =
    given.reason === undefined ? undefined : readValue(text, given.reason, [...path, 'reason'], reading)
  if (given.until === undefined) {
    if (given.reason !== undefined) {
      const remedy = 'add until: with the last day, or say it in a comment'
      reading.problem([...path, 'reason'], '"reason" is given without "until"', remedy, { key: true })
    }
    return undefined
  }
  const inner = [...path, 'until']
  if (given.reason === undefined) {
    const remedy = 'add reason: with a few words for those who will see it end'
    reading.problem(inner, '"until" is given without "reason"', remedy, { key: true })
  }
  const lastDay = readValue(day, given.until, inner, reading)
  if (lastDay === undefined || reason === undefined) return undefined
  if (today !== undefined && lastDay < today) {
    const message = `this ended on ${lastDay} and grants nothing any more`
    reading.warning(inner, message, 'remove what has ended, or give it a later day')
  }
  return { lastDay, reason }
}

function isDay(written: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(written)) return false
  const at = Date.parse(`${written}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(written)
}
