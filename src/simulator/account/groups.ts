/** What may happen to groups: creation, replacement with its SAML traps, deletion with all that hangs on them. */
import { randomUUID } from 'node:crypto'
import { type Account, groupById, timestamp } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import { badRequest, Rejection } from '../rejection.ts'
import { limits } from './limits.ts'
import type { Group, GroupOwner } from './objects.ts'

export interface NewGroup {
  readonly name: string
  readonly description?: string | null | undefined
  readonly federatedAttributeValues?: readonly string[] | null | undefined
}

/** Creates all of them or none. Names are unique within the account. */
export function createGroups(account: Account, actor: Actor, given: readonly NewGroup[]): Group[] {
  const names = new Set<string>()
  for (const group of given) {
    checkText(group)
    const taken = account.groupIdByName.get(group.name)
    if (taken !== undefined || names.has(group.name)) {
      throw nameTaken(account, group.name, taken)
    }
    names.add(group.name)
  }
  if (account.groups.size + given.length > limits.groups) {
    throw badRequest(`Limit of ${limits.groups} groups is reached`)
  }
  return given.map(group => {
    const values = group.federatedAttributeValues ?? []
    const owner = values.length > 0 ? 'SAML' : 'LOCAL'
    return insertGroup(account, actor, { ...group, owner, uuid: randomUUID() })
  })
}

/** Puts one group in without the rules of the API: for seeding and for the helper groups of service users. */
export function insertGroup(
  account: Account,
  actor: Actor,
  given: NewGroup & { readonly uuid: string; readonly owner: GroupOwner },
): Group {
  const now = timestamp(account)
  const group: Group = {
    uuid: given.uuid,
    name: given.name,
    description: given.description ?? '',
    owner: given.owner,
    federatedAttributeValues: given.federatedAttributeValues ?? [],
    createdAt: now,
    updatedAt: now,
  }
  account.groups.set(group.uuid, group)
  account.groupIdByName.set(group.name, group.uuid)
  account.membersOfGroup.set(group.uuid, new Set())
  if (group.owner === 'ALL_USERS') account.everybodyIds.add(group.uuid)
  recordGroup(account, actor, 'CREATE', undefined, group)
  return group
}

/**
 * Replaces name, description and federated values, whatever is absent becoming empty. A SAML group that
 * loses its values turns LOCAL; a LOCAL group that gets some turns SAML and loses all its members.
 */
export function replaceGroup(account: Account, actor: Actor, uuid: string, given: NewGroup): void {
  const before = groupById(account, uuid)
  checkEditable(before)
  checkText(given)
  const taken = account.groupIdByName.get(given.name)
  if (taken !== undefined && taken !== uuid) {
    throw nameTaken(account, given.name, taken)
  }
  const values = given.federatedAttributeValues ?? []
  const after: Group = {
    ...before,
    name: given.name,
    description: given.description ?? '',
    owner: ownerAfter(before.owner, values),
    federatedAttributeValues: values,
    updatedAt: timestamp(account),
  }
  if (before.owner === 'LOCAL' && after.owner === 'SAML') dropMembers(account, uuid)
  account.groupIdByName.delete(before.name)
  account.groupIdByName.set(after.name, uuid)
  account.groups.set(uuid, after)
  recordGroup(account, actor, 'UPDATE', before, after)
}

/** Deletes the group with its memberships and permissions and, unless a switch says otherwise, its bindings. */
export function deleteGroup(account: Account, actor: Actor, uuid: string): void {
  const group = groupById(account, uuid)
  checkEditable(group)
  dropMembers(account, uuid)
  account.membersOfGroup.delete(uuid)
  account.permissions.delete(uuid)
  if (account.switches.bindingsOfDeletedGroup === 'removed') {
    for (const byGroup of account.bindings.values()) byGroup.delete(uuid)
  }
  account.groupIdByName.delete(group.name)
  account.groups.delete(uuid)
  recordGroup(account, actor, 'DELETE', group, undefined)
}

function ownerAfter(owner: GroupOwner, values: readonly string[]): GroupOwner {
  if (owner === 'LOCAL' && values.length > 0) return 'SAML'
  if (owner === 'SAML' && values.length === 0) return 'LOCAL'
  return owner
}

function nameTaken(account: Account, name: string, holder: string | undefined): Rejection {
  const place = holder === undefined ? '' : `: ${holder}`
  return new Rejection(
    account.switches.duplicateGroupStatus,
    `Group with name ${name} already exists${place}`,
  )
}

function checkEditable(group: Group): void {
  if (group.owner === 'SCIM') throw badRequest(`Group ${group.uuid} is managed by SCIM only`)
  if (group.owner === 'ALL_USERS') throw badRequest(`Group ${group.uuid} of all users cannot be modified`)
}

function checkText(group: NewGroup): void {
  if (group.name.trim() === '') throw badRequest('name should not be empty')
  if ((group.description ?? '').length > limits.groupDescription) {
    throw badRequest(`description must be shorter than or equal to ${limits.groupDescription} characters`)
  }
}

function dropMembers(account: Account, uuid: string): void {
  const members = account.membersOfGroup.get(uuid)
  for (const uid of members ?? []) account.groupsOfUser.get(uid)?.delete(uuid)
  members?.clear()
}

function recordGroup(
  account: Account,
  actor: Actor,
  eventType: 'CREATE' | 'UPDATE' | 'DELETE',
  before: Group | undefined,
  after: Group | undefined,
): void {
  const group = after ?? before
  if (group === undefined) return
  record(account, actor, {
    resource: 'GROUP',
    resourceId: group.uuid,
    resourceName: group.name,
    eventType,
    before,
    after,
  })
}
