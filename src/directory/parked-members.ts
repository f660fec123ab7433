/**
 * Members that nobody is yet, over the whole directory.
 *
 * The walk goes from one distinct member to the next in the index by member, so that it costs what there are
 * people, not memberships, and lets others run in between.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Reader } from '../store/store.ts'
import { textList } from '../store/text-list.ts'

export interface ParkedGroup {
  readonly groupId: string
  readonly displayName: string
  /** How many of its members are parked. */
  readonly count: number
  /** The first of them. */
  readonly ids: readonly string[]
}

const CHUNK = 500
const IDS_NAMED = 10

/** Every group with parked members, by name. */
export async function parkedGroups(db: Reader): Promise<readonly ParkedGroup[]> {
  const groups = new Map<string, Gathered>()
  for (let after = ''; ; ) {
    const seen = await membersBehind(db, after)
    const parked = seen.filter(({ known }) => known === 0).map(({ id }) => id)
    if (parked.length > 0) for (const link of await groupsWith(db, parked)) gather(groups, link)
    const last = seen.at(-1)
    if (last === undefined || last.n < CHUNK) break
    after = last.id
    await nextTurn()
  }
  return [...groups.values()].sort((a, b) => (a.displayName < b.displayName ? -1 : 1))
}

interface Gathered extends ParkedGroup {
  count: number
  readonly ids: string[]
}

interface Link {
  readonly groupId: string
  readonly memberId: string
  readonly displayName: string
}

function gather(groups: Map<string, Gathered>, { groupId, memberId, displayName }: Link): void {
  const group = groups.get(groupId) ?? { groupId, displayName, count: 0, ids: [] }
  groups.set(groupId, group)
  group.count += 1
  if (group.ids.length < IDS_NAMED) group.ids.push(memberId)
}

interface SeenMember {
  readonly id: string
  /** Which one of the chunk it is, counted from 1. */
  readonly n: number
  readonly known: 0 | 1
}

/** The members of the next chunk that are parked, and the last one of the chunk in any case. */
async function membersBehind(db: Reader, after: string): Promise<readonly SeenMember[]> {
  const { rows } = await sql<SeenMember>`
    with recursive ids(id, n) as (
      select min(member_id), 1 from members where member_id > ${after}
      union all
      select (select min(member_id) from members where member_id > ids.id), n + 1
      from ids where ids.id is not null and n < ${sql.lit(CHUNK)}
    )
    select id, n, known from (
      select id, n, case
        when exists (select 1 from users where users.id = ids.id) then 1
        when exists (select 1 from "groups" where "groups".id = ids.id) then 1
        else 0 end as known
      from ids where id is not null
    ) as seen
    where known = 0 or n = ${sql.lit(CHUNK)}
    order by n`.execute(db)
  return rows
}

const groupsWith = (db: Reader, memberIds: readonly string[]): Promise<readonly Link[]> =>
  db
    .selectFrom('members')
    .innerJoin('groups', 'groups.id', 'members.groupId')
    .select(['members.groupId', 'members.memberId', 'groups.displayName'])
    .where('members.memberId', 'in', sql<string>`${textList(db, JSON.stringify(memberIds))}`)
    .orderBy('members.memberId')
    .execute()
