/** Small worlds for questions about access: people in IdP groups, groups with bindings, policies by name. */
import fc from 'fast-check'
import type { DesiredBinding, DesiredGroup, DesiredPermission } from '../../src/access/desired-group.ts'
import type { AccessFacts } from '../../src/access/evaluate/facts.ts'
import { textsOf } from '../../src/access/evaluate/texts.ts'
import type { Person } from '../../src/directory/snapshot.ts'
import { emptyModel } from './empty-model.ts'

export interface SmallWorld {
  /** IdP group → names of its members; the id of a group is its name. */
  readonly members: Readonly<Record<string, readonly string[]>>
  readonly inactive?: readonly string[]
  readonly groups: readonly DesiredGroup[]
  /** Name → text; a name that is not here is a policy nobody could read. */
  readonly policies?: Readonly<Record<string, string>>
  readonly boundaries?: Readonly<Record<string, string>>
  readonly environments?: readonly string[]
  readonly withheld?: readonly string[]
  readonly unreachable?: readonly string[]
}

export function factsOf(world: SmallWorld): AccessFacts {
  const { members, groups, policies = {}, boundaries = {}, environments = ['prod', 'stage'] } = world
  const names = [...new Set(Object.values(members).flat())]
  const people = names.map(name => personOf(name, !(world.inactive ?? []).includes(name)))
  const desired = {
    groups,
    policies: Object.entries(policies).map(([name, statement]) => ({
      name,
      description: '',
      statement,
      level: { kind: 'account' as const },
    })),
    boundaries: Object.entries(boundaries).map(([name, query]) => ({
      name,
      query,
      askedForBy: [],
    })),
    withheldBoundaries: [],
    findings: [],
    withheld: world.withheld ?? [],
  }
  return {
    model: {
      ...emptyModel,
      environments: environments.map(name => ({ name, id: `${name}-id`, labels: {} })),
    },
    desired,
    snapshot: {
      groups: Object.keys(members).map(name => ({ id: name, displayName: name, externalId: undefined })),
      people: new Map(people.map(person => [person.emailKey, person])),
      departures: new Map(),
      members: new Map(
        Object.entries(members).map(([group, own]) => [group, new Set(own.map(name => emailOf(name)))]),
      ),
      unreachable: world.unreachable ?? [],
      parked: new Map(),
      seq: 0,
    },
    texts: textsOf(desired),
  }
}

export const emailOf = (name: string): string => `${name}@acme.example`

function personOf(name: string, active: boolean): Person {
  const email = emailOf(name)
  return {
    userName: email,
    email,
    emailKey: email,
    active,
    inactiveSince: undefined,
    reactivatedAt: undefined,
    doubtedSince: undefined,
  }
}

export function binding(
  policy: string,
  environment?: string,
  more: Partial<DesiredBinding> = {},
): DesiredBinding {
  return {
    policy,
    level: environment === undefined ? { kind: 'account' } : { kind: 'environment', id: `${environment}-id` },
    parameters: {},
    boundaries: [],
    rules: ['rule'],
    ...more,
  }
}

export function role(name: string, environment?: string, zone?: string): DesiredPermission {
  return {
    role: name,
    level: environment === undefined ? { kind: 'account' } : { kind: 'environment', id: `${environment}-id` },
    zone,
    rules: ['rule'],
  }
}

export function group(
  name: string,
  idpGroups: readonly string[],
  bindings: readonly DesiredBinding[],
  permissions: readonly DesiredPermission[] = [],
): DesiredGroup {
  return {
    name,
    description: '',
    sources: idpGroups.map(each => ({ rule: 'rule', idpGroupId: each, idpGroupName: each })),
    bindings,
    permissions,
  }
}

const names = ['ana', 'ben', 'cy', 'dee']
const idpGroups = ['idp-1', 'idp-2', 'idp-3']
const context = 'storage:dt.security_context'

const condition = fc.constantFrom(
  `${context} = "a"`,
  `${context} = "b"`,
  `${context} IN ("a", "b")`,
  `${context} IN ("b")`,
  `${context} != "a"`,
  `${context} startsWith "a"`,
  'storage:bucket-name = "logs"',
  'storage:bucket-name != "logs"',
)

const statement = fc
  .record({
    effect: fc.constantFrom('ALLOW', 'ALLOW', 'ALLOW', 'DENY'),
    permission: fc.constantFrom('storage:logs:read', 'storage:logs:read', 'storage:events:read'),
    conditions: fc.array(condition, { maxLength: 2 }),
  })
  .map(({ effect, permission, conditions }) =>
    conditions.length === 0
      ? `${effect} ${permission};`
      : `${effect} ${permission} WHERE ${conditions.join(' AND ')};`,
  )

const policyText = fc.array(statement, { minLength: 1, maxLength: 3 }).map(texts => texts.join('\n'))

const anyBinding = fc
  .record({
    policy: fc.constantFrom('p0', 'p1', 'p2', 'p3', 'nobody knows'),
    environment: fc.constantFrom(undefined, 'prod', 'stage'),
    boundaries: fc.constantFrom([], [], ['b0'], ['b0', 'b1']),
  })
  .map(({ policy, environment, boundaries }) => binding(policy, environment, { boundaries }))

/** Random people, groups, policies with conditions and denials, boundaries, and now and then a policy nobody could read. */
export const anyWorld: fc.Arbitrary<SmallWorld> = fc
  .record({
    members: fc.record({
      'idp-1': fc.subarray(names),
      'idp-2': fc.subarray(names),
      'idp-3': fc.subarray(names),
    }),
    inactive: fc.constantFrom([], [], ['dee']),
    texts: fc.array(policyText, { minLength: 4, maxLength: 4 }),
    queries: fc.array(condition, { minLength: 2, maxLength: 2 }),
    groups: fc.array(
      fc.record({
        idpGroups: fc.subarray(idpGroups, { minLength: 1 }),
        bindings: fc.array(anyBinding, { maxLength: 3 }),
        roles: fc.subarray([
          role('account-viewer'),
          role('tenant-viewer', 'prod'),
          role('tenant-viewer', 'stage'),
        ]),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ members, inactive, texts, queries, groups }) => ({
    members,
    inactive,
    policies: Object.fromEntries(texts.map((text, index) => [`p${index}`, text])),
    boundaries: Object.fromEntries(queries.map((query, index) => [`b${index}`, `${query};`])),
    groups: groups.map((each, index) => group(`g${index}`, each.idpGroups, each.bindings, each.roles)),
  }))
