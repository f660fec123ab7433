/** The canonical text of statements and conditions: key words in capitals, one statement or restriction per line. */
import { takesList, wordOf } from './operator-word.ts'
import type { Condition, Statement } from './statement.ts'

/** What `parsePolicy` reads back as the same statements. */
export const printPolicy = (statements: readonly Statement[]): string =>
  statements.map(printStatement).join('\n')

/** What `parseBoundary` reads back as the same conditions. */
export const printBoundary = (conditions: readonly Condition[]): string =>
  conditions.map(condition => `${printCondition(condition)};`).join('\n')

/** One statement with its `;`. */
export function printStatement({ effect, permissions, conditions }: Statement): string {
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map(printCondition).join(' AND ')}`
  return `${effect} ${permissions.join(', ')}${where};`
}

/** One condition. A value that holds both kinds of quotes has no written form: the language knows no escapes. */
export function printCondition({ name, operator, values }: Condition): string {
  const written = values.map(value => (value.includes('"') ? `'${value}'` : `"${value}"`)).join(', ')
  return `${name} ${wordOf(operator)} ${takesList(operator) ? `(${written})` : written}`
}
