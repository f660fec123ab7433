/** Compares what two sets of effective statements grant, without asking for each possible request. */
import type { EffectiveStatement } from './effective.ts'
import { implies } from './implies.ts'
import type { Condition } from './statement.ts'

/**
 * Whether `wide` grants at least what `narrow` grants. Sound: true is proved; false may only mean that the proof needs more
 * than one statement of `wide` for one of `narrow`.
 */
export function covers(wide: readonly EffectiveStatement[], narrow: readonly EffectiveStatement[]): boolean {
  return firstUncovered(wide, narrow) === undefined
}

/** The first statement of `narrow` that `wide` is not proved to grant, or of `wide` that denies more than `narrow` does. */
export function firstUncovered(
  wide: readonly EffectiveStatement[],
  narrow: readonly EffectiveStatement[],
): EffectiveStatement | undefined {
  const [wideBy, narrowBy] = [byPermission(wide), byPermission(narrow)]
  for (const [permission, wanted] of narrowBy) {
    if (wanted.DENY.some(statement => statement.conditions.length === 0)) continue
    if (wanted.ALLOW.length === 0) continue
    const held = wideBy.get(permission)
    const missing = wanted.ALLOW.find(
      statement => !singleValues(statement).every(one => within(one, held?.ALLOW ?? [])),
    )
    if (missing !== undefined) return missing
    const extra = held?.DENY.find(
      statement => !singleValues(statement).every(one => within(one, wanted.DENY)),
    )
    if (extra !== undefined) return extra
  }
  return undefined
}

interface ByEffect {
  readonly ALLOW: EffectiveStatement[]
  readonly DENY: EffectiveStatement[]
}

function byPermission(statements: readonly EffectiveStatement[]): ReadonlyMap<string, ByEffect> {
  const all = new Map<string, ByEffect>()
  for (const statement of statements) {
    const one = all.get(statement.permission) ?? { ALLOW: [], DENY: [] }
    one[statement.effect].push(statement)
    all.set(statement.permission, one)
  }
  return all
}

/** Whether one of the statements applies to everything that satisfies these conditions. */
const within = (conditions: readonly Condition[], statements: readonly EffectiveStatement[]): boolean =>
  statements.some(statement =>
    statement.conditions.every(wanted => conditions.some(given => implies(given, wanted))),
  )

/** Enough to tell lists apart, too few to stall. */
const mostAlternatives = 256

/** The conditions of a statement once for each combination of its lists' values: each may be granted by another statement. */
function singleValues({ conditions }: EffectiveStatement): readonly (readonly Condition[])[] {
  const alternatives = conditions.map(condition =>
    condition.operator === 'IN' || condition.operator === 'MATCH'
      ? condition.values.map(value => ({ ...condition, values: [value] }))
      : [condition],
  )
  const count = alternatives.reduce((product, list) => product * list.length, 1)
  if (count > mostAlternatives) return [conditions]
  let lists: readonly (readonly Condition[])[] = [[]]
  for (const same of alternatives) lists = lists.flatMap(list => same.map(condition => [...list, condition]))
  return lists
}
