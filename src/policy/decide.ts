/** The vendor's order of evaluation (Dynatrace: IAM policy statement syntax): DENY before ALLOW, unconditional first. */
import type { EffectiveStatement } from './effective.ts'
import { type Attributes, holds } from './holds.ts'

/** Somebody wants to use a permission on something. */
export interface AccessRequest {
  readonly permission: string
  readonly attributes: Attributes
}

/** The answer, with the statement that decided; nothing that applies is a refusal too. */
export type Decision<S extends EffectiveStatement = EffectiveStatement> =
  | { readonly kind: 'allowed'; readonly by: S }
  | { readonly kind: 'denied'; readonly by: S | undefined }

/** Decides a request; statements may be of any number of bindings, as all of them count together. */
export function decide<S extends EffectiveStatement>(
  statements: readonly S[],
  request: AccessRequest,
): Decision<S> {
  const applying = statements.filter(statement => applies(statement, request))
  const denial = decisive(applying, 'DENY')
  if (denial !== undefined) return { kind: 'denied', by: denial }
  const grant = decisive(applying, 'ALLOW')
  return grant === undefined ? { kind: 'denied', by: undefined } : { kind: 'allowed', by: grant }
}

/** Whether the statements allow the request. */
export const allows = (statements: readonly EffectiveStatement[], request: AccessRequest): boolean =>
  decide(statements, request).kind === 'allowed'

const applies = (statement: EffectiveStatement, { permission, attributes }: AccessRequest): boolean =>
  statement.permission === permission && statement.conditions.every(condition => holds(condition, attributes))

/** The statement of this effect that decides: an unconditional one before the first that has conditions. */
function decisive<S extends EffectiveStatement>(
  applying: readonly S[],
  effect: EffectiveStatement['effect'],
): S | undefined {
  const own = applying.filter(statement => statement.effect === effect)
  return own.find(statement => statement.conditions.length === 0) ?? own[0]
}
