/** Parameters of policy templates: while anybody is bound, Dynatrace lets neither their number nor their names change. */
import { parametersOf } from '../policy/parameters.ts'
import type { StatePolicy } from './state.ts'

export const sameParameters = (from: StatePolicy, to: StatePolicy): boolean =>
  parametersOf(from.statement).join('\n') === parametersOf(to.statement).join('\n')

/** As a person would list them: `team and stage`. */
export function parameterNames({ statement }: StatePolicy): string {
  const names = parametersOf(statement)
  if (names.length === 0) return 'none'
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
