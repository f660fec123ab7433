/** Pages of groups. */
import { caseExactIn } from '../scim/case-exact.ts'
import { groupType } from '../scim/schema/group.ts'
import type { GroupRow } from '../store/tables.ts'
import type { DirectoryGroup } from './directory.ts'
import { groupEqualities, mentions } from './filter-sql.ts'
import { toGroup } from './group-rows.ts'
import { lister } from './list.ts'
import { membersOf } from './member-reads.ts'

export const listGroups = lister<GroupRow, DirectoryGroup>({
  table: 'groups',
  equalities: groupEqualities,
  item: toGroup,
  caseExact: caseExactIn(groupType),
  async views(db, rows, filter) {
    const ids = mentions(filter, 'members') ? rows.map(row => row.id) : []
    const members = await membersOf(db, ids)
    return rows.map(row => ({
      ...toGroup(row).attributes,
      id: row.id,
      meta: { resourceType: 'Group', created: row.createdAt, lastModified: row.modifiedAt },
      members: (members.get(row.id) ?? []).map(({ id, kind, display }) => ({
        value: id,
        type: kind,
        ...(display === undefined ? {} : { display }),
      })),
    }))
  },
})
