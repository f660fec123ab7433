/**
 * Policy bindings, one at a time. A binding has no id: what tells it from another of the same policy and
 * group are its parameters and metadata, given as a query filter.
 */
import { canonicalJson } from '../lib/digest.ts'
import { unreachable } from '../lib/errors.ts'
import { GroupBindings, LevelBindings } from './api/binding.ts'
import { distinctText, filterOf, isSame, shadowing } from './binding-filter.ts'
import type { Binding, Dynatrace, Level } from './dynatrace.ts'
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
        await settle(explained(error, binding), ['rejected', 'conflict'], async () => {
          const held = await ofGroup(binding.level, binding.groupId)
          return held.some(other => isOne(binding, other)) || undefined
        })
      }
    },

    change: async (from, binding, among) => {
      try {
        await requests.tell({
          operation: 'bindings.change',
          method: 'PUT',
          path: address(binding),
          ...queryFor('bindings.change', from, among),
          // The body replaces parameters and metadata too, so that they have to be repeated.
          body: bodyOf(binding),
        })
      } catch (error) {
        await settle(explained(error, binding), [], async () => {
          const held = await ofGroup(binding.level, binding.groupId)
          const gone = isSame(from, binding) || !held.some(other => isBinding(from, other))
          return (gone && held.some(other => isOne(binding, other))) || undefined
        })
      }
    },

    remove: async (binding, among) => {
      try {
        await requests.discard({
          operation: 'bindings.remove',
          method: 'DELETE',
          path: address(binding),
          ...queryFor('bindings.remove', binding, among),
        })
      } catch (error) {
        // A binding that does not exist is answered with 400, like a call that is wrong.
        await settle(error, ['rejected'], async () => {
          const held = await ofGroup(binding.level, binding.groupId)
          return !held.some(other => isBinding(binding, other)) || undefined
        })
      }
    },
  }
}

function bodyOf({ parameters, metadata, boundaryIds }: Binding) {
  return { parameters, metadata, boundaries: boundaryIds }
}

/** The query that singles the binding out among those of its policy and group; none when it is the only one. */
function queryFor(operation: string, binding: Binding, among: readonly Binding[]): Pick<Call, 'query'> {
  const pair = among.filter(each => each.policyId === binding.policyId)
  // Without a filter a repetition means the same binding still, even when the first try changed its parameters.
  if (pair.every(each => isSame(each, binding)) && pair.length <= 1) return {}
  const [other] = shadowing(binding, pair)
  if (other === undefined) return { query: filterOf(binding) }
  throw new UpstreamError(
    'rejected',
    operation,
    `${operation} failed: policy ${binding.policyId} is bound to group ${binding.groupId} several times, and ` +
      `the one with ${distinctText(binding)} cannot be addressed by the API beside the one with ` +
      `${distinctText(other)}. Remove or change it in the Account Management portal.`,
    { sent: false },
  )
}

/** The same failure with what to do about it, where Dynatrace's words alone do not say. */
function explained(error: unknown, { policyId, level }: Binding): unknown {
  if (!(error instanceof UpstreamError) || error.failure !== 'rejected') return error
  if (!/can(['’]t|not| not) be bound/i.test(error.message)) return error
  const { failure, operation, message, status, sent } = error
  const remedy =
    `Policy ${policyId} cannot be bound at ${levelText(level)}: a policy of an environment is bound in that ` +
    'environment only. Give the level of the policy in bridge.yaml, or name a policy of the account.'
  return new UpstreamError(failure, operation, `${message} ${remedy}`, { status, sent, cause: error })
}

function levelText(level: Level): string {
  switch (level.kind) {
    case 'global':
      return 'global level'
    case 'account':
      return 'account level'
    case 'environment':
      return `environment ${level.id}`
    default:
      return unreachable(level)
  }
}

const isBinding = (a: Binding, b: Binding): boolean => a.policyId === b.policyId && isSame(a, b)

/** The same binding with the same boundaries. */
function isOne(a: Binding, b: Binding): boolean {
  const boundaries = ({ boundaryIds }: Binding) => canonicalJson([...new Set(boundaryIds)].sort())
  return isBinding(a, b) && boundaries(a) === boundaries(b)
}
