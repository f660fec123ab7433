/**
 * The part of the Dynatrace Account Management API that the bridge drives, as typed functions.
 * `client.ts` makes one over HTTP. Names follow the vendor's; sections refer to its API description.
 *
 * Reads fail closed: anything but a complete, well-formed answer throws `UpstreamError`.
 * Three calls are missing on purpose, because they overwrite what others granted: replacing a user's
 * groups, replacing a group's policies, and deleting all bindings of a level.
 */

import type { Audit } from './types/audit.ts'
import type { Documents } from './types/document.ts'
import type { EffectivePermissions } from './types/effective-permission.ts'
import type { Environments } from './types/environment.ts'
import type { Groups, Permissions, Reference } from './types/group.ts'
import type { Boundaries, Level, LimitsOfAccount, Policies } from './types/policy.ts'
import type { ApiTokens, PlatformTokens } from './types/token.ts'
import type { ServiceUsers, Users } from './types/user.ts'

export type { AccountEnvironment, ManagementZone } from './types/environment.ts'
export type { AccountGroup, GroupOwner, RolePermission } from './types/group.ts'
export type { Boundary, Level, LevelLimits, Policy, Usage } from './types/policy.ts'
export type { AccountUser } from './types/user.ts'

/** One policy bound to one group at one level. Identity: level, policy, group, parameters, metadata. */
export interface Binding {
  readonly level: Level
  readonly policyId: string
  readonly groupId: string
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly boundaryIds: readonly string[]
}

export interface Dynatrace {
  readonly accountId: string
  /** Id of our OAuth client, which is no secret: the audit log names it with everything that we change. */
  readonly clientId: string
  /** Uid of the user our OAuth client acts as; undefined before the first call, or when the token does not say. */
  subject(): string | undefined
  /** The same, with every call told to carry out these steps. */
  about(steps: readonly string[]): Dynatrace
  readonly users: Users
  readonly serviceUsers: ServiceUsers
  readonly groups: Groups
  readonly permissions: Permissions
  readonly policies: Policies
  readonly bindings: {
    /** All bindings of a level, one entry per group (the wire folds them). */
    list(level: Level): Promise<readonly Binding[]>
    /** The bindings of one group at one level, with parameters, metadata and boundaries. */
    ofGroup(level: Level, groupId: string): Promise<readonly Binding[]>
    /** Appends the binding with everything on it in one call. Repeating it adds no second one. */
    add(binding: Binding): Promise<void>
    /**
     * Makes `from` into `to`, in place and in one call; both of one level, policy and group. `among`: what the
     * group has at the level, as read just before. Throws without a call when `from` cannot be singled out there.
     */
    change(from: Binding, to: Binding, among: readonly Binding[]): Promise<void>
    /** Removes exactly the binding with this identity; `among` likewise. Absent already is no error. */
    remove(binding: Binding, among: readonly Binding[]): Promise<void>
  }
  readonly boundaries: Boundaries
  readonly effectivePermissions: EffectivePermissions
  readonly limits: LimitsOfAccount
  readonly environments: Environments
  readonly platformTokens: PlatformTokens
  readonly reference: Reference
  readonly audit: Audit
  /** Of an environment, at the environment's own address. */
  readonly apiTokens: ApiTokens
  /** Likewise. */
  readonly documents: Documents
}

/** Who a call is made for: goes into logs and journal, so that a SCIM request can be followed to its calls. */
export interface CallContext {
  readonly runId: string
  readonly requestIds: readonly string[]
  /** Ids of the steps that the call carries out, if it carries out any. */
  readonly steps?: readonly string[]
}

/** One HTTP call, as it ended. Never holds a token, header or body. */
export interface CallRecord {
  /** Our name for this very call, e.g. `call-4f9c21ab07d15e3a`. */
  readonly id: string
  /** ISO 8601, when it was first sent. */
  readonly startedAt: string
  /** Our name for the operation, e.g. `users.invite`. */
  readonly operation: string
  readonly method: string
  /** Path with ids but without query values. */
  readonly path: string
  /** Id of the environment it went to; undefined: the account. */
  readonly environment: string | undefined
  /** HTTP status, or undefined when no answer came. */
  readonly status: number | undefined
  readonly outcome: 'ok' | 'rejected' | 'unavailable'
  /** How many times it was sent. */
  readonly attempts: number
  /** From the first time it was sent to its end. */
  readonly durationMs: number
  /** What Dynatrace calls it, where the answer says so: for its support. */
  readonly upstreamId: string | undefined
  /** What the caller was told; undefined when it went well. */
  readonly problem: string | undefined
  readonly context: CallContext
}

/** Health of the connection, for `/health/ready`. Instants are ISO 8601. */
export interface DynatraceStatus {
  readonly lastSuccessAt: string | undefined
  readonly lastFailureAt: string | undefined
  /** Message of the last failure; undefined once a call succeeded after it. */
  readonly failure: string | undefined
  /** Of the account. `open`: too many calls in a row were not answered, and none is made; `half-open`: one is trying again. */
  readonly circuit: 'closed' | 'open' | 'half-open'
  /** When the next call is let out; undefined unless the circuit is open. */
  readonly opensUntil: string | undefined
  /** Environments whose own hosts are not called at present, likewise. */
  readonly pausedEnvironments: readonly { readonly id: string; readonly opensUntil: string | undefined }[]
  readonly inFlight: number
  /** How many calls may be in flight at present. */
  readonly window: number
  /** How many calls wait for their turn. */
  readonly waiting: number
}

/** The connection: one token, one limiter and one status for all callers. */
export interface DynatraceConnection {
  /** The API with every call made in this context. Cheap; make one per run. */
  with(context: CallContext): Dynatrace
  status(): DynatraceStatus
  /** Uid of the user our OAuth client acts as; undefined before the first call, or when the token does not say. */
  subject(): string | undefined
  close(): Promise<void>
}
