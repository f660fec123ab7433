/** What undoes a step. Pure. */
import { unreachable } from '../../lib/errors.ts'
import type { StepAction } from '../step.ts'

export type Inverse =
  | { readonly kind: 'action'; readonly action: StepAction }
  /** Nothing undoes it, or only what may not be done without the rules; why, in a sentence. */
  | { readonly kind: 'none'; readonly why: string }

export function inverseOf(action: StepAction): Inverse {
  switch (action.kind) {
    case 'add-member': {
      const { group, emailKey, email } = action
      return undo({ kind: 'remove-member', group, emailKey, email })
    }
    case 'remove-member': {
      const { group, emailKey, email } = action
      return undo({ kind: 'add-member', group, emailKey, email })
    }
    case 'remove-user':
      return undo({ kind: 'invite-user', emailKey: action.emailKey, email: action.email })
    case 'invite-user':
      return none('A person who was invited stays in the account, without groups of the bridge.')
    case 'add-binding':
      return undo({ kind: 'remove-binding', binding: action.binding })
    case 'remove-binding':
      return undo({ kind: 'add-binding', binding: action.binding })
    case 'change-binding':
      return undo({ kind: 'change-binding', from: action.to, to: action.from })
    case 'add-permission':
      return undo({ kind: 'remove-permission', permission: action.permission })
    case 'remove-permission':
      return undo({ kind: 'add-permission', permission: action.permission })
    case 'update-policy':
      return undo({ kind: 'update-policy', from: action.to, to: action.from })
    case 'update-boundary':
      return undo({ kind: 'update-boundary', from: action.to, to: action.from })
    case 'update-group':
      return undo({ kind: 'update-group', from: action.to, to: action.from, sources: action.sources })
    case 'create-group':
      return none('A group that was made stays, without members and rights, until no rule wants it.')
    case 'create-policy':
    case 'create-boundary':
      return none(
        'A policy or boundary that was made stays, bound to nobody, until bridge.yaml defines it no more.',
      )
    case 'delete-group':
    case 'delete-policy':
    case 'delete-boundary':
      return none('What was deleted is made again, under another id, once the rules want it again.')
    default:
      return unreachable(action)
  }
}

const undo = (action: StepAction): Inverse => ({ kind: 'action', action })

const none = (why: string): Inverse => ({ kind: 'none', why })
