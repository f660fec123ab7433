/** Facts about an account as account resources of Monaco: one YAML file for each kind, and a manifest. Pure. */
import { stringify } from 'yaml'
import type { AccountFacts, BindingFact, FactLevel, GroupFact } from '../from-account/account-facts.ts'
import type { Unsaid } from '../from-account/draft.ts'
import { ownIds } from '../from-account/own-ids.ts'
import { quoted } from '../from-account/sayable.ts'

export interface WrittenFile {
  /** From the folder that is written to. */
  readonly path: string
  readonly text: string
}

export interface Written {
  readonly files: readonly WrittenFile[]
  readonly unsaid: readonly Unsaid[]
}

const PROJECT = 'account-access'

/** `existing`: ids of what the account has; Monaco is told them, so that it changes these instead of making others. */
export function writeMonaco(facts: AccountFacts, existing: ReadonlySet<string>): Written {
  const unsaid: Unsaid[] = []
  const policyIds = ownIds(facts.policies.filter(each => each.defined))
  const boundaryIds = ownIds(facts.boundaries.filter(each => each.defined))
  const groupIds = ownIds(facts.groups)
  const origin = (id: string) => (existing.has(id) ? { originObjectId: id } : {})
  const groups = facts.groups.flatMap(group => {
    const why = obstacleOf(group)
    if (why === undefined) {
      const { id, name, description } = group
      const about = { id: groupIds.get(id), name, ...(description === '' ? {} : { description }) }
      return [{ ...about, ...grantsOf(group, { facts, policyIds, boundaryIds }), ...origin(id) }]
    }
    unsaid.push({ kind: 'group', rule: undefined, what: `group ${quoted(group.name)}`, why })
    return []
  })
  const policies = facts.policies
    .filter(each => each.defined)
    .map(({ id, name, level, description, statement }) => ({
      ...{ id: policyIds.get(id), name, level: homeOf(level) },
      ...(description === '' ? {} : { description }),
      policy: statement ?? '',
      ...origin(id),
    }))
  const boundaries = facts.boundaries
    .filter(each => each.defined)
    .map(({ id, name, query }) => ({ id: boundaryIds.get(id), name, query: query ?? '', ...origin(id) }))
  const files = [
    { path: 'manifest.yaml', text: manifest(facts) },
    ...fileOf('groups', groups, facts.groups.length > 0),
    ...fileOf('policies', policies, policies.length > 0),
    ...fileOf('boundaries', boundaries, boundaries.length > 0),
  ]
  return { files, unsaid }
}

/** Monaco replaces what a group has at a level: what it cannot say it would take away. */
function obstacleOf({ owner, bindings }: GroupFact): string | undefined {
  if (owner !== 'LOCAL') return `it belongs to ${owner}, and Monaco would set all that it grants`
  const given = bindings.find(({ parameters }) => Object.keys(parameters).length > 0)
  if (given !== undefined) {
    return 'a binding of it has parameters, which Monaco has no words for and would take away'
  }
  const places = bindings.map(({ level, policyId }) => JSON.stringify([level, policyId]))
  return new Set(places).size < places.length ? 'it has one policy twice at one level' : undefined
}

interface Names {
  readonly facts: AccountFacts
  readonly policyIds: ReadonlyMap<string, string>
  readonly boundaryIds: ReadonlyMap<string, string>
}

function grantsOf({ bindings, permissions }: GroupFact, names: Names): object {
  const at = (level: FactLevel) => ({
    ...filled(
      'permissions',
      permissions
        .filter(({ scopeType, scope }) =>
          level.kind === 'environment'
            ? scopeType === 'tenant' && scope === level.id
            : scopeType === 'account' && level.kind === 'account',
        )
        .map(({ role }) => role),
    ),
    ...filled(
      'policies',
      bindings
        .filter(each => JSON.stringify(each.level) === JSON.stringify(level))
        .map(each => bindingOf(each, names)),
    ),
  })
  const account = at({ kind: 'account' })
  const ids = new Set([
    ...bindings.flatMap(({ level }) => (level.kind === 'environment' ? [level.id] : [])),
    ...permissions.flatMap(({ scopeType, scope }) => (scopeType === 'tenant' ? [scope] : [])),
  ])
  const environments = [...ids].sort().map(id => ({ environment: id, ...at({ kind: 'environment', id }) }))
  const zoned = Map.groupBy(
    permissions.filter(({ scopeType }) => scopeType === 'management-zone'),
    ({ scope }) => scope,
  )
  const managementZones = [...zoned].map(([scope, these]) => {
    const [environment = '', managementZone = ''] = scope.split(':')
    return { environment, managementZone, permissions: these.map(({ role }) => role) }
  })
  return {
    ...(Object.keys(account).length === 0 ? {} : { account }),
    ...filled('environments', environments),
    ...filled('managementZones', managementZones),
  }
}

/** Others than those that the files define go by their names. */
function bindingOf({ policyId, boundaryIds }: BindingFact, names: Names): unknown {
  const refer = (
    id: string,
    own: ReadonlyMap<string, string>,
    all: readonly { id: string; name: string }[],
  ) => {
    const known = own.get(id)
    if (known !== undefined) return { type: 'reference', id: known }
    return all.find(each => each.id === id)?.name ?? id
  }
  const policy = refer(policyId, names.policyIds, names.facts.policies)
  if (boundaryIds.length === 0) return policy
  const boundaries = boundaryIds.map(id => refer(id, names.boundaryIds, names.facts.boundaries))
  return { policy, boundaries }
}

const filled = (key: string, all: readonly unknown[]): object => (all.length === 0 ? {} : { [key]: all })

const homeOf = (level: FactLevel): object =>
  level.kind === 'environment' ? { type: 'environment', environment: level.id } : { type: 'account' }

const fileOf = (key: string, all: readonly unknown[], wanted: boolean): readonly WrittenFile[] =>
  wanted ? [{ path: `${PROJECT}/${key}.yaml`, text: yamlOf({ [key]: all }) }] : []

const manifest = ({ accountId = 'put the UUID of your account here' }: AccountFacts): string =>
  yamlOf({
    manifestVersion: '1.0',
    projects: [{ name: PROJECT }],
    accounts: [
      {
        name: 'my-account',
        accountUUID: accountId,
        oAuth: { clientId: { name: 'OAUTH_CLIENT_ID' }, clientSecret: { name: 'OAUTH_CLIENT_SECRET' } },
      },
    ],
  })

const yamlOf = (value: object): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
