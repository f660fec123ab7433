/**
 * Orders that the database keeps itself: by a column, then by id.
 *
 * Columns of text sort by code point on both engines, and the keys in them are folded already.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Position, Sort, SortKey } from '../scim/sort.ts'
import type { Condition } from './filter-sql.ts'

export interface SortColumn<Row> {
  readonly column: RawBuilder<unknown>
  readonly nullable: boolean
  readonly key: (row: Row) => SortKey
}

/** By attribute, with its sub-attribute behind a dot. */
export type SortColumns<Row> = ReadonlyMap<string, SortColumn<Row>>

export interface SqlOrder<Row> {
  readonly by: RawBuilder<unknown>
  readonly behind: (position: Position) => Condition
  readonly position: (row: Row) => Position
}

interface Common {
  readonly id: string
  readonly externalId: string | null
  readonly createdAt: string
  readonly modifiedAt: string
}

/** What users and groups have in common. A location sorts as the id at its end. */
export const commonColumns = <Row extends Common>(): readonly [string, SortColumn<Row>][] => [
  ['id', { column: sql`id`, nullable: false, key: row => row.id }],
  ['meta.location', { column: sql`id`, nullable: false, key: row => row.id }],
  ['externalId', { column: sql`external_id`, nullable: true, key: row => row.externalId }],
  ['meta.created', { column: sql`created_at`, nullable: false, key: row => row.createdAt }],
  ['meta.lastModified', { column: sql`modified_at`, nullable: false, key: row => row.modifiedAt }],
]

/** The column that holds the key of a sort; undefined when none does. */
export function sortColumn<Row>(sort: Sort, columns: SortColumns<Row>): SortColumn<Row> | undefined {
  if (sort.extension !== undefined) return undefined
  return columns.get(sort.sub === undefined ? sort.attribute : `${sort.attribute}.${sort.sub}`)
}

/** Values that are missing come last when ascending; descending is the exact reverse, ids included. */
export function sqlOrder<Row extends { readonly id: string }>(
  { column, nullable, key }: SortColumn<Row>,
  descending: boolean,
): SqlOrder<Row> {
  const way = descending ? sql`desc` : sql`asc`
  const follows = descending ? sql`<` : sql`>`
  return {
    by: nullable
      ? sql`case when ${column} is null then 1 else 0 end ${way}, ${column} ${way}, id ${way}`
      : sql`${column} ${way}, id ${way}`,
    position: row => ({ key: key(row), id: row.id }),
    behind(position) {
      const next = sql<boolean>`(${column}, id) ${follows} (${position.key}, ${position.id})`
      if (!nullable) return next
      if (position.key !== null) return descending ? next : sql`(${next} or ${column} is null)`
      const sameKey = sql<boolean>`(${column} is null and id ${follows} ${position.id})`
      return descending ? sql`(${sameKey} or ${column} is not null)` : sameKey
    },
  }
}

/** The order of lists that nobody sorts. */
export const createdOrder = <
  Row extends { readonly id: string; readonly createdAt: string },
>(): SqlOrder<Row> =>
  sqlOrder<Row>({ column: sql`created_at`, nullable: false, key: row => row.createdAt }, false)
