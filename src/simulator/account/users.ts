/** What may happen to users: invitation, removal, and the states a person's own actions lead to. */
import { randomUUID } from 'node:crypto'
import { foldKey } from '../../lib/fold.ts'
import { type Account, emailKey, timestamp, userByEmail } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import { badRequest, Rejection } from '../rejection.ts'
import { limits } from './limits.ts'
import type { Identity, User, UserStatus } from './objects.ts'

/** Everything a seed may say of a user; the rest is made up. */
export interface NewUser {
  readonly email: string
  readonly uid?: string | undefined
  readonly name?: string | undefined
  readonly surname?: string | undefined
  readonly status?: UserStatus | undefined
  readonly emergencyContact?: boolean | undefined
}

/** Adds a person to the account. Switches say which uid and state somebody has whom Dynatrace knows already. */
export function addUser(account: Account, actor: Actor, given: NewUser): User {
  const { switches } = account
  const key = emailKey(account, given.email)
  if (!isEmail(given.email)) throw badRequest('Expected email to be email')
  if (account.users.has(key)) {
    throw new Rejection(switches.duplicateUserStatus, 'User already exists')
  }
  if (actor.kind !== 'seed' && account.users.size >= limits.users)
    throw badRequest(`Limit of ${limits.users} users is reached`)
  const known = account.identities.get(key)
  const user: User = {
    uid:
      given.uid ??
      (switches.uidAfterReinvite === 'same' ? freeUid(account, known) : undefined) ??
      randomUUID(),
    email: switches.emailCase === 'lowered' ? given.email.toLowerCase() : given.email,
    name: given.name ?? known?.name,
    surname: given.surname ?? known?.surname,
    status: given.status ?? (known?.signedUp === true ? switches.knownIdentityInvited : 'PENDING'),
    emergencyContact: given.emergencyContact ?? false,
    kind: 'person',
    description: '',
    helperGroupId: undefined,
    createdAt: timestamp(account),
  }
  storeUser(account, user)
  account.groupsOfUser.set(user.uid, new Set())
  recordUser(account, actor, 'CREATE', undefined, user)
  return user
}

/** The uid of a known identity, unless a user whose e-mail is spelled in another case has it. */
const freeUid = (account: Account, known: Identity | undefined): string | undefined =>
  known === undefined || account.userKeyByUid.has(known.uid) ? undefined : known.uid

/** Takes the user out of this account with all memberships; the global identity stays. */
export function removeUser(account: Account, actor: Actor, email: string): void {
  const user = userByEmail(account, email)
  if (foldKey(user.email) === foldKey(account.ownerEmail)) {
    throw badRequest('Cannot delete user from this account')
  }
  for (const groupId of account.groupsOfUser.get(user.uid) ?? []) {
    account.membersOfGroup.get(groupId)?.delete(user.uid)
  }
  account.groupsOfUser.delete(user.uid)
  account.userKeyByUid.delete(user.uid)
  account.users.delete(emailKey(account, user.email))
  recordUser(account, actor, 'DELETE', user, undefined)
}

/** Moves a user to another state: accepting an invitation, or deactivation by the identity provider. */
export function setStatus(account: Account, actor: Actor, email: string, status: UserStatus): void {
  const user = userByEmail(account, email)
  storeUser(account, { ...user, status })
  recordUser(account, actor, 'UPDATE', user, { ...user, status })
}

/** Makes somebody one of the people whom the vendor calls when something is wrong, or no longer. */
export function setEmergencyContact(account: Account, actor: Actor, email: string, on: boolean): void {
  const user = userByEmail(account, email)
  storeUser(account, { ...user, emergencyContact: on })
  recordUser(account, actor, 'UPDATE', user, { ...user, emergencyContact: on })
}

export function storeUser(account: Account, user: User): void {
  const key = emailKey(account, user.email)
  account.users.set(key, user)
  account.userKeyByUid.set(user.uid, key)
  if (user.kind === 'service') return
  account.identities.set(key, {
    uid: user.uid,
    name: user.name,
    surname: user.surname,
    signedUp: user.status !== 'PENDING',
  })
}

/** Whether a path segment or body field can be an e-mail at all; user ids are refused by this. */
export const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text)

function recordUser(
  account: Account,
  actor: Actor,
  eventType: 'CREATE' | 'UPDATE' | 'DELETE',
  before: User | undefined,
  after: User | undefined,
): void {
  const user = after ?? before
  if (user === undefined) return
  const view = (one: User | undefined) =>
    one && {
      uid: one.uid,
      email: one.email,
      userStatus: one.status,
      emergencyContact: one.emergencyContact,
    }
  record(account, actor, {
    resource: 'USER',
    resourceId: user.uid,
    resourceName: user.email,
    eventType,
    before: view(before),
    after: view(after),
  })
}
