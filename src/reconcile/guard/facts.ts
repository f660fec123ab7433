/** What the guards judge steps by. */
import type { AccessModel } from '../../access/model.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'

export interface GuardFacts {
  readonly model: AccessModel
  /** People and groups under management, for the percentages. */
  readonly totals: { readonly people: number; readonly groups: number }
  /** Members each group has now. */
  readonly sizeOf: (group: GroupRef) => number
  readonly nameOf: (group: GroupRef) => string
  readonly emergencyContacts: ReadonlySet<string>
  readonly withServiceUsers: ReadonlyMap<GroupRef, readonly string[]>
  /** Whether the removal is part of a rename whose successor keeps what the step takes from the old user. */
  readonly isKept: (action: StepAction) => boolean
  /** Why nobody should rely on the deactivation behind the step; undefined when there is no doubt. */
  readonly doubtOf: (action: StepAction) => string | undefined
  /** Names of groups that are not ours and hold this person, of whom a rename leaves nothing in the account. */
  readonly otherGroupsOf: (emailKey: string) => readonly string[]
  readonly decisions: Decisions
}

/** What people said about steps lately, by step id. */
export interface Decisions {
  readonly approved: ReadonlySet<string>
  /** With who and why. */
  readonly rejected: ReadonlyMap<string, string>
}
