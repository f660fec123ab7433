/** Members of groups and groups of users, many at once. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import { overTexts } from '../store/over-texts.ts'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import { textList } from '../store/text-list.ts'
import type { GroupOfUser, Member } from './directory.ts'
import { isKeyText } from './key-text.ts'

/** Group id → its direct members in the order of their ids; groups without members are not in it. */
export const membersOf = async (
  db: Reader,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Member[]>> =>
  (await fewMembersOf(db, groupIds, Number.MAX_SAFE_INTEGER - 1)) ?? new Map()

/** The same, or undefined when there are more than `limit` members in all. */
export async function fewMembersOf(
  db: Reader,
  groupIds: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, readonly Member[]> | undefined> {
  const found = new Map<string, Member[]>()
  const ids = groupIds.filter(isKeyText)
  if (ids.length === 0) return found
  const rows = await membersOfGroups(db, { ids: JSON.stringify(ids), limit: limit + 1 })
  if (rows.length > limit) return undefined
  for (const row of rows) {
    const others = found.get(row.groupId)
    if (others === undefined) found.set(row.groupId, [toMember(row)])
    else others.push(toMember(row))
  }
  return found
}

/** SQLite answers without a pause: so many rows hold nobody up for long. */
const CHUNK = 1_000

/** All direct members of a group in the order of their ids, in chunks between which others get their turn. */
export async function* eachMember(db: Reader, groupId: string): AsyncGenerator<readonly Member[]> {
  if (!isKeyText(groupId)) return
  for (let after = ''; ; ) {
    const rows = await membersAfter(db, { groupId, after })
    if (rows.length > 0) yield rows.map(toMember)
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) return
    after = last.memberId
    await nextTurn()
  }
}

const toMember = (row: {
  readonly memberId: string
  readonly kind: Member['kind']
  readonly userName: string | null
  readonly displayName: string | null
}): Member => ({
  id: row.memberId,
  kind: row.kind,
  display: row.userName ?? row.displayName ?? undefined,
})

/** User id → the groups that hold it directly, by name; users without groups are not in it. */
export async function groupsOfUsers(
  db: Reader,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupOfUser[]>> {
  const found = new Map<string, GroupOfUser[]>()
  const ids = userIds.filter(isKeyText)
  if (ids.length === 0) return found
  const rows = await groupsOfMembers(db, ids, {})
  for (const { memberId, id, displayName } of rows) {
    const others = found.get(memberId)
    if (others === undefined) found.set(memberId, [{ id, displayName }])
    else others.push({ id, displayName })
  }
  return found
}

const withNames = (db: Reader) =>
  db
    .selectFrom('members')
    .leftJoin('users', 'users.id', 'members.memberId')
    .leftJoin('groups', 'groups.id', 'members.memberId')
    .select(['members.groupId', 'members.memberId', 'members.kind', 'users.userName', 'groups.displayName'])

const membersOfGroups = statement((db: Reader, { ids, limit }: { ids: string; limit: number }) =>
  withNames(db)
    .where('members.groupId', 'in', sql<string>`${textList(db, ids)}`)
    .orderBy('members.groupId')
    .orderBy('members.memberId')
    .limit(limit),
)

const membersAfter = statement((db: Reader, { groupId, after }: { groupId: string; after: string }) =>
  withNames(db)
    .where('members.groupId', '=', groupId)
    .where('members.memberId', '>', after)
    .orderBy('members.memberId')
    .limit(sql.lit(CHUNK)),
)

const groupsOfMembers = overTexts((db, ids) =>
  db
    .selectFrom('members')
    .innerJoin('groups', 'groups.id', 'members.groupId')
    .select(['members.memberId', 'groups.id', 'groups.displayName'])
    .where('members.memberId', 'in', sql<string>`${ids}`)
    .orderBy('groups.displayName')
    .orderBy('groups.id'),
)
