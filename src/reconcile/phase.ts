/** The phases of an apply, in their order. What a plan sorts by is what carrying it out goes by. */
import type { StateBinding } from './state.ts'
import type { StepAction } from './step.ts'

const PHASES = [
  'definitions',
  'groups',
  'updates',
  'invitations',
  'rights',
  'redefinitions',
  'changes',
  'revocations',
  'joins',
  'leaves',
  'successions',
  'removals',
] as const

export type Phase = (typeof PHASES)[number]

/** `redefined`: ids of the policies and boundaries that the same plan changes in place, see `redefinedIn`. */
export function phaseOf(action: StepAction, redefined: ReadonlySet<string>): Phase {
  switch (action.kind) {
    case 'create-policy':
    case 'create-boundary':
      return 'definitions'
    case 'create-group':
      return 'groups'
    case 'update-group':
      return 'updates'
    case 'invite-user':
      return 'invitations'
    case 'add-permission':
      return 'rights'
    case 'add-binding':
      // What is about to be said anew is bound when it says it: else it would grant what neither end does.
      return rests(action.binding, redefined) ? 'changes' : 'rights'
    case 'update-policy':
    case 'update-boundary':
      return 'redefinitions'
    case 'change-binding':
      return 'changes'
    case 'remove-binding':
    case 'remove-permission':
      return 'revocations'
    case 'add-member':
      return 'joins'
    case 'remove-member':
      return action.successor === undefined ? 'leaves' : 'successions'
    case 'delete-group':
    case 'remove-user':
    case 'delete-policy':
    case 'delete-boundary':
      return 'removals'
  }
}

/** Ids of the policies and boundaries that these actions change in place. */
export function redefinedIn(actions: Iterable<StepAction>): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const action of actions) {
    if (action.kind === 'update-policy' || action.kind === 'update-boundary') ids.add(action.to.id)
  }
  return ids
}

/** Where an action comes in a plan: its phase, but that leavers, people who end with no group of ours, go first. */
export function waveOf(
  action: StepAction,
  staying: ReadonlySet<string>,
  redefined: ReadonlySet<string>,
): number {
  const leaves = action.kind === 'remove-member' && action.successor === undefined
  if (leaves && !staying.has(action.emailKey)) return -1
  return PHASES.indexOf(phaseOf(action, redefined))
}

const rests = ({ policyId, boundaryIds }: StateBinding, redefined: ReadonlySet<string>): boolean =>
  redefined.has(policyId) || boundaryIds.some(id => redefined.has(id))
