/**
 * Policy bindings, one at a time. A binding has no id: what tells it from another of the same policy and
 * group are its parameters and metadata, given as a query filter.
 */
import { canonicalJson } from '../lib/digest.ts'
import { GroupBindings, LevelBindings } from './api/binding.ts'
import type { Binding, Dynatrace } from './dynatrace.ts'
import { levelSegments, path } from './path.ts'
import type { Call, Requests } from './request.ts'
import { settle } from './settle.ts'
import { UpstreamError } from './upstream-error.ts'

export function bindings(requests: Requests, account: string): Dynatrace['bindings'] {
  const ofGroup: Dynatrace['bindings']['ofGroup'] = async (level, groupId) => {
    const [type, id] = levelSegments(level, account)
    const found = await requests.ask(
      {
        operation: 'bindings.ofGroup',
        method: 'GET',
        path: path`/iam/v1/repo/${type}/${id}/bindings/groups/${groupId}`,
        query: [['details', 'true']],
      },
      GroupBindings,
    )
    return found.map(({ policyUuid, parameters, metadata, boundaries }) => {
      return { level, policyId: policyUuid, groupId, parameters, metadata, boundaryIds: boundaries }
    })
  }

  const address = ({ level, policyId, groupId }: Binding): string => {
    const [type, id] = levelSegments(level, account)
    return path`/iam/v1/repo/${type}/${id}/bindings/${policyId}/${groupId}`
  }

  return {
    list: async level => {
      const [type, id] = levelSegments(level, account)
      const entries = await requests.ask(
        { operation: 'bindings.list', method: 'GET', path: path`/iam/v1/repo/${type}/${id}/bindings` },
        LevelBindings,
      )
      return entries.flatMap(({ policyUuid, groups, parameters, metadata, boundaries }) =>
        groups.map(groupId => {
          return { level, policyId: policyUuid, groupId, parameters, metadata, boundaryIds: boundaries }
        }),
      )
    },

    ofGroup,

    add: async binding => {
      try {
        await requests.tell({
          operation: 'bindings.add',
          method: 'POST',
          path: address(binding),
          body: bodyOf(binding),
        })
      } catch (error) {
        await settle(error, ['rejected', 'conflict'], async () => {
          const held = await ofGroup(binding.level, binding.groupId)
          return held.some(other => isSame(binding, other) && hasSameBoundaries(binding, other)) || undefined
        })
      }
    },

    change: async (binding, alone) =>
      requests.tell({
        operation: 'bindings.change',
        method: 'PUT',
        path: address(binding),
        ...filterFor('bindings.change', binding, alone),
        // The body replaces parameters and metadata too, so that they have to be repeated.
        body: bodyOf(binding),
      }),

    remove: async (binding, alone) => {
      try {
        await requests.discard({
          operation: 'bindings.remove',
          method: 'DELETE',
          path: address(binding),
          ...filterFor('bindings.remove', binding, alone),
        })
      } catch (error) {
        // A binding that does not exist is answered with 400, like a call that is wrong.
        await settle(error, ['rejected'], async () => {
          const held = await ofGroup(binding.level, binding.groupId)
          return !held.some(other => isSame(binding, other)) || undefined
        })
      }
    },
  }
}

function bodyOf({ parameters, metadata, boundaryIds }: Binding) {
  return { parameters, metadata, boundaries: boundaryIds }
}

/** The query that singles the binding out among those of its policy and group; none when it is the only one. */
function filterFor(operation: string, binding: Binding, alone: boolean): Pick<Call, 'query'> {
  if (alone) return {}
  const query = [
    ...Object.entries(binding.parameters).map(([name, value]) => [`parameters[${name}]`, value] as const),
    ...Object.entries(binding.metadata).map(([name, value]) => [`metadata[${name}]`, value] as const),
  ]
  if (query.length > 0) return { query }
  throw new UpstreamError(
    'rejected',
    operation,
    `${operation} failed: policy ${binding.policyId} is bound to group ${binding.groupId} several times, and ` +
      'the one without parameters and metadata cannot be addressed by the API. Remove or change it in the ' +
      'Account Management portal.',
    { sent: false },
  )
}

function isSame(a: Binding, b: Binding): boolean {
  return (
    a.policyId === b.policyId &&
    canonicalJson([a.parameters, a.metadata]) === canonicalJson([b.parameters, b.metadata])
  )
}

function hasSameBoundaries(a: Binding, b: Binding): boolean {
  return (
    canonicalJson([...new Set(a.boundaryIds)].sort()) === canonicalJson([...new Set(b.boundaryIds)].sort())
  )
}
