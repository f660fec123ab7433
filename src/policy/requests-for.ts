/** Requests that tell sets of statements apart: values their conditions name, values near by, and values of nobody. */
import type { AccessRequest } from './decide.ts'
import type { EffectiveStatement } from './effective.ts'
import type { Condition } from './statement.ts'
import { timeValue } from './time-value.ts'

/** Above this many combinations of one permission, values vary one at a time around what each statement wants. */
const mostCombinations = 256

/** The value that no condition names. */
const outsider = 'nobody-names-this'

/**
 * Requests for every permission of the statements, with attributes drawn from their conditions. To compare states give it the
 * statements of all of them. Deterministic.
 */
export function requestsFor(statements: readonly EffectiveStatement[]): AccessRequest[] {
  const byPermission = Map.groupBy(statements, statement => statement.permission)
  return [...byPermission].flatMap(([permission, own]) => {
    const candidates = candidatesOf(own.flatMap(statement => statement.conditions))
    const count = [...candidates.values()].reduce((product, values) => product * (values.size + 1), 1)
    const drawn = count <= mostCombinations ? combinations(candidates) : around(own, candidates)
    return drawn.map(attributes => ({ permission, attributes: Object.fromEntries(attributes) }))
  })
}

type Candidates = ReadonlyMap<string, ReadonlySet<string>>
type Drawn = ReadonlyMap<string, string>

function candidatesOf(conditions: readonly Condition[]): Candidates {
  const all = new Map<string, Set<string>>()
  for (const condition of conditions) {
    const values = all.get(condition.name) ?? new Set([outsider])
    for (const value of condition.values.flatMap(text => valuesNear(condition, text))) values.add(value)
    all.set(condition.name, values)
  }
  return all
}

/** The first one satisfies the condition if it is not a negated one. */
function valuesNear({ name, operator }: Condition, value: string): readonly string[] {
  switch (operator) {
    case 'STARTS_WITH':
    case 'NOT_STARTS_WITH':
      return [value, `${value}x`]
    case 'MATCH':
      return [value.replaceAll('*', 'x'), value.replaceAll('*', '')]
    case 'LT':
      return [beside(name, value, -1), value, beside(name, value, 1)]
    case 'GT':
      return [beside(name, value, 1), value, beside(name, value, -1)]
    default:
      return [value]
  }
}

/** The time one step before or after this one, in the same form. */
function beside(name: string, value: string, direction: 1 | -1): string {
  const time = timeValue(name, value)
  if (time === undefined) return value
  const [day, minute] = [86_400_000, 60_000]
  if (name === 'global:date') return `${new Date(time + direction * day).toISOString().slice(0, 10)}Z`
  const moved = new Date(time + direction * minute).toISOString()
  return name === 'global:date-time' ? moved : `${moved.slice(11, 16)}Z`
}

/** Every combination, an attribute that is not there included. */
function combinations(candidates: Candidates): readonly Drawn[] {
  let drawn: readonly Drawn[] = [new Map()]
  for (const [name, values] of candidates) {
    drawn = drawn.flatMap(one => [one, ...[...values].map(value => new Map([...one, [name, value]]))])
  }
  return drawn
}

/** For each statement a request it applies to, and variations of it in one attribute at a time. */
function around(statements: readonly EffectiveStatement[], candidates: Candidates): readonly Drawn[] {
  return statements.flatMap(({ conditions }) => {
    const wanted: Drawn = new Map(
      conditions.map(condition => [condition.name, satisfying(condition, candidates)]),
    )
    const varied = [...candidates].flatMap(([name, values]) =>
      [...values].map(value => new Map([...wanted, [name, value]])),
    )
    return [wanted, ...varied]
  })
}

function satisfying(condition: Condition, candidates: Candidates): string {
  const { name, operator, values } = condition
  if (operator === 'NEQ' || operator === 'NOT_IN' || operator === 'NOT_STARTS_WITH') return outsider
  const [first] = values
  return (
    (first === undefined ? undefined : valuesNear(condition, first)[0]) ??
    [...(candidates.get(name) ?? [])][0] ??
    outsider
  )
}
