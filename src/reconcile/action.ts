/** What an action works on, and from whom it takes something. */
import type { GroupRef } from './state.ts'
import type { StepAction } from './step.ts'

/** The group a step works on, if it works on one. */
export function groupOf(action: StepAction): GroupRef | undefined {
  switch (action.kind) {
    case 'create-group':
    case 'delete-group':
      return action.group.ref
    case 'update-group':
      return action.to.ref
    case 'add-member':
    case 'remove-member':
      return action.group
    case 'add-binding':
    case 'remove-binding':
      return action.binding.group
    case 'change-binding':
      return action.to.group
    case 'add-permission':
    case 'remove-permission':
      return action.permission.group
    case 'invite-user':
    case 'remove-user':
    case 'create-policy':
    case 'update-policy':
    case 'delete-policy':
    case 'create-boundary':
    case 'update-boundary':
    case 'delete-boundary':
      return undefined
  }
}

/** Folded e-mail of the person it takes a membership or the account from, if it does. */
export const loserOf = (action: StepAction): string | undefined =>
  action.kind === 'remove-member' || action.kind === 'remove-user' ? action.emailKey : undefined

/** Takes something away from somebody. */
export function isRemoval(action: StepAction): boolean {
  switch (action.kind) {
    case 'remove-member':
    case 'remove-user':
    case 'remove-binding':
    case 'remove-permission':
    case 'delete-group':
    case 'delete-policy':
    case 'delete-boundary':
      return true
    default:
      return false
  }
}
