/** Groups within groups: what lies below and above one, as the database sees it. */
import { sql } from 'kysely'
import { overTexts } from '../store/over-texts.ts'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import { textList } from '../store/text-list.ts'

/** Whether the group `id` is one of `groupIds` (a JSON array) or lies below one of them. */
export const isAtOrBelow = statement(
  (db: Reader, { id, groupIds }: { id: string; groupIds: string }) => sql<{ found: number }>`
    with recursive below(id) as (
      select value from ${textList(db, groupIds)} as given
      union
      select members.member_id from members join below on members.group_id = below.id
      where members.kind = 'Group'
    )
    select 1 as found from below where id = ${id}`,
)

/** Puts the group and all groups that contain it, directly or not, into the change feed. */
export const feedGroupAndAbove = statement(
  (_db: Reader, given: { id: string; requestId: string; at: string }) => sql`
    insert into changes (kind, key, request_id, at)
    with recursive above(id) as (
      select id from "groups" where id = ${given.id}
      union
      select members.group_id from members join above on members.member_id = above.id
    )
    select 'group', "groups".display_name, ${given.requestId}, ${given.at}
    from above join "groups" on "groups".id = above.id`,
)

/** Puts all people in the group and in the groups below it into the change feed. */
export const feedPeopleWithin = statement(
  (_db: Reader, given: { id: string; requestId: string; at: string }) => sql`
    insert into changes (kind, key, request_id, at)
    with recursive below(id) as (
      select id from "groups" where id = ${given.id}
      union
      select members.member_id from members join below on members.group_id = below.id
      where members.kind = 'Group'
    )
    select distinct 'user', users.email_key, ${given.requestId}, ${given.at}
    from below
    join members on members.group_id = below.id
    join users on users.id = members.member_id
    where users.email_key is not null`,
)

/** Puts the people among these ids into the change feed. */
export const feedPeople = overTexts(
  (_db, ids, given: { requestId: string; at: string }) => sql`
    insert into changes (kind, key, request_id, at)
    select distinct 'user', email_key, ${given.requestId}, ${given.at}
    from users where email_key is not null and id in ${ids}`,
)
