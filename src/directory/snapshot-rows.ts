/** The rows that snapshots are made of. */
import { sql } from 'kysely'
import { breathe } from '../lib/turns.ts'
import type { Reader } from '../store/store.ts'
import type { DepartureRow } from '../store/tables.ts'
import { textList } from '../store/text-list.ts'
import type { Nesting } from './nested-groups.ts'
import type { PersonRow } from './person-row.ts'
import type { Departure, IdpGroup } from './snapshot.ts'

/** Rows in one query: a few milliseconds of the loop. */
const CHUNK = 1_000

/** One direct membership of a person, or of an id that nobody has. */
export interface PersonLink {
  readonly groupId: string
  readonly memberId: string
}

export async function allGroups(db: Reader): Promise<readonly IdpGroup[]> {
  const rows = await db
    .selectFrom('groups')
    .select(['id', 'displayName', 'externalId'])
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return rows.map(row => ({ ...row, externalId: row.externalId ?? undefined }))
}

export const allNestings = (db: Reader): Promise<readonly Nesting[]> =>
  db
    .selectFrom('members')
    .select(['groupId', 'memberId'])
    // Written out, so that the partial index is seen to fit.
    .where('kind', '=', sql.lit('Group' as const))
    .execute()

export async function lastChange(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('changes')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .executeTakeFirst()
  return row?.seq ?? 0
}

export async function allDepartures(db: Reader): Promise<readonly Departure[]> {
  return (await departureColumns(db).execute()).map(toDeparture)
}

/** From these addresses, and from those whose people are found under `successors` now. */
export async function departuresOf(
  db: Reader,
  emails: ReadonlySet<string>,
  successors: ReadonlySet<string>,
): Promise<readonly Departure[]> {
  const list = (keys: ReadonlySet<string>) => sql<string>`${textList(db, JSON.stringify([...keys]))}`
  const left = await departureColumns(db).where('emailKey', 'in', list(emails)).execute()
  const followed = await departureColumns(db).where('successorKey', 'in', list(successors)).execute()
  return [...left, ...followed].map(toDeparture)
}

const departureColumns = (db: Reader) =>
  db
    .selectFrom('departures')
    .select(['userName', 'email', 'emailKey', 'at', 'successorKey'])
    .orderBy('emailKey')

const toDeparture = (row: DepartureRow): Departure => ({
  ...row,
  successorKey: row.successorKey ?? undefined,
})

export async function allPeople(db: Reader): Promise<readonly PersonRow[]> {
  const people: PersonRow[] = []
  for (let after = ''; ; ) {
    const rows = await peopleColumns(db).where('id', '>', after).orderBy('id').limit(CHUNK).execute()
    people.push(...rows)
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) return people
    after = last.id
    await breathe()
  }
}

export const peopleWithEmails = (db: Reader, emails: ReadonlySet<string>): Promise<readonly PersonRow[]> =>
  peopleColumns(db)
    .where('emailKey', 'in', sql<string>`${textList(db, JSON.stringify([...emails]))}`)
    .execute()

export const peopleWithIds = (db: Reader, ids: readonly string[]): Promise<readonly PersonRow[]> =>
  peopleColumns(db)
    .where('id', 'in', sql<string>`${textList(db, JSON.stringify(ids))}`)
    .execute()

const peopleColumns = (db: Reader) =>
  db
    .selectFrom('users')
    .select(['id', 'userName', 'email', 'emailKey', 'active', 'inactiveSince', 'reactivatedAt'])
    .select(['doubtedSince', 'createdAt'])

/** Every direct membership that is not of a group. */
export async function* allLinks(db: Reader): AsyncGenerator<readonly PersonLink[]> {
  let last: PersonLink = { groupId: '', memberId: '' }
  for (;;) {
    const { rows } = await sql<PersonLink>`
      select group_id, member_id from members
      where (group_id, member_id) > (${last.groupId}, ${last.memberId}) and kind <> 'Group'
      order by group_id, member_id limit ${CHUNK}`.execute(db)
    yield rows
    const end = rows.at(-1)
    if (end === undefined || rows.length < CHUNK) return
    last = end
    await breathe()
  }
}

/** The direct memberships, not of groups, in these groups. */
export const linksInGroups = (db: Reader, groupIds: ReadonlySet<string>): Promise<readonly PersonLink[]> =>
  db
    .selectFrom('members')
    .select(['groupId', 'memberId'])
    .where('groupId', 'in', sql<string>`${textList(db, JSON.stringify([...groupIds]))}`)
    .where('kind', '<>', 'Group')
    .orderBy('groupId')
    .orderBy('memberId')
    .execute()

/** The direct memberships of these users. */
export const linksOfUsers = (db: Reader, userIds: readonly string[]): Promise<readonly PersonLink[]> =>
  db
    .selectFrom('members')
    .select(['groupId', 'memberId'])
    .where('memberId', 'in', sql<string>`${textList(db, JSON.stringify(userIds))}`)
    .execute()
