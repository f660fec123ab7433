/** Statements of one policy that make others void, or that never decide anything themselves. */
import { contradictionIn } from '../contradiction.ts'
import { implies } from '../implies.ts'
import { printCondition } from '../print.ts'
import type { PlacedStatement, Span } from '../source.ts'
import type { Statement } from '../statement.ts'
import { isTimeCondition } from '../time-value.ts'
import type { Lint } from './lint.ts'
import { listing } from './listing.ts'

/** The lints on what the statements do together. A statement said to have no effect can go: no decision changes. */
export function lintEffect(statements: readonly PlacedStatement[]): readonly Lint[] {
  const numbered = statements.map((statement, at) => ({ statement, at }))
  const byPermission = new Map<string, Numbered[]>()
  for (const one of numbered) {
    for (const permission of new Set(one.statement.permissions)) {
      const own = byPermission.get(permission) ?? []
      own.push(one)
      byPermission.set(permission, own)
    }
  }
  return numbered.flatMap(one => {
    const found = ofStatement(one, permission => byPermission.get(permission) ?? [])
    return found === undefined ? [] : [found]
  })
}

interface Numbered {
  readonly statement: PlacedStatement
  readonly at: number
}

function ofStatement(one: Numbered, others: (permission: string) => readonly Numbered[]): Lint | undefined {
  const { statement } = one
  const contradiction = contradicting(statement)
  if (contradiction !== undefined) return contradiction
  const covering = statement.permissions.map(permission =>
    others(permission).find(other => covers(other, one)),
  )
  const open = statement.permissions.filter(permission =>
    others(permission).some(other => voids(other.statement, statement)),
  )
  if (open.length > 0) {
    const wide = others(open[0] ?? '').find(other => voids(other.statement, statement))
    return {
      id: 'unconditional-allow',
      severity: 'warning',
      message: `${listing(open)} ${open.length === 1 ? 'is' : 'are'} allowed without condition ${place(wide, statement)}, so the conditions here restrict nothing`,
      remedy: 'remove the unconditional ALLOW, or this statement',
      span: statement.permissionSpans[statement.permissions.indexOf(open[0] ?? '')],
    }
  }
  if (covering.some(other => other === undefined)) return undefined
  return covered(statement, covering[0])
}

/** Whether an ALLOW without condition makes the conditions of another ALLOW pointless (evaluation order, step 3). */
const voids = (wide: Statement, narrow: Statement): boolean =>
  wide.effect === 'ALLOW' &&
  narrow.effect === 'ALLOW' &&
  wide.conditions.length === 0 &&
  narrow.conditions.length > 0

/** Whether nothing is left for `narrow` to decide. Of two that say the same the later one is left nothing. */
function covers(wide: Numbered, narrow: Numbered): boolean {
  if (wide.at === narrow.at) return false
  if (wide.statement.effect === 'ALLOW' && narrow.statement.effect === 'DENY') return false
  if (!isWider(wide.statement, narrow.statement)) return false
  if (wide.statement.effect !== narrow.statement.effect) return true
  return wide.at < narrow.at || !isWider(narrow.statement, wide.statement)
}

const isWider = (wide: Statement, narrow: Statement): boolean =>
  wide.conditions.every(wanted => narrow.conditions.some(given => implies(given, wanted)))

function contradicting({ conditions }: PlacedStatement): Lint | undefined {
  const found = contradictionIn(conditions)
  if (found === undefined) return undefined
  const { condition, against } = found
  // A malformed time is told as a value already.
  if (against === undefined && isTimeCondition(condition.name)) return undefined
  const midnight = condition.name === 'global:time-of-day' && against !== undefined
  return {
    id: 'statement-without-effect',
    severity: 'error',
    message:
      against === undefined
        ? `${printCondition(condition)} never holds, so the statement has no effect`
        : `${printCondition(against)} and ${printCondition(condition)} never hold together, so the statement has no effect`,
    remedy: midnight
      ? 'write two statements: one up to midnight GMT, one from then on'
      : against === undefined
        ? 'correct the value, or remove the statement'
        : 'remove one of them, or write two statements',
    span: condition.span,
  }
}

const covered = (statement: PlacedStatement, other: Numbered | undefined): Lint => ({
  id: 'statement-without-effect',
  severity: 'warning',
  message:
    other?.statement.effect === statement.effect
      ? `the statement ${place(other, statement)} says all that this one says`
      : `the DENY ${place(other, statement)} takes away all that this statement allows`,
  remedy: 'remove this statement, or write what it is to say beyond that',
  span: statement.span,
})

/** Where the other statement stands, with the column when it is on the same line. */
function place(other: Numbered | undefined, statement: { readonly span: Span }): string {
  const span = other?.statement.span ?? statement.span
  return span.line === statement.span.line ? `at column ${span.column}` : `on line ${span.line}`
}
