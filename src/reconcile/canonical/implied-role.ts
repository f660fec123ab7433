/**
 * Role permissions that others bring with them. Dynatrace adds the row of itself, and after it was deleted again: to take
 * it away would be a difference for ever (terraform-provider-dynatrace issues 544 and 563).
 */
import { environmentRoles, wholeEnvironmentRoles } from '../../access/roles.ts'
import { permissionKey } from '../keys.ts'
import type { StatePermission } from '../state.ts'

const VIEWER = 'tenant-viewer'

/** Roles that show what is in an environment or zone, and so bring the right to enter it. */
const SHOWING = environmentRoles.filter(role => role !== VIEWER && !wholeEnvironmentRoles.includes(role))

const BRINGING: ReadonlyMap<string, readonly string[]> = new Map([
  [VIEWER, SHOWING],
  ['tenant-view-security-problems', ['tenant-manage-security-problems']],
])

/** The role that brings this one with it: wanted for the same group at the very same place. */
export function impliedBy(
  permission: StatePermission,
  wanted: ReadonlyMap<string, StatePermission>,
): string | undefined {
  return BRINGING.get(permission.role)?.find(role => wanted.has(permissionKey({ ...permission, role })))
}
