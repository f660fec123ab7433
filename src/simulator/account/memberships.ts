/** Who is in which group. The ALL_USERS group holds everybody by itself and lists of SCIM groups are closed. */
import { unreachable } from '../../lib/errors.ts'
import { type Account, groupById, userByUid } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import { badRequest, notFound } from '../rejection.ts'
import { limits } from './limits.ts'
import type { Group, User } from './objects.ts'

/** The groups a user is in, the one of all users included. */
export function groupsOf(account: Account, user: User): Group[] {
  const ids = [...account.everybodyIds, ...(account.groupsOfUser.get(user.uid) ?? [])]
  return ids.map(uuid => groupById(account, uuid))
}

/** The members of a group, service users included. */
export function membersOf(account: Account, group: Group): User[] {
  if (group.owner === 'ALL_USERS') return [...account.users.values()]
  return [...(account.membersOfGroup.get(group.uuid) ?? [])]
    .map(uid => userByUid(account, uid))
    .filter(user => user !== undefined)
}

/** Appends memberships; those the user has already stay as they are. All or nothing. */
export function addToGroups(account: Account, actor: Actor, user: User, groupIds: readonly string[]): void {
  const groups = checked(account, groupIds).filter(group => group.owner !== 'ALL_USERS')
  const missing = groups.filter(group => !isMember(account, user, group))
  for (const group of missing) checkOpen(group)
  const size = (account.groupsOfUser.get(user.uid)?.size ?? 0) + missing.length
  if (size > limits.groupsPerUser)
    throw badRequest(`Limit of ${limits.groupsPerUser} groups per user is reached`)
  for (const group of missing) join(account, actor, user, group)
}

/** Removes memberships; those the user does not have are no error. All or nothing. */
export function removeFromGroups(
  account: Account,
  actor: Actor,
  user: User,
  groupIds: readonly string[],
): void {
  const groups = checked(account, groupIds)
  for (const group of groups) {
    if (group.owner === 'ALL_USERS') throw badRequest(`Users cannot leave group ${group.uuid} of all users`)
    checkOpen(group)
  }
  for (const group of groups) if (isMember(account, user, group)) leave(account, actor, user, group)
}

/** Sets the exact list: everything not listed goes, but for the group of all users and those a switch keeps. */
export function replaceGroups(account: Account, actor: Actor, user: User, groupIds: readonly string[]): void {
  const wanted = new Set(checked(account, groupIds).map(group => group.uuid))
  const current = [...(account.groupsOfUser.get(user.uid) ?? [])].map(uuid => groupById(account, uuid))
  addToGroups(account, actor, user, [...wanted])
  for (const group of current) {
    if (!wanted.has(group.uuid) && !stays(account, group)) leave(account, actor, user, group)
  }
}

/** Whether a user stays in a group of the identity provider that a new list does not name. */
function stays(account: Account, { owner }: Group): boolean {
  switch (account.switches.userGroupsPut) {
    case 'local-and-saml':
      return owner === 'SCIM'
    case 'local':
      return owner === 'SCIM' || owner === 'SAML'
    case 'all':
      return false
    default:
      return unreachable(account.switches.userGroupsPut)
  }
}

/** Puts a user into a group without the rules of the API: for seeding and helper groups. */
export function join(account: Account, actor: Actor, user: User, group: Group): void {
  account.groupsOfUser.get(user.uid)?.add(group.uuid)
  account.membersOfGroup.get(group.uuid)?.add(user.uid)
  recordMembers(account, actor, group, [], [user.email])
}

function leave(account: Account, actor: Actor, user: User, group: Group): void {
  account.groupsOfUser.get(user.uid)?.delete(group.uuid)
  account.membersOfGroup.get(group.uuid)?.delete(user.uid)
  recordMembers(account, actor, group, [user.email], [])
}

function checked(account: Account, groupIds: readonly string[]): Group[] {
  if (groupIds.length > limits.groupsPerCall) {
    throw badRequest(`At most ${limits.groupsPerCall} groups are allowed in one request`)
  }
  return [...new Set(groupIds)].flatMap(uuid => {
    const group = account.groups.get(uuid)
    if (group !== undefined) return [group]
    if (account.switches.unknownGroup === 'ignore') return []
    const message = `Group ${uuid} not found`
    throw account.switches.unknownGroup === 'not-found' ? notFound(message) : badRequest(message)
  })
}

function checkOpen(group: Group): void {
  if (group.owner === 'SCIM') throw badRequest(`Members of group ${group.uuid} are managed by SCIM only`)
}

const isMember = (account: Account, user: User, group: Group): boolean =>
  account.groupsOfUser.get(user.uid)?.has(group.uuid) ?? false

/** Names only the members who came or went: whole lists would make big groups quadratic. */
function recordMembers(
  account: Account,
  actor: Actor,
  group: Group,
  before: readonly string[],
  after: readonly string[],
): void {
  record(account, actor, {
    resource: 'GROUP',
    resourceId: group.uuid,
    resourceName: group.name,
    eventType: 'UPDATE_MEMBERS',
    before: { members: before },
    after: { members: after },
  })
}
