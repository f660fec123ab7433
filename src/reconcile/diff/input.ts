/** What a difference is made from: two states, and what may not be concluded from them. */
import type { KeptElements } from '../adopt/kept.ts'
import type { Uses } from '../bindings-of-definitions.ts'
import type { BlindSpots } from '../observe/observed.ts'
import type { Definitions } from '../owned-definitions.ts'
import type { Rename } from '../renames.ts'
import type { GroupRef, State, StateGroup } from '../state.ts'

export interface DiffInput {
  readonly desired: State
  readonly observed: State
  readonly blind: BlindSpots
  /** `groupLevelKey`s at which some wish could not be said. */
  readonly unsaid: ReadonlySet<string>
  /** Owned groups that nobody wants: as observed. */
  readonly orphans: readonly StateGroup[]
  /** Groups of ours about whose members no rule says anything: orphans, and those whose rules contradict each other. */
  readonly unruled: ReadonlySet<GroupRef>
  /** Whether the IdP has deactivated or deleted this person, who then keeps no group of ours, ruled or not. */
  readonly isGone: (emailKey: string) => boolean
  /** Who has a new address, by the folded old one. */
  readonly renames: ReadonlyMap<string, Rename>
  /** Owned users to take out of the account: folded e-mail → e-mail. */
  readonly leaving: ReadonlyMap<string, string>
  /** Whether this membership is within the scope of the pass. */
  readonly considers: (group: GroupRef, emailKey: string) => boolean
  /** Whether a right that is there is ours to change or take away. */
  readonly mayTake: (key: string, group: GroupRef) => boolean
  /** What adopted groups held before: what lies beyond the rules is no difference. */
  readonly kept: KeptElements
  /** Adopted groups that nobody wants any more: they lose what we gave them, and stay. */
  readonly handedBack: ReadonlySet<GroupRef>
  /** IdP groups behind a group, for the record. */
  readonly sourcesOf: (group: GroupRef) => readonly string[]
}

/** With what has to be known for policies and boundaries. */
export interface DefinitionDiffInput extends Pick<DiffInput, 'desired' | 'observed'> {
  /** What is bound to those of ours. */
  readonly uses: Uses
  /** Those of ours that nobody defines. */
  readonly unwanted: Definitions['unwanted']
}

/** People or members looked at before the loop may go on with something else. */
export const KEYS_A_STEP = 1_000
