/** What becomes of steps whose policy or boundary does not come about, or does not go. */
import { groupOf } from '../action.ts'
import { releasesOf, remainingUses, type Uses, usesOf } from '../bindings-of-definitions.ts'
import type { StateBinding } from '../state.ts'
import type { StepAction, Verdict } from '../step.ts'
import { parameterNames, sameParameters } from '../template-parameters.ts'
import { because, type Draft, type Held, refuse } from './verdict.ts'

type Verdicts = ReadonlyMap<string, Verdict>

/** Dynatrace refuses other parameters while anybody is bound; so there is no point in trying. */
export function refusedTemplate(action: StepAction, uses: Uses): Verdict | undefined {
  if (action.kind !== 'update-policy') return undefined
  const { from, to } = action
  const bound = usesOf(uses, to.id)
  if (bound.length === 0 || sameParameters(from, to)) return undefined
  const groups = new Set(bound.map(use => use.group)).size
  return refuse(
    'template-parameters',
    `Dynatrace does not let the parameters of a policy change while it is bound: they are ${parameterNames(from)}, ` +
      `would be ${parameterNames(to)}, and ${groups} ${groups === 1 ? 'group is' : 'groups are'} bound. ` +
      `Give the new text a name of its own in bridge.yaml, such as "${to.name} v2", and let the rules refer to that: ` +
      'the bridge then creates it, binds it, and removes the old one.',
  )
}

/** Bindings wait for the policy and the boundaries that they rest on: nothing is bound without its boundary. */
export function bindingsWithout(steps: readonly Draft[], verdicts: Verdicts): Held {
  const blocked = new Map<string, { readonly name: string; readonly verdict: Verdict }>()
  for (const { id, action } of steps) {
    const verdict = verdicts.get(id)
    if (verdict === undefined || verdict.kind === 'proceed') continue
    if (action.kind === 'create-policy') {
      blocked.set(action.policy.id, { name: `policy "${action.policy.name}"`, verdict })
    } else if (action.kind === 'create-boundary') {
      blocked.set(action.boundary.id, { name: `boundary "${action.boundary.name}"`, verdict })
    } else if (action.kind === 'update-policy') {
      blocked.set(action.to.id, { name: `the new text of policy "${action.to.name}"`, verdict })
    } else if (action.kind === 'update-boundary') {
      blocked.set(action.to.id, { name: `the new text of boundary "${action.to.name}"`, verdict })
    }
  }
  if (blocked.size === 0) return []
  return steps.flatMap(({ id, action }) => {
    const binding = added(action)
    if (binding === undefined || verdicts.get(id)?.kind !== 'proceed') return []
    for (const part of [binding.policyId, ...binding.boundaryIds]) {
      const missing = blocked.get(part)
      if (missing !== undefined) return [[id, because(missing.verdict, `It needs ${missing.name}`)] as const]
    }
    return []
  })
}

/** A group that does not get what it should have keeps what it has, and so does who may be moving to it. */
export function removalsWithout(steps: readonly Draft[], verdicts: Verdicts, unbound: Held): Held {
  const short = new Map<string, Verdict>()
  const missing = new Map(unbound)
  for (const { id, action } of steps) {
    const verdict = missing.get(id)
    const group = groupOf(action)
    if (verdict !== undefined && group !== undefined && !short.has(group)) short.set(group, verdict)
  }
  const [first] = short.values()
  if (first === undefined) return []
  return steps.flatMap(({ id, action }) => {
    if (verdicts.get(id)?.kind !== 'proceed') return []
    if (action.kind === 'remove-binding' || action.kind === 'remove-permission') {
      const why = short.get(groupOf(action) ?? '')
      return why === undefined
        ? []
        : [[id, because(why, 'It may be replaced by another right of this group')] as const]
    }
    if (action.kind !== 'delete-group' || action.members === 0) return []
    return [[id, because(first, 'Its members may be moving to rights of another group')] as const]
  })
}

/** What is still bound after the steps that may proceed stays. */
export function deletionsOfUsed(steps: readonly Draft[], verdicts: Verdicts, uses: Uses): Held {
  const releases = releasesOf(
    steps.filter(({ id }) => verdicts.get(id)?.kind === 'proceed').map(({ action }) => action),
  )
  const waiting = steps.filter(({ id }) => verdicts.get(id)?.kind !== 'proceed')
  return steps.flatMap(({ id, action }) => {
    if (action.kind !== 'delete-policy' && action.kind !== 'delete-boundary') return []
    if (verdicts.get(id)?.kind !== 'proceed') return []
    const own = action.kind === 'delete-policy' ? action.policy.id : action.boundary.id
    if (remainingUses(usesOf(uses, own), own, releases).length === 0) return []
    const blocker = waiting.find(
      step =>
        remainingUses(usesOf(uses, own), own, releasesOf([step.action])).length < usesOf(uses, own).length,
    )
    const verdict = blocker === undefined ? undefined : verdicts.get(blocker.id)
    return verdict === undefined
      ? []
      : [[id, because(verdict, `It is in use until this happens: ${blocker?.title}`)] as const]
  })
}

function added(action: StepAction): StateBinding | undefined {
  if (action.kind === 'add-binding') return action.binding
  return action.kind === 'change-binding' ? action.to : undefined
}
