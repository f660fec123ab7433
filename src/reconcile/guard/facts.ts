/** What the guards judge steps by. */

import type { AccessModel } from '../../access/model.ts'
import type { Uses } from '../bindings-of-definitions.ts'
import type { Drift } from '../drift/drift.ts'
import type { RuleModeOf } from '../rule-modes.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { DirectoryPast } from './directory-shrink.ts'
import type { Administrators } from './last-administrator.ts'
import type { PastRemovals } from './past-removals.ts'
import type { Fullness } from './usage.ts'

export interface GuardFacts {
  readonly model: AccessModel
  /** People and groups under management, for the percentages. */
  readonly totals: { readonly people: number; readonly groups: number }
  /** Members each group has now. */
  readonly sizeOf: (group: GroupRef) => number
  readonly nameOf: (group: GroupRef) => string
  readonly emergencyContacts: ReadonlySet<string>
  /** Who our OAuth client acts as and the groups that user is in; undefined when the token does not say. */
  readonly subject: Subject | undefined
  /** Groups that were ours and belong to the account's own federation by now, with their owner. */
  readonly federatedSince: ReadonlyMap<GroupRef, string>
  readonly withServiceUsers: ReadonlyMap<GroupRef, readonly string[]>
  /** Whether the removal is part of a rename whose successor keeps what the step takes from the old user. */
  readonly isKept: (action: StepAction) => boolean
  /** Why nobody should rely on the deactivation behind the step; undefined when there is no doubt. */
  readonly doubtOf: (action: StepAction) => string | undefined
  /** Names of groups that are not ours and hold this person, of whom a rename leaves nothing in the account. */
  readonly otherGroupsOf: (emailKey: string) => readonly string[]
  /** What is bound to policies and boundaries of ours. */
  readonly uses: Uses
  /** By `levelKey`, of the levels where the plan adds something that counts. */
  readonly limits: ReadonlyMap<string, Fullness>
  /** The rule behind an action that is more cautious than the model, if there is one. */
  readonly ruleMode: RuleModeOf
  /** The expectation that fails with the rules as they are; undefined when all are met that can be checked. */
  readonly failed: FailedExpectation | undefined
  /** Why this bridge only observes: another one looks after the account. */
  readonly secondInstance?: string | undefined
  readonly now: Date
  /** Why nothing may be changed: an operator paused the bridge. */
  readonly paused?: string | undefined
  /** What other passes took away in the last 24 hours. */
  readonly past: PastRemovals
  /** Whom the IdP took out in the last 24 hours. */
  readonly directory: DirectoryPast
  /** Who looks after the account, as far as groups of ours tell. */
  readonly administrators: Administrators
  readonly policyName: (id: string) => string
  /** Whether the action does nothing but take away from somebody whom the IdP has deactivated or deleted. */
  readonly isFarewell: (action: StepAction) => boolean
  /** What is known of the difference behind a step. */
  readonly driftOf: (stepId: string) => Drift | undefined
  readonly decisions: Decisions
}

export interface FailedExpectation {
  /** In one sentence, with the name of the expectation. */
  readonly message: string
  /** How many others fail as well. */
  readonly more: number
}

export interface Subject {
  /** Folded. */
  readonly emailKey: string
  readonly groups: ReadonlySet<GroupRef>
}

/** What people said about steps lately, by step id. */
export interface Decisions {
  readonly approved: ReadonlySet<string>
  /** With who and why. */
  readonly rejected: ReadonlyMap<string, string>
}
