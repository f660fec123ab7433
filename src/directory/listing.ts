/** What lists of users and of groups differ in. */
import type { CaseExact } from '../scim/case-exact.ts'
import type { JsonObject } from '../scim/json.ts'
import type { Reader } from '../store/store.ts'
import type { Queryable } from './filter-sql.ts'
import type { SortColumns } from './sort-sql.ts'

export interface Ordered {
  readonly id: string
  readonly createdAt: string
}

/** One of the two tables of resources. */
export interface Listing<Row extends Ordered, Item> extends Queryable {
  readonly sortColumns: SortColumns<Row>
  readonly item: (row: Row) => Item
  /** The rows as filters and sorting see them: SCIM resources. `asks` tells which attributes are looked at. */
  readonly views: (
    db: Reader,
    rows: readonly Row[],
    asks: (attribute: string) => boolean,
  ) => Promise<readonly JsonObject[]>
  readonly caseExact: (path: string) => CaseExact
}
