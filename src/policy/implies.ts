/** Whether one condition makes another one certain. Sound: true is proved, false may only mean "not proved". */
import { unreachable } from '../lib/errors.ts'
import { globMatches } from './glob.ts'
import type { Condition } from './statement.ts'
import { isTimeCondition, timeValue } from './time-value.ts'

/** Whether every attribute that satisfies `given` satisfies `wanted`. */
export function implies(given: Condition, wanted: Condition): boolean {
  if (given.name !== wanted.name) return false
  if (given.operator === wanted.operator && isSubset(given, wanted)) return true
  // What a placeholder stands for is not known here, times have many spellings, and the caller's groups are many at once.
  if (isTimeCondition(given.name)) return earlierOrLater(given, wanted)
  if ([...given.values, ...wanted.values].some(value => value.includes('${'))) return false
  switch (wanted.operator) {
    case 'EQ':
    case 'IN':
      return isList(given) && given.values.every(value => wanted.values.includes(value))
    case 'STARTS_WITH':
      return (isList(given) || isPrefix(given)) && allStart(given.values, wanted.values)
    case 'MATCH':
      return matches(given, wanted.values)
    case 'NEQ':
    case 'NOT_IN':
      return given.name !== 'global:userGroup' && wanted.values.every(value => excludes(given, value))
    case 'NOT_STARTS_WITH':
      return given.name !== 'global:userGroup' && wanted.values.every(value => excludesPrefix(given, value))
    case 'LT':
    case 'GT':
      return false
    default:
      return unreachable(wanted.operator)
  }
}

const isList = ({ operator }: Condition): boolean => operator === 'EQ' || operator === 'IN'
const isPrefix = ({ operator }: Condition): boolean => operator === 'STARTS_WITH'

const allStart = (values: readonly string[], prefixes: readonly string[]): boolean =>
  values.every(value => prefixes.some(prefix => value.startsWith(prefix)))

/** The same operator: alternatives may be fewer, exclusions may be more. */
function isSubset(given: Condition, wanted: Condition): boolean {
  switch (wanted.operator) {
    case 'EQ':
    case 'IN':
    case 'STARTS_WITH':
    case 'MATCH':
      return given.values.every(value => wanted.values.includes(value))
    default:
      return wanted.values.every(value => given.values.includes(value))
  }
}

/** A `*` in a given pattern stands for anything, so only a `*` of the wanted pattern may take it in. */
function matches(given: Condition, patterns: readonly string[]): boolean {
  if (isList(given) || given.operator === 'MATCH') {
    return given.values.every(value => patterns.some(pattern => globMatches(pattern, value)))
  }
  if (!isPrefix(given)) return false
  return given.values.every(value =>
    patterns.some(pattern => pattern.endsWith('*') && globMatches(pattern, value)),
  )
}

/** Whether `given` rules out exactly this value. */
function excludes(given: Condition, value: string): boolean {
  switch (given.operator) {
    case 'EQ':
    case 'IN':
      return !given.values.includes(value)
    case 'NEQ':
    case 'NOT_IN':
      return given.values.includes(value)
    case 'STARTS_WITH':
      return given.values.every(prefix => !value.startsWith(prefix))
    case 'NOT_STARTS_WITH':
      return given.values.some(prefix => value.startsWith(prefix))
    default:
      return false
  }
}

/** Whether `given` rules out every value with this prefix. */
function excludesPrefix(given: Condition, prefix: string): boolean {
  switch (given.operator) {
    case 'EQ':
    case 'IN':
      return given.values.every(value => !value.startsWith(prefix))
    case 'STARTS_WITH':
      return given.values.every(own => !own.startsWith(prefix) && !prefix.startsWith(own))
    case 'NOT_STARTS_WITH':
      return given.values.some(own => prefix.startsWith(own))
    default:
      return false
  }
}

function earlierOrLater(given: Condition, wanted: Condition): boolean {
  if (given.operator !== wanted.operator || (given.operator !== 'LT' && given.operator !== 'GT')) return false
  const sign = given.operator === 'LT' ? 1 : -1
  return wanted.values.every(limit =>
    given.values.some(own => {
      const [tight, loose] = [timeValue(given.name, own), timeValue(given.name, limit)]
      return tight !== undefined && loose !== undefined && sign * (loose - tight) >= 0
    }),
  )
}
