/** Service users: technical identities, each with a helper group of its own that holds its rights. */
import { randomUUID } from 'node:crypto'
import { type Account, groupById, timestamp, userByUid } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import { badRequest, notFound } from '../rejection.ts'
import { deleteGroup, insertGroup } from './groups.ts'
import { join } from './memberships.ts'
import type { Group, User } from './objects.ts'
import { removeUser, storeUser } from './users.ts'

export interface NewServiceUser {
  readonly name: string
  readonly description?: string | null | undefined
  /** Fixed ids, for seeding. */
  readonly uid?: string
  readonly groupUuid?: string
}

/** The generated e-mail of a service user: fixed for life. */
export const serviceEmail = (uid: string): string => `${uid}@service.sso.dynatrace.com`

/** Creates the service user and its helper group. Names need not be unique. */
export function createServiceUser(
  account: Account,
  actor: Actor,
  given: NewServiceUser,
): { readonly user: User; readonly group: Group } {
  if (given.name.trim() === '') throw badRequest('name should not be empty')
  const uid = given.uid ?? randomUUID()
  const group = insertGroup(account, actor, {
    uuid: given.groupUuid ?? randomUUID(),
    name: `service_user_group_${uid}`,
    owner: 'LOCAL',
    description: `Group of service user ${given.name}`,
  })
  const user: User = {
    uid,
    email: serviceEmail(uid),
    name: given.name,
    surname: '',
    status: 'ACTIVE',
    emergencyContact: false,
    kind: 'service',
    description: given.description ?? '',
    helperGroupId: group.uuid,
    createdAt: timestamp(account),
  }
  storeUser(account, user)
  account.groupsOfUser.set(uid, new Set())
  join(account, actor, user, group)
  record(account, actor, {
    resource: 'USER',
    resourceId: uid,
    resourceName: user.email,
    eventType: 'CREATE',
    before: undefined,
    after: { uid, email: user.email, name: user.name },
  })
  return { user, group }
}

export const serviceUsers = (account: Account): User[] =>
  [...account.users.values()].filter(user => user.kind === 'service')

export function serviceUserById(account: Account, uid: string): User {
  const user = userByUid(account, uid)
  if (user === undefined || user.kind !== 'service') throw notFound('Requested service user not found')
  return user
}

/** Replaces name and description. */
export function replaceServiceUser(
  account: Account,
  actor: Actor,
  before: User,
  given: NewServiceUser,
): void {
  if (given.name.trim() === '') throw badRequest('name should not be empty')
  const after: User = { ...before, name: given.name, description: given.description ?? '' }
  storeUser(account, after)
  record(account, actor, {
    resource: 'USER',
    resourceId: before.uid,
    resourceName: before.email,
    eventType: 'UPDATE',
    before: { name: before.name, description: before.description },
    after: { name: after.name, description: after.description },
  })
}

/** Removes the service user, its memberships and its helper group. */
export function deleteServiceUser(account: Account, actor: Actor, user: User): void {
  const helper = helperGroup(account, user)
  removeUser(account, actor, user.email)
  if (helper !== undefined) deleteGroup(account, actor, helper.uuid)
}

/** The helper group, unless somebody deleted it. */
export function helperGroup(account: Account, user: User): Group | undefined {
  const uuid = user.helperGroupId
  return uuid !== undefined && account.groups.has(uuid) ? groupById(account, uuid) : undefined
}
