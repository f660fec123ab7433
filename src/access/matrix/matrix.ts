/** Dynatrace groups × places: what each group has where, by name. */
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { DesiredBinding, DesiredGroup, DesiredPermission } from '../desired-group.ts'
import { account } from '../evaluate/facts.ts'
import type { Place } from '../impact/side.ts'
import type { AccessModel } from '../model.ts'

export interface MatrixPolicy {
  readonly policy: string
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
  /** Bound in the account, and so in this environment. */
  readonly inherited: boolean
}

export type MatrixRole = Pick<DesiredPermission, 'role' | 'zone'>

export interface MatrixCell {
  readonly place: Place
  readonly policies: readonly MatrixPolicy[]
  readonly roles: readonly MatrixRole[]
}

export interface MatrixRow {
  readonly group: string
  readonly idpGroups: readonly string[]
  readonly rules: readonly string[]
  /** Active people, each once, whatever IdP groups they are in. */
  readonly members: number
  /** One for each place, in their order. */
  readonly cells: readonly MatrixCell[]
}

/** The columns: the account first, then the environments as the file has them. */
export const matrixPlaces = ({ environments }: Pick<AccessModel, 'environments'>): readonly Place[] => [
  account,
  ...environments.map(({ name, id }) => ({ kind: 'environment' as const, name, id })),
]

/** One row, so that thousands can be told one after the other. */
export function matrixRow(
  group: DesiredGroup,
  places: readonly Place[],
  snapshot: Pick<DirectorySnapshot, 'members' | 'people'>,
): MatrixRow {
  const bindings = Map.groupBy(group.bindings, ({ level }) => (level.kind === 'account' ? '' : level.id))
  const roles = Map.groupBy(group.permissions, ({ level }) => (level.kind === 'account' ? '' : level.id))
  const inherited = (bindings.get('') ?? []).map(binding => policyOf(binding, true))
  return {
    group: group.name,
    idpGroups: distinct(group.sources.map(({ idpGroupName }) => idpGroupName)),
    rules: distinct(group.sources.map(({ rule }) => rule)),
    members: activeMembers(group, snapshot),
    cells: places.map(place => {
      const id = place.kind === 'account' ? '' : place.id
      const own = (bindings.get(id) ?? []).map(binding => policyOf(binding, false))
      return {
        place,
        policies: place.kind === 'account' ? own : [...inherited, ...own],
        roles: (roles.get(id) ?? []).map(({ role, zone }) => ({ role, zone })),
      }
    }),
  }
}

const policyOf = ({ policy, parameters, boundaries }: DesiredBinding, inherited: boolean): MatrixPolicy => ({
  policy,
  parameters,
  boundaries,
  inherited,
})

function activeMembers(
  { sources }: DesiredGroup,
  { members, people }: Pick<DirectorySnapshot, 'members' | 'people'>,
): number {
  const active = new Set<string>()
  for (const idpGroupId of new Set(sources.map(source => source.idpGroupId))) {
    for (const emailKey of members.get(idpGroupId) ?? []) {
      if (people.get(emailKey)?.active === true) active.add(emailKey)
    }
  }
  return active.size
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].sort()
