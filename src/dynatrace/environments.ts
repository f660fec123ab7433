/** Environments of the account. The second version of the call is the one that tells active from inactive. */
import { EnvironmentList } from './api/environment.ts'
import type { Dynatrace } from './dynatrace.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'

export function environments(requests: Requests, account: string): Dynatrace['environments'] {
  return {
    list: () =>
      requests.ask(
        {
          operation: 'environments.list',
          method: 'GET',
          path: path`/env/v2/accounts/${account}/environments`,
        },
        EnvironmentList,
      ),
  }
}
