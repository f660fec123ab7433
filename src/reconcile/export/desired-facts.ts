/** What the rules want of the account, with the ids of what is there already: for other tools that describe accounts. */
import type { DesiredBinding, DesiredGroup, DesiredPermission } from '../../access/desired-group.ts'
import { endedGrants } from '../../access/ends.ts'
import type {
  AccountFacts,
  BindingFact,
  GroupFact,
  PermissionFact,
  PolicyFact,
} from '../../access/from-account/account-facts.ts'
import { NAMED } from '../../access/from-account/imported.ts'
import { inForce } from '../../access/in-force.ts'
import type { AccessModel } from '../../access/model.ts'
import type { DynatraceConnection } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import { shortId } from '../../lib/ids.ts'
import { type Catalogue, findBoundary, findPolicy, findZone } from '../catalogue.ts'
import { definitionKey } from '../keys.ts'
import type { Definitions } from '../owned-definitions.ts'
import { type Premises, readPremises } from '../pass/premises.ts'

export interface DesiredFacts {
  readonly facts: AccountFacts
  /** Ids of groups, policies and boundaries that the account has. */
  readonly existing: readonly string[]
  /** What the rules want and what cannot be said with ids. */
  readonly problems: readonly string[]
}

type Parts = Omit<Parameters<typeof readPremises>[1], 'dynatrace'> & {
  readonly connection: Pick<DynatraceConnection, 'with'>
}

/** Reads groups and catalogue of the account. @throws UpstreamError when these cannot be read. */
export async function desiredFacts(file: AccessModel, parts: Parts): Promise<DesiredFacts> {
  const now = parts.clock.now()
  const dynatrace = parts.connection.with({ runId: shortId('export'), requestIds: [] })
  const request = {
    scope: { kind: 'full' },
    model: inForce(file, now),
    ended: endedGrants(file, now),
  } as const
  const premises = await readPremises(request, { ...parts, dynatrace })
  const { catalogue, definitions, wished } = premises
  if (catalogue === undefined || definitions === undefined) {
    return { facts: nothing(dynatrace.accountId), existing: [], problems: [] }
  }
  const names = nameBook(wished, definitions, catalogue)
  const problems: string[] = []
  const known = { names, catalogue, accountId: dynatrace.accountId, problems }
  const groups = wished.groups.map(group => groupFact(group, placeOf(group, premises), known))
  const facts: AccountFacts = {
    accountId: dynatrace.accountId,
    environments: file.environments.map(({ id, name }) => {
      const found = catalogue.environments.get(id)
      return { id, name: found?.name ?? name, active: found?.active ?? true }
    }),
    policies: names.policies(),
    boundaries: names.boundaries(),
    zones: (catalogue.zones ?? []).map(({ environment, id, name }) => {
      return { environmentId: environment.id, id, name }
    }),
    groups,
    protect: { users: file.protect.users, groups: file.protect.groups },
    gaps: [],
  }
  const there = new Set([
    ...premises.accountGroups.map(({ id }) => id),
    ...catalogue.policies.map(({ id }) => id),
    ...catalogue.boundaries.map(({ id }) => id),
  ])
  const ids = [...groups, ...facts.policies, ...facts.boundaries].map(({ id }) => id)
  return { facts, existing: ids.filter(id => there.has(id)), problems }
}

const nothing = (accountId: string): AccountFacts => ({
  ...{ accountId, environments: [], policies: [], boundaries: [], zones: [], groups: [], gaps: [] },
  protect: { users: [], groups: [] },
})

interface Place {
  readonly id: string
  readonly owner: string
}

/** Which group of the account it is, or what stands for it until it is made. */
function placeOf(group: DesiredGroup, { assignment, accountGroups }: Premises): Place {
  const [ref] = [...assignment.desired].find(([, each]) => each === group) ?? []
  if (ref !== undefined) return { id: ref, owner: 'LOCAL' }
  const there = accountGroups.find(({ name }) => foldKey(name) === foldKey(group.name))
  return there ?? { id: `${NAMED}group:${group.name}`, owner: 'LOCAL' }
}

type NameBook = ReturnType<typeof nameBook>

/** Ids for names; what they stand for is collected while they are looked up. */
function nameBook(wished: Premises['wished'], definitions: Definitions, catalogue: Catalogue) {
  const taken = new Map(
    definitions.taken.map(each => {
      const level = each.kind === 'policy' ? each.wished.level : ACCOUNT
      return [`${each.kind} ${definitionKey(level, each.wished.name)}`, each.id] as const
    }),
  )
  const idOf = (kind: 'policy' | 'boundary', key: string, name: string) =>
    taken.get(`${kind} ${key}`) ??
    (kind === 'policy' ? definitions.policyIds : definitions.boundaryIds).get(key) ??
    `${NAMED}${kind}:${name}`
  const policies = new Map(
    wished.policies.map(each => {
      const key = definitionKey(each.level, each.name)
      return [key, { ...each, id: idOf('policy', key, each.name), defined: true }] as const
    }),
  )
  const boundaries = new Map(
    wished.boundaries.map(({ name, query }) => {
      const key = definitionKey(ACCOUNT, name)
      return [key, { name, query, id: idOf('boundary', key, name), defined: true }] as const
    }),
  )
  const otherPolicies = new Map<string, PolicyFact>()
  const otherBoundaries = new Map<string, AccountFacts['boundaries'][number]>()
  return {
    policies: (): readonly PolicyFact[] => [...policies.values(), ...otherPolicies.values()],
    boundaries: () => [...boundaries.values(), ...otherBoundaries.values()],
    policy({ policy, level }: DesiredBinding): string {
      const own = policies.get(definitionKey(level, policy)) ?? policies.get(definitionKey(ACCOUNT, policy))
      if (own !== undefined) return own.id
      const found = findPolicy(catalogue, policy, level)
      const id = found.kind === 'found' ? found.id : `${NAMED}policy:${policy}`
      const there = catalogue.policies.find(each => each.id === id)
      const fact = { id, name: there?.name ?? policy, level: there?.level ?? GLOBAL, description: '' }
      otherPolicies.set(id, { ...fact, statement: undefined, defined: false })
      return id
    },
    boundary(name: string): string {
      const own = boundaries.get(definitionKey(ACCOUNT, name))
      if (own !== undefined) return own.id
      const found = findBoundary(catalogue, name)
      const id = found.kind === 'found' ? found.id : `${NAMED}boundary:${name}`
      otherBoundaries.set(id, { id, name, query: undefined, defined: false })
      return id
    },
  }
}

const ACCOUNT = { kind: 'account' } as const
const GLOBAL = { kind: 'global' } as const

interface Known {
  readonly names: NameBook
  readonly catalogue: Catalogue
  readonly accountId: string
  readonly problems: string[]
}

function groupFact(group: DesiredGroup, { id, owner }: Place, known: Known): GroupFact {
  const { name, description } = group
  return {
    ...{ id, name, description, owner, apart: undefined },
    bindings: group.bindings.map((binding): BindingFact => {
      const { level, parameters } = binding
      const boundaryIds = binding.boundaries.map(each => known.names.boundary(each))
      return { level, policyId: known.names.policy(binding), parameters, metadata: {}, boundaryIds }
    }),
    permissions: group.permissions.flatMap(each => permissionFact(each, name, known) ?? []),
  }
}

function permissionFact(
  { role, level, zone }: DesiredPermission,
  group: string,
  { catalogue, accountId, problems }: Known,
): PermissionFact | undefined {
  if (level.kind === 'account') return { role, scopeType: 'account', scope: accountId }
  if (zone === undefined) return { role, scopeType: 'tenant', scope: level.id }
  const found = findZone(catalogue, zone, level.id)
  if (found.kind === 'found') return { role, scopeType: 'management-zone', scope: `${level.id}:${found.id}` }
  problems.push(
    `Group "${group}": the management zone "${zone}" of environment ${level.id} is not found, so role ${role} is left out.`,
  )
  return undefined
}
