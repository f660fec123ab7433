/**
 * Comparisons that a column answers exactly as `evaluateFilter` would (RFC 7644 §3.4.2.2): its texts are folded
 * already, or case-exact, and both databases sort them by code point.
 */
import { type RawBuilder, sql } from 'kysely'
import { unreachable } from '../lib/errors.ts'
import type { Comparison, Filter, Value } from '../scim/filter.ts'
import { instantOf } from '../scim/text-order.ts'
import { isKeyText } from './key-text.ts'

export type Condition = RawBuilder<boolean>

/** A single-valued attribute that has a column of its own. */
export type Column =
  | {
      readonly kind: 'text'
      readonly column: RawBuilder<unknown>
      /** A text as the column holds it. */
      readonly key: (value: string) => string
    }
  /** ISO 8601 in UTC with milliseconds. */
  | { readonly kind: 'instant'; readonly column: RawBuilder<unknown> }
  /** 0 or 1. */
  | { readonly kind: 'truth'; readonly column: RawBuilder<unknown> }

export const NOTHING = sql<boolean>`1 = 0`

/** What `not` makes of a condition: a missing value neither holds nor fails in SQL, in SCIM it fails. */
export const negated = (condition: Condition): Condition => sql`((${condition}) is not true)`

/** Undefined when the column cannot say it. */
export function columnCondition(
  column: Column,
  filter: Extract<Filter, { op: Comparison | 'pr' }>,
): Condition | undefined {
  if (filter.op === 'pr') return present(column)
  if (filter.value === null) return nullCondition(column, filter.op)
  switch (column.kind) {
    case 'text':
      return typeof filter.value === 'string' ? textCondition(column, filter.op, filter.value) : undefined
    case 'instant':
      return instantCondition(column.column, filter.op, filter.value)
    case 'truth':
      return truthCondition(column.column, filter.op, filter.value)
    default:
      return unreachable(column)
  }
}

const present = ({ column }: Column): Condition => sql`(${column} is not null)`

function nullCondition(column: Column, op: Comparison): Condition | undefined {
  if (op === 'eq') return negated(present(column))
  return op === 'ne' ? present(column) : undefined
}

function textCondition(
  { column, key }: Extract<Column, { kind: 'text' }>,
  op: Comparison,
  value: string,
): Condition | undefined {
  const wanted = key(value)
  // What no row can have is not said in SQL: a database may refuse even to be asked.
  if (!isKeyText(value) || !isKeyText(wanted)) return undefined
  switch (op) {
    case 'eq':
      return sql`(${column} = ${wanted})`
    case 'ne':
      return negated(sql`${column} = ${wanted}`)
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return ordered(column, op, wanted)
    case 'sw':
      return beginning(column, wanted)
    case 'co':
      return wanted === ''
        ? sql`(${column} is not null)`
        : sql`(replace(${column}, ${wanted}, '') <> ${column})`
    case 'ew':
      return sql`(substr(${column}, length(${column}) - ${[...wanted].length} + 1) = ${wanted})`
    default:
      return unreachable(op)
  }
}

function ordered(
  column: RawBuilder<unknown>,
  op: 'gt' | 'ge' | 'lt' | 'le',
  wanted: string | number,
): Condition {
  const signs = { gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` }
  return sql`(${column} ${signs[op]} ${wanted})`
}

/** A range, so that an index answers it. */
function beginning(column: RawBuilder<unknown>, text: string): Condition {
  const end = successor(text)
  return end === undefined ? sql`(${column} >= ${text})` : sql`(${column} >= ${text} and ${column} < ${end})`
}

const LAST = 0x10ffff

/** The first text behind all that begin with this one; undefined when nothing is behind them. */
function successor(text: string): string | undefined {
  const points = [...text].map(point => point.codePointAt(0) ?? 0)
  while (points.at(-1) === LAST) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Surrogates are no characters of their own.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}

function instantCondition(
  column: RawBuilder<unknown>,
  op: Comparison,
  value: Exclude<Value, null>,
): Condition | undefined {
  const instant = typeof value === 'string' ? instantOf(value) : undefined
  if (instant === undefined) return undefined
  const wanted = new Date(instant).toISOString()
  // Years with a sign do not sort among the others.
  if (!/^\d{4}-/.test(wanted)) return undefined
  if (op === 'eq') return sql`(${column} = ${wanted})`
  if (op === 'ne') return sql`(${column} <> ${wanted})`
  return op === 'gt' || op === 'ge' || op === 'lt' || op === 'le' ? ordered(column, op, wanted) : undefined
}

function truthCondition(
  column: RawBuilder<unknown>,
  op: Comparison,
  value: Exclude<Value, null>,
): Condition | undefined {
  const text = String(value).toLowerCase()
  if (typeof value === 'number' || (text !== 'true' && text !== 'false')) return undefined
  const wanted = (text === 'true') === (op === 'eq') ? 1 : 0
  return op === 'eq' || op === 'ne' ? sql`(${column} = ${wanted})` : undefined
}
