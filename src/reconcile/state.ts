/**
 * Desired and observed: two values of one type, in one canonical form, so that `diff` is set arithmetic.
 *
 * A group is known by its `GroupRef`: the uuid of a group that exists, or `new:<name>` for one that
 * does not exist yet. People are known by their folded e-mail.
 */
import type { Level } from '../dynatrace/dynatrace.ts'

export type GroupRef = string

export interface StateUser {
  readonly emailKey: string
  /** As Dynatrace spells it where it knows the user, else as the IdP does. */
  readonly email: string
}

export interface StateGroup {
  readonly ref: GroupRef
  readonly name: string
  readonly description: string
}

export interface StateBinding {
  readonly level: Exclude<Level, { kind: 'global' }>
  readonly policyId: string
  readonly group: GroupRef
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  /** Sorted, without repetition. */
  readonly boundaryIds: readonly string[]
}

export interface StatePermission {
  readonly group: GroupRef
  readonly role: string
  readonly scopeType: 'account' | 'tenant' | 'management-zone'
  readonly scope: string
}

/** A policy of ours. Its id is of our own making, so that it is known before the policy exists. */
export interface StatePolicy {
  readonly id: string
  readonly level: Exclude<Level, { kind: 'global' }>
  readonly name: string
  readonly description: string
  readonly statement: string
}

/** A boundary of ours; its id too is of our own making. */
export interface StateBoundary {
  readonly id: string
  readonly name: string
  readonly query: string
}

/** The managed part of an account. */
export interface State {
  /** By id. */
  readonly policies: ReadonlyMap<string, StatePolicy>
  /** By id. */
  readonly boundaries: ReadonlyMap<string, StateBoundary>
  readonly users: ReadonlyMap<string, StateUser>
  readonly groups: ReadonlyMap<GroupRef, StateGroup>
  /** Group → folded e-mails of its members. */
  readonly members: ReadonlyMap<GroupRef, ReadonlySet<string>>
  /** By `bindingKey`. */
  readonly bindings: ReadonlyMap<string, StateBinding>
  /** By `permissionKey`. */
  readonly permissions: ReadonlyMap<string, StatePermission>
}
