/** The things an account holds. Records are replaced, never edited in place. */

export type UserStatus = 'ACTIVE' | 'INACTIVE' | 'PENDING' | 'DELETED' | 'ECUSTOMS_MANUALLY_BLOCKED'

export interface User {
  readonly uid: string
  /** As it was given; looked up folded. */
  readonly email: string
  readonly name: string | undefined
  readonly surname: string | undefined
  readonly status: UserStatus
  readonly emergencyContact: boolean
  /** Service users are hidden from user lists unless asked for. */
  readonly kind: 'person' | 'service'
  /** Only service users have one. */
  readonly description: string
  /** The group made for this service user alone. */
  readonly helperGroupId: string | undefined
  readonly createdAt: string
}

export type GroupOwner = 'LOCAL' | 'SAML' | 'SCIM' | 'DCS' | 'ALL_USERS'

export interface Group {
  readonly uuid: string
  readonly name: string
  readonly description: string
  readonly owner: GroupOwner
  readonly federatedAttributeValues: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
}

export type ScopeType = 'account' | 'tenant' | 'management-zone'

/** A legacy role of a group; identity is all of name, scope and scope type. */
export interface Permission {
  readonly permissionName: string
  readonly scope: string
  readonly scopeType: ScopeType
  readonly createdAt: string
  readonly updatedAt: string
}

export interface Level {
  readonly type: 'global' | 'account' | 'environment'
  readonly id: string
}

export interface Policy {
  readonly uuid: string
  readonly level: Level
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  /** Kept verbatim. */
  readonly statementQuery: string
}

export interface Boundary {
  readonly uuid: string
  readonly name: string
  /** Kept verbatim. */
  readonly boundaryQuery: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Bindings have no id: policy, group, parameters and metadata together identify one within its level. */
export interface Binding {
  readonly policyUuid: string
  readonly groupUuid: string
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
}

export interface Environment {
  readonly id: string
  readonly name: string
  /** Binding calls on an inactive environment answer 403. */
  readonly active: boolean
  readonly managementZones: readonly { readonly id: string; readonly name: string }[]
}

/** From which addresses an environment may be reached. */
export interface Allowlist {
  readonly enabled: boolean
  readonly allowWebhookOverride: boolean
  readonly allowlist: readonly { readonly name: string; readonly ipRange: string }[]
}

/** A person as Dynatrace knows them across all accounts: survives removal from this one. */
export interface Identity {
  readonly uid: string
  readonly name: string | undefined
  readonly surname: string | undefined
  readonly signedUp: boolean
}
