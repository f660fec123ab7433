/** By which names the directory knows a person: for whoever has to find all of them. */
import { sql } from 'kysely'
import { foldKey } from '../lib/fold.ts'
import type { Reader } from '../store/store.ts'

/** User name, external id, addresses now and before, of whom goes or went by this user name or address; itself included. */
export async function personNames(db: Reader, asked: string): Promise<readonly string[]> {
  const names = new Set([asked])
  // Each name may lead to another: a former address to the present one, that to a user name.
  for (const name of names) for (const other of await namesBeside(db, foldKey(name))) names.add(other)
  return [...names]
}

async function namesBeside(db: Reader, key: string): Promise<readonly string[]> {
  const users = await db
    .selectFrom('users')
    .select(['id', 'userName', 'externalId', 'email'])
    .where(({ eb, or, exists, selectFrom }) =>
      or([
        eb('userNameKey', '=', key),
        eb('emailKey', '=', key),
        exists(
          selectFrom('userEmails')
            .select(sql.lit(1).as('one'))
            .whereRef('userEmails.userId', '=', 'users.id')
            .where('userEmails.valueKey', '=', key),
        ),
      ]),
    )
    .execute()
  const ids = users.map(({ id }) => id)
  const addresses =
    ids.length === 0
      ? []
      : await db.selectFrom('userEmails').select('valueKey').where('userId', 'in', ids).execute()
  const departures = await db
    .selectFrom('departures')
    .select(['email', 'userName', 'successorKey'])
    .where(({ eb, or }) =>
      or([eb('emailKey', '=', key), eb('successorKey', '=', key), eb(sql`lower(user_name)`, '=', key)]),
    )
    .execute()
  return [
    ...users.flatMap(({ userName, externalId, email }) => [userName, externalId, email]),
    ...addresses.map(({ valueKey }) => valueKey),
    ...departures.flatMap(({ email, userName, successorKey }) => [email, userName, successorKey]),
  ].filter(name => name !== null)
}
