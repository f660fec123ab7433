/** How much of its limits the account uses. */
import { AccountLimitsPage, LevelLimitsAnswer } from './api/limits.ts'
import type { Dynatrace } from './dynatrace.ts'
import { levelSegments, path } from './path.ts'
import type { Requests } from './request.ts'

export function limits(requests: Requests, account: string): Dynatrace['limits'] {
  return {
    account: () =>
      requests.ask(
        { operation: 'limits.account', method: 'GET', path: path`/iam/v1/accounts/${account}/limits` },
        AccountLimitsPage,
      ),

    level: level => {
      const [type, id] = levelSegments(level, account)
      return requests.ask(
        { operation: 'limits.level', method: 'GET', path: path`/iam/v1/repo/${type}/${id}/limits` },
        LevelLimitsAnswer,
      )
    },
  }
}
