/** An instant in a query: a date, or a date with a time of day; UTC unless it says otherwise. */
import { z } from 'zod'

const WRITTEN = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/

/** Comes out as ISO 8601 in UTC, with milliseconds, as everything stored is. */
export const instantQuery = () =>
  z
    .string()
    .regex(WRITTEN, 'must be a date or an instant, such as 2026-11-01 or 2026-11-01T12:00Z')
    .transform((text, context) => {
      const isDay = !text.includes('T')
      const hasZone = isDay || /(?:Z|[+-]\d{2}:\d{2})$/.test(text)
      const at = new Date(hasZone ? text : `${text}Z`)
      if (!Number.isNaN(at.getTime())) return at.toISOString()
      context.addIssue({ code: 'custom', message: 'is no date of the calendar' })
      return z.NEVER
    })
