/** What is wrong with the values of a condition: wild cards, placeholders, and values the condition can never have. */
import { operatorsOf } from '../catalogue.ts'
import { wordOf } from '../operator-word.ts'
import type { PlacedCondition } from '../source.ts'
import type { Operator } from '../statement.ts'
import { isTimeCondition, timeValue } from '../time-value.ts'
import type { Lint } from './lint.ts'
import { listing, quoted } from './listing.ts'

/** The lints of one condition's values; the permissions tell which operators may be proposed. */
export function lintValues(condition: PlacedCondition, permissions: readonly string[]): readonly Lint[] {
  return condition.values.flatMap((value, at) => {
    const span = condition.valueSpans[at] ?? condition.span
    const found = malformed(value) ?? unusable(condition, value) ?? wildcard(condition, value, permissions)
    return found === undefined ? [] : [{ ...found, span }]
  })
}

type Found = Omit<Lint, 'span'>

const wellFormed = /\$\{bindParam:[^{}$]+\}|\$\{global:(levelId|userGroup|userId)\}/g

function malformed(value: string): Found | undefined {
  const rest = value.replaceAll(wellFormed, '')
  const at = rest.indexOf('${')
  if (at === -1) return undefined
  return {
    id: 'placeholder-malformed',
    severity: 'error',
    message: `the placeholder ${quoted(rest.slice(at))} is none, and stays in the value as it is written`,
    remedy: `write \${bindParam:name}, closed by }, or one of \${global:levelId}, \${global:userGroup} and \${global:userId}`,
  }
}

const weekDays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const consumptions = ['ON_DEMAND', 'INCLUDED']
const shapes: Readonly<Record<string, string>> = {
  'global:date': 'a date with its zone, for example "2026-05-03Z"',
  'global:date-time': 'a date and time with zone, for example "2026-05-03T05:00:00+01:00"',
  'global:time-of-day': 'a time with its zone, for example "09:00+01:00"',
}

function unusable({ name, operator }: PlacedCondition, value: string): Found | undefined {
  if (value.includes('${') || operator === 'STARTS_WITH' || operator === 'NOT_STARTS_WITH') return undefined
  if (isTimeCondition(name)) {
    if (timeValue(name, value) !== undefined) return undefined
    return never(name, value, `write ${shapes[name] ?? 'a time'}`)
  }
  if (name === 'global:week-day' && !weekDays.includes(value)) {
    return never(name, value, `write one of ${listing(weekDays)} (days change at midnight GMT)`)
  }
  if (name === 'storage:query-consumption' && !consumptions.includes(value)) {
    return never(
      name,
      value,
      `write ${consumptions.join(' or ')}: with another value the statement is ignored`,
    )
  }
  return undefined
}

const never = (name: string, value: string, remedy: string): Found => ({
  id: 'value-not-usable',
  severity: 'error',
  message: `${quoted(value)} is no value that ${name} can have`,
  remedy,
})

function wildcard(
  { name, operator }: PlacedCondition,
  value: string,
  permissions: readonly string[],
): Found | undefined {
  if (operator === 'MATCH' || !value.includes('*')) return undefined
  const taken = permissions.flatMap(permission => operatorsOf(permission, name) ?? [])
  return {
    id: 'wildcard-not-known',
    severity: 'warning',
    message: `${wordOf(operator)} knows no wild cards: the * of ${quoted(value)} is a letter like others`,
    remedy: wildcardRemedy(value, operator, taken),
  }
}

function wildcardRemedy(value: string, operator: Operator, taken: readonly Operator[]): string {
  const negated = operator === 'NEQ' || operator === 'NOT_IN' || operator === 'NOT_STARTS_WITH'
  const prefix = value.replace(/\*+$/, '')
  const startsWith = wordOf(negated ? 'NOT_STARTS_WITH' : 'STARTS_WITH')
  if (prefix !== '' && !prefix.includes('*')) return `write ${startsWith} "${prefix}"`
  return taken.includes('MATCH') && !negated ? `write MATCH ("${value}")` : 'write the values out'
}
