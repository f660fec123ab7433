/** Creating, changing and deleting users, inside the transaction of the caller. */
import { newId } from '../lib/ids.ts'
import { ScimError } from '../scim/error.ts'
import type { JsonObject } from '../scim/json.ts'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { DepartureRow, UserRow } from '../store/tables.ts'
import { UniqueViolation } from '../store/unique-violation.ts'
import { changedAttributes } from './changed-attributes.ts'
import type { DirectoryUser } from './directory.ts'
import { isKeyText } from './key-text.ts'
import { leaveAllGroups } from './leave-groups.ts'
import { toUser, userColumns } from './user-row.ts'
import { feed, note, type Write } from './write.ts'

export async function createUser(write: Write, attributes: JsonObject): Promise<DirectoryUser> {
  const columns = userColumns(attributes)
  const row: UserRow = {
    id: newId(),
    ...columns,
    inactiveSince: columns.active === 0 ? write.at : null,
    reactivatedAt: null,
    doubtedSince: null,
    version: 1,
    createdAt: write.at,
    modifiedAt: write.at,
  }
  await namedOnce(row.userName, () => insertUser(write.tx, row))
  if (row.emailKey !== null) await forgetDeparture(write.tx, { emailKey: row.emailKey })
  await feed(write, 'user', [row.emailKey])
  await note(write, 'scim.user.created', {
    id: row.id,
    userName: row.userName,
    active: row.active === 1,
    attributes: Object.keys(attributes).sort(),
  })
  return toUser(row)
}

export async function changeUser(
  write: Write,
  id: string,
  change: (user: DirectoryUser) => JsonObject,
): Promise<DirectoryUser> {
  const row = await requireUser(write, id)
  const before = toUser(row)
  const columns = userColumns(change(before))
  if (columns.resource === row.resource) return before
  const changed = changedAttributes(before.attributes, JSON.parse(columns.resource) as JsonObject)
  if (changed.length === 0) return before

  const after: UserRow = {
    ...row,
    ...columns,
    inactiveSince: columns.active === 1 ? null : (row.inactiveSince ?? write.at),
    version: row.version + 1,
    modifiedAt: write.at,
  }
  await namedOnce(after.userName, () => updateUser(write.tx, after))
  if (after.emailKey !== null && after.emailKey !== row.emailKey) {
    await forgetDeparture(write.tx, { emailKey: after.emailKey })
  }
  if (row.email !== null && row.emailKey !== null && after.emailKey !== row.emailKey) {
    // The account knows people by address: under the old one somebody has left.
    const { email, emailKey, userName } = row
    await noteDeparture(write.tx, { email, emailKey, userName, at: write.at, successorKey: null })
  }
  const concernsDynatrace =
    after.email !== row.email || after.active !== row.active || after.userName !== row.userName
  if (concernsDynatrace) await feed(write, 'user', [row.emailKey, after.emailKey])
  await note(write, 'scim.user.changed', {
    id,
    userName: after.userName,
    changed,
    ...(after.active === row.active ? {} : { active: after.active === 1 }),
    ...(after.userName === row.userName ? {} : { previousUserName: row.userName }),
  })
  return toUser(after)
}

export async function deleteUser(write: Write, id: string): Promise<void> {
  const row = await requireUser(write, id)
  const groupIds = await leaveAllGroups(write, id)
  await removeUser(write.tx, { id })
  if (row.email !== null && row.emailKey !== null) {
    const { email, emailKey, userName } = row
    await noteDeparture(write.tx, { email, emailKey, userName, at: write.at, successorKey: null })
  }
  await feed(write, 'user', [row.emailKey])
  await note(write, 'scim.user.deleted', { id, userName: row.userName, groups: groupIds.length })
}

async function requireUser(write: Write, id: string): Promise<UserRow> {
  const [row] = isKeyText(id) ? await userById(write.tx, { id }) : []
  if (row === undefined) throw new ScimError(404, undefined, `There is no user with id ${id}.`)
  return row
}

async function namedOnce(userName: string, store: () => Promise<unknown>): Promise<void> {
  try {
    await store()
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error
    throw new ScimError(409, 'uniqueness', `There is already a user with userName ${userName}.`, {
      cause: error,
    })
  }
}

export const userById = statement((db: Reader, { id }: { id: string }) =>
  db.selectFrom('users').selectAll().where('id', '=', id),
)
const insertUser = statement((db: Reader, row: UserRow) =>
  db.insertInto('users').values({
    id: row.id,
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
    createdAt: row.createdAt,
    modifiedAt: row.modifiedAt,
  }),
)
const updateUser = statement((db: Reader, row: UserRow) =>
  db
    .updateTable('users')
    .set({
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
    })
    .where('id', '=', row.id),
)
const removeUser = statement((db: Reader, { id }: { id: string }) =>
  db.deleteFrom('users').where('id', '=', id),
)
const forgetDeparture = statement((db: Reader, { emailKey }: { emailKey: string }) =>
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
