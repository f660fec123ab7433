/** The statements on rows of users. */
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { UserRow } from '../store/tables.ts'

export const userById = statement((db: Reader, { id }: { id: string }) =>
  db.selectFrom('users').selectAll().where('id', '=', id),
)

export const userByName = statement((db: Reader, { userNameKey }: { userNameKey: string }) =>
  db.selectFrom('users').selectAll().where('userNameKey', '=', userNameKey),
)

/** Answers the id, or nothing when another user has the name. */
export const insertUser = statement((db: Reader, row: UserRow) =>
  db
    .insertInto('users')
    .values({ id: row.id, createdAt: row.createdAt, ...changing(row) })
    // Not by an error: on PostgreSQL that would end the transaction.
    .onConflict(conflict => conflict.column('userNameKey').doNothing())
    .returning('id'),
)

/** Throws `UniqueViolation` when another user has the name. */
export const updateUser = statement((db: Reader, row: UserRow) =>
  db.updateTable('users').set(changing(row)).where('id', '=', row.id),
)

export const removeUser = statement((db: Reader, { id }: { id: string }) =>
  db.deleteFrom('users').where('id', '=', id),
)

/** All columns but those that a user keeps for life, each named: a statement that is being built sees slots. */
function changing(row: UserRow): Omit<UserRow, 'id' | 'createdAt'> {
  return {
    userName: row.userName,
    userNameKey: row.userNameKey,
    externalId: row.externalId,
    email: row.email,
    emailKey: row.emailKey,
    active: row.active,
    inactiveSince: row.inactiveSince,
    reactivatedAt: row.reactivatedAt,
    doubtedSince: row.doubtedSince,
    resource: row.resource,
    version: row.version,
    modifiedAt: row.modifiedAt,
  }
}
