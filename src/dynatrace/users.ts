/** Users of the account and their memberships. Memberships change by deltas only. */
import { User, UserWithGroups } from './api/user.ts'
import type { Dynatrace } from './dynatrace.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'
import { settle } from './settle.ts'
import { UpstreamError } from './upstream-error.ts'

/** Groups in one membership call, a documented limit. */
const GROUPS_PER_CALL = 200

export function users(requests: Requests, account: string): Dynatrace['users'] {
  const get: Dynatrace['users']['get'] = email =>
    requests.find(
      { operation: 'users.get', method: 'GET', path: path`/iam/v1/accounts/${account}/users/${email}` },
      UserWithGroups,
    )

  return {
    list: ({ serviceUsers } = { serviceUsers: false }) =>
      requests.list(
        {
          operation: 'users.list',
          method: 'GET',
          path: path`/iam/v1/accounts/${account}/users`,
          ...(serviceUsers ? { query: [['service-users', 'true']] } : {}),
        },
        User,
      ),

    get,

    invite: async email => {
      try {
        await requests.tell({
          operation: 'users.invite',
          method: 'POST',
          path: path`/iam/v1/accounts/${account}/users`,
          body: { email },
        })
      } catch (error) {
        if (saysUserExists(error)) return
        await settle(error, ['rejected', 'conflict'], () => get(email))
      }
    },

    addToGroups: async (email, groupIds) => {
      for (const body of chunks(groupIds)) {
        try {
          await requests.tell({
            operation: 'users.addToGroups',
            method: 'POST',
            path: path`/iam/v1/accounts/${account}/users/${email}`,
            body,
          })
        } catch (error) {
          await settle(error, [], async () => {
            const held = new Set((await get(email))?.groupIds)
            return body.every(id => held.has(id)) || undefined
          })
        }
      }
    },

    removeFromGroups: async (email, groupIds) => {
      for (const chunk of chunks(groupIds)) {
        try {
          await requests.tell({
            operation: 'users.removeFromGroups',
            method: 'DELETE',
            path: path`/iam/v1/accounts/${account}/users/${email}/groups`,
            query: chunk.map(id => ['group-uuid', id] as const),
          })
        } catch (error) {
          // 404 says that the user is gone, or one of the groups, and then the others may still hold.
          await settle(error, ['not-found'], async () => {
            const held = new Set((await get(email))?.groupIds)
            return !chunk.some(id => held.has(id)) || undefined
          })
        }
      }
    },

    remove: email =>
      requests.discard({
        operation: 'users.remove',
        method: 'DELETE',
        path: path`/iam/v1/accounts/${account}/users/${email}`,
      }),
  }
}

/** Neither the status (400 or 409) nor a code is documented, so that the words have to do. */
function saysUserExists(error: unknown): boolean {
  return (
    error instanceof UpstreamError &&
    (error.failure === 'rejected' || error.failure === 'conflict') &&
    /user already exists/i.test(error.message)
  )
}

function chunks(ids: readonly string[]): readonly (readonly string[])[] {
  const distinct = [...new Set(ids)]
  const count = Math.ceil(distinct.length / GROUPS_PER_CALL)
  return Array.from({ length: count }, (_, index) =>
    distinct.slice(index * GROUPS_PER_CALL, (index + 1) * GROUPS_PER_CALL),
  )
}
