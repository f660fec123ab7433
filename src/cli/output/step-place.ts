/** Under which heading a step is told: the Dynatrace group or the person it concerns. */
import type { Step } from '../../reconcile/step.ts'

export interface Place {
  readonly key: string
  readonly heading: string
  /** The title without what the heading says already. */
  readonly line: string
}

export function placeOf({ action, title }: Step): Place {
  switch (action.kind) {
    case 'invite-user':
    case 'remove-user':
      return { key: `user ${action.emailKey}`, heading: `User ${action.email}`, line: title }
    case 'create-policy':
    case 'delete-policy':
      return { key: `policy ${action.policy.id}`, heading: `Policy "${action.policy.name}"`, line: title }
    case 'update-policy':
      return { key: `policy ${action.to.id}`, heading: `Policy "${action.to.name}"`, line: title }
    case 'create-boundary':
    case 'delete-boundary':
      return {
        key: `boundary ${action.boundary.id}`,
        heading: `Boundary "${action.boundary.name}"`,
        line: title,
      }
    case 'update-boundary':
      return { key: `boundary ${action.to.id}`, heading: `Boundary "${action.to.name}"`, line: title }
    case 'create-group':
    case 'delete-group':
      return inGroup(action.group.ref, action.group.name, title)
    case 'update-group':
      return inGroup(action.from.ref, action.from.name, title)
    case 'add-member':
    case 'remove-member':
      return byTitle(action.group, title)
    case 'add-binding':
    case 'remove-binding':
      return byTitle(action.binding.group, title)
    case 'change-binding':
      return byTitle(action.to.group, title)
    case 'add-permission':
    case 'remove-permission':
      return byTitle(action.permission.group, title)
  }
}

const inGroup = (ref: string, name: string, line: string): Place => ({
  key: `group ${ref}`,
  heading: `Group "${name}"`,
  line,
})

/** Actions know groups by their ref alone; the name for people stands at the end of the title. */
function byTitle(ref: string, title: string): Place {
  const [, line, name] = /^(.*) (?:to|from|on|of) "(.*?)"$/s.exec(title) ?? []
  return line === undefined || name === undefined
    ? inGroup(ref, ref, title)
    : { key: `group ${ref}`, heading: `Group "${name}"`, line }
}
