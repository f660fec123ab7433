/** Policies, by level. */
import { PolicyAnswer, PolicyList } from './api/policy.ts'
import type { Dynatrace, Level } from './dynatrace.ts'
import { levelSegments, path } from './path.ts'
import type { Requests } from './request.ts'

export function policies(requests: Requests, account: string): Dynatrace['policies'] {
  const address = (level: Level, policyId: string): string => {
    const [type, id] = levelSegments(level, account)
    return path`/iam/v1/repo/${type}/${id}/policies/${policyId}`
  }

  return {
    list: async level => {
      const [type, id] = levelSegments(level, account)
      const found = await requests.ask(
        { operation: 'policies.list', method: 'GET', path: path`/iam/v1/repo/${type}/${id}/policies` },
        PolicyList,
      )
      return found.map(policy => ({ ...policy, level }))
    },

    get: async (level, id) => {
      const found = await requests.find(
        { operation: 'policies.get', method: 'GET', path: address(level, id) },
        PolicyAnswer,
      )
      return found === undefined ? undefined : { ...found, level }
    },

    put: ({ id, level, name, description, statement }) =>
      requests.tell({
        operation: 'policies.put',
        method: 'PUT',
        path: address(level, id),
        body: { name, description, tags: [], statementQuery: statement },
      }),

    remove: (level, id) =>
      requests.discard({
        operation: 'policies.remove',
        method: 'DELETE',
        path: address(level, id),
        // Forced, it would take the bindings of other teams along.
        query: [['force', 'false']],
      }),
  }
}
