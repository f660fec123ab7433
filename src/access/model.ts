/** The access model: the parsed, validated `bridge.yaml`. Built by `parse.ts`, read by everything else. */

export type Mode = 'observe' | 'upsert' | 'sync'

export interface Environment {
  /** The name used in `bridge.yaml`. */
  readonly name: string
  /** Dynatrace environment id, e.g. `abc12345`. */
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
}

/** What of an IdP group is looked at. Both are compared without letter case; a group may have no `externalId`. */
export type MatchAttribute = 'displayName' | 'externalId'

/** Which IdP groups a rule takes. */
export type Matcher =
  | { readonly kind: 'names'; readonly attribute: MatchAttribute; readonly names: readonly string[] }
  | {
      readonly kind: 'pattern'
      readonly attribute: MatchAttribute
      readonly source: string
      readonly parts: readonly PatternPart[]
    }
  /** RE2 syntax over the whole value, in linear time; its named groups are the variables. */
  | {
      readonly kind: 'regex'
      readonly attribute: MatchAttribute
      readonly source: string
      readonly captures: readonly string[]
    }
  /** The first that fits. All have the same variables. */
  | { readonly kind: 'any'; readonly of: readonly Matcher[] }

/** What a typed capture takes; always one or more characters. */
export type CaptureType = 'digits' | 'letters' | 'word' | 'slug' | 'uuid'

export type PatternPart =
  | { readonly kind: 'text'; readonly text: string }
  /** A capture: one of `choices` when given, else one or more characters (of the type, if one is given), as few as fit. */
  | {
      readonly kind: 'capture'
      readonly name: string
      readonly choices: readonly string[] | undefined
      readonly type: CaptureType | undefined
    }

/** IdP groups that a rule leaves alone although it matches them. */
export type Exclusion =
  | { readonly kind: 'group'; readonly matcher: Matcher }
  /** Groups of which one of these variables has one of these values (without letter case). */
  | { readonly kind: 'values'; readonly variable: string; readonly values: readonly string[] }

/** Something is granted up to and including this day. */
export interface Expiry {
  /** `2027-01-31`: the last day, which ends at midnight UTC. */
  readonly lastDay: string
  readonly reason: string
}

/** Where a binding or role is granted, before environment selectors are resolved. */
export type LevelSelector =
  | { readonly kind: 'account' }
  | { readonly kind: 'environments'; readonly names: readonly string[] }
  /** Environments that carry all these labels; values may use the rule's variables. */
  | { readonly kind: 'labels'; readonly labels: Readonly<Record<string, string>> }
  /** All that any of these select, each once. */
  | { readonly kind: 'several'; readonly of: readonly LevelSelector[] }

export interface BindingTemplate {
  readonly policy: string
  readonly level: LevelSelector
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
  readonly until: Expiry | undefined
  /** Ids of lints that are not to be told here. */
  readonly accepts: readonly string[]
}

export interface PermissionTemplate {
  readonly role: string
  readonly level: LevelSelector
  /** Names of management zones to which the role is limited in each environment; none: the whole environment. */
  readonly zones: readonly string[]
  readonly until: Expiry | undefined
}

/** A Dynatrace group that a rule makes. Strings may hold `{variable}`. */
export interface GroupTemplate {
  readonly name: string
  readonly description: string
  readonly bindings: readonly BindingTemplate[]
  readonly permissions: readonly PermissionTemplate[]
}

/**
 * One entry of `rules`, with the defaults of the file filled in. Strings may hold `{variable}`: captures of the
 * matcher, `{displayName}` and `{externalId}` (empty where the group has none).
 */
export interface Rule {
  readonly name: string
  /** For people; shown where access is explained. */
  readonly description: string
  /** How far the bridge goes with the groups of this rule; never further than the mode of the model. */
  readonly mode: Mode | undefined
  readonly match: Matcher
  readonly unless: readonly Exclusion[]
  readonly until: Expiry | undefined
  /** Every IdP group that is taken leads to each of these; at least one. */
  readonly groups: readonly GroupTemplate[]
}

/** A policy that the bridge keeps as written here. Its name and text hold no variables. */
export interface PolicyDefinition {
  readonly name: string
  readonly description: string
  /** Verbatim, as Dynatrace stores it, without white space around it. */
  readonly statement: string
  /** Its home; one policy for each environment that is selected. Labels hold no variables. */
  readonly level: LevelSelector
  readonly accepts: readonly string[]
}

/** A boundary that the bridge keeps as written here; with `for`, one for each distinct value of the variables used. */
export interface BoundaryDefinition {
  /** May hold variables of the rule `for`. */
  readonly name: string
  /** As in a policy, verbatim but for variables of the rule within quoted values. */
  readonly query: string
  /** Name of the rule whose captures fill the variables. */
  readonly for: string | undefined
  readonly accepts: readonly string[]
}

/** What happens to the account when the IdP deactivates or deletes somebody. */
export type Leaving =
  | { readonly kind: 'strip-groups' }
  /** As `strip-groups` at once, and the user leaves the account after the grace period. */
  | { readonly kind: 'remove'; readonly afterMs: number }

/** What must hold of the access of people who are in all of some IdP groups. */
export interface Expectation {
  /** As messages call it. */
  readonly title: string
  /** displayNames of IdP groups. They need not exist. */
  readonly groups: readonly string[]
  /** That of the only group, for rules that match by it. */
  readonly externalId: string | undefined
  /** Where: each of these environments (ids), or the account alone when undefined. */
  readonly environments: readonly string[] | undefined
  readonly can: readonly string[]
  readonly cannot: readonly string[]
  /** What the permissions are used on, by condition name, e.g. `storage:dt.security_context`. */
  readonly where: Readonly<Record<string, string>>
  /** Where it is written. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number }
}

/** How many, and what part of all in percent. */
export interface Budget {
  readonly count: number
  readonly percent: number
}

/** A time in which nothing happens without a person. */
export type FreezeWindow =
  | { readonly kind: 'once'; readonly from: string; readonly until: string; readonly reason: string }
  /** Minutes since Monday, 00:00 UTC; `until` before `from` goes over the end of the week. */
  | { readonly kind: 'weekly'; readonly from: number; readonly until: number; readonly reason: string }

export interface AccessModel {
  readonly environments: readonly Environment[]
  readonly mode: Mode
  readonly rules: readonly Rule[]
  readonly policies: readonly PolicyDefinition[]
  readonly boundaries: readonly BoundaryDefinition[]
  readonly expectations: readonly Expectation[]
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
  /** Whether nothing at all is changed in the account, whatever is approved. */
  readonly readOnly: boolean
  readonly guards: {
    readonly removals: Budget & { readonly perDay: Budget }
    readonly groupShrink: { readonly percent: number }
    /** Of people whom the IdP deactivates or deletes within 24 hours; both figures have to be passed. */
    readonly directoryShrink: Budget
    /** What becomes of changes of the file that give rights of administrators, or take boundaries off. */
    readonly widening: 'hold' | 'allow'
    readonly freeze: readonly FreezeWindow[]
  }
  /** What is carried out at once, and what waits for a person. */
  readonly drift: { readonly repair: 'apply' | 'hold'; readonly changes: 'apply' | 'hold' }
  readonly approvals: {
    readonly expireAfterMs: number
    /** Whether a second person has to agree; names of guards: to steps that these hold. */
    readonly secondPerson: 'never' | 'always' | readonly string[]
  }
  /** Milliseconds between full passes. */
  readonly fullPassEveryMs: number
  /** Milliseconds between looks at the audit log of the account; undefined: it is not looked at between full passes. */
  readonly auditEveryMs: number | undefined
}
