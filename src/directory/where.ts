/** The `where` of a statement from the conditions that there are; nothing when there are none. */
import { type RawBuilder, sql } from 'kysely'
import type { Condition } from './filter-sql.ts'

export function where(...conditions: readonly (Condition | undefined)[]): RawBuilder<unknown> {
  const given = conditions.filter(condition => condition !== undefined)
  return given.length === 0 ? sql`` : sql`where ${sql.join(given, sql` and `)}`
}
