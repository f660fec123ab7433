/**
 * The directory: users, groups and memberships as the IdP provisioned them.
 *
 * Every change is one durable transaction that also writes the journal and the change feed. A change
 * is given as a function on the current value, which runs inside the transaction: two PATCHes to one
 * resource can never lose each other's work.
 */
import type { Filter } from '../scim/filter.ts'
import type { JsonObject } from '../scim/json.ts'
import type { StoredText } from '../scim/resource-text.ts'
import type { Position, Sort } from '../scim/sort.ts'
import type { AccountFact } from './account-facts.ts'

/** Whose change it is, for journal and logs. */
export interface Cause {
  readonly requestId: string
  readonly actor: string
}

/** What a request spoke of, where the outcome does not tell: `active` may just have stayed as it was. */
export interface ChangeSaid {
  readonly active: boolean
}

/** A user as stored. `attributes` are the SCIM attributes without `id`, `meta`, `groups`, `password`. */
export interface DirectoryUser {
  readonly id: string
  readonly userName: string
  readonly externalId: string | undefined
  /** The address this user has in Dynatrace; undefined when the resource holds no usable one. */
  readonly email: string | undefined
  /** That address folded: what the account knows the person by. */
  readonly emailKey: string | null
  readonly active: boolean
  readonly inactiveSince: string | undefined
  readonly attributes: JsonObject
  /** The JSON text of `attributes`. */
  readonly resource: string
  readonly version: number
  readonly createdAt: string
  readonly modifiedAt: string
}

/** A group as stored, without its members: those are rows and are asked for on their own. */
export interface DirectoryGroup {
  readonly id: string
  readonly displayName: string
  readonly externalId: string | undefined
  readonly attributes: JsonObject
  /** The JSON text of `attributes`. */
  readonly resource: string
  readonly version: number
  readonly createdAt: string
  readonly modifiedAt: string
}

export interface Member {
  readonly id: string
  readonly kind: 'User' | 'Group'
  /** userName or displayName of the member; undefined while the member is not known (parked). */
  readonly display: string | undefined
}

/** A user as answers show it: as stored, with what finds its facts. */
export interface ListedUser extends StoredText {
  readonly emailKey: string | null
}

/** A group that holds a user, for the read-only `groups` attribute of RFC 7643 §4.1.2. */
export interface GroupOfUser {
  readonly id: string
  readonly displayName: string
}

/** What is to happen to the members of a group, in order. */
export type MemberChange =
  | {
      readonly kind: 'add'
      readonly members: readonly { readonly id: string; readonly kind: 'User' | 'Group' }[]
    }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'remove-where'; readonly filter: Filter }
  | { readonly kind: 'remove-all' }
  | {
      readonly kind: 'replace'
      readonly members: readonly { readonly id: string; readonly kind: 'User' | 'Group' }[]
    }

/** What a group write does: new attributes (undefined: unchanged) and membership deltas. */
export interface GroupChange {
  readonly attributes: JsonObject | undefined
  readonly members: readonly MemberChange[]
}

/** One page of a list. `startIndex` counts from 1; `count` has already been limited. */
export interface PageRequest {
  readonly filter: Filter | undefined
  readonly startIndex: number
  readonly count: number
  /** The URL that `meta.location` and `$ref` begin with: filters and sorting see them as answers show them. */
  readonly base?: string
  /** By default the order of creation. */
  readonly sort?: Sort | undefined
  /** Instead of at `startIndex` the page begins behind a position of the same order, or with the first item. */
  readonly behind?: Position | 'start' | undefined
}

export interface Page<T> {
  readonly total: number
  readonly items: readonly T[]
  /** Where the next page begins, when `behind` was asked for and there is one. */
  readonly next?: Position
}

/**
 * `attributes` given to create and change functions are normalised and validated already (scim/).
 * Errors thrown: `ScimError` 404 for an unknown id, 409 `uniqueness` for a taken userName or group
 * displayName, 400 `invalidValue` for an address in a domain that is not declared; whatever a change function
 * throws passes through and nothing is stored.
 */
export interface Directory {
  /** The POST of a deactivated user's name brings that user back, with the same id (a setting). */
  createUser(attributes: JsonObject, cause: Cause): Promise<DirectoryUser>
  /**
   * Resolves to the user afterwards. When the function returns an equal value the user is left as it was
   * (§3.5.2.1); a doubted deactivation that is said again is then confirmed. By default `active` was said.
   */
  changeUser(
    id: string,
    change: (user: DirectoryUser) => JsonObject,
    cause: Cause,
    said?: ChangeSaid,
  ): Promise<DirectoryUser>
  /** Removes the user and its memberships, and notes the departure of its e-mail. */
  deleteUser(id: string, cause: Cause, check?: (user: DirectoryUser) => void): Promise<void>
  findUser(id: string): Promise<ListedUser | undefined>
  listUsers(page: PageRequest): Promise<Page<ListedUser>>
  /** By folded e-mail address; who was never seen in the account is not in it. */
  accountFacts(emailKeys: readonly string[]): Promise<ReadonlyMap<string, AccountFact>>
  groupsOfUsers(ids: readonly string[]): Promise<ReadonlyMap<string, readonly GroupOfUser[]>>

  createGroup(attributes: JsonObject, members: readonly MemberChange[], cause: Cause): Promise<DirectoryGroup>
  changeGroup(
    id: string,
    change: (group: DirectoryGroup) => GroupChange,
    cause: Cause,
  ): Promise<DirectoryGroup>
  deleteGroup(id: string, cause: Cause, check?: (group: DirectoryGroup) => void): Promise<void>
  findGroup(id: string): Promise<StoredText | undefined>
  listGroups(page: PageRequest): Promise<Page<StoredText>>
  membersOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly Member[]>>
  /** The same, or undefined when they are more than `limit` in all. */
  fewMembersOf(
    ids: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, readonly Member[]> | undefined>
  /** All members of a group in the order of their ids, in chunks between which others get their turn. */
  eachMember(id: string): AsyncIterable<readonly Member[]>
}
