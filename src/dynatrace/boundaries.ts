/** Policy boundaries, which exist at account level only; the one list that comes in pages. */
import { BoundaryAnswer, BoundaryPage } from './api/boundary.ts'
import type { Boundary, Dynatrace } from './dynatrace.ts'
import { malformed } from './failure.ts'
import { path } from './path.ts'
import { remedied } from './remedy.ts'
import type { Requests } from './request.ts'

const OPERATION = 'boundaries.list'

export function boundaries(requests: Requests, account: string, pageSize: number): Dynatrace['boundaries'] {
  const readPage = (page: number) =>
    requests.ask(
      {
        operation: OPERATION,
        method: 'GET',
        path: path`/iam/v1/repo/account/${account}/boundaries`,
        query: [
          ['page', String(page)],
          ['size', String(pageSize)],
        ],
      },
      BoundaryPage,
    )

  return {
    list: async () => {
      const found = new Map<string, Boundary>()
      let total: number | undefined
      for (let number = 1; total === undefined || found.size < total; number += 1) {
        const page = await readPage(number)
        total ??= page.totalCount
        if (page.totalCount !== total || (page.pageNumber ?? number) !== number) {
          throw malformed(OPERATION, 200, `page ${number} contradicts the pages before it`)
        }
        const expected = Math.min(page.pageSize ?? pageSize, total - found.size)
        const before = found.size
        for (const boundary of page.content) found.set(boundary.id, boundary)
        // Counted by id: an item that comes twice stands in the place of one that is missing.
        if (page.content.length !== expected || found.size - before !== expected) {
          throw malformed(OPERATION, 200, `page ${number} does not hold the ${expected} items that are due`)
        }
      }
      return [...found.values()]
    },

    get: id =>
      requests.find(
        {
          operation: 'boundaries.get',
          method: 'GET',
          path: path`/iam/v1/repo/account/${account}/boundaries/${id}`,
        },
        BoundaryAnswer,
      ),

    put: ({ id, name, query }) =>
      requests.tell({
        operation: 'boundaries.put',
        method: 'PUT',
        path: path`/iam/v1/repo/account/${account}/boundaries/${id}`,
        body: { name, boundaryQuery: query, metadata: {} },
      }),

    remove: async id => {
      try {
        await requests.discard({
          operation: 'boundaries.remove',
          method: 'DELETE',
          path: path`/iam/v1/repo/account/${account}/boundaries/${id}`,
        })
      } catch (error) {
        throw remedied(
          error,
          /in use/i,
          `Boundary ${id} still restricts bindings: change or remove them first.`,
        )
      }
    },
  }
}
