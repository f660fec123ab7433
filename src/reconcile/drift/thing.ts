/** The thing that a difference is about, by one key however it differs: what drift is remembered by. */
import { unreachable } from '../../lib/errors.ts'
import { bindingKey, permissionKey } from '../keys.ts'
import type { StepAction } from '../step.ts'

/** e.g. `member 9f3c… ana@acme.example`. A binding is the same thing whatever its boundaries are. */
export function thingOf(action: StepAction): string {
  switch (action.kind) {
    case 'create-policy':
    case 'delete-policy':
      return `policy ${action.policy.id}`
    case 'update-policy':
      return `policy ${action.to.id}`
    case 'create-boundary':
    case 'delete-boundary':
      return `boundary ${action.boundary.id}`
    case 'update-boundary':
      return `boundary ${action.to.id}`
    case 'create-group':
    case 'delete-group':
      return `group ${action.group.ref}`
    case 'update-group':
      return `group ${action.to.ref}`
    case 'invite-user':
    case 'remove-user':
      return `user ${action.emailKey}`
    case 'add-member':
    case 'remove-member':
      return `member ${action.group} ${action.emailKey}`
    case 'add-binding':
    case 'remove-binding':
      return `binding ${bindingKey(action.binding)}`
    case 'change-binding':
      return `binding ${bindingKey(action.to)}`
    case 'add-permission':
    case 'remove-permission':
      return `permission ${permissionKey(action.permission)}`
    default:
      return unreachable(action)
  }
}
