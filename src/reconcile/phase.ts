/** The phases of an apply, in their order. What a plan sorts by is what carrying it out goes by. */
import type { StepAction } from './step.ts'

const PHASES = [
  'groups',
  'updates',
  'invitations',
  'rights',
  'revocations',
  'joins',
  'leaves',
  'successions',
  'removals',
] as const

export type Phase = (typeof PHASES)[number]

export function phaseOf(action: StepAction): Phase {
  switch (action.kind) {
    case 'create-group':
      return 'groups'
    case 'update-group':
      return 'updates'
    case 'invite-user':
      return 'invitations'
    case 'add-binding':
    case 'change-binding':
    case 'add-permission':
      return 'rights'
    case 'remove-binding':
    case 'remove-permission':
      return 'revocations'
    case 'add-member':
      return 'joins'
    case 'remove-member':
      return action.successor === undefined ? 'leaves' : 'successions'
    case 'delete-group':
    case 'remove-user':
      return 'removals'
  }
}

/** Where an action comes in a plan: its phase, but that leavers, people who end with no group of ours, go first. */
export function waveOf(action: StepAction, staying: ReadonlySet<string>): number {
  const leaves = action.kind === 'remove-member' && action.successor === undefined
  if (leaves && !staying.has(action.emailKey)) return -1
  return PHASES.indexOf(phaseOf(action))
}
