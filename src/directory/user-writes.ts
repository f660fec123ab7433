/** Creating, changing and deleting users, inside the transaction of the caller. */
import { newId } from '../lib/ids.ts'
import { ScimError } from '../scim/error.ts'
import type { JsonObject } from '../scim/json.ts'
import type { UserRow } from '../store/tables.ts'
import { UniqueViolation } from '../store/unique-violation.ts'
import { changedAttributes } from './changed-attributes.ts'
import { activityAfter } from './deactivation.ts'
import { depart, forgetDeparture, moveAddress } from './departure-writes.ts'
import type { ChangeSaid, DirectoryUser } from './directory.ts'
import { checkEmailDomain } from './email-domain.ts'
import { indexEmails } from './email-index.ts'
import type { IdentityRules } from './identity-rules.ts'
import { isKeyText } from './key-text.ts'
import { leaveAllGroups } from './leave-groups.ts'
import { toUser, userColumns } from './user-row.ts'
import { insertUser, removeUser, updateUser, userById, userByName } from './user-statements.ts'
import { feed, note, type Write } from './write.ts'

/**
 * A deactivated user of that name comes back instead, where the rules allow it: Okta and Entra create people anew
 * whom they deactivated long ago, and expect 201. The posted attributes, `externalId` among them, replace the
 * stored ones (who was assigned to another app has another one); `id` and memberships stay.
 */
export async function createUser(
  write: Write,
  attributes: JsonObject,
  rules: IdentityRules,
): Promise<DirectoryUser> {
  const columns = userColumns(attributes, rules.emailOf)
  checkEmailDomain(columns.email, rules.emailDomains)
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
  const inserted = await insertUser(write.tx, row)
  if (inserted.length === 0) return comeBack(write, row, attributes, rules)
  await indexEmails(write.tx, row.id, undefined, attributes)
  if (row.emailKey !== null) await forgetDeparture(write.tx, { emailKey: row.emailKey })
  feed(write, 'user', [row.emailKey])
  note(write, 'scim.user.created', {
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
  rules: IdentityRules,
  said: ChangeSaid,
): Promise<DirectoryUser> {
  const row = await requireUser(write, id)
  return store(write, row, change(toUser(row)), { rules, said, kind: 'scim.user.changed' })
}

export async function deleteUser(
  write: Write,
  id: string,
  check?: (user: DirectoryUser) => void,
): Promise<void> {
  const row = await requireUser(write, id)
  check?.(toUser(row))
  const groupIds = await leaveAllGroups(write, id)
  await indexEmails(write.tx, id, toUser(row).attributes, undefined)
  await removeUser(write.tx, { id })
  await depart(write, row, null)
  feed(write, 'user', [row.emailKey])
  note(write, 'scim.user.deleted', { id, userName: row.userName, groups: groupIds.length })
}

async function comeBack(
  write: Write,
  { userName, userNameKey, active }: UserRow,
  attributes: JsonObject,
  rules: IdentityRules,
): Promise<DirectoryUser> {
  const [row] = await userByName(write.tx, { userNameKey })
  if (row === undefined || row.active === 1) throw nameTaken(userName)
  if (!rules.reactivate) throw nameTaken(userName, ' It is deactivated: set its active to true instead.')
  const kind = active === 1 ? 'scim.user.reactivated' : 'scim.user.changed'
  return store(write, row, attributes, { rules, said: { active: true }, kind })
}

interface Change {
  readonly rules: IdentityRules
  readonly said: ChangeSaid
  readonly kind: 'scim.user.changed' | 'scim.user.reactivated'
}

async function store(
  write: Write,
  row: UserRow,
  attributes: JsonObject,
  { rules, said, kind }: Change,
): Promise<DirectoryUser> {
  const before = toUser(row)
  const columns = userColumns(attributes, rules.emailOf)
  const { activity, verdict } = activityAfter(row, columns.active, {
    at: write.at,
    said: said.active,
    staleMs: rules.staleDeactivationMs,
  })
  const isEqual = columns.resource === row.resource
  const changed = isEqual
    ? []
    : changedAttributes(before.attributes, JSON.parse(columns.resource) as JsonObject) // written by `userColumns`
  if (changed.length === 0) {
    if (verdict === 'confirmed') await confirm(write, { ...row, ...activity })
    return before
  }
  if (columns.emailKey !== row.emailKey) checkEmailDomain(columns.email, rules.emailDomains)

  const after: UserRow = {
    ...row,
    ...columns,
    ...activity,
    version: row.version + 1,
    modifiedAt: write.at,
  }
  await namedOnce(after.userName, () => updateUser(write.tx, after))
  if (changed.includes('emails')) await indexEmails(write.tx, row.id, before.attributes, attributes)
  await moveAddress(write, row, after)
  const concernsDynatrace =
    after.email !== row.email || after.active !== row.active || after.userName !== row.userName
  if (concernsDynatrace) feed(write, 'user', [row.emailKey, after.emailKey])
  note(write, kind, {
    id: row.id,
    userName: after.userName,
    changed,
    ...(after.active === row.active ? {} : { active: after.active === 1 }),
    ...(after.userName === row.userName ? {} : { previousUserName: row.userName }),
    ...(after.externalId === row.externalId ? {} : { previousExternalId: row.externalId }),
  })
  if (verdict === 'doubted') {
    const { id, userName, reactivatedAt } = after
    note(write, 'scim.user.deactivation-doubted', { id, userName, reactivatedAt })
  }
  if (verdict === 'confirmed') await confirm(write, after)
  return toUser(after)
}

/** The doubt is over; the resource, as the IdP sees it, stays as it is. */
async function confirm(write: Write, row: UserRow): Promise<void> {
  await updateUser(write.tx, row)
  feed(write, 'user', [row.emailKey])
  note(write, 'scim.user.deactivation-confirmed', { id: row.id, userName: row.userName })
}

async function requireUser(write: Write, id: string): Promise<UserRow> {
  const [row] = isKeyText(id) ? await userById(write.tx, { id }) : []
  if (row === undefined)
    throw new ScimError(
      404,
      undefined,
      `There is no User with the id ${JSON.stringify(id)}: it was deleted or never made here. Provision it again.`,
    )
  return row
}

async function namedOnce(userName: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error
    throw nameTaken(userName, '', { cause: error })
  }
}

const nameTaken = (userName: string, remedy = '', options?: ErrorOptions): ScimError =>
  new ScimError(409, 'uniqueness', `There is already a user with userName ${userName}.${remedy}`, options)
