/** Conditions in an order of their own, each once: where they stand says nothing. Pure. */
import { takesList } from '../../policy/operator-word.ts'
import { printCondition } from '../../policy/print.ts'
import type { Condition } from '../../policy/statement.ts'
import { ordered } from './ordered.ts'

/** Values of a list are alternatives or exclusions, in any order. */
export function orderedConditions(conditions: readonly Condition[]): readonly Condition[] {
  const byText = new Map(
    conditions.map(({ name, operator, values }) => {
      const condition = { name, operator, values: takesList(operator) ? ordered(values) : values }
      return [printCondition(condition), condition] as const
    }),
  )
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, condition]) => condition)
}
