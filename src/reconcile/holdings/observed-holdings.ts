/** What a full pass has seen of each group, as holdings; what could not be read is left out. */
import type { Work } from '../../lib/turns.ts'
import type { Disguise } from '../../store/disguise.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { GroupRef, StateBinding, StatePermission } from '../state.ts'
import { type Digest, digest } from './digest.ts'
import {
  ACCOUNT,
  bindingHolding,
  groupHolding,
  type Holding,
  type HoldingKind,
  memberHolding,
  type Names,
  permissionHolding,
  userHolding,
} from './holding.ts'

export interface SeenGroup {
  readonly groupId: string
  /** Only kinds that were read whole. */
  readonly digests: Readonly<Partial<Record<HoldingKind, string>>>
  /** Made when they are asked for: mostly nothing is new. */
  readonly holdings: (kind: HoldingKind) => readonly Holding[]
}

/** A group on the way. */
interface Sum {
  readonly bindings: [string, StateBinding][]
  readonly permissions: [string, StatePermission][]
  readonly bound: Digest
  readonly granted: Digest
}

/** All groups of the observation, and first the account with its users. */
export function* observedHoldings(
  { state, blind }: Pick<ObservedState, 'state' | 'blind'>,
  disguise: Disguise,
  names: Names,
): Work<readonly SeenGroup[]> {
  const sums = new Map<GroupRef, Sum>()
  for (const ref of state.groups.keys()) {
    sums.set(ref, { bindings: [], permissions: [], bound: digest(), granted: digest() })
  }
  for (const entry of state.bindings) {
    const [key, { group, boundaryIds }] = entry
    const sum = sums.get(group)
    sum?.bindings.push(entry)
    sum?.bound.add(boundaryIds.length === 0 ? key : `${key} ${boundaryIds.join()}`)
    yield
  }
  for (const entry of state.permissions) {
    const sum = sums.get(entry[1].group)
    sum?.permissions.push(entry)
    sum?.granted.add(entry[0])
    yield
  }
  const users = digest()
  for (const emailKey of state.users.keys()) {
    users.add(emailKey)
    yield
  }
  const seen: SeenGroup[] = [
    {
      groupId: ACCOUNT,
      digests: blind.users.size > 0 ? {} : { 'account-user': users.text() },
      holdings: () => [...state.users.keys()].map(emailKey => userHolding(emailKey, disguise)),
    },
  ]
  // Keys of blind spots begin with the group.
  const halfRead = new Set([...blind.bindings].map(key => key.split(' ')[0]))
  for (const [ref, { bindings, permissions, bound, granted }] of sums) {
    const name = state.groups.get(ref)?.name ?? ref
    const members = state.members.get(ref) ?? new Set<string>()
    const [named, peopled] = [digest(), digest()]
    named.add(name)
    for (const emailKey of members) {
      peopled.add(emailKey)
      yield
    }
    seen.push({
      groupId: ref,
      digests: {
        group: named.text(),
        ...(blind.members.has(ref) ? {} : { member: peopled.text() }),
        ...(halfRead.has(ref) ? {} : { binding: bound.text() }),
        ...(blind.permissions.has(ref) ? {} : { permission: granted.text() }),
      },
      holdings(kind) {
        if (kind === 'group') return [groupHolding(ref, name)]
        if (kind === 'member') return [...members].map(emailKey => memberHolding(ref, emailKey, disguise))
        if (kind === 'binding') return bindings.map(([key, each]) => bindingHolding(ref, each, names, key))
        return permissions.map(([key, each]) => permissionHolding(ref, each, names, key))
      },
    })
    yield
  }
  return seen
}
