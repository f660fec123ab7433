/** Where things stand in the text of a policy or boundary, and what is wrong there. */
import type { Condition, Statement } from './statement.ts'

/** A piece of the text: offsets in UTF-16 units, `end` exclusive; line and column of its start count from 1. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
}

/** A mistake in the text: what stands there and what to write instead. */
export interface PolicyProblem {
  readonly line: number
  readonly column: number
  readonly message: string
  readonly remedy: string
}

/** A condition with the places of its parts. */
export interface PlacedCondition extends Condition {
  readonly span: Span
  readonly nameSpan: Span
  readonly operatorSpan: Span
  /** One for each value. */
  readonly valueSpans: readonly Span[]
}

/** A statement with the places of its parts. */
export interface PlacedStatement extends Statement {
  readonly conditions: readonly PlacedCondition[]
  readonly span: Span
  /** One for each permission. */
  readonly permissionSpans: readonly Span[]
  /** False when no `;` ends it: only the last statement may do without. */
  readonly terminated: boolean
}

/** A text that could not be read, with every mistake found in it. */
export interface Broken {
  readonly kind: 'broken'
  readonly problems: readonly PolicyProblem[]
}

/** The span from the start of one piece to the end of another. */
export const spanning = (first: Span, last: Span): Span => ({ ...first, end: last.end })

/** The problems of a text in one line, for error messages. */
export const problemsText = (problems: readonly PolicyProblem[]): string =>
  problems
    .map(({ line, column, message, remedy }) => `line ${line}, column ${column}: ${message}; ${remedy}`)
    .join('. ')

/** Conditions as the vendor's parsed form shows them, without places. */
export const bareConditions = (conditions: readonly Condition[]): Condition[] =>
  conditions.map(({ name, operator, values }) => ({ name, operator, values }))

/** Statements as the vendor's parsed form shows them, without places. */
export const bareStatements = (statements: readonly Statement[]): Statement[] =>
  statements.map(({ effect, permissions, conditions }) => ({
    effect,
    permissions,
    conditions: bareConditions(conditions),
  }))
