/**
 * The query of a boundary with captured values in it.
 *
 * Values come from names of IdP groups, which people choose who have no say in `bridge.yaml`. What they choose must
 * stay within the quotes it is put into: a filled query has the conditions of its template, value for value, or there
 * is none. The language knows no escapes, so a value that cannot be written as it is cannot be written at all.
 */
import { parseBoundary } from '../policy/parse-boundary.ts'
import type { Condition } from '../policy/statement.ts'
import { variablesIn } from './definition-text.ts'
import { compileTemplate, type Variables } from './template.ts'

/** Undefined when the values would say more than the query does. */
export type FillQuery = (variables: Variables) => string | undefined

export function compileQuery(query: string): FillQuery {
  const names = variablesIn(query)
  const fill = compileTemplate(query)
  const template = conditionsOf(query)
  return variables => {
    const values = names.map(name => variables[name] ?? '')
    // Every value begins with nothing: an `externalId` that is not there must not widen what is said.
    if (values.some(value => value === '' || neverWritten.test(value))) return undefined
    const filled = fill(variables)
    if (values.every(value => plain.test(value))) return filled
    return sameShape(template, conditionsOf(filled), variables) ? filled : undefined
  }
}

/** Letters, digits and punctuation that no part of the language gives a meaning to: such values need no proof. */
const plain = /^[\p{L}\p{M}\p{N} _.@:+-]*$/u

/** What another reader of the language may take for an escape or a line break. */
const neverWritten = /[\\\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u

function conditionsOf(query: string): readonly Condition[] | undefined {
  const parsed = parseBoundary(query)
  return parsed.kind === 'parsed' ? parsed.conditions : undefined
}

function sameShape(
  template: readonly Condition[] | undefined,
  filled: readonly Condition[] | undefined,
  variables: Variables,
): boolean {
  if (template === undefined || template.length !== filled?.length) return false
  return template.every((wanted, index) => {
    const condition = filled[index]
    return (
      condition?.name === wanted.name &&
      condition.operator === wanted.operator &&
      condition.values.length === wanted.values.length &&
      wanted.values.every((value, at) => keepsMeaning(value, condition.values[at], wanted, variables))
    )
  })
}

function keepsMeaning(
  template: string,
  filled: string | undefined,
  { operator }: Condition,
  variables: Variables,
): boolean {
  if (filled === undefined || filled !== compileTemplate(template)(variables)) return false
  if (count(filled, '${') !== count(template, '${')) return false
  return operator !== 'MATCH' || count(filled, '*') === count(template, '*')
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}
