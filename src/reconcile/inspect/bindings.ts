/** The bindings that the person's groups have in the account, at the levels that matter. */

import type { DesiredGroup, DesiredLevel } from '../../access/desired-group.ts'
import { type HeldBinding, type Known, levelText } from '../../access/explain/evidence.ts'
import type { Place } from '../../access/impact/side.ts'
import type { Binding, Dynatrace } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Catalogue } from '../catalogue.ts'
import type { GroupsRead } from './groups.ts'
import { tried } from './known.ts'

/** From more groups than these on, all bindings of a level are read in one call. */
const mostSingly = 3

export async function heldBindings(
  { places, groups }: { readonly places: readonly Place[]; readonly groups: readonly DesiredGroup[] },
  account: {
    readonly dynatrace: Dynatrace
    readonly catalogue: Known<Catalogue>
    readonly groups: GroupsRead
    /** The catalogue as it is now. */
    readonly readAgain: () => Promise<Catalogue>
  },
): Promise<ReadonlyMap<string, Known<readonly HeldBinding[]>>> {
  const { catalogue } = account
  const levels = levelsOf(places).filter(level =>
    groups.some(({ bindings }) => bindings.some(each => levelText(each.level) === levelText(level))),
  )
  const found = await Promise.all(
    levels.map(async level => {
      if (catalogue.kind === 'unread') return [levelText(level), catalogue] as const
      return [
        levelText(level),
        await tried(() => atLevel(level, groups, { ...account, catalogue: catalogue.value })),
      ] as const
    }),
  )
  return new Map(found)
}

function levelsOf(places: readonly Place[]): readonly DesiredLevel[] {
  const environments = places.flatMap(place =>
    place.kind === 'account' ? [] : [{ kind: 'environment' as const, id: place.id }],
  )
  return [{ kind: 'account' }, ...environments]
}

async function atLevel(
  level: DesiredLevel,
  groups: readonly DesiredGroup[],
  account: {
    readonly dynatrace: Dynatrace
    readonly catalogue: Catalogue
    readonly groups: GroupsRead
    readonly readAgain: () => Promise<Catalogue>
  },
): Promise<readonly HeldBinding[]> {
  const { dynatrace, catalogue, groups: known } = account
  const own = groups.filter(({ bindings }) =>
    bindings.some(each => levelText(each.level) === levelText(level)),
  )
  const ids = own.flatMap(({ name }) => known.ids.get(foldKey(name)) ?? [])
  const read =
    ids.length <= mostSingly
      ? await Promise.all(ids.map(id => dynatrace.bindings.ofGroup(level, id)))
      : [(await dynatrace.bindings.list(level)).filter(({ groupId }) => ids.includes(groupId))]
  const bindings = read.flat()
  const named = namesIn(catalogue)
  // A policy or boundary made within the last minute is not in a catalogue from memory.
  const names = bindings.every(binding => idsOf(binding).every(id => named.has(id)))
    ? named
    : namesIn(await account.readAgain())
  return bindings.map(binding => ({
    group: known.names.get(binding.groupId) ?? binding.groupId,
    policy: names.get(binding.policyId) ?? binding.policyId,
    parameters: binding.parameters,
    boundaries: binding.boundaryIds.map(id => names.get(id) ?? id),
  }))
}

const idsOf = ({ policyId, boundaryIds }: Binding): readonly string[] => [policyId, ...boundaryIds]

/** Of policies and boundaries, by id. */
const namesIn = ({ policies, boundaries }: Catalogue): ReadonlyMap<string, string> =>
  new Map([...policies, ...boundaries].map(({ id, name }) => [id, name]))
