/** Policies, by level. */
import { PolicyList } from './api/policy.ts'
import type { Dynatrace } from './dynatrace.ts'
import { levelSegments, path } from './path.ts'
import type { Requests } from './request.ts'

export function policies(requests: Requests, account: string): Dynatrace['policies'] {
  return {
    list: async level => {
      const [type, id] = levelSegments(level, account)
      const found = await requests.ask(
        { operation: 'policies.list', method: 'GET', path: path`/iam/v1/repo/${type}/${id}/policies` },
        PolicyList,
      )
      return found.map(policy => ({ ...policy, level }))
    },
  }
}
