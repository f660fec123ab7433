/** What is known of an account that a `bridge.yaml` is to be written for: read from it, or from files of another tool. */

export type FactLevel =
  | { readonly kind: 'global' }
  | { readonly kind: 'account' }
  | { readonly kind: 'environment'; readonly id: string }

export interface EnvironmentFact {
  readonly id: string
  readonly name: string
  /** Nothing can be read of the others, nor granted there. */
  readonly active: boolean
}

export interface PolicyFact {
  readonly id: string
  readonly name: string
  readonly level: FactLevel
  readonly description: string
  /** Undefined when it is not known. */
  readonly statement: string | undefined
  /** Whether the file is to define it; others are only named. */
  readonly defined: boolean
}

export interface BoundaryFact {
  readonly id: string
  readonly name: string
  /** Undefined when it is not known. */
  readonly query: string | undefined
  /** As that of a policy. */
  readonly defined: boolean
}

export interface BindingFact {
  readonly level: FactLevel
  readonly policyId: string
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly boundaryIds: readonly string[]
}

/** `scope`: uuid of the account, id of an environment, or `environment:zone`. */
export interface PermissionFact {
  readonly role: string
  readonly scopeType: 'account' | 'tenant' | 'management-zone'
  readonly scope: string
}

export interface GroupFact {
  readonly id: string
  readonly name: string
  readonly description: string
  /** As Dynatrace calls it: LOCAL, SAML, SCIM, … */
  readonly owner: string
  readonly bindings: readonly BindingFact[]
  readonly permissions: readonly PermissionFact[]
  /** Why no rule is to be written for it; undefined: one is. */
  readonly apart: string | undefined
}

export interface ZoneFact {
  readonly environmentId: string
  readonly id: string
  readonly name: string
}

export interface AccountFacts {
  readonly accountId: string | undefined
  readonly environments: readonly EnvironmentFact[]
  readonly policies: readonly PolicyFact[]
  readonly boundaries: readonly BoundaryFact[]
  readonly zones: readonly ZoneFact[]
  readonly groups: readonly GroupFact[]
  readonly protect: {
    /** E-mails. */
    readonly users: readonly string[]
    /** Names of groups. */
    readonly groups: readonly string[]
  }
  /** What could not be read, in sentences. */
  readonly gaps: readonly string[]
}
