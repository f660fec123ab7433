/** Pages of users. */
import { sql } from 'kysely'
import { caseExactIn } from '../scim/case-exact.ts'
import { versionOf } from '../scim/resource.ts'
import { userType } from '../scim/schema/user.ts'
import type { UserRow } from '../store/tables.ts'
import type { DirectoryUser } from './directory.ts'
import { userEqualities, userFilterColumns } from './filter-sql.ts'
import { lister } from './list.ts'
import { groupsOfUsers } from './member-reads.ts'
import { commonColumns, type SortColumn } from './sort-sql.ts'
import { toUser } from './user-row.ts'

export const listUsers = lister<UserRow, DirectoryUser>({
  table: 'users',
  equalities: userEqualities,
  columns: userFilterColumns,
  sortColumns: new Map<string, SortColumn<UserRow>>([
    ...commonColumns<UserRow>(),
    ['userName', { column: sql`user_name_key`, nullable: false, key: row => row.userNameKey }],
  ]),
  item: toUser,
  caseExact: caseExactIn(userType),
  async views(db, rows, asks) {
    const ids = asks('groups') ? rows.map(row => row.id) : []
    const groups = await groupsOfUsers(db, ids)
    return rows.map(row => ({
      ...toUser(row).attributes,
      id: row.id,
      meta: {
        resourceType: 'User',
        created: row.createdAt,
        lastModified: row.modifiedAt,
        version: versionOf(row),
      },
      groups: (groups.get(row.id) ?? []).map(({ id, displayName }) => ({
        value: id,
        display: displayName,
        type: 'direct',
      })),
    }))
  },
})
