/** Where bindings are kept: by level and group. Every change of a group's bindings is recorded here. */
import { type Account, levelKey } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import type { Binding, Level } from './objects.ts'

/** All bindings of a level. */
export const bindingsAt = (account: Account, level: Level): Binding[] =>
  [...(account.bindings.get(levelKey(level))?.values() ?? [])].flat()

/** How many bindings a level holds, without copying them. */
export function countAt(account: Account, level: Level): number {
  let count = 0
  for (const list of account.bindings.get(levelKey(level))?.values() ?? []) count += list.length
  return count
}

export const bindingsOfGroup = (account: Account, level: Level, groupUuid: string): readonly Binding[] =>
  account.bindings.get(levelKey(level))?.get(groupUuid) ?? []

/** Bindings of every level. */
export const allBindings = (account: Account): Binding[] =>
  [...account.bindings.values()].flatMap(byGroup => [...byGroup.values()].flat())

/** Sets all bindings of one group at one level. */
export function storeBindings(
  account: Account,
  actor: Actor,
  level: Level,
  groupUuid: string,
  after: readonly Binding[],
): void {
  const before = bindingsOfGroup(account, level, groupUuid)
  const key = levelKey(level)
  const byGroup = account.bindings.get(key) ?? new Map<string, readonly Binding[]>()
  if (after.length === 0) byGroup.delete(groupUuid)
  else byGroup.set(groupUuid, after)
  account.bindings.set(key, byGroup)
  record(account, actor, {
    resource: 'GROUP',
    resourceId: groupUuid,
    resourceName: account.groups.get(groupUuid)?.name ?? groupUuid,
    eventType: 'UPDATE_POLICIES',
    before: described(account, key, before),
    after: described(account, key, after),
  })
}

/** Removes every binding this is true of, at every level. */
export function dropBindings(account: Account, actor: Actor, dropped: (binding: Binding) => boolean): void {
  for (const [key, byGroup] of account.bindings) {
    for (const [groupUuid, list] of byGroup) {
      const kept = list.filter(binding => !dropped(binding))
      if (kept.length < list.length) storeBindings(account, actor, levelOf(key), groupUuid, kept)
    }
  }
}

/** The level a key of `account.bindings` stands for. */
export function levelOf(key: string): Level {
  const [type, id = ''] = key.split('/')
  return { type: type === 'account' || type === 'environment' ? type : 'global', id }
}

function described(account: Account, level: string, list: readonly Binding[]): unknown {
  return list.map(binding => ({
    policy: account.policies.get(binding.policyUuid)?.name ?? binding.policyUuid,
    policyUuid: binding.policyUuid,
    level,
    parameters: binding.parameters,
    boundaries: binding.boundaries.map(uuid => account.boundaries.get(uuid)?.name ?? uuid),
  }))
}
