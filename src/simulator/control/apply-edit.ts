/** Carries out what a person does in the console. Recorded in the audit trail under their name. */
import { unreachable } from '../../lib/errors.ts'
import { addToGroups, removeFromGroups } from '../account/memberships.ts'
import { groupNamed, permissionNamed, userNamed } from '../account/named.ts'
import { addPermissions, removePermission } from '../account/permissions.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import type { Edit } from './edit.ts'
import { editBinding } from './edit-binding.ts'
import { editBoundary } from './edit-boundary.ts'
import { editEnvironment } from './edit-environment.ts'
import { editGroup } from './edit-group.ts'
import { editPolicy } from './edit-policy.ts'
import { editServiceUser } from './edit-service-user.ts'
import { editUser } from './edit-user.ts'

/** Carries out one edit, all or nothing. */
export function applyEdit(account: Account, change: Edit): void {
  const actor: Actor =
    change.client === undefined
      ? { kind: 'person', email: change.as }
      : { kind: 'client', clientId: change.client, subject: change.as }
  switch (change.do) {
    case 'add-member':
    case 'remove-member': {
      const user = userNamed(account, change.user)
      const apply = change.do === 'add-member' ? addToGroups : removeFromGroups
      apply(account, actor, user, [groupNamed(account, change.group).uuid])
      break
    }
    case 'add-binding':
    case 'remove-binding':
    case 'change-boundaries':
    case 'change-binding':
      editBinding(account, actor, change)
      break
    case 'create-group':
    case 'rename-group':
    case 'describe-group':
    case 'federate-group':
    case 'delete-group':
      editGroup(account, actor, change)
      break
    case 'add-permission':
    case 'remove-permission': {
      const group = groupNamed(account, change.group)
      const key = permissionNamed(account, change.role, change.level)
      if (change.do === 'add-permission') addPermissions(account, actor, group, [key])
      else removePermission(account, actor, group, key)
      break
    }
    case 'add-user':
    case 'accept-invitation':
    case 'activate-user':
    case 'deactivate-user':
    case 'remove-user':
    case 'set-emergency-contact':
      editUser(account, actor, change)
      break
    case 'create-policy':
    case 'change-policy':
    case 'rename-policy':
    case 'describe-policy':
    case 'delete-policy':
      editPolicy(account, actor, change)
      break
    case 'create-boundary':
    case 'change-boundary':
    case 'rename-boundary':
    case 'delete-boundary':
      editBoundary(account, actor, change)
      break
    case 'create-service-user':
    case 'delete-service-user':
      editServiceUser(account, actor, change)
      break
    case 'add-environment':
    case 'activate-environment':
    case 'deactivate-environment':
      editEnvironment(account, change)
      break
    default:
      unreachable(change)
  }
}
