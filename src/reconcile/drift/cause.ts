/**
 * Which side moved. Nothing of the past is kept for it but what the change feed and the newest settled model tell: what
 * neither explains was changed in the account. Who is in a group hangs on the IdP groups that feed it and on nothing else
 * in the file, so that a hand edit does not hide behind an edit of something else.
 *
 * | the directory | somebody behind it joined, left or was renamed, or an IdP group behind it came, went or was renamed |
 * | configuration | the model in force is not the one of the newest full pass that came to an end, or a date in it has come |
 * | by hand       | neither: what the bridge had brought in step is otherwise now                                        |
 */
import { groupOf } from '../action.ts'
import { isNewGroup } from '../keys.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { DriftCause } from './drift.ts'

export interface CauseFacts {
  /** Folded e-mails and folded names of IdP groups with changes that no pass has settled. */
  readonly moved: { readonly people: ReadonlySet<string>; readonly groups: ReadonlySet<string> }
  /** Folded names of the IdP groups that feed a group now, or did. */
  readonly feeding: (ref: GroupRef) => readonly string[]
  /** Whether the group is fed by others than when it was last in step. */
  readonly isFedAnew: (ref: GroupRef) => boolean
  readonly isOrphan: (ref: GroupRef) => boolean
  /** Undefined when nobody has kept it: no full pass has come to an end since this is kept. */
  readonly isModelNew: boolean | undefined
  /** Whether the registry knew a group that is to be made. */
  readonly wasThere: (ref: GroupRef) => boolean
  /** Whether the registry holds the policy or boundary as one that came about. */
  readonly wasMade: (id: string) => boolean
  /** Whether a date in the model is behind it. */
  readonly hasEnded: (action: StepAction) => boolean
  /** Whether the IdP has deactivated or deleted somebody. */
  readonly isGone: (emailKey: string) => boolean
}

export function causeOf(action: StepAction, facts: CauseFacts): DriftCause {
  if (facts.hasEnded(action)) return 'configuration'
  if (isOfDirectory(action, facts)) return 'directory'
  if (facts.isModelNew === undefined) return 'unknown'
  return facts.isModelNew && !isFedAsBefore(action, facts) ? 'configuration' : 'by-hand'
}

/** Whether it is about who is in a group that was there, and that the same IdP groups feed. */
function isFedAsBefore(action: StepAction, { isFedAnew, isOrphan, wasThere }: CauseFacts): boolean {
  if (action.kind !== 'add-member' && action.kind !== 'remove-member') return false
  const ref = action.group
  return !isFedAnew(ref) && !isOrphan(ref) && (!isNewGroup(ref) || wasThere(ref))
}

function isOfDirectory(action: StepAction, facts: CauseFacts): boolean {
  const { moved, isGone, feeding, isFedAnew } = facts
  if ('successor' in action && action.successor !== undefined) return true
  if (action.kind === 'remove-user') return true
  if ('emailKey' in action) {
    if (moved.people.has(action.emailKey)) return true
    if (action.kind === 'remove-member' && isGone(action.emailKey)) return true
  }
  const ref = groupOf(action)
  if (ref === undefined) return isOfNewTeam(action, facts)
  const isMoved = feeding(ref).some(name => moved.groups.has(name))
  if (action.kind === 'add-member' || action.kind === 'remove-member') return isMoved
  // Of a group that stays, a change of members says nothing about its rights.
  return isFedAnew(ref) || (isMoved && (isNewGroup(ref) || facts.isOrphan(ref)))
}

/** Policies and boundaries come and go with the IdP groups that ask for them, as long as the file stays. */
function isOfNewTeam(action: StepAction, { isModelNew, wasMade }: CauseFacts): boolean {
  if (isModelNew !== false) return false
  if (action.kind === 'create-policy') return !wasMade(action.policy.id)
  if (action.kind === 'create-boundary') return !wasMade(action.boundary.id)
  return action.kind === 'invite-user' || action.kind === 'delete-policy' || action.kind === 'delete-boundary'
}
