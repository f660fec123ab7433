/** Classic access tokens of one environment, reached through its platform gateway. */
import { foldKey } from '../lib/fold.ts'
import { API_TOKEN_FIELDS, ApiTokenPage } from './api/api-token.ts'
import type { Dynatrace } from './dynatrace.ts'
import { keyedPages } from './keyed-pages.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'

/** The documented maximum. */
const PAGE_SIZE = 10_000

export function apiTokens(requests: Requests): Dynatrace['apiTokens'] {
  return {
    list: async (environmentId, owner) => {
      const operation = 'apiTokens.list'
      const found = await keyedPages(operation, key =>
        requests.ask(
          {
            environment: environmentId,
            grant: 'apiTokens',
            operation,
            method: 'GET',
            path: path`/platform/classic/environment-api/v2/apiTokens`,
            query:
              key === undefined
                ? [
                    ['pageSize', String(PAGE_SIZE)],
                    ['fields', API_TOKEN_FIELDS],
                  ]
                : [['nextPageKey', key]],
          },
          ApiTokenPage,
        ),
      )
      // Dynatrace's own filter minds letter case, and would miss tokens of the same person.
      return owner === undefined
        ? found
        : found.filter(token => token.owner !== undefined && foldKey(token.owner) === foldKey(owner))
    },

    setEnabled: (environmentId, id, enabled) =>
      requests.tell({
        environment: environmentId,
        grant: 'apiTokens',
        operation: 'apiTokens.setEnabled',
        method: 'PUT',
        path: path`/platform/classic/environment-api/v2/apiTokens/${id}`,
        body: { enabled },
      }),

    remove: (environmentId, id) =>
      requests.discard({
        environment: environmentId,
        grant: 'apiTokens',
        operation: 'apiTokens.remove',
        method: 'DELETE',
        path: path`/platform/classic/environment-api/v2/apiTokens/${id}`,
      }),
  }
}
