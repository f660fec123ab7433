/** Pages of users. */
import { caseExactIn } from '../scim/case-exact.ts'
import { userType } from '../scim/schema/user.ts'
import type { UserRow } from '../store/tables.ts'
import type { DirectoryUser } from './directory.ts'
import { mentions, userEqualities } from './filter-sql.ts'
import { lister } from './list.ts'
import { groupsOfUsers } from './member-reads.ts'
import { toUser } from './user-row.ts'

export const listUsers = lister<UserRow, DirectoryUser>({
  table: 'users',
  equalities: userEqualities,
  item: toUser,
  caseExact: caseExactIn(userType),
  async views(db, rows, filter) {
    const ids = mentions(filter, 'groups') ? rows.map(row => row.id) : []
    const groups = await groupsOfUsers(db, ids)
    return rows.map(row => ({
      ...toUser(row).attributes,
      id: row.id,
      meta: { resourceType: 'User', created: row.createdAt, lastModified: row.modifiedAt },
      groups: (groups.get(row.id) ?? []).map(({ id, displayName }) => ({
        value: id,
        display: displayName,
        type: 'direct',
      })),
    }))
  },
})
