/** Policies, by level. */
import { PolicyAnswer, PolicyList, PolicyOverviewList } from './api/policy.ts'
import type { Dynatrace } from './dynatrace.ts'
import { levelSegments, path } from './path.ts'
import { remedied } from './remedy.ts'
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

    aggregate: level => {
      const [type, id] = levelSegments(level, account)
      return requests.ask(
        {
          operation: 'policies.aggregate',
          method: 'GET',
          path: path`/iam/v1/repo/${type}/${id}/policies/aggregate`,
        },
        PolicyOverviewList,
      )
    },

    get: async (level, policyId) => {
      const [type, id] = levelSegments(level, account)
      const found = await requests.find(
        {
          operation: 'policies.get',
          method: 'GET',
          path: path`/iam/v1/repo/${type}/${id}/policies/${policyId}`,
        },
        PolicyAnswer,
      )
      return found === undefined ? undefined : { ...found, level }
    },

    put: async ({ id: policyId, level, name, description, statement }) => {
      const [type, id] = levelSegments(level, account)
      try {
        await requests.tell({
          operation: 'policies.put',
          method: 'PUT',
          path: path`/iam/v1/repo/${type}/${id}/policies/${policyId}`,
          body: { name, description, tags: [], statementQuery: statement },
        })
      } catch (error) {
        throw explained(error, name)
      }
    },

    remove: async (level, policyId) => {
      const [type, id] = levelSegments(level, account)
      try {
        await requests.discard({
          operation: 'policies.remove',
          method: 'DELETE',
          path: path`/iam/v1/repo/${type}/${id}/policies/${policyId}`,
          // Forced, it would take the bindings of other teams along.
          query: [['force', 'false']],
        })
      } catch (error) {
        throw remedied(
          error,
          /in use|bound/i,
          `Policy ${policyId} still is bound to groups: remove those bindings first.`,
        )
      }
    },
  }
}

function explained(error: unknown, name: string): unknown {
  const named = remedied(
    error,
    /already exists|duplicate/i,
    `Names of policies are unique at a level: give "${name}" another name, or rename the other policy.`,
  )
  return remedied(
    named,
    /param.*(bound|change)|bound.*param/i,
    `Parameters of a policy that is bound cannot change: give the changed text of "${name}" a name of its own.`,
  )
}
