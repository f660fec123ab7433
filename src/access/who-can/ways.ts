/** Through which IdP groups and rules one person has what a binding allows. */
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { Carrier } from './answer.ts'

export interface Way {
  readonly idpGroup: string
  readonly rule: string
  readonly dynatraceGroup: string
  readonly policy: string
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
  /** Bound in the account, and so in every environment. */
  readonly inherited: boolean
}

/**
 * The person's IdP groups whose rule asks for the binding. Where none does, the person is in the Dynatrace group for another
 * reason and has the binding all the same.
 */
export function waysOf(
  { group, binding }: Carrier,
  emailKey: string,
  { members }: Pick<DirectorySnapshot, 'members'>,
): readonly Way[] {
  const own = group.sources.filter(({ idpGroupId }) => members.get(idpGroupId)?.has(emailKey) ?? false)
  const direct = own.filter(({ rule }) => binding.rules.includes(rule))
  const paths =
    direct.length > 0
      ? direct.map(({ idpGroupName, rule }) => ({ idpGroup: idpGroupName, rule }))
      : [...new Set(own.map(({ idpGroupName }) => idpGroupName))].flatMap(idpGroup =>
          binding.rules.map(rule => ({ idpGroup, rule })),
        )
  const { policy, parameters, boundaries, level } = binding
  const inherited = level.kind === 'account'
  return paths.map(path => ({
    ...path,
    dynatraceGroup: group.name,
    policy,
    parameters,
    boundaries,
    inherited,
  }))
}
