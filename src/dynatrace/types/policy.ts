/** Policies and boundaries, the levels they live at, and how much of them there may be. */

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

export interface Policies {
  /** Policies of exactly this level, not inherited ones. */
  list(level: Level): Promise<readonly Policy[]>
  /** All that can be bound at this level, each with the level where it lives. Not at global level. */
  aggregate(level: Level): Promise<readonly Policy[]>
  /** Undefined when this level has no such policy, even if another one has. */
  get(level: Level, id: string): Promise<PolicyText | undefined>
  /** Creates the policy under the id given, or replaces what it says. Repeating it does the same. Not at global level. */
  put(policy: PolicyText): Promise<void>
  /** Only while nobody is bound to it: a bound policy is refused. Absent already is no error. */
  remove(level: Level, id: string): Promise<void>
}

/** Policy boundaries exist at account level only. */
export interface Boundary {
  readonly id: string
  /** Not unique. */
  readonly name: string
  /** Verbatim. */
  readonly query: string
}

export interface Boundaries {
  list(): Promise<readonly Boundary[]>
  /** Undefined when the account has no such boundary. */
  get(id: string): Promise<Boundary | undefined>
  /** Creates the boundary under the id given, or replaces it, at once for all bindings that use it. */
  put(boundary: Boundary): Promise<void>
  /** Only while no binding uses it. Absent already is no error. */
  remove(id: string): Promise<void>
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

/** A limit of the account; the names of its types (`users`, `groups`…) are not published. */
export type AccountLimit = Usage & { readonly type: string }

export interface LimitsOfAccount {
  account(): Promise<readonly AccountLimit[]>
  /** Use of the policy service at one level. */
  level(level: Level): Promise<LevelLimits>
}
