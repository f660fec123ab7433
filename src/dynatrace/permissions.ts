/** Legacy role permissions of a group, still the only way to rights in the Account Management portal. */
import { GroupPermissions } from './api/permission.ts'
import type { Dynatrace, RolePermission } from './dynatrace.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'
import { settle } from './settle.ts'
import { UpstreamError } from './upstream-error.ts'

export function permissions(requests: Requests, account: string): Dynatrace['permissions'] {
  const list: Dynatrace['permissions']['list'] = groupId =>
    requests.find(
      {
        operation: 'permissions.list',
        method: 'GET',
        path: path`/iam/v1/accounts/${account}/groups/${groupId}/permissions`,
      },
      GroupPermissions,
    )

  return {
    list,

    add: async (groupId, wanted) => {
      if (wanted.length === 0) return
      try {
        await requests.tell({
          operation: 'permissions.add',
          method: 'POST',
          path: path`/iam/v1/accounts/${account}/groups/${groupId}/permissions`,
          body: wanted.map(({ role, scope, scopeType }) => ({ permissionName: role, scope, scopeType })),
        })
      } catch (error) {
        await settle(error, ['conflict'], async () => {
          const held = (await list(groupId)) ?? []
          return wanted.every(each => held.some(other => isSame(each, other))) || undefined
        })
      }
    },

    remove: async (groupId, { role, scope, scopeType }) => {
      try {
        await requests.discard({
          operation: 'permissions.remove',
          method: 'DELETE',
          path: path`/iam/v1/accounts/${account}/groups/${groupId}/permissions`,
          query: [
            ['scope', scope],
            ['permission-name', role],
            ['scope-type', scopeType],
          ],
        })
      } catch (error) {
        if (!saysAbsent(error)) throw error
      }
    },
  }
}

function isSame(a: RolePermission, b: RolePermission): boolean {
  return a.role === b.role && a.scopeType === b.scopeType && a.scope === b.scope
}

/** The status that goes with these words is not documented. */
function saysAbsent(error: unknown): boolean {
  return error instanceof UpstreamError && !error.retryable && /permission .*not found/i.test(error.message)
}
