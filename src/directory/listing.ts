/** What lists of users and of groups differ in. */
import type { RawBuilder } from 'kysely'
import type { CaseExact } from '../scim/case-exact.ts'
import type { JsonObject } from '../scim/json.ts'
import type { Reader } from '../store/store.ts'
import type { Queryable } from './filter-sql.ts'
import type { SortColumns } from './sort-sql.ts'

export interface Ordered {
  readonly id: string
  readonly createdAt: string
}

/** How resources are looked at. */
export interface Look {
  /** Whether an attribute, or the schema of an extension, is looked at. */
  readonly asks: (name: string) => boolean
  /** Where locations and references begin; without it they are relative. */
  readonly base: string | undefined
}

/** One of the two tables of resources. */
export interface Listing<Row extends Ordered, Item> extends Queryable {
  readonly sortColumns: SortColumns<Row>
  /** The columns of an `Item`, for pages of which nothing else is asked. */
  readonly shown: RawBuilder<unknown>
  readonly item: (row: Row) => Item
  /** The rows as filters and sorting see them: SCIM resources. */
  readonly views: (db: Reader, rows: readonly Row[], look: Look) => Promise<readonly JsonObject[]>
  readonly caseExact: (path: string) => CaseExact
}
