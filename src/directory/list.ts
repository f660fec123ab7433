/**
 * Pages of users and groups, in the order in which they were created.
 *
 *   no filter, or one that an index answers    SQL counts and cuts out the page
 *   a single equality                          a statement that is compiled once (an IdP's every lookup)
 *   any other filter                           rows are read in chunks and evaluated (RFC 7644 §3.4.2.2)
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import { evaluateFilter } from '../scim/evaluate.ts'
import type { Filter } from '../scim/filter.ts'
import type { JsonObject } from '../scim/json.ts'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { Page, PageRequest } from './directory.ts'
import {
  type Condition,
  columnPath,
  type Equalities,
  type Equality,
  exactCondition,
  looseCondition,
} from './filter-sql.ts'
import { isKeyText } from './key-text.ts'

const CHUNK = 500

interface Ordered {
  readonly id: string
  readonly createdAt: string
}

/** One of the two tables of resources. */
export interface Listing<Row extends Ordered, Item> {
  readonly table: 'users' | 'groups'
  readonly equalities: Equalities
  readonly item: (row: Row) => Item
  /** The rows as the filter sees them: SCIM resources. */
  readonly views: (db: Reader, rows: readonly Row[], filter: Filter) => Promise<readonly JsonObject[]>
  readonly caseExact: (path: string) => boolean
}

export type ListPage<Item> = (db: Reader, page: PageRequest) => Promise<Page<Item>>

export function lister<Row extends Ordered, Item>(listing: Listing<Row, Item>): ListPage<Item> {
  const table = sql.table(listing.table)
  const lookups = new Map(
    [...listing.equalities].map(([path, equality]) => [path, lookup<Row>(listing.table, equality)]),
  )
  return async (db, page) => {
    const { filter, startIndex, count } = page
    if (filter === undefined) return pageOf(db, undefined, page)
    if (filter.op === 'eq' && typeof filter.value === 'string' && isKeyText(filter.value)) {
      const path = columnPath(filter.path)
      const key = listing.equalities.get(path)?.key(filter.value) ?? ''
      const rows = await lookups.get(path)?.(db, { key, count, offset: startIndex - 1 })
      // A page that is not full and not beyond the end has told the total already.
      if (rows !== undefined && rows.length < count && startIndex === 1) {
        return { total: rows.length, items: rows.map(listing.item) }
      }
    }
    const condition = exactCondition(filter, listing.equalities)
    return condition === undefined ? evaluated(db, filter, page) : pageOf(db, condition, page)
  }

  async function pageOf(
    db: Reader,
    condition: Condition | undefined,
    { startIndex, count }: PageRequest,
  ): Promise<Page<Item>> {
    const where = condition === undefined ? sql`` : sql`where ${condition}`
    const counted = await sql<{ total: number }>`select count(*) as total from ${table} ${where}`.execute(db)
    const total = counted.rows[0]?.total ?? 0
    if (count === 0 || startIndex > total) return { total, items: [] }
    // The inner query skips along the index alone, whatever the offset.
    const { rows } = await sql<Row>`
      select * from ${table} where id in (
        select id from ${table} ${where} order by created_at, id limit ${count} offset ${startIndex - 1}
      ) order by created_at, id`.execute(db)
    return { total, items: rows.map(listing.item) }
  }

  async function evaluated(
    db: Reader,
    filter: Filter,
    { startIndex, count }: PageRequest,
  ): Promise<Page<Item>> {
    const prefilter = looseCondition(filter, listing.equalities)
    const items: Item[] = []
    let total = 0
    let last: Ordered = { createdAt: '', id: '' }
    for (;;) {
      const { rows } = await sql<Row>`
        select * from ${table}
        where (created_at, id) > (${last.createdAt}, ${last.id}) ${prefilter === undefined ? sql`` : sql`and ${prefilter}`}
        order by created_at, id limit ${CHUNK}`.execute(db)
      const views = await listing.views(db, rows, filter)
      rows.forEach((row, index) => {
        if (!evaluateFilter(filter, views[index] ?? {}, listing.caseExact)) return
        total += 1
        if (total >= startIndex && items.length < count) items.push(listing.item(row))
      })
      const end = rows.at(-1)
      if (end === undefined || rows.length < CHUNK) return { total, items }
      last = end
      // SQLite answers without a pause: others get their turn here.
      await nextTurn()
    }
  }
}

/** The page of what equals one value. */
function lookup<Row>(table: 'users' | 'groups', equality: Equality) {
  return statement(
    (_db: Reader, given: { key: string; count: number; offset: number }) => sql<Row>`
      select * from ${sql.table(table)} where ${equality.holds(given.key)}
      order by created_at, id limit ${given.count} offset ${given.offset}`,
  )
}
