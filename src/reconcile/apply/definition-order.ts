/**
 * In which order policies and boundaries are said anew, and which of them wait.
 *
 * A binding grants what its policy allows within its boundaries. Where both change, one of them comes first, and what
 * holds in between must be allowed by the old pair or by the new one. So it is, when a policy that narrows goes before
 * the boundaries and any other after them (a policy that neither narrows nor widens, within a boundary that widens in
 * the same plan, is the one case that no order of two calls serves).
 */

import { covers } from '../../policy/covers.ts'
import { effectiveStatements } from '../../policy/effective.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import { groupOf } from '../action.ts'
import { usesOf } from '../bindings-of-definitions.ts'
import type { StatePolicy } from '../state.ts'
import type { Plan } from '../step.ts'
import { type ApplyParts, type StepOf, stepsOf } from './parts.ts'

export type Redefinition = StepOf<'update-policy' | 'update-boundary'>

/** What goes first, what follows, and what goes last; within each, side by side. */
export function inRanks(steps: readonly Redefinition[]): readonly (readonly Redefinition[])[] {
  const ranks: readonly [Redefinition[], Redefinition[], Redefinition[]] = [[], [], []]
  for (const step of steps) {
    const { action } = step
    if (action.kind === 'update-boundary') ranks[1].push(step)
    else ranks[narrows(action.from, action.to) ? 0 : 2].push(step)
  }
  return ranks.filter(rank => rank.length > 0)
}

/** Certain only when the answer is yes. */
function narrows(from: StatePolicy, to: StatePolicy): boolean {
  const [before, after] = [parsePolicy(from.statement), parsePolicy(to.statement)]
  if (before.kind !== 'parsed' || after.kind !== 'parsed') return false
  const [old, wanted] = [before, after].map(({ statements }) =>
    effectiveStatements({ statements, boundaries: [], parameters: {} }),
  )
  return old !== undefined && wanted !== undefined && covers(old, wanted)
}

/** A group whose new rights failed may need what it has, as it is now: what it is bound to is not said anew before they are there. */
export function waitingRedefinitions(
  steps: readonly Redefinition[],
  plan: Plan,
  { ledger, uses }: Pick<ApplyParts, 'ledger' | 'uses'>,
): readonly Redefinition[] {
  const short = new Set(
    stepsOf(plan.steps, 'add-binding', 'add-permission')
      .filter(step => step.verdict.kind === 'proceed' && ledger.results.get(step.id)?.kind === 'failed')
      .map(step => groupOf(step.action)),
  )
  return steps.filter(step => usesOf(uses, step.action.to.id).some(use => short.has(use.group)))
}

/** Groups that are bound to something that should have been said anew and was not: they may still need what else they have. */
export function groupsOfFailedRedefinitions(
  plan: Plan,
  { ledger, uses }: Pick<ApplyParts, 'ledger' | 'uses'>,
): ReadonlySet<string> {
  const failed = stepsOf(plan.steps, 'update-policy', 'update-boundary').filter(
    step => step.verdict.kind === 'proceed' && !ledger.applied(step),
  )
  return new Set(failed.flatMap(step => usesOf(uses, step.action.to.id).map(use => use.group)))
}
