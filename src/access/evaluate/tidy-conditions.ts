/** Conditions in the one form that those who mean the same share: order, repetitions and lists of one value are no difference. */
import { implies } from '../../policy/implies.ts'
import { printCondition } from '../../policy/print.ts'
import type { Condition } from '../../policy/statement.ts'

/** Sorted, each once, without those that another of them makes certain. */
export function tidyConditions(conditions: readonly Condition[]): readonly Condition[] {
  if (conditions.length === 0) return conditions
  const byText = new Map(conditions.map(tidy).map(condition => [printCondition(condition), condition]))
  const sorted = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, condition]) => condition)
  return sorted.filter(
    (condition, at) =>
      !sorted.some(
        (other, place) =>
          place !== at && implies(other, condition) && (place < at || !implies(condition, other)),
      ),
  )
}

/** `storage:bucket-name = "a" AND …`; empty for none. */
export const conditionsText = (conditions: readonly Condition[]): string =>
  conditions.map(printCondition).join(' AND ')

function tidy({ name, operator, values }: Condition): Condition {
  const own = [...new Set(values)].sort()
  if (own.length !== 1) return { name, operator, values: own }
  if (operator === 'IN') return { name, operator: 'EQ', values: own }
  return operator === 'NOT_IN' ? { name, operator: 'NEQ', values: own } : { name, operator, values: own }
}
