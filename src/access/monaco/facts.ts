/** Account resources of Monaco as facts about an account: references become ids, names stand for themselves. */
import type { BindingFact, FactLevel, GroupFact, PermissionFact } from '../from-account/account-facts.ts'
import type { Unsaid } from '../from-account/draft.ts'
import { type Import, type Membership, NAMED, sortMemberships } from '../from-account/imported.ts'
import { quoted } from '../from-account/sayable.ts'
import type { MonacoBinding, MonacoFile, MonacoGroup, Reference } from './shape.ts'

/** References to what no file defines are mistakes; names of what no file defines stand for what the account has. */
export function monacoFacts(all: MonacoFile): Import {
  const problems: string[] = []
  const policies = new Map(all.policies.map(each => [each.id, each]))
  const boundaries = new Map(all.boundaries.map(each => [each.id, each]))
  const groups = new Map(all.groups.map(each => [each.id, each]))
  const standIns = new Map<string, { kind: 'policy' | 'boundary'; name: string }>()
  const unknown = (what: string, id: string, where: string) =>
    problems.push(`${where} refers to the ${what} ${quoted(id)}, which no file defines. Give its file too.`)

  const find = (
    kind: 'policy' | 'boundary',
    reference: Reference,
    known: ReadonlyMap<string, { readonly name: string }>,
    where: string,
  ): string => {
    if (typeof reference !== 'string') {
      if (!known.has(reference.id)) unknown(kind, reference.id, where)
      return reference.id
    }
    const named = [...known].filter(([, { name }]) => name === reference)
    const [first] = named
    if (first !== undefined && named.length === 1) return first[0]
    const id = `${NAMED}${kind}:${reference}`
    standIns.set(id, { kind, name: reference })
    return id
  }
  const bindingsAt = (level: FactLevel, given: readonly MonacoBinding[], where: string) =>
    given.map(({ policy, boundaries: limits }): BindingFact => {
      return {
        level,
        policyId: find('policy', policy, policies, where),
        parameters: {},
        metadata: {},
        boundaryIds: limits.map(each => find('boundary', each, boundaries, where)),
      }
    })
  const groupFacts = all.groups.map((group): GroupFact => {
    const where = `Group ${quoted(group.name)}`
    return {
      ...{ id: group.id, name: group.name, description: group.description, apart: undefined },
      owner: group.federatedAttributeValues.length > 0 ? 'SAML' : 'LOCAL',
      bindings: [
        ...bindingsAt({ kind: 'account' }, group.account?.policies ?? [], where),
        ...group.environments.flatMap(({ environment: id, policies: given }) =>
          bindingsAt({ kind: 'environment', id }, given, where),
        ),
      ],
      permissions: permissionsOf(group),
    }
  })
  const nameOf = (reference: Reference, where: string): string => {
    if (typeof reference === 'string') return reference
    const group = groups.get(reference.id)
    if (group === undefined) unknown('group', reference.id, where)
    return group?.name ?? reference.id
  }
  const memberships = all.users.flatMap(({ email, groups: joined }): readonly Membership[] =>
    joined.map(each => ({ group: nameOf(each, `User ${email}`), email })),
  )
  const unsaid = all.serviceUsers.flatMap(({ name, groups: joined }): readonly Unsaid[] =>
    joined.map(each => ({
      ...{ kind: 'member', rule: undefined, what: `service user ${quoted(name)}` },
      why: `it is in group ${quoted(nameOf(each, `Service user ${name}`))}, and service users are kept by hand`,
    })),
  )
  if (problems.length > 0) return { kind: 'bad', problems }
  const stands = (kind: 'policy' | 'boundary') =>
    [...standIns].filter(([, each]) => each.kind === kind).map(([id, { name }]) => ({ id, name }))
  const facts = {
    accountId: undefined,
    environments: environmentsOf(all).map(id => ({ id, name: id, active: true })),
    policies: [
      ...all.policies.map(({ id, name, level, description, policy }) => {
        return { id, name, level, description, statement: policy, defined: true }
      }),
      ...stands('policy').map(each => ({
        ...{ ...each, level: { kind: 'global' as const }, description: '' },
        ...{ statement: undefined, defined: false },
      })),
    ],
    boundaries: [
      ...all.boundaries.map(({ id, name, query }) => ({ id, name, query, defined: true })),
      ...stands('boundary').map(each => ({ ...each, query: undefined, defined: false })),
    ],
    zones: [],
    groups: groupFacts,
    protect: { users: [], groups: [] },
    gaps: [],
  }
  return { kind: 'imported', imported: { facts, memberships: sortMemberships(memberships), unsaid } }
}

function permissionsOf(group: MonacoGroup): readonly PermissionFact[] {
  const { account, environments, managementZones } = group
  return [
    ...(account?.permissions ?? []).map(role => ({ role, scopeType: 'account' as const, scope: '' })),
    ...environments.flatMap(({ environment, permissions }) =>
      permissions.map(role => ({ role, scopeType: 'tenant' as const, scope: environment })),
    ),
    ...managementZones.flatMap(({ environment, managementZone, permissions }) =>
      permissions.map(role => ({
        ...{ role, scopeType: 'management-zone' as const },
        scope: `${environment}:${managementZone}`,
      })),
    ),
  ]
}

const environmentsOf = ({ groups, policies }: MonacoFile): readonly string[] => [
  ...new Set([
    ...groups.flatMap(group =>
      [...group.environments, ...group.managementZones].map(each => each.environment),
    ),
    ...policies.flatMap(({ level }) => (level.kind === 'environment' ? [level.id] : [])),
  ]),
]
