/** The access model: the parsed, validated `bridge.yaml`. Built by `parse.ts`, read by everything else. */

export type Mode = 'observe' | 'upsert' | 'sync'

export interface Environment {
  /** The name used in `bridge.yaml`. */
  readonly name: string
  /** Dynatrace environment id, e.g. `abc12345`. */
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
}

/** Which IdP groups a rule takes, by displayName (compared without letter case, as SCIM does). */
export type Matcher =
  | { readonly kind: 'names'; readonly displayNames: readonly string[] }
  | { readonly kind: 'pattern'; readonly source: string; readonly parts: readonly PatternPart[] }

export type PatternPart =
  | { readonly kind: 'text'; readonly text: string }
  /** A capture: one of `choices` when given, else one or more characters, as few as fit. */
  | { readonly kind: 'capture'; readonly name: string; readonly choices: readonly string[] | undefined }

/** Where a binding or role is granted, before environment selectors are resolved. */
export type LevelSelector =
  | { readonly kind: 'account' }
  | { readonly kind: 'environments'; readonly names: readonly string[] }
  /** Environments that carry all these labels; values may use the rule's variables. */
  | { readonly kind: 'labels'; readonly labels: Readonly<Record<string, string>> }

export interface BindingTemplate {
  readonly policy: string
  readonly level: LevelSelector
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
}

export interface PermissionTemplate {
  readonly role: string
  readonly level: LevelSelector
}

/** One entry of `rules`. Strings may hold `{variable}`: captures of the pattern, and `{displayName}`. */
export interface Rule {
  readonly name: string
  readonly match: Matcher
  readonly group: { readonly name: string; readonly description: string }
  readonly bindings: readonly BindingTemplate[]
  readonly permissions: readonly PermissionTemplate[]
}

/** A policy that the bridge keeps as written here. Its name and text hold no variables. */
export interface PolicyDefinition {
  readonly name: string
  readonly description: string
  /** Verbatim, as Dynatrace stores it, without white space around it. */
  readonly statement: string
  /** Its home; one policy for each environment that is selected. Labels hold no variables. */
  readonly level: LevelSelector
}

/** A boundary that the bridge keeps as written here; with `for`, one for each distinct value of the variables used. */
export interface BoundaryDefinition {
  /** May hold variables of the rule `for`. */
  readonly name: string
  /** As in a policy, verbatim but for variables of the rule within quoted values. */
  readonly query: string
  /** Name of the rule whose captures fill the variables. */
  readonly for: string | undefined
}

/** What happens to the account when the IdP deactivates or deletes somebody. */
export type Leaving =
  | { readonly kind: 'strip-groups' }
  /** As `strip-groups` at once, and the user leaves the account after the grace period. */
  | { readonly kind: 'remove'; readonly afterMs: number }

export interface AccessModel {
  readonly environments: readonly Environment[]
  readonly mode: Mode
  readonly rules: readonly Rule[]
  readonly policies: readonly PolicyDefinition[]
  readonly boundaries: readonly BoundaryDefinition[]
  readonly lifecycle: {
    readonly invite: 'on-creation' | 'with-first-access'
    readonly deactivated: Leaving
    readonly deleted: Leaving
  }
  readonly protect: {
    /** Folded e-mails. */
    readonly users: readonly string[]
    /** Folded group names. */
    readonly groups: readonly string[]
  }
  readonly guards: {
    readonly removals: { readonly count: number; readonly percent: number }
    readonly groupShrink: { readonly percent: number }
  }
  /** Milliseconds between full passes. */
  readonly fullPassEveryMs: number
}
