/** Members of groups and groups of users, many at once. */
import { sql } from 'kysely'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import { textList } from '../store/text-list.ts'
import type { GroupOfUser, Member } from './directory.ts'
import { isKeyText } from './key-text.ts'

/** Group id → its direct members in the order of their ids; groups without members are not in it. */
export async function membersOf(
  db: Reader,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const found = new Map<string, Member[]>()
  const ids = groupIds.filter(isKeyText)
  if (ids.length === 0) return found
  for (const row of await membersOfGroups(db, { ids: JSON.stringify(ids) })) {
    const member = {
      id: row.memberId,
      kind: row.kind,
      display: row.userName ?? row.displayName ?? undefined,
    }
    const others = found.get(row.groupId)
    if (others === undefined) found.set(row.groupId, [member])
    else others.push(member)
  }
  return found
}

/** User id → the groups that hold it directly, by name; users without groups are not in it. */
export async function groupsOfUsers(
  db: Reader,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupOfUser[]>> {
  const found = new Map<string, GroupOfUser[]>()
  const ids = userIds.filter(isKeyText)
  if (ids.length === 0) return found
  for (const { memberId, id, displayName } of await groupsOfMembers(db, { ids: JSON.stringify(ids) })) {
    const others = found.get(memberId)
    if (others === undefined) found.set(memberId, [{ id, displayName }])
    else others.push({ id, displayName })
  }
  return found
}

const membersOfGroups = statement((db: Reader, { ids }: { ids: string }) =>
  db
    .selectFrom('members')
    .leftJoin('users', 'users.id', 'members.memberId')
    .leftJoin('groups', 'groups.id', 'members.memberId')
    .select(['members.groupId', 'members.memberId', 'members.kind', 'users.userName', 'groups.displayName'])
    .where('members.groupId', 'in', sql<string>`${textList(db, ids)}`)
    .orderBy('members.groupId')
    .orderBy('members.memberId'),
)

const groupsOfMembers = statement((db: Reader, { ids }: { ids: string }) =>
  db
    .selectFrom('members')
    .innerJoin('groups', 'groups.id', 'members.groupId')
    .select(['members.memberId', 'groups.id', 'groups.displayName'])
    .where('members.memberId', 'in', sql<string>`${textList(db, ids)}`)
    .orderBy('groups.displayName')
    .orderBy('groups.id'),
)
