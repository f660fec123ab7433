/** Pages of users. */
import { sql } from 'kysely'
import { caseExactIn } from '../scim/case-exact.ts'
import { toResource } from '../scim/resource.ts'
import { dynatraceUserSchema } from '../scim/schema/dynatrace-user.ts'
import { userType } from '../scim/schema/user.ts'
import type { UserRow } from '../store/tables.ts'
import { accountFacts, factsValue } from './account-facts.ts'
import type { ListedUser } from './directory.ts'
import { userEqualities, userFilterColumns, userHints } from './filter-sql.ts'
import { finder, lister } from './list.ts'
import type { Listing } from './listing.ts'
import { groupsOfUsers } from './member-reads.ts'
import { groupValue } from './reference-values.ts'
import { commonColumns, type SortColumn } from './sort-sql.ts'
import { toUser } from './user-row.ts'

const listing: Listing<UserRow, ListedUser> = {
  table: 'users',
  equalities: userEqualities,
  columns: userFilterColumns,
  hints: userHints,
  sortColumns: new Map<string, SortColumn<UserRow>>([
    ...commonColumns<UserRow>(),
    ['userName', { column: sql`user_name_key`, nullable: false, key: row => row.userNameKey }],
  ]),
  shown: sql`id, email_key, resource, version, created_at, modified_at`,
  item: row => row,
  caseExact: caseExactIn(userType),
  async views(db, rows, { asks, base = '' }) {
    const groups = await groupsOfUsers(db, asks('groups') ? rows.map(row => row.id) : [])
    const keys = asks(dynatraceUserSchema.id) ? rows.flatMap(row => row.emailKey ?? []) : []
    const facts = await accountFacts(db, keys)
    return rows.map(row => {
      const fact = facts.get(row.emailKey ?? '')
      return toResource(toUser(row), userType, base, {
        groups: (groups.get(row.id) ?? []).map(group => groupValue(group, base)),
        ...(fact === undefined ? {} : { [dynatraceUserSchema.id]: factsValue(fact) }),
      })
    })
  },
}

export const listUsers = lister(listing)
export const listedUser = finder(listing)
