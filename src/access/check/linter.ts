/** The linter of the policy language, as far as a model is run through it. */
import type { Lint } from '../../policy/lint/lint.ts'
import type { PlacedCondition, PlacedStatement } from '../../policy/source.ts'

/** A policy with its boundaries as one binding has them; parameters may hold variables of a rule. */
export interface BoundTexts {
  readonly policy: { readonly name: string; readonly statements: readonly PlacedStatement[] }
  readonly boundaries: readonly { readonly name: string; readonly conditions: readonly PlacedCondition[] }[]
  readonly parameters: Readonly<Record<string, string>>
}

/** What of a binding is meant. */
export type BindingPart =
  | { readonly kind: 'policy' }
  | { readonly kind: 'boundary'; readonly index: number }
  | { readonly kind: 'parameters'; readonly name?: string | undefined }

export interface Linter {
  /** The ids of all lints. */
  readonly ids: readonly string[]
  readonly policy: (statements: readonly PlacedStatement[]) => readonly Lint[]
  readonly boundary: (conditions: readonly PlacedCondition[]) => readonly Lint[]
  readonly binding: (bound: BoundTexts) => readonly (Lint & { readonly about: BindingPart })[]
  /** Bindings of one group that count in one place; `binding` is the index of the one that is meant. */
  readonly group: (bindings: readonly BoundTexts[]) => readonly (Lint & { readonly binding: number })[]
}
