/** Rows that a filter holds for, as a stream over the whole table. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import { breathe } from '../lib/turns.ts'
import { evaluateFilter } from '../scim/evaluate.ts'
import type { JsonObject } from '../scim/json.ts'
import type { Position } from '../scim/sort.ts'
import type { Reader } from '../store/store.ts'
import type { PageRequest } from './directory.ts'
import { looseCondition, mentions } from './filter-sql.ts'
import type { Listing, Ordered } from './listing.ts'
import type { SqlOrder } from './sort-sql.ts'
import { where } from './where.ts'

const CHUNK = 500

/** In chunks: the rows that the filter holds for, in order, and how they look. */
export async function* matching<Row extends Ordered, Item>(
  listing: Listing<Row, Item>,
  db: Reader,
  order: SqlOrder<Row>,
  { filter, behind, sort, base }: PageRequest,
): AsyncGenerator<{
  readonly rows: readonly { readonly row: Row; readonly behind: boolean }[]
  readonly views: readonly JsonObject[]
}> {
  const prefilter = filter === undefined ? undefined : looseCondition(filter, listing)
  // The database says what is behind the position: it alone knows how it compares texts.
  const isBehind =
    typeof behind === 'object' ? sql`case when ${order.behind(behind)} then 1 else 0 end` : sql`1`
  const asks = (attribute: string): boolean =>
    sort?.attribute === attribute ||
    sort?.extension === attribute ||
    (filter !== undefined && mentions(filter, attribute))
  let last: Position | undefined
  for (;;) {
    const { rows } = await sql<Row & { behind: number }>`
      select *, ${isBehind} as behind from ${sql.table(listing.table)}
      ${where(prefilter, last === undefined ? undefined : order.behind(last))}
      order by ${order.by} limit ${CHUNK}`.execute(db)
    const views = await listing.views(db, rows, { asks, base })
    const holds: boolean[] = []
    for (const view of views) {
      holds.push(filter === undefined || evaluateFilter(filter, view, listing.caseExact))
      // A filter of the greatest length over users with many addresses takes milliseconds for each.
      await breathe()
    }
    yield {
      rows: rows.filter((_, index) => holds[index]).map(row => ({ row, behind: row.behind === 1 })),
      views: views.filter((_, index) => holds[index]),
    }
    const end = rows.at(-1)
    if (end === undefined || rows.length < CHUNK) return
    last = order.position(end)
    // SQLite answers without a pause: others get their turn here.
    await nextTurn()
  }
}
