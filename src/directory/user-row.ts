/** Users between the SCIM attributes and their row. */
import { foldKey } from '../lib/fold.ts'
import type { JsonObject } from '../scim/json.ts'
import type { UserRow } from '../store/tables.ts'
import type { DirectoryUser } from './directory.ts'
import type { EmailOf } from './dynatrace-email.ts'
import { keyText, optionalText, requiredText } from './key-text.ts'

/** The columns that follow from the attributes. Throws `ScimError` 400 when one cannot be stored. */
export type UserColumns = Pick<
  UserRow,
  'userName' | 'userNameKey' | 'externalId' | 'email' | 'emailKey' | 'active' | 'resource'
>

export function userColumns(attributes: JsonObject, emailOf: EmailOf): UserColumns {
  const userName = requiredText('userName', attributes.userName)
  const email = emailOf(attributes) ?? null
  return {
    userName,
    userNameKey: keyText('userName', foldKey(userName)),
    externalId: optionalText('externalId', attributes.externalId),
    email,
    emailKey: email === null ? null : foldKey(email),
    active: attributes.active === false ? 0 : 1,
    resource: JSON.stringify(withoutForeign(attributes)),
  }
}

export const toUser = (row: UserRow): DirectoryUser => ({
  id: row.id,
  userName: row.userName,
  externalId: row.externalId ?? undefined,
  email: row.email ?? undefined,
  emailKey: row.emailKey,
  active: row.active === 1,
  inactiveSince: row.inactiveSince ?? undefined,
  resource: row.resource,
  attributes: JSON.parse(row.resource) as JsonObject, // written by `userColumns`
  version: row.version,
  createdAt: row.createdAt,
  modifiedAt: row.modifiedAt,
})

/** These are columns, rows of their own, or none of our business (a password is never stored). */
const FOREIGN = ['id', 'meta', 'groups', 'password']

function withoutForeign(attributes: JsonObject): JsonObject {
  if (!FOREIGN.some(name => Object.hasOwn(attributes, name))) return attributes
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !FOREIGN.includes(name)))
}
