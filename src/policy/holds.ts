/** Whether a condition holds for what a request is about. */
import { unreachable } from '../lib/errors.ts'
import { globMatches } from './glob.ts'
import type { Condition, Operator } from './statement.ts'
import { timeValue } from './time-value.ts'

/** What a request is about, by condition name; a list is a field that has several values at once. */
export type Attributes = Readonly<Record<string, string | readonly string[]>>

/**
 * A condition on an attribute the request does not have never holds, negated or not. Of an attribute with several values only
 * MATCH looks at each; `global:userGroup`, the groups of the caller, is the one list that all operators look into.
 */
export function holds({ name, operator, values }: Condition, attributes: Attributes): boolean {
  const given = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  if (given === undefined) return false
  const wanted = values.flatMap(value => withGlobals(value, attributes))
  if (typeof given === 'string') return compare(name, operator, given, wanted)
  if (operator === 'MATCH') return given.some(one => compare(name, operator, one, wanted))
  if (name !== 'global:userGroup') return false
  return isNegative(operator)
    ? given.every(one => compare(name, operator, one, wanted))
    : given.some(one => compare(name, operator, one, wanted))
}

/** Whether an operator is the negation of another. */
export const isNegative = (operator: Operator): boolean =>
  operator === 'NEQ' || operator === 'NOT_IN' || operator === 'NOT_STARTS_WITH'

function compare(name: string, operator: Operator, given: string, wanted: readonly string[]): boolean {
  switch (operator) {
    case 'EQ':
    case 'IN':
      return wanted.some(value => same(name, given, value))
    case 'NEQ':
    case 'NOT_IN':
      return wanted.every(value => !same(name, given, value))
    case 'STARTS_WITH':
      return wanted.some(value => given.startsWith(value))
    case 'NOT_STARTS_WITH':
      return wanted.every(value => !given.startsWith(value))
    case 'MATCH':
      return wanted.some(value => globMatches(value, given))
    case 'LT':
      return wanted.every(value => order(name, given, value) < 0)
    case 'GT':
      return wanted.every(value => order(name, given, value) > 0)
    default:
      return unreachable(operator)
  }
}

function same(name: string, one: string, other: string): boolean {
  return one === other || order(name, one, other) === 0
}

/** Negative, 0 or positive for times; NaN, which is none of them, for everything that has no order. */
function order(name: string, one: string, other: string): number {
  return (timeValue(name, one) ?? Number.NaN) - (timeValue(name, other) ?? Number.NaN)
}

/** A value with its `${global:…}` attributes; an attribute with several values makes it several values. */
function withGlobals(value: string, attributes: Attributes): readonly string[] {
  const found = /\$\{(global:[^{}]+)\}/.exec(value)
  if (found === null) return [value]
  const [written, key = ''] = found
  const replacement = Object.hasOwn(attributes, key) ? attributes[key] : undefined
  if (replacement === undefined) return []
  return [replacement].flat().map(text => value.replace(written, () => text))
}
