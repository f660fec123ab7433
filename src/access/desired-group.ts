/** What the rules wish for, in names; `reconcile/` finds the ids that go with them. */

/** Where something is granted. Environment ids, never names. */
export type DesiredLevel =
  | { readonly kind: 'account' }
  | { readonly kind: 'environment'; readonly id: string }

export interface DesiredBinding {
  readonly policy: string
  readonly level: DesiredLevel
  readonly parameters: Readonly<Record<string, string>>
  /** Names, sorted, without repetition. */
  readonly boundaries: readonly string[]
  /** Names of the rules that ask for it. */
  readonly rules: readonly string[]
}

export interface DesiredPermission {
  readonly role: string
  readonly level: DesiredLevel
  /** Name of the management zone of the environment to which the role is limited; undefined: the whole level. */
  readonly zone: string | undefined
  readonly rules: readonly string[]
}

/** Why a group exists: an IdP group that a rule matched. */
export interface Source {
  readonly rule: string
  readonly idpGroupId: string
  readonly idpGroupName: string
}

/** A Dynatrace group as the rules want it. Its members are the members of its sources. */
export interface DesiredGroup {
  readonly name: string
  readonly description: string
  readonly sources: readonly Source[]
  readonly bindings: readonly DesiredBinding[]
  readonly permissions: readonly DesiredPermission[]
}
