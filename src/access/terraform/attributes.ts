/** What the attributes of the provider's resources mean: levels, ids, bindings, permissions. */
import type { z } from 'zod'
import type {
  BindingFact,
  FactLevel,
  GroupFact,
  PermissionFact,
  PolicyFact,
} from '../from-account/account-facts.ts'
import type { iamPermission } from './shape.ts'

interface Place {
  readonly account: string
  readonly environment: string
}

export const levelOf = ({ environment }: Place): FactLevel =>
  environment === '' ? { kind: 'account' } : { kind: 'environment', id: environment }

/** Ids of policies are `uuid#-#level#-#id of the level` in states of the provider. */
export const uuidOf = (id: string): string => id.split('#-#')[0] ?? id

export const bindingOf = (
  {
    id,
    parameters,
    metadata,
    boundaries,
  }: {
    readonly id: string
    readonly parameters: Readonly<Record<string, string>>
    readonly metadata: Readonly<Record<string, string>>
    readonly boundaries: readonly string[]
  },
  place: Place,
): BindingFact => ({
  ...{ level: levelOf(place), policyId: uuidOf(id), parameters, metadata },
  boundaryIds: boundaries,
})

export function permissionOf({
  name: role,
  account,
  environment,
  management_zone: zone,
}: z.output<typeof iamPermission>): PermissionFact {
  if (zone !== '') return { role, scopeType: 'management-zone', scope: `${environment}:${zone}` }
  if (environment !== '') return { role, scopeType: 'tenant', scope: environment }
  return { role, scopeType: 'account', scope: account }
}

/** Undefined when resources are of several accounts. */
export function accountOf(places: readonly Place[]): string | undefined {
  const accounts = new Set(places.flatMap(({ account }) => account || []))
  return accounts.size === 1 ? [...accounts][0] : undefined
}

export const environmentsOf = (
  groups: readonly GroupFact[],
  policies: readonly PolicyFact[],
): readonly string[] => [
  ...new Set([
    ...[...groups.flatMap(({ bindings }) => bindings), ...policies].flatMap(({ level }) =>
      level.kind === 'environment' ? [level.id] : [],
    ),
    ...groups.flatMap(({ permissions }) =>
      permissions.flatMap(({ scopeType, scope }) =>
        scopeType === 'account' ? [] : [scope.split(':')[0] ?? scope],
      ),
    ),
  ]),
]
