/** Whether conditions can hold together at all. Sound: false is proved, true may only mean "not disproved". */
import { holds } from '../../policy/holds.ts'
import type { Condition } from '../../policy/statement.ts'

/** False when one attribute would need two values at once. */
export function canHold(conditions: readonly Condition[]): boolean {
  if (conditions.length < 2) return true
  const byName = Map.groupBy(conditions, ({ name }) => name)
  return byName.entries().every(([name, own]) => {
    const listed = own.find(({ operator }) => operator === 'EQ' || operator === 'IN')
    if (listed === undefined || own.length === 1) return true
    // Somebody's groups are many at once, and what a placeholder stands for is not known here.
    if (name === 'global:userGroup' || own.some(hasPlaceholder)) return true
    return listed.values.some(value => own.every(condition => holds(condition, { [name]: value })))
  })
}

/** Whether a value is only known when somebody asks: `${global:userId}`. */
export const hasPlaceholder = ({ values }: Condition): boolean => values.some(value => value.includes('${'))
