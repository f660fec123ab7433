/**
 * The part of the Dynatrace Account Management API that the bridge drives, as typed functions.
 * `client.ts` makes one over HTTP. Names follow the vendor's; sections refer to its API description.
 *
 * Reads fail closed: anything but a complete, well-formed answer throws `UpstreamError`.
 * Three calls are missing on purpose, because they overwrite what others granted: replacing a user's
 * groups, replacing a group's policies, and deleting all bindings of a level.
 */

export type UserStatus =
  | 'ACTIVE'
  | 'INACTIVE'
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

export type GroupOwner = 'LOCAL' | 'SAML' | 'SCIM' | 'DCS' | 'ALL_USERS' | 'UNKNOWN'

export interface AccountGroup {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly owner: GroupOwner
  readonly federatedAttributeValues: readonly string[]
  readonly createdAt: string | undefined
}

export type Level =
  | { readonly kind: 'global' }
  | { readonly kind: 'account' }
  | { readonly kind: 'environment'; readonly id: string }

export interface Policy {
  readonly id: string
  readonly name: string
  readonly level: Level
}

/** A policy with what it says; lists tell only who it is. */
export interface PolicyText extends Policy {
  readonly description: string
  /** Verbatim, white space and comments included. */
  readonly statement: string
}

/** Policy boundaries exist at account level only. */
export interface Boundary {
  readonly id: string
  readonly name: string
  /** Verbatim. */
  readonly query: string
}

/** How much of something there is, and how much there may be. */
export interface Usage {
  readonly count: number
  readonly limit: number
}

/** What the policy service limits at one level; undefined where it says nothing. */
export interface LevelLimits {
  readonly policies: Usage | undefined
  readonly bindings: Usage | undefined
  readonly boundaries: Usage | undefined
}

/** One policy bound to one group at one level. Identity: level, policy, group, parameters, metadata. */
export interface Binding {
  readonly level: Level
  readonly policyId: string
  readonly groupId: string
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly boundaryIds: readonly string[]
}

/** A legacy role permission of a group; `scope` is the account UUID, an environment id or `environment:zone`. */
export interface RolePermission {
  readonly role: string
  readonly scopeType: 'account' | 'tenant' | 'management-zone'
  readonly scope: string
}

export interface AccountEnvironment {
  readonly id: string
  readonly name: string
  /** Inactive environments answer 403 to binding calls and are left alone. */
  readonly active: boolean
}

export interface Dynatrace {
  readonly accountId: string
  readonly users: {
    /** Everybody but service users. */
    list(): Promise<readonly AccountUser[]>
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
  readonly groups: {
    list(): Promise<readonly AccountGroup[]>
    /** Creates LOCAL groups in one call; answers in the order given. */
    create(
      groups: readonly { readonly name: string; readonly description: string }[],
    ): Promise<readonly AccountGroup[]>
    /** Sets name and description. Full replace on the wire, so the group as read just before must be given. */
    update(group: AccountGroup): Promise<void>
    remove(id: string): Promise<void>
    /** Members of a group, service users included. Undefined when the group does not exist. */
    members(id: string): Promise<readonly AccountUser[] | undefined>
  }
  readonly permissions: {
    /** Undefined when the group does not exist. */
    list(groupId: string): Promise<readonly RolePermission[] | undefined>
    add(groupId: string, permissions: readonly RolePermission[]): Promise<void>
    /** Absent already is no error. */
    remove(groupId: string, permission: RolePermission): Promise<void>
  }
  readonly policies: {
    /** Policies of exactly this level, not inherited ones. */
    list(level: Level): Promise<readonly Policy[]>
    /** Undefined when this level has no such policy, even if another one has. */
    get(level: Level, id: string): Promise<PolicyText | undefined>
    /** Creates the policy under the id given, or replaces what it says. Repeating it does the same. Not at global level. */
    put(policy: PolicyText): Promise<void>
    /** Only while nobody is bound to it: a bound policy is refused. Absent already is no error. */
    remove(level: Level, id: string): Promise<void>
  }
  readonly bindings: {
    /** All bindings of a level, one entry per group (the wire folds them). */
    list(level: Level): Promise<readonly Binding[]>
    /** The bindings of one group at one level, with parameters, metadata and boundaries. */
    ofGroup(level: Level, groupId: string): Promise<readonly Binding[]>
    /** Appends the binding with everything on it in one call. Repeating it adds no second one. */
    add(binding: Binding): Promise<void>
    /** Replaces the boundaries of the binding with this identity, in place. `alone`: no other binding of this policy and group. */
    change(binding: Binding, alone: boolean): Promise<void>
    /** Removes exactly the binding with this identity. Absent already is no error. */
    remove(binding: Binding, alone: boolean): Promise<void>
  }
  readonly boundaries: {
    list(): Promise<readonly Boundary[]>
    /** Creates the boundary under the id given, or replaces it, at once for all bindings that use it. */
    put(boundary: Boundary): Promise<void>
    /** Only while no binding uses it. Absent already is no error. */
    remove(id: string): Promise<void>
  }
  readonly limits: {
    /** Use of the policy service at one level. */
    level(level: Level): Promise<LevelLimits>
  }
  readonly environments: { list(): Promise<readonly AccountEnvironment[]> }
}

/** Who a call is made for: goes into logs and journal, so that a SCIM request can be followed to its calls. */
export interface CallContext {
  readonly runId: string
  readonly requestIds: readonly string[]
}

/** One HTTP call, as it ended. Never holds a token, header or body. */
export interface CallRecord {
  /** Our name for the operation, e.g. `users.invite`. */
  readonly operation: string
  readonly method: string
  /** Path with ids but without query values. */
  readonly path: string
  /** HTTP status, or undefined when no answer came. */
  readonly status: number | undefined
  readonly outcome: 'ok' | 'rejected' | 'unavailable'
  /** How many times it was sent. */
  readonly attempts: number
  readonly durationMs: number
  readonly context: CallContext
}

/** Health of the connection, for `/health/ready`. Instants are ISO 8601. */
export interface DynatraceStatus {
  readonly lastSuccessAt: string | undefined
  readonly lastFailureAt: string | undefined
  /** Message of the last failure; undefined once a call succeeded after it. */
  readonly failure: string | undefined
}

/** The connection: one token, one limiter and one status for all callers. */
export interface DynatraceConnection {
  /** The API with every call made in this context. Cheap; make one per run. */
  with(context: CallContext): Dynatrace
  status(): DynatraceStatus
  close(): Promise<void>
}
