/** Template parameters: `${bindParam:name}` inside values, given by each binding (Dynatrace: policy templating). */
import type { Condition, Statement } from './statement.ts'
import { tokenize } from './token.ts'

const placeholder = /\$\{bindParam:([^{}]+)\}/g

/** The names of the parameters in the values of a policy or boundary text, each once, sorted. Comments do not count. */
export function parametersOf(text: string): readonly string[] {
  if (!text.includes('${')) return []
  const values = tokenize(text).filter(token => token.kind === 'value')
  const names = values.flatMap(value => [...value.text.matchAll(placeholder)].map(match => match[1] ?? ''))
  return [...new Set(names)].sort()
}

/** The names of the parameters in the values of conditions, each once, sorted. */
export const parametersIn = (conditions: readonly Condition[]): readonly string[] =>
  [
    ...new Set(
      conditions.flatMap(({ values }) =>
        values.flatMap(value =>
          value.includes('${') ? [...value.matchAll(placeholder)].map(match => match[1] ?? '') : [],
        ),
      ),
    ),
  ].sort()

/** The statements with the values of a binding. A parameter without a value stays as it is written. */
export const substitute = (
  statements: readonly Statement[],
  parameters: Readonly<Record<string, string>>,
): readonly Statement[] =>
  statements.map(statement => {
    const conditions = substituteConditions(statement.conditions, parameters)
    return conditions === statement.conditions ? statement : { ...statement, conditions }
  })

/** As `substitute` for the conditions of a boundary. */
export function substituteConditions(
  conditions: readonly Condition[],
  parameters: Readonly<Record<string, string>>,
): readonly Condition[] {
  if (!conditions.some(({ values }) => values.some(value => value.includes('${bindParam:'))))
    return conditions
  return conditions.map(({ name, operator, values }) => ({
    name,
    operator,
    values: values.map(value =>
      value.replaceAll(placeholder, (written, key: string) =>
        Object.hasOwn(parameters, key) ? (parameters[key] ?? written) : written,
      ),
    ),
  }))
}
