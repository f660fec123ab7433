/** Service users: users without a person, each with a group of its own. Their names may repeat. */
import { ServiceUserAnswer, ServiceUserPage } from './api/service-user.ts'
import type { Dynatrace } from './dynatrace.ts'
import { keyedPages } from './keyed-pages.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'
import { settle } from './settle.ts'

const PAGE_SIZE = 500

export function serviceUsers(requests: Requests, account: string): Dynatrace['serviceUsers'] {
  const list: Dynatrace['serviceUsers']['list'] = async () => {
    const operation = 'serviceUsers.list'
    const found = await keyedPages(operation, key =>
      requests.ask(
        {
          operation,
          method: 'GET',
          path: path`/iam/v1/accounts/${account}/service-users`,
          query: [
            ['page-size', String(PAGE_SIZE)],
            ...(key === undefined ? [] : [['page-key', key] as const]),
          ],
        },
        ServiceUserPage,
      ),
    )
    return found.map(({ id: _, ...user }) => user)
  }

  return {
    list,

    get: uid =>
      requests.find(
        {
          operation: 'serviceUsers.get',
          method: 'GET',
          path: path`/iam/v1/accounts/${account}/service-users/${uid}`,
        },
        ServiceUserAnswer,
      ),

    create: async ({ name, description }) => {
      const before = new Set((await list()).map(user => user.uid))
      try {
        return await requests.ask(
          {
            operation: 'serviceUsers.create',
            method: 'POST',
            path: path`/iam/v1/accounts/${account}/service-users`,
            body: { name, description },
          },
          ServiceUserAnswer,
        )
      } catch (error) {
        return await settle(error, [], async () => {
          const made = (await list()).find(user => user.name === name && !before.has(user.uid))
          return made === undefined ? undefined : { ...made, groupId: undefined }
        })
      }
    },

    update: ({ uid, name, description }) =>
      requests.tell({
        operation: 'serviceUsers.update',
        method: 'PUT',
        path: path`/iam/v1/accounts/${account}/service-users/${uid}`,
        body: { name, description },
      }),

    remove: uid =>
      requests.discard({
        operation: 'serviceUsers.remove',
        method: 'DELETE',
        path: path`/iam/v1/accounts/${account}/service-users/${uid}`,
      }),
  }
}
