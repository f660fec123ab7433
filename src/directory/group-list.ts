/** Pages of groups. */
import { sql } from 'kysely'
import { caseExactIn } from '../scim/case-exact.ts'
import { versionOf } from '../scim/resource.ts'
import { groupType } from '../scim/schema/group.ts'
import type { GroupRow } from '../store/tables.ts'
import type { DirectoryGroup } from './directory.ts'
import { groupEqualities, groupFilterColumns } from './filter-sql.ts'
import { toGroup } from './group-rows.ts'
import { lister } from './list.ts'
import { membersOf } from './member-reads.ts'
import { commonColumns, type SortColumn } from './sort-sql.ts'

export const listGroups = lister<GroupRow, DirectoryGroup>({
  table: 'groups',
  equalities: groupEqualities,
  columns: groupFilterColumns,
  sortColumns: new Map<string, SortColumn<GroupRow>>([
    ...commonColumns<GroupRow>(),
    ['displayName', { column: sql`display_name_key`, nullable: false, key: row => row.displayNameKey }],
  ]),
  item: toGroup,
  caseExact: caseExactIn(groupType),
  async views(db, rows, asks) {
    const ids = asks('members') ? rows.map(row => row.id) : []
    const members = await membersOf(db, ids)
    return rows.map(row => ({
      ...toGroup(row).attributes,
      id: row.id,
      meta: {
        resourceType: 'Group',
        created: row.createdAt,
        lastModified: row.modifiedAt,
        version: versionOf(row),
      },
      members: (members.get(row.id) ?? []).map(({ id, kind, display }) => ({
        value: id,
        type: kind,
        ...(display === undefined ? {} : { display }),
      })),
    }))
  },
})
