/**
 * What the audit log is asked. A filter has at most 256 characters: a few things fit by id, and beyond that one question
 * about the whole window is cheaper than many about parts of it.
 *
 * Our own events are not filtered out there: events of the console have no client id, and what `!=` makes of those that
 * lack the field is not documented.
 */
import { auditText } from '../../dynatrace/audit.ts'
import { isNewGroup } from '../keys.ts'
import type { StepAction } from '../step.ts'
import type { Names } from './subject.ts'

const LONGEST = 256

/** Of everything that we ever change. */
export const ANYTHING = "resource in ('GROUP', 'POLICY', 'BOUNDARY', 'USER')"

/** The narrowest that holds every event with a bearing on one of these actions. */
export function filterFor(actions: readonly StepAction[], names: Names): string {
  const ids = new Set<string>()
  const called = new Set<string>()
  for (const action of actions) {
    for (const { id, name } of thingsOf(action, names)) {
      if (id !== undefined) ids.add(id)
      called.add(name)
    }
    // A plan may hold thousands of actions, and some are enough to know.
    if (ids.size + called.size > LONGEST) return ANYTHING
  }
  // How a quote within a text is written is not documented either.
  if ([...ids, ...called].some(text => /['\\]/.test(text))) return ANYTHING
  const parts = [among('resourceId', ids), among('resourceName', called)]
  const narrow = parts.filter(text => text !== '').join(' or ')
  return narrow === '' || narrow.length > LONGEST ? ANYTHING : narrow
}

/** Older events may have nothing but the name, and a thing that is gone has no other one. */
interface Thing {
  readonly id?: string
  readonly name: string
}

function thingsOf(action: StepAction, names: Names): readonly Thing[] {
  const name = (text: string): Thing => ({ name: text })
  const group = (ref: string): Thing =>
    isNewGroup(ref) ? name(names.groupName(ref)) : { id: ref, name: names.groupName(ref) }
  const id = (text: string): Thing => ({ id: text, name: names.definitionName(text) })
  switch (action.kind) {
    case 'create-group':
      return [name(action.group.name)]
    case 'delete-group':
      return [group(action.group.ref)]
    case 'update-group':
      return [group(action.to.ref)]
    case 'create-policy':
    case 'delete-policy':
      return [id(action.policy.id)]
    case 'create-boundary':
    case 'delete-boundary':
      return [id(action.boundary.id)]
    case 'update-policy':
    case 'update-boundary':
      return [id(action.from.id)]
    case 'invite-user':
    case 'remove-user':
      return [name(action.email)]
    case 'add-member':
      return [group(action.group), name(action.email)]
    case 'remove-member':
      return [group(action.group)]
    case 'add-binding':
      return [group(action.binding.group), id(action.binding.policyId)]
    case 'remove-binding':
      return [group(action.binding.group)]
    case 'change-binding':
      return [group(action.to.group)]
    case 'add-permission':
    case 'remove-permission':
      return [group(action.permission.group)]
  }
}

function among(field: string, values: ReadonlySet<string>): string {
  if (values.size === 0) return ''
  const [first = ''] = values
  return values.size === 1
    ? `${field} = ${auditText(first)}`
    : `${field} in (${[...values].map(auditText).join(', ')})`
}
