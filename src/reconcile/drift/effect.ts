/**
 * What a difference does to access as long as it stands, and how bad that is.
 *
 * | severity | when                                                                                             |
 * |----------|--------------------------------------------------------------------------------------------------|
 * | critical | it opens a right of administrators, or a binding or its data without any boundary                  |
 * | high     | it opens anything else, or closes something for everybody in a group                             |
 * | medium   | it closes something for one person                                                               |
 * | low      | it opens and closes nothing: names, descriptions, policies and boundaries that nobody is bound to |
 */
import { isAdministratorPolicy, isAdministratorRole } from '../../access/administrators.ts'
import { unreachable } from '../../lib/errors.ts'
import type { StateBinding } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { Drift, DriftSeverity } from './drift.ts'

export interface EffectFacts {
  readonly policyName: (id: string) => string
  /** Whether the text of the policy is known to hold a DENY: it closes where it is bound, and opens where it is missing. */
  readonly denies: (policyId: string) => boolean
}

/** Of a difference that `action` would end. What cannot be told is taken for opening. */
export function accessEffect(action: StepAction, { denies }: EffectFacts): Drift['effect'] {
  switch (action.kind) {
    case 'create-group':
    case 'invite-user':
    case 'add-member':
    case 'add-permission':
      return 'closes'
    case 'add-binding':
      return denies(action.binding.policyId) ? 'opens' : 'closes'
    case 'delete-group':
    case 'remove-user':
    case 'remove-member':
    case 'remove-permission':
      return 'opens'
    case 'remove-binding':
      return denies(action.binding.policyId) ? 'closes' : 'opens'
    case 'change-binding':
      return boundaryEffect(action.from, action.to)
    case 'create-policy':
    case 'create-boundary':
      return 'closes'
    case 'update-policy':
      return action.from.statement === action.to.statement ? 'neither' : 'opens'
    case 'update-boundary':
      return action.from.query === action.to.query ? 'neither' : 'opens'
    case 'update-group':
    case 'delete-policy':
    case 'delete-boundary':
      return 'neither'
    default:
      return unreachable(action)
  }
}

/** Boundaries of one binding are alternatives: more of them open more, and none at all is no limit. */
function boundaryEffect(there: StateBinding, wanted: StateBinding): Drift['effect'] {
  const [has, should] = [new Set(there.boundaryIds), new Set(wanted.boundaryIds)]
  if (has.size === 0) return 'opens'
  if (should.size === 0 || has.isSubsetOf(should)) return 'closes'
  return 'opens'
}

export function severityOf(
  action: StepAction,
  effect: Drift['effect'],
  { policyName }: EffectFacts,
): DriftSeverity {
  if (effect === 'neither') return 'low'
  if (effect === 'opens') return isCritical(action, policyName) ? 'critical' : 'high'
  return action.kind === 'add-member' || action.kind === 'invite-user' ? 'medium' : 'high'
}

function isCritical(action: StepAction, policyName: EffectFacts['policyName']): boolean {
  switch (action.kind) {
    case 'remove-binding':
      return isAdministratorPolicy(policyName(action.binding.policyId))
    case 'remove-permission':
      return isAdministratorRole(action.permission.role)
    case 'change-binding':
      return action.from.boundaryIds.length === 0 || isAdministratorPolicy(policyName(action.from.policyId))
    default:
      return false
  }
}
