/** How much a pass looked at, and whether it could read all of it. */
import type { ManagedGroups } from '../managed-groups.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { Run } from '../run.ts'
import type { Premises } from './premises.ts'

/** Of a pass over keys: the part of both sides that it read. */
export function snapshotFigures({
  premises: { snapshot, accountGroups, catalogue },
  observed: { state, blind },
  mine,
  problems,
}: {
  readonly premises: Premises
  readonly observed: ObservedState
  readonly mine: ManagedGroups
  readonly problems: readonly string[]
}): NonNullable<Run['snapshot']> {
  return {
    directory: {
      people: snapshot.people.size,
      groups: snapshot.groups.length,
      memberships: sizes(snapshot.members),
    },
    account: {
      users: state.users.size,
      groups: accountGroups.length,
      managedGroups: mine.all.size,
      memberships: sizes(state.members),
      bindings: state.bindings.size,
      permissions: state.permissions.size,
      policies: catalogue?.policies.length ?? 0,
      boundaries: catalogue?.boundaries.length ?? 0,
    },
    complete: problems.length === 0,
    unread: {
      memberships: blind.members.size,
      bindings: blind.bindings.size,
      permissions: blind.permissions.size,
      users: blind.users.size,
      lists: catalogue?.unread.size ?? 0,
    },
  }
}

function sizes(sets: ReadonlyMap<string, ReadonlySet<string>>): number {
  let sum = 0
  for (const each of sets.values()) sum += each.size
  return sum
}
