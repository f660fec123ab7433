/** What the linter says of policies, boundaries and what becomes of them together. */
import type { Span } from '../source.ts'

export type LintId =
  | 'unknown-permission'
  | 'unknown-condition'
  | 'operator-not-taken'
  | 'condition-not-taken'
  | 'wildcard-not-known'
  | 'value-not-usable'
  | 'placeholder-malformed'
  | 'table-without-bucket'
  | 'unconditional-allow'
  | 'unconditional-deny'
  | 'boundary-without-effect'
  | 'boundaries-widen'
  | 'zone-beside-grail'
  | 'statement-without-effect'
  | 'parameter-missing'
  | 'parameter-unused'
  | 'over-limit'

/**
 * `error`: what is written cannot be meant, or never works. `warning`: it very likely is not what somebody wants. The
 * catalogue is of one day, so that names it does not have are warnings.
 */
export interface Lint {
  readonly id: LintId
  readonly severity: 'error' | 'warning'
  /** One sentence without full stop: what is so, in the words of the text. */
  readonly message: string
  /** One sentence without full stop: the fix. */
  readonly remedy: string
  /** Where in the text; undefined: the text as a whole. */
  readonly span: Span | undefined
}
