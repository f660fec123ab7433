/**
 * Addresses that people have left. The account knows people by address, so that a new address is a departure under
 * the old one, with the new one as its successor: the reconciler makes a rename of the two.
 *
 *   a → b → c    a: successor c, b: successor c
 *   a → b → a    b: successor a
 *   a → b, gone  a: no successor, b: no successor
 */
import { sql } from 'kysely'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { DepartureRow, UserRow } from '../store/tables.ts'
import type { Write } from './write.ts'

type Addressed = Pick<UserRow, 'id' | 'userName' | 'email' | 'emailKey' | 'active'>

/** Notes that a user moved from one address to another, where either may be missing. */
export async function moveAddress(write: Write, before: Addressed, after: Addressed): Promise<void> {
  if (before.emailKey === after.emailKey) return
  if (after.emailKey !== null) await forgetDeparture(write.tx, { emailKey: after.emailKey })
  // Who is deactivated has no access to carry over: under the old address that person has left.
  await depart(write, before, after.active === 1 ? after.emailKey : null)
}

/** Notes that nobody is to be found under the address of this user any more, except at `successorKey`. */
export async function depart(write: Write, row: Addressed, successorKey: string | null): Promise<void> {
  const { id, email, emailKey, userName } = row
  if (email === null || emailKey === null) return
  await noteDeparture(write.tx, { email, emailKey, userName, at: write.at, successorKey })
  await passOn(write.tx, { id, emailKey, successorKey })
}

/** Somebody arrived at the address. */
export const forgetDeparture = statement((db: Reader, { emailKey }: { emailKey: string }) =>
  db.deleteFrom('departures').where('emailKey', '=', emailKey),
)

const noteDeparture = statement((db: Reader, row: DepartureRow) =>
  db
    .insertInto('departures')
    .values({
      emailKey: row.emailKey,
      email: row.email,
      userName: row.userName,
      at: row.at,
      successorKey: row.successorKey,
    })
    .onConflict(conflict =>
      conflict.column('emailKey').doUpdateSet({
        email: row.email,
        userName: row.userName,
        at: row.at,
        successorKey: row.successorKey,
      }),
    ),
)

/** Earlier addresses that led here lead on, unless another active user still has this one. */
const passOn = statement(
  (_db: Reader, given: { id: string; emailKey: string; successorKey: string | null }) =>
    sql`update departures set successor_key = ${given.successorKey}
      where successor_key = ${given.emailKey} and not exists (
        select 1 from users where email_key = ${given.emailKey} and active = 1 and id <> ${given.id})`,
)
