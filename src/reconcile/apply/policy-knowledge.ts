/** What the policies of one apply allow and deny, read when an order of calls depends on it, each at most once. */
import type { Dynatrace, Level } from '../../dynatrace/dynatrace.ts'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import { effectsOf, eitherOf, type PolicyEffects } from '../bindings/effects.ts'
import type { StateBinding } from '../state.ts'
import type { Step } from '../step.ts'

export interface PolicyKnowledge {
  /** By policy id: what it does, or why nobody knows. The bindings tell where their policies may be. */
  effects(bindings: readonly StateBinding[]): Promise<ReadonlyMap<string, PolicyEffects | string>>
}

/**
 * Of a policy that the plan itself puts into words nothing is read: it says the one or the other, and the other to whom it
 * is bound anew, since that waits for it.
 */
export function policyKnowledge(
  steps: readonly Step[],
  { policies }: Pick<Dynatrace, 'policies'>,
): PolicyKnowledge {
  const known = new Map<string, Promise<PolicyEffects | string>>()
  for (const { action } of steps) {
    if (action.kind === 'create-policy') {
      known.set(action.policy.id, Promise.resolve(effectsOf(action.policy.statement)))
    }
    if (action.kind === 'update-policy') {
      const whenBound = effectsOf(action.to.statement)
      const both = eitherOf(effectsOf(action.from.statement), whenBound)
      known.set(action.to.id, Promise.resolve({ ...both, whenBound }))
    }
  }

  async function read({ policyId, level }: StateBinding): Promise<PolicyEffects | string> {
    // A policy is found at its own level only, which a binding does not tell.
    const levels: readonly Level[] = [
      { kind: 'account' },
      { kind: 'global' },
      ...(level.kind === 'environment' ? [level] : []),
    ]
    try {
      for (const each of levels) {
        const found = await policies.get(each, policyId)
        if (found !== undefined) return effectsOf(found.statement)
      }
      return `Policy ${policyId} is nowhere to be found, so that nobody knows what it denies. Check that it still exists.`
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      return `What policy ${policyId} denies decides over the order of changes, and could not be read: ${messageOf(error)}`
    }
  }

  return {
    async effects(bindings) {
      for (const each of bindings) {
        if (!known.has(each.policyId)) known.set(each.policyId, read(each))
      }
      const ids = [...new Set(bindings.map(each => each.policyId))]
      return new Map(
        await Promise.all(ids.map(async id => [id, (await known.get(id)) ?? 'Not asked for.'] as const)),
      )
    },
  }
}
