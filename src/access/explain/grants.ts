/** Why somebody may do what they may do: from person through IdP group and rule to each grant. */
import type {
  DesiredBinding,
  DesiredGroup,
  DesiredLevel,
  DesiredPermission,
  Source,
} from '../desired-group.ts'
import type { Environment } from '../model.ts'

export interface Grant {
  readonly kind: 'policy' | 'role'
  readonly name: string
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
  /** Management zone to which a role is limited; absent: the whole level. */
  readonly zone?: string
  readonly dynatraceGroup: string
  /** The IdP group through which the person is in the Dynatrace group. */
  readonly idpGroup: string
  /** The rule that asks for this grant. */
  readonly rule: string
}

export interface AccessIn {
  readonly where: 'account' | { readonly name: string; readonly id: string }
  /** Empty where the person would meet a blank screen. */
  readonly grants: readonly Grant[]
}

export interface AccessQuestion {
  /** Folded e-mail of the person. */
  readonly emailKey: string
  readonly groups: readonly DesiredGroup[]
  /** IdP group id → folded e-mails of its members. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  readonly environments: readonly Environment[]
}

/**
 * What the rules give a person: first in the account, then in each environment of the model. A policy
 * bound at account level counts in all environments and is listed in each; account roles concern the
 * account alone.
 */
export function accessOf({ emailKey, groups, members, environments }: AccessQuestion): readonly AccessIn[] {
  const granted = groups.flatMap(group => {
    const own = group.sources.filter(source => members.get(source.idpGroupId)?.has(emailKey) ?? false)
    return own.length === 0 ? [] : grantsOf(group, own)
  })
  const account = granted.filter(({ level }) => level.kind === 'account').map(({ grant }) => grant)
  const everywhere = account.filter(grant => grant.kind === 'policy')
  return [
    { where: 'account', grants: account },
    ...environments.map(({ name, id }) => ({
      where: { name, id },
      grants: [
        ...everywhere,
        ...granted
          .filter(({ level }) => level.kind === 'environment' && level.id === id)
          .map(({ grant }) => grant),
      ],
    })),
  ]
}

interface GrantAt {
  readonly level: DesiredLevel
  readonly grant: Grant
}

function grantsOf(group: DesiredGroup, own: readonly Source[]): readonly GrantAt[] {
  const paths = (wish: DesiredBinding | DesiredPermission): readonly Path[] => pathsTo(wish.rules, own)
  const policies = group.bindings.flatMap(binding =>
    paths(binding).map(path => ({
      level: binding.level,
      grant: {
        kind: 'policy' as const,
        name: binding.policy,
        parameters: binding.parameters,
        boundaries: binding.boundaries,
        dynatraceGroup: group.name,
        ...path,
      },
    })),
  )
  const roles = group.permissions.flatMap(permission =>
    paths(permission).map(path => ({
      level: permission.level,
      grant: {
        kind: 'role' as const,
        name: permission.role,
        parameters: {},
        boundaries: [],
        ...(permission.zone === undefined ? {} : { zone: permission.zone }),
        dynatraceGroup: group.name,
        ...path,
      },
    })),
  )
  return [...policies, ...roles]
}

interface Path {
  readonly idpGroup: string
  readonly rule: string
}

/**
 * The IdP groups of the person whose rule asks for the grant. Where none does, the person is a member for
 * another reason and has the grant all the same, since everybody in a Dynatrace group has what it has.
 */
function pathsTo(rules: readonly string[], own: readonly Source[]): readonly Path[] {
  const direct = own.filter(source => rules.includes(source.rule))
  if (direct.length > 0) {
    return direct.map(source => ({ idpGroup: source.idpGroupName, rule: source.rule }))
  }
  const idpGroups = [...new Set(own.map(source => source.idpGroupName))]
  return idpGroups.flatMap(idpGroup => rules.map(rule => ({ idpGroup, rule })))
}
