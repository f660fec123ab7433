/** Policies and boundaries of ours to create, to say anew and to delete. */
import { releasesOf, remainingUses, usesOf } from '../bindings-of-definitions.ts'
import { sameBoundary, samePolicy } from '../definition-text.ts'
import type { StepAction } from '../step.ts'
import { sameParameters } from '../template-parameters.ts'
import type { DefinitionDiffInput } from './input.ts'

/** `others`: the rest of the plan; what nothing needs after it can go. */
export function definitionActions(
  { desired, observed, uses, unwanted }: DefinitionDiffInput,
  others: readonly StepAction[],
): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [id, policy] of desired.policies) {
    const from = observed.policies.get(id)
    if (from === undefined) actions.push({ kind: 'create-policy', policy })
    else if (!samePolicy(from, policy)) {
      // Whether anybody is bound decides if its parameters may change, so that must be known.
      if (uses.complete || sameParameters(from, policy))
        actions.push({ kind: 'update-policy', from, to: policy })
    }
  }
  for (const [id, boundary] of desired.boundaries) {
    const from = observed.boundaries.get(id)
    if (from === undefined) actions.push({ kind: 'create-boundary', boundary })
    else if (!sameBoundary(from, boundary)) actions.push({ kind: 'update-boundary', from, to: boundary })
  }
  if (!uses.complete) return actions
  const releases = releasesOf(others)
  const isFree = ({ id }: { readonly id: string }) =>
    remainingUses(usesOf(uses, id), id, releases).length === 0
  for (const policy of unwanted.policies) if (isFree(policy)) actions.push({ kind: 'delete-policy', policy })
  for (const boundary of unwanted.boundaries) {
    if (isFree(boundary)) actions.push({ kind: 'delete-boundary', boundary })
  }
  return actions
}
