/** What a full pass has seen of each group, as holdings; what could not be read is left out. */
import type { Work } from '../../lib/turns.ts'
import type { Disguise } from '../../store/disguise.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { GroupRef } from '../state.ts'
import { digest, digestOf } from './digest.ts'
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

/** All groups of the observation, and first the account with its users. */
export function* observedHoldings(
  { state, blind }: Pick<ObservedState, 'state' | 'blind'>,
  disguise: Disguise,
  names: Names,
): Work<readonly SeenGroup[]> {
  const [bindings, permissions] = [byGroup(state.groups), byGroup(state.groups)]
  for (const [key, binding] of state.bindings) {
    bindings.get(binding.group)?.push(bindingHolding(binding.group, binding, names, key))
    yield
  }
  for (const [key, permission] of state.permissions) {
    permissions.get(permission.group)?.push(permissionHolding(permission.group, permission, names, key))
    yield
  }
  const halfRead = new Set<GroupRef>()
  // The keys begin with the group.
  for (const key of blind.bindings) halfRead.add(key.split(' ')[0] ?? '')

  const users = digest()
  for (const emailKey of state.users.keys()) {
    users.add(disguise.tokenOf(emailKey))
    yield
  }
  const seen: SeenGroup[] = [
    {
      groupId: ACCOUNT,
      digests: blind.users.size > 0 ? {} : { 'account-user': users.text() },
      holdings: () => [...state.users.keys()].map(emailKey => userHolding(emailKey, disguise)),
    },
  ]
  for (const { ref, name } of state.groups.values()) {
    const members = state.members.get(ref) ?? new Set<string>()
    const peopled = digest()
    for (const emailKey of members) {
      peopled.add(disguise.tokenOf(emailKey))
      yield
    }
    const of: Partial<Record<HoldingKind, readonly Holding[]>> = {
      group: [groupHolding(ref, name)],
      ...(halfRead.has(ref) ? {} : { binding: bindings.get(ref) ?? [] }),
      ...(blind.permissions.has(ref) ? {} : { permission: permissions.get(ref) ?? [] }),
    }
    seen.push({
      groupId: ref,
      digests: {
        ...Object.fromEntries(Object.entries(of).map(([kind, holdings]) => [kind, digestOf(holdings)])),
        ...(blind.members.has(ref) ? {} : { member: peopled.text() }),
      },
      holdings: kind =>
        kind === 'member'
          ? [...members].map(emailKey => memberHolding(ref, emailKey, disguise))
          : (of[kind] ?? []),
    })
    yield
  }
  return seen
}

const byGroup = (groups: ReadonlyMap<GroupRef, unknown>): Map<GroupRef, Holding[]> =>
  new Map([...groups.keys()].map(ref => [ref, []]))
