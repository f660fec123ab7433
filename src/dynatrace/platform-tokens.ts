/** Platform tokens of everybody in the account. There is no call that reads a single one. */
import { PlatformTokenPage } from './api/platform-token.ts'
import type { Dynatrace } from './dynatrace.ts'
import { malformed } from './failure.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'
import type { PlatformToken } from './types/token.ts'

const OPERATION = 'platformTokens.list'
const PAGE_SIZE = 100

export function platformTokens(requests: Requests, account: string): Dynatrace['platformTokens'] {
  const readPage = (page: number) =>
    requests.ask(
      {
        grant: 'platformTokens',
        operation: OPERATION,
        method: 'GET',
        path: path`/iam/v1/accounts/${account}/platform-tokens`,
        query: [
          ['page', String(page)],
          ['size', String(PAGE_SIZE)],
        ],
      },
      PlatformTokenPage,
    )

  return {
    list: async () => {
      const found = new Map<string, PlatformToken>()
      let page = 1
      for (;;) {
        const { total, results } = await readPage(page)
        const before = found.size
        for (const token of results) found.set(token.id, token)
        if (found.size >= total) return [...found.values()]
        if (page === 0) throw malformed(OPERATION, 200, `of ${total} tokens the pages hold ${found.size}`)
        // The pages from 1 on have ended before their time: on a server that counts from 0 the first one is missing.
        page = found.size === before ? 0 : page + 1
      }
    },

    setStatus: (id, status) =>
      requests.tell({
        grant: 'platformTokens',
        operation: 'platformTokens.setStatus',
        method: 'PUT',
        path: path`/iam/v1/accounts/${account}/platform-tokens/${id}/status`,
        body: { status },
      }),

    setExpiration: (id, expiresAt) =>
      requests.tell({
        grant: 'platformTokens',
        operation: 'platformTokens.setExpiration',
        method: 'PUT',
        path: path`/iam/v1/accounts/${account}/platform-tokens/${id}/expiration-date`,
        body: { expirationDate: expiresAt.toISOString() },
      }),

    remove: id =>
      requests.discard({
        grant: 'platformTokens',
        operation: 'platformTokens.remove',
        method: 'DELETE',
        path: path`/iam/v1/accounts/${account}/platform-tokens/${id}`,
      }),
  }
}
