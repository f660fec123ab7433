/**
 * Pages of users and groups, by default in the order in which they were created.
 *
 *   no filter, or one that an index answers    SQL counts and cuts out the page
 *   a single equality                          a statement that is compiled once (an IdP's every lookup)
 *   any other filter                           rows are read in chunks and evaluated (RFC 7644 §3.4.2.2)
 *   sorted by what is no column                keys and ids are collected, chunk by chunk, and sorted
 */
import { sql } from 'kysely'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { Page, PageRequest } from './directory.ts'
import { type Condition, columnPath, type Equality, exactCondition } from './filter-sql.ts'
import { isKeyText } from './key-text.ts'
import type { Listing, Ordered } from './listing.ts'
import { matching } from './matching.ts'
import { skipped, wanted } from './page-window.ts'
import { createdOrder, type SqlOrder, sortColumn, sqlOrder } from './sort-sql.ts'
import { sortedPage } from './sorted-page.ts'
import { where } from './where.ts'

export type ListPage<Item> = (db: Reader, page: PageRequest) => Promise<Page<Item>>

export function lister<Row extends Ordered, Item>(listing: Listing<Row, Item>): ListPage<Item> {
  const table = sql.table(listing.table)
  const byCreation = createdOrder<Row>()
  const lookups = new Map(
    [...listing.equalities].map(([path, equality]) => [path, lookup(listing, equality)]),
  )
  const all = wholeTable(listing, byCreation)
  return async (db, page) => {
    const { filter, startIndex, count, sort } = page
    if (filter === undefined && sort === undefined && page.behind === undefined) return plainPage(db, page)
    if (filter?.op === 'eq' && sort === undefined && page.behind === undefined) {
      if (typeof filter.value === 'string' && isKeyText(filter.value)) {
        const path = columnPath(filter.path, listing.table)
        const key = listing.equalities.get(path)?.key(filter.value) ?? ''
        const rows = await lookups.get(path)?.(db, { key })
        if (rows !== undefined && rows.length <= LOOKED_UP) {
          return { total: rows.length, items: rows.slice(startIndex - 1, startIndex - 1 + count) }
        }
      }
    }
    const column = sort === undefined ? undefined : sortColumn(sort, listing.sortColumns)
    if (sort !== undefined && column === undefined) return sortedPage(listing, db, sort, page)
    const order = column === undefined ? byCreation : sqlOrder(column, sort?.descending ?? false)
    const condition = filter === undefined ? undefined : exactCondition(filter, listing)
    return filter === undefined || condition !== undefined
      ? pageOf(db, condition, order, page)
      : evaluated(db, order, page)
  }

  async function plainPage(db: Reader, { startIndex, count }: PageRequest): Promise<Page<Item>> {
    const [counted] = await all.count(db, {})
    const total = counted?.total ?? 0
    if (count === 0 || startIndex > total) return { total, items: [] }
    return { total, items: await all.page(db, { count, offset: startIndex - 1 }) }
  }

  async function pageOf(
    db: Reader,
    condition: Condition | undefined,
    order: SqlOrder<Row>,
    page: PageRequest,
  ): Promise<Page<Item>> {
    const { count, behind } = page
    const counted = await sql<{
      total: number
    }>`select count(*) as total from ${table} ${where(condition)}`.execute(db)
    const total = counted.rows[0]?.total ?? 0
    if (count === 0 || (behind === undefined && page.startIndex > total)) return { total, items: [] }
    const from = where(condition, typeof behind === 'object' ? order.behind(behind) : undefined)
    // The inner query skips along the index alone, whatever the offset.
    const { rows } = await sql<Row>`
      select * from ${table} where id in (
        select id from ${table} ${from} order by ${order.by} limit ${wanted(page)} offset ${skipped(page)}
      ) order by ${order.by}`.execute(db)
    return cut(total, rows, order, page)
  }

  async function evaluated(db: Reader, order: SqlOrder<Row>, page: PageRequest): Promise<Page<Item>> {
    const found: Row[] = []
    let total = 0
    let passed = 0
    for await (const { rows } of matching(listing, db, order, page)) {
      total += rows.length
      for (const { row, behind } of rows) {
        if (!behind) continue
        passed += 1
        if (passed > skipped(page) && found.length < wanted(page)) found.push(row)
      }
    }
    return cut(total, found, order, page)
  }

  function cut(
    total: number,
    rows: readonly Row[],
    order: SqlOrder<Row>,
    { count }: PageRequest,
  ): Page<Item> {
    const items = rows.slice(0, count).map(listing.item)
    const end = rows.length > count ? rows[count - 1] : undefined
    return end === undefined ? { total, items } : { total, items, next: order.position(end) }
  }
}

/** What equals a value is mostly one row; of more than these the database counts and cuts out the page. */
const LOOKED_UP = 500

/** The one with an id. */
export const finder = <Row extends Ordered, Item>({ table, shown }: Listing<Row, Item>) =>
  statement(
    (_db: Reader, { id }: { id: string }) =>
      sql<Item>`select ${shown} from ${sql.table(table)} where id = ${id}`,
  )

/** What equals one value. The limit is a part of the text: SQLite would plan anew for each that is bound. */
function lookup<Row extends Ordered, Item>({ table, shown }: Listing<Row, Item>, equality: Equality) {
  return statement(
    (_db: Reader, given: { key: string }) => sql<Item>`
      select ${shown} from ${sql.table(table)} where ${equality.holds(given.key)}
      order by created_at, id limit ${sql.lit(LOOKED_UP + 1)}`,
  )
}

/** The page that an import of everything asks for again and again. */
function wholeTable<Row extends Ordered, Item>({ table, shown }: Listing<Row, Item>, order: SqlOrder<Row>) {
  const name = sql.table(table)
  return {
    count: statement(() => sql<{ total: number }>`select count(*) as total from ${name}`),
    page: statement(
      // The sums keep SQLite from planning anew for each limit that is bound.
      (_db: Reader, given: { count: number; offset: number }) => sql<Item>`
        select ${shown} from ${name} order by ${order.by} limit (${given.count} + 0) offset (${given.offset} + 0)`,
    ),
  }
}
