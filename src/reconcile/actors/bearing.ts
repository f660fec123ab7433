/** What one event of the audit log has to do with one difference. Pure. */
import type { AuditEvent } from '../../dynatrace/types/audit.ts'
import { foldKey } from '../../lib/fold.ts'
import { isNewGroup } from '../keys.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import { type Said, saidIn } from './details.ts'
import { mentions, observedAgain } from './mention.ts'
import type { Names } from './subject.ts'

export type Bearing =
  /** It left things as they are. */
  | 'brought-about'
  /** It made things as they should be: whatever came before it is not the cause. */
  | 'undone'
  /** It changed the thing itself, and does not say in what. */
  | 'changed'
  /** It changed something of the kind at the same group, and does not say what. */
  | 'unsaid'

/** Undefined: nothing. */
export function bearing(event: AuditEvent, action: StepAction, names: Names): Bearing | undefined {
  switch (action.kind) {
    case 'create-group':
      return ofThing(event, isGroupCalled(event, action.group.name), 'gone')
    case 'delete-group':
      return ofThing(event, isGroup(event, action.group.ref, names), 'come')
    case 'create-policy':
      return ofThing(event, isDefinition(event, 'POLICY', action.policy), 'gone')
    case 'delete-policy':
      return ofThing(event, isDefinition(event, 'POLICY', action.policy), 'come')
    case 'create-boundary':
      return ofThing(event, isDefinition(event, 'BOUNDARY', action.boundary), 'gone')
    case 'delete-boundary':
      return ofThing(event, isDefinition(event, 'BOUNDARY', action.boundary), 'come')
    case 'invite-user':
      return ofThing(event, isUser(event, action.emailKey, names), 'gone')
    case 'remove-user':
      return ofThing(event, isUser(event, action.emailKey, names), 'come')
    case 'update-group':
      return ofChange(event, isGroup(event, action.to.ref, names), action)
    case 'update-policy':
      return ofChange(event, isDefinition(event, 'POLICY', action.from), action)
    case 'update-boundary':
      return ofChange(event, isDefinition(event, 'BOUNDARY', action.from), action)
    case 'add-member':
      if (isUser(event, action.emailKey, names)) return ofThing(event, true, 'gone')
      return ofRelation(event, action.group, action, names)
    case 'remove-member':
      return ofRelation(event, action.group, action, names)
    case 'add-binding':
      if (event.type === 'DELETE' && isBoundPolicy(event, action.binding.policyId)) return 'brought-about'
      return ofRelation(event, action.binding.group, action, names)
    case 'remove-binding':
      return ofRelation(event, action.binding.group, action, names)
    case 'change-binding':
      return ofRelation(event, action.to.group, action, names)
    case 'add-permission':
    case 'remove-permission':
      return ofRelation(event, action.permission.group, action, names)
  }
}

/** A thing that is `gone` and should be there, or has `come` and should not. */
function ofThing({ type }: AuditEvent, isAbout: boolean, how: 'gone' | 'come'): Bearing | undefined {
  if (!isAbout || (type !== 'CREATE' && type !== 'DELETE')) return undefined
  return (type === 'DELETE') === (how === 'gone') ? 'brought-about' : 'undone'
}

type Change = Extract<StepAction, { kind: 'update-group' | 'update-policy' | 'update-boundary' }>

function ofChange(event: AuditEvent, isAbout: boolean, action: Change): Bearing | undefined {
  // Older events of a group say with their type that they are about its members or rights.
  if (!isAbout || (event.type !== 'UPDATE' && event.type !== 'CREATE')) return undefined
  const said = saidIn(event.details)
  return said === undefined ? 'changed' : observedAgain(said, action)
}

type Relation = Parameters<typeof mentions>[1]

function ofRelation(event: AuditEvent, group: GroupRef, action: Relation, names: Names): Bearing | undefined {
  if (!isGroup(event, group, names)) return undefined
  const adds = action.kind.startsWith('add-')
  if (event.type === 'DELETE') return adds ? 'brought-about' : 'undone'
  const type = typeOf(action)
  if (event.type !== type && event.type !== 'UPDATE') return undefined
  const said = saidIn(event.details)
  if (said === undefined) return 'unsaid'
  if (action.kind === 'change-binding') return observedAgain(said, action, names)
  const [lost, gained] = [holds(said, 'lost', action, names), holds(said, 'gained', action, names)]
  if (lost === gained) return undefined
  return lost === adds ? 'brought-about' : 'undone'
}

const holds = (said: Said, side: keyof Said, action: Relation, names: Names): boolean =>
  said[side].some(entry => mentions(entry, action, names))

/** As older events call it; newer ones call everything an UPDATE. */
function typeOf({ kind }: Relation): string {
  if (kind === 'add-member' || kind === 'remove-member') return 'UPDATE_MEMBERS'
  return kind === 'add-permission' || kind === 'remove-permission' ? 'UPDATE_ROLES' : 'UPDATE_POLICIES'
}

/** A group that was deleted is looked for under its name, and so is one of an event without id. */
function isGroup(event: AuditEvent, ref: GroupRef, names: Names): boolean {
  if (event.resource.toUpperCase() !== 'GROUP') return false
  return isNewGroup(ref) || event.resourceId === undefined
    ? isGroupCalled(event, names.groupName(ref))
    : event.resourceId === ref
}

const isGroupCalled = (event: AuditEvent, name: string): boolean =>
  event.resource.toUpperCase() === 'GROUP' && foldKey(event.resourceName) === foldKey(name)

const isDefinition = (
  event: AuditEvent,
  resource: 'POLICY' | 'BOUNDARY',
  { id, name }: { readonly id: string; readonly name: string },
): boolean =>
  event.resource.toUpperCase() === resource &&
  (event.resourceId === undefined ? foldKey(event.resourceName) === foldKey(name) : event.resourceId === id)

const isBoundPolicy = (event: AuditEvent, policyId: string): boolean =>
  event.resource.toUpperCase() === 'POLICY' && event.resourceId === policyId

function isUser(event: AuditEvent, emailKey: string, names: Names): boolean {
  if (event.resource.toUpperCase() !== 'USER') return false
  if (foldKey(event.resourceName) === emailKey) return true
  return event.resourceId !== undefined && event.resourceId === names.uidOf(emailKey)
}
