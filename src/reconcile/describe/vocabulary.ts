/** What steps are put in words with: the names behind ids, and the rules behind rights. */
import type { DesiredGroup } from '../../access/desired-group.ts'
import type { AccessModel } from '../../access/model.ts'
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { Catalogue } from '../catalogue.ts'
import type { EndedBehind } from '../ended-wishes.ts'
import type { GroupRef } from '../state.ts'

export interface Vocabulary {
  readonly model: AccessModel
  readonly snapshot: DirectorySnapshot
  readonly catalogue: Catalogue | undefined
  /** Of a policy or boundary, ours or not, also of one that does not exist yet. */
  readonly definitionName: (id: string) => string
  /** Names of the IdP groups that ask for a boundary, by its name. */
  readonly askedForBy: (boundary: string) => readonly string[]
  /** Whether the registry holds the policy or boundary as one that came about. */
  readonly wasMade: (id: string) => boolean
  readonly groupName: (ref: GroupRef) => string
  readonly desiredGroup: (ref: GroupRef) => DesiredGroup | undefined
  /** Rules behind a binding or permission, by its key. */
  readonly rules: ReadonlyMap<string, readonly string[]>
  /** The grant for a time whose end is behind an action. */
  readonly endedBehind: EndedBehind
  /** Old addresses by the folded new one, where a new user takes the place of an old one. */
  readonly replaced: ReadonlyMap<string, readonly string[]>
}
