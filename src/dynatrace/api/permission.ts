/** The role permissions of a group as answered (PermissionsGroupDto). */
import { z } from 'zod'

const ScopeType = z.enum(['account', 'tenant', 'management-zone'])

const Permission = z.object({ permissionName: z.string(), scope: z.string(), scopeType: z.string() })

/**
 * Answer of `GET groups/{id}/permissions`. Permissions of a scope type that did not exist when this was
 * written are left out: the bridge can neither have granted them nor remove them.
 */
export const GroupPermissions = z.object({ permissions: z.array(Permission) }).transform(answer =>
  answer.permissions.flatMap(({ permissionName, scope, scopeType }) => {
    const known = ScopeType.safeParse(scopeType)
    return known.success ? [{ role: permissionName, scopeType: known.data, scope }] : []
  }),
)
