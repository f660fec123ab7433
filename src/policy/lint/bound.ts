/** What the linter is given of bindings. */
import { isKnownPermission, supports } from '../catalogue.ts'
import type { PlacedCondition, PlacedStatement } from '../source.ts'
import type { Lint } from './lint.ts'

export interface LintedBoundary {
  readonly name: string
  readonly conditions: readonly PlacedCondition[]
}

/** A policy with its boundaries as one binding has them. */
export interface LintedBinding {
  readonly policy: { readonly name: string; readonly statements: readonly PlacedStatement[] }
  readonly boundaries: readonly LintedBoundary[]
  /** Values may hold variables of whoever made the binding, so nothing is concluded from them. */
  readonly parameters: Readonly<Record<string, string>>
}

/** What of the binding a lint is about; spans are in the text of that part. */
export type BindingPart =
  | { readonly kind: 'policy' }
  | { readonly kind: 'boundary'; readonly index: number }
  | { readonly kind: 'parameters'; readonly name?: string }

export type BindingLint = Lint & { readonly about: BindingPart }

/** What of a boundary restricts a permission. */
export const fitting = (permission: string, { conditions }: LintedBoundary): readonly PlacedCondition[] =>
  conditions.filter(({ name }) => supports(permission, name))

/** The permissions of the catalogue that a policy allows, each once; of others it is not known what fits them. */
export const allowedBy = (statements: readonly PlacedStatement[]): readonly string[] => [
  ...new Set(
    statements.flatMap(({ effect, permissions }) =>
      effect === 'ALLOW' ? permissions.filter(isKnownPermission) : [],
    ),
  ),
]
