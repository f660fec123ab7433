/** A person as the directory has them, with the groups within groups through which they are in others. */
import type { Asked } from '../../access/explain/question.ts'
import { parkedGroups } from '../../directory/parked-members.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Store } from '../../store/store.ts'

export interface AskedPerson extends Asked {
  /** As sent; undefined when there is no usable address. */
  readonly email: string | undefined
}

/** Somebody the directory does not have is told of with all members that are parked: one of them may be meant. */
export async function askedPerson(userName: string, { db }: Pick<Store, 'db'>): Promise<AskedPerson> {
  const row = await db
    .selectFrom('users')
    .select(['id', 'userName', 'email', 'emailKey', 'active', 'inactiveSince'])
    .where('userNameKey', '=', foldKey(userName))
    .executeTakeFirst()
  if (row === undefined) {
    const parked = new Map((await parkedGroups(db)).map(({ groupId, count }) => [groupId, count]))
    const nobody = { email: undefined, emailKey: undefined, active: false, inactiveSince: undefined }
    return { userName, inDirectory: false, ...nobody, through: new Map(), parked }
  }
  return {
    userName: row.userName,
    inDirectory: true,
    email: row.email ?? undefined,
    emailKey: row.emailKey ?? undefined,
    active: row.active === 1,
    inactiveSince: row.inactiveSince ?? undefined,
    through: await groupsThrough(row.id, { db }),
    parked: new Map(),
  }
}

/** IdP group id → names of the groups on the way there; groups that hold the person directly are not in it. */
async function groupsThrough(
  userId: string,
  { db }: Pick<Store, 'db'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const direct = await db.selectFrom('members').select('groupId').where('memberId', '=', userId).execute()
  const nestings = await db
    .selectFrom('members')
    .innerJoin('groups', 'groups.id', 'members.memberId')
    .select(['members.groupId', 'members.memberId', 'groups.displayName'])
    .where('members.kind', '=', 'Group')
    .execute()
  const above = Map.groupBy(nestings, ({ memberId }) => memberId)
  const ways = new Map<string, readonly string[]>(direct.map(({ groupId }) => [groupId, []]))
  // A map is walked in the order of insertion, what is added on the way included: the shortest way is found first.
  for (const [id, way] of ways) {
    for (const { groupId, displayName } of above.get(id) ?? []) {
      if (!ways.has(groupId)) ways.set(groupId, [...way, displayName])
    }
  }
  return new Map([...ways].filter(([, way]) => way.length > 0))
}

/** How many members of these IdP groups the identity provider has not provisioned; groups without are not in it. */
export async function parkedIn(
  groupIds: readonly string[],
  { db }: Pick<Store, 'db'>,
): Promise<ReadonlyMap<string, number>> {
  if (groupIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('members')
    .leftJoin('users', 'users.id', 'members.memberId')
    .leftJoin('groups', 'groups.id', 'members.memberId')
    .select(({ fn }) => ['members.groupId', fn.countAll<number | string>().as('count')])
    .where('members.groupId', 'in', [...groupIds])
    .where('users.id', 'is', null)
    .where('groups.id', 'is', null)
    .groupBy('members.groupId')
    .execute()
  return new Map(rows.map(({ groupId, count }) => [groupId, Number(count)]))
}
