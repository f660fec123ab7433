/**
 * Filter expressions of the audit and document APIs: comparisons joined by `and`, `or`, `not` and brackets, e.g.
 * `resource = 'GROUP' and not (user ends-with '@acme.example' or eventType in ('CREATE', 'DELETE'))`.
 */
import { comparisonOf, type FieldKind, folded, isValueOf } from './filter-comparison.ts'
import { type FilterTokens, filterTokens } from './filter-tokens.ts'
import { badRequest } from './rejection.ts'

export interface FilterLanguage {
  /** The fields that may be named. */
  readonly fields: Readonly<Record<string, FieldKind>>
  /** Whether letter case counts in `=`, `!=` and `in`; it never does in `contains` and the like. */
  readonly exactCase: boolean
  /** Whether `field exists` may be asked. */
  readonly exists: boolean
  /** Characters. */
  readonly maxLength: number
  /** Brackets within brackets. */
  readonly maxDepth: number
}

/** Gives the value of a field of the thing under test, undefined when it has none. */
export type FieldValue = (field: string) => string | undefined

export type Predicate = (get: FieldValue) => boolean

/** Throws a 400 that names the place. No text lets everything pass. */
export function filterExpression(text: string, language: FilterLanguage): Predicate {
  if (text.trim() === '') return () => true
  if (text.length > language.maxLength) {
    throw badRequest(`filter must not be longer than ${language.maxLength} characters`)
  }
  const tokens = filterTokens(text)
  const predicate = anyOf(tokens, language, 0)
  if (!tokens.done()) throw tokens.fault('and, or or the end')
  return predicate
}

function anyOf(tokens: FilterTokens, language: FilterLanguage, depth: number): Predicate {
  const parts = [allOf(tokens, language, depth)]
  while (tokens.take('or')) parts.push(allOf(tokens, language, depth))
  return get => parts.some(part => part(get))
}

function allOf(tokens: FilterTokens, language: FilterLanguage, depth: number): Predicate {
  const parts = [one(tokens, language, depth)]
  while (tokens.take('and')) parts.push(one(tokens, language, depth))
  return get => parts.every(part => part(get))
}

function one(tokens: FilterTokens, language: FilterLanguage, depth: number): Predicate {
  if (tokens.take('not')) {
    const negated = one(tokens, language, depth)
    return get => !negated(get)
  }
  if (!tokens.take('(')) return comparison(tokens, language)
  if (depth === language.maxDepth) throw badRequest(`filter must not nest deeper than ${language.maxDepth}`)
  const inner = anyOf(tokens, language, depth + 1)
  if (!tokens.take(')')) throw tokens.fault(')')
  return inner
}

function comparison(tokens: FilterTokens, language: FilterLanguage): Predicate {
  const field = tokens.word('a field')
  const kind = Object.hasOwn(language.fields, field) ? language.fields[field] : undefined
  if (kind === undefined) throw badRequest(`Field ${field} cannot be filtered`)
  const operator = tokens.word('an operator').toLowerCase()
  if (operator === 'exists' && language.exists) return get => get(field) !== undefined
  const refuse = () => badRequest(`Operator ${operator} cannot be used with ${field}`)
  if (operator === 'in') {
    if (kind !== 'text') throw refuse()
    const wanted = new Set(list(tokens).map(value => folded(value, language.exactCase)))
    return get => wanted.has(folded(get(field) ?? '', language.exactCase))
  }
  const compare = comparisonOf(operator, kind, language.exactCase)
  if (compare === undefined) throw refuse()
  const wanted = tokens.value()
  if (!isValueOf(kind, wanted)) throw badRequest(`${wanted} is not a ${kind}`)
  return get => compare(get(field) ?? '', wanted)
}

function list(tokens: FilterTokens): string[] {
  if (!tokens.take('(')) throw tokens.fault('(')
  const values = [tokens.value()]
  while (tokens.take(',')) values.push(tokens.value())
  if (!tokens.take(')')) throw tokens.fault(')')
  return values
}
