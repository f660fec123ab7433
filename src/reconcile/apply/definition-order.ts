/** Which policies and boundaries are said anew side by side, and which of them wait for what did not come about. */
import { groupOf } from '../action.ts'
import { usesOf } from '../bindings-of-definitions.ts'
import type { Redefinition } from '../redefinitions/preference.ts'
import type { Plan } from '../step.ts'
import { type ApplyParts, stepsOf } from './parts.ts'
import { rightSteps } from './right-step.ts'

type Known = Pick<ApplyParts, 'ledger' | 'uses'>

/** In their order; side by side go neighbours on which no group rests together. */
export function inRanks(
  steps: readonly Redefinition[],
  uses: ApplyParts['uses'],
): readonly (readonly Redefinition[])[] {
  const ranks: Redefinition[][] = []
  let resting = new Set<string>()
  for (const step of steps) {
    const groups = new Set(usesOf(uses, step.action.to.id).map(use => use.group))
    const last = ranks.at(-1)
    if (last !== undefined && resting.isDisjointFrom(groups)) {
      last.push(step)
      resting = resting.union(groups)
    } else {
      ranks.push([step])
      resting = groups
    }
  }
  return ranks
}

/** A group whose other changes did not come about may need what it has, as it is now: what it is bound to is not said anew. */
export function waitingRedefinitions(
  steps: readonly Redefinition[],
  plan: Plan,
  { ledger, uses }: Known,
): readonly Redefinition[] {
  const short = new Set(
    rightSteps(plan.steps)
      .filter(step => step.verdict.kind === 'proceed' && ledger.results.has(step.id) && !ledger.applied(step))
      .map(step => groupOf(step.action) ?? ''),
  )
  for (const group of groupsOfFailedRedefinitions(plan, { ledger, uses })) short.add(group)
  return steps.filter(step => usesOf(uses, step.action.to.id).some(use => short.has(use.group)))
}

/** Groups that are bound to something that should have been said anew and was not: they may still need what else they have. */
export function groupsOfFailedRedefinitions(plan: Plan, { ledger, uses }: Known): ReadonlySet<string> {
  const failed = stepsOf(plan.steps, 'update-policy', 'update-boundary').filter(
    step => step.verdict.kind === 'proceed' && ledger.results.has(step.id) && !ledger.applied(step),
  )
  return new Set(failed.flatMap(step => usesOf(uses, step.action.to.id).map(use => use.group)))
}
