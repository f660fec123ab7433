/** Pages of groups. */
import { sql } from 'kysely'
import { caseExactIn } from '../scim/case-exact.ts'
import { toResource } from '../scim/resource.ts'
import type { StoredText } from '../scim/resource-text.ts'
import { groupType } from '../scim/schema/group.ts'
import type { GroupRow } from '../store/tables.ts'
import { groupEqualities, groupFilterColumns, groupHints } from './filter-sql.ts'
import { toGroup } from './group-rows.ts'
import { finder, lister } from './list.ts'
import type { Listing } from './listing.ts'
import { membersOf } from './member-reads.ts'
import { memberValue } from './reference-values.ts'
import { commonColumns, type SortColumn } from './sort-sql.ts'

const listing: Listing<GroupRow, StoredText> = {
  table: 'groups',
  equalities: groupEqualities,
  columns: groupFilterColumns,
  hints: groupHints,
  sortColumns: new Map<string, SortColumn<GroupRow>>([
    ...commonColumns<GroupRow>(),
    ['displayName', { column: sql`display_name_key`, nullable: false, key: row => row.displayNameKey }],
  ]),
  shown: sql`id, resource, version, created_at, modified_at`,
  item: row => row,
  caseExact: caseExactIn(groupType),
  async views(db, rows, { asks, base = '' }) {
    const ids = asks('members') ? rows.map(row => row.id) : []
    const members = await membersOf(db, ids)
    return rows.map(row =>
      toResource(toGroup(row), groupType, base, {
        members: (members.get(row.id) ?? []).map(member => memberValue(member, base)),
      }),
    )
  },
}

export const listGroups = lister(listing)
export const listedGroup = finder(listing)
