/** A `bridge.yaml` that is about to be written: its entries, in the order of the file, and what it cannot say. */

export type DraftLevel =
  | { readonly kind: 'account' }
  /** Names of environments, as the file calls them. */
  | { readonly kind: 'environments'; readonly names: readonly string[] }

export interface DraftBinding {
  readonly policy: string
  readonly level: DraftLevel
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
}

export interface DraftPermission {
  readonly role: string
  readonly level: DraftLevel
  readonly zones: readonly string[]
}

export interface DraftRule {
  /** Names of the rule and of its group. */
  readonly name: string
  /** Names of IdP groups. */
  readonly match: readonly string[]
  readonly description: string
  readonly bindings: readonly DraftBinding[]
  readonly permissions: readonly DraftPermission[]
}

export interface DraftPolicy {
  readonly name: string
  readonly description: string
  readonly level: DraftLevel
  readonly statement: string
}

export interface DraftBoundary {
  readonly name: string
  readonly query: string
}

export interface DraftEnvironment {
  /** As the file calls it. */
  readonly name: string
  readonly id: string
  /** As Dynatrace calls it. */
  readonly title: string
}

/** Something that is so in the account and that the file does not say. */
export interface Unsaid {
  readonly kind:
    | 'environment'
    | 'group'
    | 'member'
    | 'binding'
    | 'permission'
    | 'policy'
    | 'boundary'
    | 'reading'
  /** `group "Team A"`. */
  readonly what: string
  /** The group that it is about, when there is a rule for that. */
  readonly rule: string | undefined
  /** A sentence. */
  readonly why: string
}

export interface Draft {
  readonly environments: readonly DraftEnvironment[]
  readonly rules: readonly DraftRule[]
  readonly policies: readonly DraftPolicy[]
  readonly boundaries: readonly DraftBoundary[]
  readonly protect: { readonly users: readonly string[]; readonly groups: readonly string[] }
  readonly unsaid: readonly Unsaid[]
}

export const levelText = (level: DraftLevel): string =>
  level.kind === 'account' ? 'the account' : `environment ${level.names.join(', ')}`
