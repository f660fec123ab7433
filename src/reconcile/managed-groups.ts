/** Which groups of the account a pass has to do with. */
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { AccountGroup, Dynatrace } from '../dynatrace/dynatrace.ts'
import { UpstreamError } from '../dynatrace/upstream-error.ts'
import { foldKey } from '../lib/fold.ts'
import type { Assignment } from './assign.ts'
import { isNewGroup } from './keys.ts'
import type { Ownership } from './ownership.ts'
import { holdsGroup, type Scope } from './scope.ts'
import type { GroupRef, StateGroup } from './state.ts'

/** An account always has its group of all users: an empty list is a failed read, not an empty account. */
export async function listGroups(dynatrace: Dynatrace): Promise<readonly AccountGroup[]> {
  const groups = await dynatrace.groups.list()
  if (groups.length > 0) return groups
  throw new UpstreamError(
    'malformed',
    'groups.list',
    'Dynatrace answered with no group at all; nothing is concluded from that.',
  )
}

/** A pass over people alone trusts the registry that its groups are there; a call to one that is gone fails safely. */
export function ownedAsIfThere({
  groups,
  rights,
}: Pick<Ownership, 'groups' | 'rights'>): readonly AccountGroup[] {
  const asIf = (id: string, name: string, owner: AccountGroup['owner']): AccountGroup => {
    return { id, name, description: '', owner, federatedAttributeValues: [], createdAt: undefined }
  }
  const owned = [...groups.values()].flatMap(({ dynatraceId, name }) =>
    dynatraceId === undefined ? [] : [asIf(dynatraceId, name, 'LOCAL')],
  )
  const federated = new Map([...rights.values()].map(({ groupId, groupName }) => [groupId, groupName]))
  return [...owned, ...[...federated].map(([id, name]) => asIf(id, name, 'SAML'))]
}

/** Folded names of groups that somebody in the scope should be in and that do not exist yet. */
export function absentGroups(
  scope: Scope,
  assignment: Assignment,
  snapshot: DirectorySnapshot,
): readonly string[] {
  if (scope.kind === 'full') return []
  return [...assignment.desired]
    .filter(([ref, group]) => isNewGroup(ref) && !scope.groups.has(foldKey(group.name)))
    .filter(([, group]) =>
      group.sources.some(source => (snapshot.members.get(source.idpGroupId)?.size ?? 0) > 0),
    )
    .map(([, group]) => foldKey(group.name))
}

export interface ManagedGroups {
  /** Every group of ours that is there; federated ones are not ours. */
  readonly all: ReadonlySet<GroupRef>
  readonly inScope: readonly AccountGroup[]
  readonly refsInScope: ReadonlySet<GroupRef>
  /** Of those in scope. */
  readonly orphans: readonly StateGroup[]
  /** Likewise, those that were there before us: they are not deleted. */
  readonly handedBack: ReadonlySet<GroupRef>
}

export function managedGroups(
  assignment: Assignment,
  accountGroups: readonly AccountGroup[],
  scope: Scope,
): ManagedGroups {
  const refsInScope = new Set<GroupRef>()
  for (const [ref, group] of assignment.desired) {
    if (holdsGroup(scope, foldKey(group.name))) refsInScope.add(ref)
  }
  const unruled = [...assignment.orphans, ...assignment.withheld]
  for (const [ref, row] of unruled) if (holdsGroup(scope, row.nameKey)) refsInScope.add(ref)
  for (const [ref, { group }] of assignment.federated)
    if (holdsGroup(scope, foldKey(group.name))) refsInScope.add(ref)
  const all = new Set([...assignment.desired.keys(), ...unruled.map(([ref]) => ref)])
  const there = accountGroups.filter(group => all.has(group.id))
  const orphaned = there.filter(group => assignment.orphans.has(group.id) && refsInScope.has(group.id))
  const isAdopted = ({ id }: AccountGroup) => assignment.orphans.get(id)?.adopted === true
  return {
    all: new Set(there.map(group => group.id)),
    inScope: [
      ...there.filter(group => refsInScope.has(group.id)),
      ...[...assignment.federated.values()]
        .map(each => each.group)
        .filter(group => refsInScope.has(group.id)),
    ],
    refsInScope,
    orphans: orphaned
      .filter(group => !isAdopted(group))
      .map(({ id, name, description }) => ({ ref: id, name, description })),
    handedBack: new Set(orphaned.filter(isAdopted).map(({ id }) => id)),
  }
}
