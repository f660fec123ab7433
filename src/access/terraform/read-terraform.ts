/** The IAM resources of the Dynatrace provider in a Terraform state, as facts about an account. Pure. */
import type { z } from 'zod'
import type { BoundaryFact, GroupFact, PolicyFact } from '../from-account/account-facts.ts'
import type { Unsaid } from '../from-account/draft.ts'
import { type Import, type Membership, type SourceFile, sortMemberships } from '../from-account/imported.ts'
import { accountOf, bindingOf, environmentsOf, levelOf, permissionOf, uuidOf } from './attributes.ts'
import { type Resource, readResources } from './resources.ts'
import {
  iamBindings,
  iamBindingsV2,
  iamBoundary,
  iamGroup,
  iamGroupData,
  iamPermission,
  iamPoliciesData,
  iamPolicy,
  iamUser,
} from './shape.ts'

export function readTerraform({ name, text }: SourceFile): Import {
  const read = readResources(text)
  if (read.kind === 'bad') return { kind: 'bad', problems: [`${name} ${read.problem}`] }
  const problems: string[] = []
  const of = <Schema extends z.ZodType>(type: string, schema: Schema, isData = false) =>
    read.resources
      .filter(each => each.type === type && each.isData === isData)
      .flatMap(each => readOne(each, schema, name, problems))
  const groups = of('dynatrace_iam_group', iamGroup)
  const permissions = of('dynatrace_iam_permission', iamPermission)
  const policies = of('dynatrace_iam_policy', iamPolicy)
  const boundaries = of('dynatrace_iam_policy_boundary', iamBoundary)
  const bindings = [
    ...of('dynatrace_iam_policy_bindings_v2', iamBindingsV2),
    ...of('dynatrace_iam_policy_bindings', iamBindings).map(({ policies: ids, ...place }) => ({
      ...place,
      policy: ids.map(id => ({ id, parameters: {}, metadata: {}, boundaries: [] })),
    })),
  ]
  const users = of('dynatrace_iam_user', iamUser)
  const known = of('dynatrace_iam_policies', iamPoliciesData, true).flatMap(each => each.policies)
  const knownGroups = of('dynatrace_iam_group', iamGroupData, true)
  if (problems.length > 0) return { kind: 'bad', problems }
  if (groups.length + policies.length + boundaries.length + users.length + bindings.length === 0) {
    const remedy = 'Give the state that holds dynatrace_iam_group and the like.'
    return { kind: 'bad', problems: [`${name} holds no IAM resources of the Dynatrace provider. ${remedy}`] }
  }

  const ours = new Set(groups.map(({ id }) => id))
  const names = new Map([...knownGroups, ...groups].map(each => [each.id, each.name]))
  const bound = bindings.flatMap(({ group, policy, ...place }) =>
    policy.map(each => ({ group, binding: bindingOf(each, place) })),
  )
  const granted = permissions.map(each => ({ group: each.group, permission: permissionOf(each) }))
  const elsewhere = new Set([...bound, ...granted].flatMap(({ group }) => (ours.has(group) ? [] : [group])))
  const groupFacts = groups.map((group): GroupFact => {
    const { id, name: called, description } = group
    return {
      ...{ id, name: called, description, apart: undefined },
      owner: group.federated_attribute_values.length > 0 ? 'SAML' : 'LOCAL',
      bindings: bound.filter(each => each.group === id).map(({ binding }) => binding),
      permissions: [
        ...group.permissions.flatMap(({ permission }) =>
          permission.map(each => ({ role: each.name, scopeType: each.type, scope: each.scope })),
        ),
        ...granted.filter(each => each.group === id).map(({ permission }) => permission),
      ],
    }
  })
  const policyFacts = policies.map(
    (each): PolicyFact => ({
      id: uuidOf(each.uuid || each.id),
      ...{ name: each.name, level: levelOf(each), description: each.description },
      ...{ statement: each.statement_query, defined: true },
    }),
  )
  const defined = new Set(policyFacts.map(({ id }) => id))
  const namedOnly = known
    .map((each): PolicyFact => {
      const level = each.account || each.environment ? levelOf(each) : { kind: 'global' as const }
      const id = uuidOf(each.uuid || each.id)
      return { id, name: each.name, level, description: '', statement: undefined, defined: false }
    })
    .filter(({ id }) => !defined.has(id))
  const memberships = users.flatMap(({ email, groups: joined }): readonly Membership[] =>
    joined.flatMap(id => ({ group: names.get(id) ?? id, email })),
  )
  const facts = {
    accountId: accountOf([...policies, ...bindings, ...permissions]),
    environments: environmentsOf(groupFacts, policyFacts).map(id => ({ id, name: id, active: true })),
    policies: [...policyFacts, ...new Map(namedOnly.map(each => [each.id, each])).values()],
    boundaries: boundaries.map((each): BoundaryFact => ({ ...each, defined: true })),
    zones: [],
    groups: groupFacts,
    protect: { users: [], groups: [] },
    gaps: [],
  }
  const unsaid = [...elsewhere].map((id): Unsaid => {
    const title = names.get(id)
    return {
      ...{ kind: 'group', rule: undefined, what: title === undefined ? `group ${id}` : `group "${title}"` },
      why: 'Terraform grants something to it and does not manage it, so that the state does not tell what else it has; "scim-bridge init --from-account" reads it from the account',
    }
  })
  return { kind: 'imported', imported: { facts, memberships: sortMemberships(memberships), unsaid } }
}

function readOne<Schema extends z.ZodType>(
  { address, attributes }: Resource,
  schema: Schema,
  file: string,
  problems: string[],
): readonly z.output<Schema>[] {
  const parsed = schema.safeParse(attributes)
  if (parsed.success) return [parsed.data]
  const [issue] = parsed.error.issues
  const place = issue === undefined ? '' : `.${issue.path.join('.')}: ${issue.message}`
  problems.push(
    `${file}: ${address}${place}. Refresh the state with a current provider ("terraform refresh") and give it again.`,
  )
  return []
}
