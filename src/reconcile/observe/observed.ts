/** What is asked of an account, and what came of it. */
import type { AccountGroup, AccountUser, Level } from '../../dynatrace/dynatrace.ts'
import type { Uses } from '../bindings-of-definitions.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Definitions } from '../owned-definitions.ts'
import type { GroupRef, State, StateUser } from '../state.ts'

/** Where nothing may be concluded from what was read. */
export interface BlindSpots {
  readonly members: ReadonlySet<GroupRef>
  /** Groups whose members could not be read at all: nobody knows who would lose what. */
  readonly unread: ReadonlySet<GroupRef>
  readonly permissions: ReadonlySet<GroupRef>
  /** `groupLevelKey`s. */
  readonly bindings: ReadonlySet<string>
  /** Folded e-mails. */
  readonly users: ReadonlySet<string>
}

export interface ObservedState {
  readonly state: State
  /** What is bound to policies and boundaries of ours. */
  readonly uses: Uses
  readonly blind: BlindSpots
  /** Why there are blind spots. */
  readonly problems: readonly string[]
  /** Groups that hold service users, whose rights other automation (and our own) may live on. */
  readonly withServiceUsers: ReadonlyMap<GroupRef, readonly string[]>
  /** Users that Dynatrace will not let sign in or that are emergency contacts, by folded e-mail. */
  readonly emergencyContacts: ReadonlySet<string>
  /** What the account says of the people that were read, by folded e-mail. */
  readonly accountUsers: ReadonlyMap<string, AccountUser>
  /** Bindings of groups that are not ours, where levels were read whole. */
  readonly foreignBindings: number
  /** Groups whose members were read whole. */
  readonly whole: ReadonlySet<GroupRef>
}

export interface ObserveRequest {
  /** Groups whose name, bindings, permissions and members are wanted. */
  readonly groups: readonly AccountGroup[]
  /** Of these, the ones whose members are none of our business. */
  readonly federated: ReadonlySet<GroupRef>
  /** All our groups: memberships of `emails` are wanted in these. */
  readonly managed: ReadonlySet<GroupRef>
  /** Folded e-mail → address, of people whose memberships in all our groups are wanted; undefined: everybody. */
  readonly people: ReadonlyMap<string, string> | undefined
  /** By folded e-mail, people who must be in the account: is that so? */
  readonly needed: ReadonlyMap<string, StateUser>
  /** Members as they should be. Those that are found just so are told with this very set. */
  readonly expected: ReadonlyMap<GroupRef, ReadonlySet<string>>
  /** Policies and boundaries of ours, and the lists they are in; undefined when none are wanted. */
  readonly named: { readonly definitions: Definitions; readonly catalogue: Catalogue } | undefined
  /** Account level and active environments. */
  readonly levels: readonly Exclude<Level, { kind: 'global' }>[]
}
