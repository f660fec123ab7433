/**
 * What really holds of a policy once it is bound with boundaries and parameters (Dynatrace: IAM policy boundaries).
 * Boundaries narrow each permission by those of their conditions that fit it, alternatives of one name become
 * statements of their own, several boundaries are a union, and a boundary nothing of which fits leaves the
 * permission as wide as the policy has it.
 */
import { supports } from './catalogue.ts'
import { substitute, substituteConditions } from './parameters.ts'
import type { Condition, Statement } from './statement.ts'

/** One permission, allowed or denied where all conditions hold. */
export interface EffectiveStatement {
  readonly effect: 'ALLOW' | 'DENY'
  readonly permission: string
  readonly conditions: readonly Condition[]
}

/** A policy as one binding has it. */
export interface BoundPolicy {
  readonly statements: readonly Statement[]
  /** The conditions of each boundary of the binding; none means the policy as it is. */
  readonly boundaries: readonly (readonly Condition[])[]
  readonly parameters: Readonly<Record<string, string>>
}

/** What a boundary does to a permission that none of its conditions fits: documented is `unconditional`. */
export type Unfitting = 'unconditional' | 'denied'

/** The effective statements of a binding: those that allow one by one for each permission, DENY untouched by boundaries. */
export function effectiveStatements(
  bound: BoundPolicy,
  unfitting: Unfitting = 'unconditional',
): readonly EffectiveStatement[] {
  const boundaries = bound.boundaries.map(conditions => substituteConditions(conditions, bound.parameters))
  return substitute(bound.statements, bound.parameters).flatMap(({ effect, permissions, conditions }) =>
    permissions.flatMap(permission => {
      if (effect === 'DENY' || boundaries.length === 0) return [{ effect, permission, conditions }]
      return boundaries
        .flatMap(boundary => alternatives(permission, boundary, unfitting))
        .map(restriction => ({ effect, permission, conditions: [...conditions, ...restriction] }))
    }),
  )
}

/** What one boundary adds to a permission: one list of conditions for each alternative. */
function alternatives(
  permission: string,
  boundary: readonly Condition[],
  unfitting: Unfitting,
): readonly (readonly Condition[])[] {
  const fitting = boundary.filter(condition => supports(permission, condition.name))
  if (fitting.length === 0) return unfitting === 'unconditional' ? [[]] : []
  let lists: readonly (readonly Condition[])[] = [[]]
  for (const sameName of Map.groupBy(fitting, condition => condition.name).values()) {
    lists = lists.flatMap(list => sameName.map(condition => [...list, condition]))
  }
  return lists
}
