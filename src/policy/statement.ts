/** What a policy and a boundary say once they are read (Dynatrace: IAM policy statement syntax, policy boundaries). */

/** As the vendor's parsed form spells them. */
export type Operator =
  | 'EQ'
  | 'NEQ'
  | 'IN'
  | 'NOT_IN'
  | 'STARTS_WITH'
  | 'NOT_STARTS_WITH'
  | 'MATCH'
  | 'LT'
  | 'GT'

/** One restriction, e.g. `storage:bucket-name IN ("a", "b")`; values may hold `${bindParam:name}`. */
export interface Condition {
  /** `service:attribute`, in the letter case of the reference. */
  readonly name: string
  readonly operator: Operator
  /** One value, or as many as the list of an IN, NOT IN or MATCH has. */
  readonly values: readonly string[]
}

/** One statement of a policy: all its conditions have to hold (there is no OR). */
export interface Statement {
  readonly effect: 'ALLOW' | 'DENY'
  /** `service:resource:action`, at least one. */
  readonly permissions: readonly string[]
  readonly conditions: readonly Condition[]
}
