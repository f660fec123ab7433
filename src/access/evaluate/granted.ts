/** What one Dynatrace group grants in one place: its bindings there, policies and boundaries evaluated. */
import { type EffectiveStatement, effectiveStatements } from '../../policy/effective.ts'
import type { Condition } from '../../policy/statement.ts'
import type { DesiredBinding, DesiredGroup } from '../desired-group.ts'
import type { Texts } from './texts.ts'

/** An effective statement with what it comes from. */
export interface GrantedStatement extends EffectiveStatement {
  /** Name of the Dynatrace group. */
  readonly group: string
  readonly binding: DesiredBinding
}

export interface Granted {
  /** DENY included. */
  readonly statements: readonly GrantedStatement[]
  /** Bindings of a policy or boundary whose text nobody knows: what they grant cannot be told. */
  readonly unknown: readonly DesiredBinding[]
}

/** In an environment (by id) the bindings of the account count as well; undefined: those of the account alone. */
export function grantedBy(group: DesiredGroup, environment: string | undefined, texts: Texts): Granted {
  const statements: GrantedStatement[] = []
  const unknown: DesiredBinding[] = []
  for (const binding of group.bindings) {
    if (!countsIn(binding, environment)) continue
    const policy = texts.statements(binding.policy, binding.level)
    const boundaries = allKnown(binding.boundaries.map(texts.conditions))
    if (policy === undefined || boundaries === undefined) {
      unknown.push(binding)
      continue
    }
    const bound = { statements: policy, boundaries, parameters: binding.parameters }
    for (const statement of effectiveStatements(bound)) {
      statements.push({ ...statement, group: group.name, binding })
    }
  }
  return { statements, unknown }
}

const countsIn = ({ level }: DesiredBinding, environment: string | undefined): boolean =>
  level.kind === 'account' || level.id === environment

function allKnown(
  boundaries: readonly (readonly Condition[] | undefined)[],
): readonly (readonly Condition[])[] | undefined {
  const known = boundaries.filter(conditions => conditions !== undefined)
  return known.length === boundaries.length ? known : undefined
}
