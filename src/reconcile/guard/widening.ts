/**
 * A change of `bridge.yaml` that gives a group which is there rights of administrators, or takes all boundaries off one of
 * its bindings, waits for a person: a bad file that is rolled out must not open an account. What somebody took away by hand
 * is put back without a question, and a group that is made anew has nobody in it yet.
 */
import { isAdministratorPolicy, isAdministratorRole } from '../../access/administrators.ts'
import { isNewGroup } from '../keys.ts'
import type { StepAction } from '../step.ts'
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

export function heldForWidening(steps: readonly Draft[], facts: GuardFacts): Held {
  if (facts.model.guards.widening === 'allow') return []
  return steps.flatMap(({ id, action }) => {
    const cause = facts.driftOf(id)?.cause
    // What nobody kept the cause of may come from the file as well.
    if (cause !== 'configuration' && cause !== 'unknown') return []
    const what = widening(action, facts)
    if (what === undefined) return []
    const reason = `bridge.yaml has changed, and ${what}: a person has to agree (guards.widening).`
    return [[id, hold('widening', reason)] as const]
  })
}

function widening(action: StepAction, { nameOf, policyName }: GuardFacts): string | undefined {
  switch (action.kind) {
    case 'add-binding': {
      const { group, policyId } = action.binding
      if (isNewGroup(group) || !isAdministratorPolicy(policyName(policyId))) return undefined
      return `gives "${nameOf(group)}" the policy "${policyName(policyId)}" of administrators`
    }
    case 'add-permission': {
      const { group, role } = action.permission
      if (isNewGroup(group) || !isAdministratorRole(role)) return undefined
      return `gives "${nameOf(group)}" the role ${role} of administrators`
    }
    case 'change-binding':
      if (action.from.boundaryIds.length === 0 || action.to.boundaryIds.length > 0) return undefined
      return `takes all boundaries off "${policyName(action.to.policyId)}" of "${nameOf(action.to.group)}"`
    default:
      return undefined
  }
}
