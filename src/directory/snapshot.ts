/** What the access model and the reconciler need of the directory: plain data, read in one go. */

/** An IdP group, as rules see it. */
export interface IdpGroup {
  readonly id: string
  readonly displayName: string
  readonly externalId: string | undefined
}

/** A person, as the reconciler sees them. Users without a usable e-mail are not in it (see `unreachable`). */
export interface Person {
  readonly userName: string
  readonly email: string
  readonly emailKey: string
  readonly active: boolean
  readonly inactiveSince: string | undefined
  /** When the IdP last set `active` from false to true. */
  readonly reactivatedAt: string | undefined
  /** Since when a deactivation that came right behind a reactivation waits for the IdP to say it again. */
  readonly doubtedSince: string | undefined
}

/** An address that nobody has any more: the person was deleted, or has another one now. */
export interface Departure {
  readonly userName: string
  readonly email: string
  readonly emailKey: string
  readonly at: string
  /** The folded address that the person has now; undefined when the person was deleted. */
  readonly successorKey: string | undefined
}

export interface DirectorySnapshot {
  readonly groups: readonly IdpGroup[]
  /** People by folded e-mail; of two users with one address the active, then the older one counts. */
  readonly people: ReadonlyMap<string, Person>
  /** By the folded address that was left. In a part of the directory, those of its keys and those that led to its people. */
  readonly departures: ReadonlyMap<string, Departure>
  /** IdP group id → folded e-mails of its members, nested groups counted through, inactive people included. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  /** userNames of users that have no usable e-mail address. */
  readonly unreachable: readonly string[]
  /** Memberships that name nobody known: IdP group id → member ids. */
  readonly parked: ReadonlyMap<string, readonly string[]>
  /** The last change contained in this snapshot that is still to be settled; 0 when there is none. */
  readonly seq: number
}

/** Which part of the directory a snapshot must hold. All `groups` are always in it, without members. */
export type SnapshotScope =
  | { readonly kind: 'full' }
  /** The people with these folded e-mails, with all their memberships, and all members of these IdP groups. */
  | { readonly kind: 'keys'; readonly emails: ReadonlySet<string>; readonly groupIds: ReadonlySet<string> }

/** A key of the change feed with the SCIM requests that touched it. */
export interface ChangedKey {
  readonly kind: 'user' | 'group'
  readonly key: string
  readonly requestIds: readonly string[]
  /** The changes of this key that were seen. */
  readonly seqs: readonly number[]
  /** The newest of them. */
  readonly seq: number
}

/** What tells whether it is the turn of a key. */
export type PendingKey = Pick<ChangedKey, 'kind' | 'key' | 'seq'>

export interface ChangeFeed {
  /** Keys with changes that no pass has settled, oldest first: of those that are wanted, the first `limit`. */
  pending(limit?: number, wanted?: (key: PendingKey) => boolean): Promise<readonly ChangedKey[]>
  /** How many keys have such changes. */
  count(): Promise<number>
  /** Forgets the changes of these keys that were seen; those that came since remain. */
  settle(keys: readonly Pick<ChangedKey, 'seqs'>[]): Promise<void>
  /** Forgets all changes up to and including `seq`. */
  settleAll(seq: number): Promise<void>
}

export type ReadSnapshot = (scope: SnapshotScope) => Promise<DirectorySnapshot>
