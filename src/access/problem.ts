import type { LintId } from '../policy/lint/lint.ts'

/** A mistake in `bridge.yaml`, with the place where it stands and what to do about it. */
export interface Problem {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  /** Where in the structure, e.g. `rules[1].bindings[0].policy`; empty for the file as a whole. */
  readonly path: string
  /** One sentence without full stop: what is wrong. */
  readonly message: string
  /** One sentence without full stop: what to do. */
  readonly remedy: string
  /** The line of the file, and how many of its characters from `column` on are meant. */
  readonly excerpt: string
  readonly width: number
  /** Set on what the linter says. Those of severity `error` are warnings to a running bridge. */
  readonly lint?: { readonly id: LintId; readonly severity: 'error' | 'warning' }
}
