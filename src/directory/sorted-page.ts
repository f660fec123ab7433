/** Pages that are sorted in memory. */
import { sql } from 'kysely'
import { compareInOrder, type Sort, sortKey } from '../scim/sort.ts'
import type { Reader } from '../store/store.ts'
import { textList } from '../store/text-list.ts'
import type { Page, PageRequest } from './directory.ts'
import type { Listing, Ordered } from './listing.ts'
import { matching } from './matching.ts'
import { skipped, wanted } from './page-window.ts'
import { createdOrder } from './sort-sql.ts'
import { sortedIds } from './sorted-ids.ts'

/** A page in an order that no column has: keys and ids of all that match are looked at, never all resources. */
export async function sortedPage<Row extends Ordered, Item>(
  listing: Listing<Row, Item>,
  db: Reader,
  sort: Sort,
  page: PageRequest,
): Promise<Page<Item>> {
  const start = page.behind
  const smallest = sortedIds(sort, skipped(page) + wanted(page))
  let total = 0
  for await (const { rows, views } of matching(listing, db, createdOrder<Row>(), {
    ...page,
    behind: undefined,
  })) {
    total += rows.length
    rows.forEach(({ row }, index) => {
      const position = { key: sortKey(views[index] ?? {}, sort), id: row.id }
      if (typeof start === 'object' && compareInOrder(position, start, sort) <= 0) return
      smallest.add(position)
    })
  }
  const positions = smallest.first().slice(skipped(page))
  const items = await itemsOf(
    listing,
    db,
    positions.slice(0, page.count).map(({ id }) => id),
  )
  const next = positions.length > page.count ? positions[page.count - 1] : undefined
  return { total, items, ...(start === undefined || next === undefined ? {} : { next }) }
}

async function itemsOf<Row extends Ordered, Item>(
  listing: Listing<Row, Item>,
  db: Reader,
  ids: readonly string[],
): Promise<readonly Item[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Row>`
    select * from ${sql.table(listing.table)} where id in ${textList(db, JSON.stringify(ids))}`.execute(db)
  const found = new Map(rows.map(row => [row.id, listing.item(row)]))
  return ids.flatMap(id => found.get(id) ?? [])
}
