/** Legacy role permissions of groups. Identity of one: name, scope and scope type. */
import { type Account, timestamp } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import { badRequest, notFound } from '../rejection.ts'
import { limits } from './limits.ts'
import type { Group, Permission, ScopeType } from './objects.ts'

export interface PermissionKey {
  readonly permissionName: string
  readonly scope: string
  readonly scopeType: ScopeType
}

/** Every role of the vendor, with the words of its reference list. */
export const roles: ReadonlyMap<string, string> = new Map([
  ['account-viewer', 'View account'],
  ['account-company-info', 'View and manage account and billing information'],
  ['account-user-management', 'View and manage users and groups'],
  ['account-saml-flexible-federation', 'Manage flexible SAML federation'],
  ['tenant-viewer', 'Access environment'],
  ['tenant-manage-settings', 'Change monitoring settings'],
  ['tenant-agent-install', 'Download and install OneAgent'],
  ['tenant-logviewer', 'View logs'],
  ['tenant-view-sensitive-request-data', 'View sensitive request data'],
  ['tenant-configure-request-capture-data', 'Configure capture of sensitive data'],
  ['tenant-replay-sessions-with-masking', 'Replay session data'],
  ['tenant-replay-sessions-without-masking', 'Replay session data without masking'],
  ['tenant-manage-security-problems', 'Manage security problems'],
  ['tenant-view-security-problems', 'View security problems'],
  ['tenant-manage-support-tickets', 'Manage support tickets'],
])

export const permissionsOf = (account: Account, group: Group): readonly Permission[] =>
  account.permissions.get(group.uuid) ?? []

/** Appends; what the group holds already stays as it is. */
export function addPermissions(
  account: Account,
  actor: Actor,
  group: Group,
  given: readonly PermissionKey[],
): void {
  const before = permissionsOf(account, group)
  store(account, actor, group, [...before, ...fresh(account, before, given)])
}

/** Sets the exact list. */
export function replacePermissions(
  account: Account,
  actor: Actor,
  group: Group,
  given: readonly PermissionKey[],
): void {
  const wanted = new Set(given.map(keyOf))
  const kept = permissionsOf(account, group).filter(permission => wanted.has(keyOf(permission)))
  store(account, actor, group, [...kept, ...fresh(account, kept, given)])
}

export function removePermission(account: Account, actor: Actor, group: Group, key: PermissionKey): void {
  const before = permissionsOf(account, group)
  const after = before.filter(permission => keyOf(permission) !== keyOf(key))
  if (after.length === before.length) throw notFound(`Permission ${keyOf(key)} not found`)
  store(account, actor, group, after)
}

function fresh(account: Account, held: readonly Permission[], given: readonly PermissionKey[]): Permission[] {
  const seen = new Set(held.map(keyOf))
  const now = timestamp(account)
  return given.flatMap(permission => {
    checkScope(account, permission)
    if (seen.has(keyOf(permission))) return []
    seen.add(keyOf(permission))
    const { permissionName, scope, scopeType } = permission
    return [{ permissionName, scope, scopeType, createdAt: now, updatedAt: now }]
  })
}

function checkScope(account: Account, { permissionName, scope, scopeType }: PermissionKey): void {
  const level = scopeType === 'account' ? 'account-' : 'tenant-'
  if (!roles.has(permissionName) || !permissionName.startsWith(level)) {
    throw badRequest(`Permission ${permissionName} is not valid for scope type ${scopeType}`)
  }
  const [place = '', zone] = scope.split(':')
  const found =
    scopeType === 'account'
      ? scope === account.uuid
      : account.environments.has(place) && (zone !== undefined) === (scopeType === 'management-zone')
  if (!found) throw badRequest(`Scope ${scope} is not valid for scope type ${scopeType}`)
}

function store(account: Account, actor: Actor, group: Group, after: readonly Permission[]): void {
  if (after.length > limits.permissionsPerGroup) {
    throw badRequest(`Limit of ${limits.permissionsPerGroup} permissions per group is reached`)
  }
  const before = permissionsOf(account, group)
  account.permissions.set(group.uuid, after)
  const keys = (list: readonly Permission[]) => list.map(keyOf).sort()
  if (JSON.stringify(keys(before)) === JSON.stringify(keys(after))) return
  record(account, actor, {
    resource: 'GROUP',
    resourceId: group.uuid,
    resourceName: group.name,
    eventType: 'UPDATE_ROLES',
    before: { roles: keys(before) },
    after: { roles: keys(after) },
  })
}

const keyOf = (key: PermissionKey): string => `${key.permissionName}#${key.scope}#${key.scopeType}`
