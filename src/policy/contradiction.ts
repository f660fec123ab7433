/** Conditions that can never hold together. Sound: what is named here never holds; not everything that never holds is. */
import { holds } from './holds.ts'
import type { Condition } from './statement.ts'
import { isTimeCondition, timeValue } from './time-value.ts'

/** The condition that is at fault, with the other one it contradicts; none when it never holds by itself. */
export interface Contradiction<C extends Condition = Condition> {
  readonly condition: C
  readonly against: C | undefined
}

/** The first contradiction among conditions that all have to hold. */
export function contradictionIn<C extends Condition>(conditions: readonly C[]): Contradiction<C> | undefined {
  const impossible = conditions.find(neverHolds)
  if (impossible !== undefined) return { condition: impossible, against: undefined }
  for (const [at, condition] of conditions.entries()) {
    const against = conditions.slice(0, at).find(other => exclude(other, condition))
    if (against !== undefined) return { condition, against }
  }
  return undefined
}

/** No value at all, or an order of what has none: only times do. */
function neverHolds({ name, operator, values }: Condition): boolean {
  if (operator === 'LT' || operator === 'GT') {
    return values.some(value => !isOpen(value) && timeValue(name, value) === undefined)
  }
  return values.length === 0 && (operator === 'EQ' || operator === 'IN' || operator === 'MATCH')
}

/** Whether the value is known only when the policy is bound or asked. */
const isOpen = (value: string): boolean => value.includes('${')

function exclude(one: Condition, other: Condition): boolean {
  if (one.name !== other.name || [...one.values, ...other.values].some(isOpen)) return false
  // The groups of a caller are many at once, so one may be this and another that.
  if (one.name === 'global:userGroup') return false
  if (isTimeCondition(one.name)) return timesExclude(one, other)
  if (isList(one)) return one.values.every(value => !holds(other, { [one.name]: value }))
  if (isList(other)) return other.values.every(value => !holds(one, { [one.name]: value }))
  if (one.operator === 'STARTS_WITH') return prefixExcludes(one, other)
  if (other.operator === 'STARTS_WITH') return prefixExcludes(other, one)
  return false
}

const isList = ({ operator }: Condition): boolean => operator === 'EQ' || operator === 'IN'

function prefixExcludes({ values: prefixes }: Condition, other: Condition): boolean {
  const meets = (one: string, another: string): boolean => one.startsWith(another) || another.startsWith(one)
  switch (other.operator) {
    case 'STARTS_WITH':
      return prefixes.every(prefix => other.values.every(value => !meets(prefix, value)))
    case 'MATCH':
      return prefixes.every(prefix =>
        other.values.every(pattern =>
          pattern.includes('*')
            ? !meets(prefix, pattern.slice(0, pattern.indexOf('*')))
            : !pattern.startsWith(prefix),
        ),
      )
    case 'NOT_STARTS_WITH':
      return prefixes.every(prefix => other.values.some(value => prefix.startsWith(value)))
    default:
      return false
  }
}

/** A time has to lie between the limits; an equal one has to satisfy the other condition. */
function timesExclude(one: Condition, other: Condition): boolean {
  const compared = new Set(['EQ', 'IN', 'NEQ', 'NOT_IN', 'LT', 'GT'])
  if (!compared.has(one.operator) || !compared.has(other.operator)) return false
  if (isList(one)) return one.values.every(value => !holds(other, { [one.name]: value }))
  if (isList(other)) return other.values.every(value => !holds(one, { [one.name]: value }))
  const [after, before] = one.operator === 'GT' ? [one, other] : [other, one]
  if (after.operator !== 'GT' || before.operator !== 'LT') return false
  const earliest = Math.max(...after.values.map(value => timeValue(after.name, value) ?? Number.NaN))
  const latest = Math.min(...before.values.map(value => timeValue(before.name, value) ?? Number.NaN))
  return earliest >= latest
}
