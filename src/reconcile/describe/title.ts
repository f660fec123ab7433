/** A step in one line, with names instead of ids. */
import type { StepAction } from '../step.ts'
import { bindingText, changeText, levelText, permissionText } from './rights.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What the step does, as a person would say it: `add ada@example.com to "Readers"`. */
export function titleOf(action: StepAction, words: Vocabulary): string {
  switch (action.kind) {
    case 'create-policy':
      return `create policy "${action.policy.name}" on ${levelText(action.policy.level, words)}`
    case 'update-policy':
      return `change policy "${action.to.name}" on ${levelText(action.to.level, words)}`
    case 'delete-policy':
      return `delete policy "${action.policy.name}" on ${levelText(action.policy.level, words)}`
    case 'create-boundary':
      return `create boundary "${action.boundary.name}"`
    case 'update-boundary':
      return `change boundary "${action.to.name}"`
    case 'delete-boundary':
      return `delete boundary "${action.boundary.name}"`
    case 'create-group':
      return `create group "${action.group.name}"`
    case 'update-group':
      return action.from.name === action.to.name
        ? `describe group "${action.to.name}"`
        : `rename group "${action.from.name}" to "${action.to.name}"`
    case 'delete-group':
      return `delete group "${action.group.name}" with ${plural(action.members, 'member')}`
    case 'invite-user':
      return `invite ${action.email}${replacing(action.emailKey, words)}`
    case 'remove-user':
      return `remove ${action.email}${replacedBy(action, words)} from the account`
    case 'add-member':
      return `add ${action.email} to "${words.groupName(action.group)}"`
    case 'remove-member':
      return `remove ${action.email}${replacedBy(action, words)} from "${words.groupName(action.group)}"`
    case 'add-binding':
      return `bind ${bindingText(action.binding, words)} to "${words.groupName(action.binding.group)}"`
    case 'change-binding':
      return `change ${changeText(action, words)} of "${words.groupName(action.to.group)}"`
    case 'remove-binding':
      return `unbind ${bindingText(action.binding, words)} from "${words.groupName(action.binding.group)}"`
    case 'add-permission':
      return `grant ${permissionText(action.permission, words)} to "${words.groupName(action.permission.group)}"`
    case 'remove-permission':
      return `revoke ${permissionText(action.permission, words)} from "${words.groupName(action.permission.group)}"`
  }
}

function replacing(emailKey: string, { replaced }: Vocabulary): string {
  const names = replaced.get(emailKey)
  return names === undefined ? '' : `, who replaces ${names.join(' and ')}`
}

const replacedBy = ({ successor }: { readonly successor?: string }, { snapshot }: Vocabulary): string =>
  successor === undefined ? '' : `, whom ${snapshot.people.get(successor)?.email ?? successor} replaces,`

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
