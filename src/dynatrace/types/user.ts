/** Users of the account, persons and service users, and what can be done with them. */

export type UserStatus =
  | 'ACTIVE'
  | 'INACTIVE'
  /** Invited, sign-up not finished; the link in the invitation ends after 24 hours, which nothing tells. */
  | 'PENDING'
  | 'DELETED'
  | 'ECUSTOMS_MANUALLY_BLOCKED'
  | 'UNKNOWN'

export interface AccountUser {
  readonly uid: string
  /** As Dynatrace spells it; compare with `foldKey`. */
  readonly email: string
  readonly status: UserStatus
  readonly emergencyContact: boolean
  /** ISO 8601; only the list of all users tells it, and only of who has signed in. */
  readonly lastSignIn: string | undefined
}

export interface Users {
  /** Everybody but service users; with `serviceUsers` both kinds mixed, told apart by `isServiceUser`. */
  list(options?: { readonly serviceUsers: boolean }): Promise<readonly AccountUser[]>
  /** The user and the ids of all groups it is in; undefined when the account has no such user. */
  get(email: string): Promise<(AccountUser & { readonly groupIds: readonly string[] }) | undefined>
  /** Adds the user to the account; Dynatrace sends the invitation. A user who is there already is no error. */
  invite(email: string): Promise<void>
  /** Adds memberships, keeps the others; splits into calls of at most 200 groups. */
  addToGroups(email: string, groupIds: readonly string[]): Promise<void>
  /** Removes memberships; splits likewise. */
  removeFromGroups(email: string, groupIds: readonly string[]): Promise<void>
  /** Removes the user from this account. Absent already is no error. */
  remove(email: string): Promise<void>
}

export interface ServiceUser {
  readonly uid: string
  /** Made by Dynatrace and fixed for life; memberships go by it. */
  readonly email: string
  /** Not unique. */
  readonly name: string
  readonly description: string
  /** ISO 8601. */
  readonly createdAt: string | undefined
}

/** A service user with the group that was made for it alone; those of older service users have none. */
export type ServiceUserWithGroup = ServiceUser & { readonly groupId: string | undefined }

export interface ServiceUsers {
  list(): Promise<readonly ServiceUser[]>
  /** Undefined when the account has no such service user. */
  get(uid: string): Promise<ServiceUserWithGroup | undefined>
  /**
   * Creates one, also when others have the same name. Lists first, so that a lost answer can be settled: repeating
   * the call would make a second one. `groupId` is undefined when the answer was lost and `get` has to tell.
   */
  create(wanted: { readonly name: string; readonly description: string }): Promise<ServiceUserWithGroup>
  /** Replaces name and description. */
  update(user: Pick<ServiceUser, 'uid' | 'name' | 'description'>): Promise<void>
  /** Its own group goes with it. Absent already is no error. */
  remove(uid: string): Promise<void>
}

/** Every service user has an address like this, and nobody else. */
export const isServiceUser = ({ email }: Pick<AccountUser, 'email'>): boolean =>
  email.toLowerCase().endsWith('@service.sso.dynatrace.com')
