/** What the account really holds, as far as an explanation asks for it. Read by `reconcile/inspect`, plain data here. */
import type { EffectiveStatement } from '../../policy/effective.ts'
import type { DesiredLevel } from '../desired-group.ts'

/** Something that was asked of the account. */
export type Known<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unread'; readonly why: string }

export interface HeldUser {
  readonly status: 'ACTIVE' | 'PENDING' | 'BLOCKED'
  /** ISO 8601, when the bridge invited the person; undefined when somebody else did. */
  readonly invitedAt: string | undefined
}

export interface HeldGroup {
  /** As the bridge knows it, where it is one of its own; else as the account has it. */
  readonly name: string
  /** `idp`: its members come from a federation (owner SAML or SCIM). `other`: somebody else made it. */
  readonly owner: 'bridge' | 'idp' | 'other'
  /** Whether the person is in it. */
  readonly isMember: boolean
}

/** A binding, in names. */
export interface HeldBinding {
  readonly group: string
  readonly policy: string
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
}

/** A statement of the person's effective permissions, as Dynatrace evaluates them. */
export interface HeldStatement extends EffectiveStatement {
  readonly group: string
  readonly policy: string
}

export interface AccountEvidence {
  /** Undefined: the account has no such user. */
  readonly user: Known<HeldUser | undefined>
  readonly groups: Known<readonly HeldGroup[]>
  /** Environments by id, and whether they are active. */
  readonly environments: Known<ReadonlyMap<string, boolean>>
  /** By `levelText`; a level that is not in it was not looked at. */
  readonly bindings: ReadonlyMap<string, Known<readonly HeldBinding[]>>
  /** By `levelText` of the place asked about. */
  readonly effective: ReadonlyMap<string, Known<readonly HeldStatement[]>>
  /** Steps that the last full pass planned and did not carry out, as sentences, by folded name of their group. */
  readonly waiting: ReadonlyMap<string, readonly string[]>
}

/** A key of a level: the id of the environment, empty for the account. */
export const levelText = (level: DesiredLevel): string => (level.kind === 'account' ? '' : level.id)
