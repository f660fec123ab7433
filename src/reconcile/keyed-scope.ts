/** From keys of the change feed to the scope of a pass. */
import { type DesiredMemory, desiredMemory } from '../access/desired-memory.ts'
import type { AccessModel } from '../access/model.ts'
import type { ChangedKey, ReadSnapshot } from '../directory/snapshot.ts'
import { foldKey } from '../lib/fold.ts'
import type { Store } from '../store/store.ts'
import { readOwnership } from './ownership.ts'
import type { Scope } from './scope.ts'

/**
 * A changed IdP group concerns the groups that rules make of its name, as it is or was, and the groups
 * of ours that it fed before. It may be gone, so rules are asked about the name alone.
 */
export async function keyedScope(
  keys: readonly ChangedKey[],
  parts: {
    readonly model: AccessModel
    readonly store: Store
    readonly readSnapshot: ReadSnapshot
    readonly desiredMemory?: DesiredMemory
  },
): Promise<Extract<Scope, { kind: 'keys' }>> {
  const emails = new Set(keys.filter(key => key.kind === 'user').map(key => key.key))
  const names = new Set(keys.filter(key => key.kind === 'group').map(key => foldKey(key.key)))
  const groups = new Set<string>()
  // Most changes concern people alone, and need nothing more to be read.
  if (names.size === 0) return { kind: 'keys', emails, groups }

  const { groups: idpGroups } = await parts.readSnapshot({
    kind: 'keys',
    emails: new Set(),
    groupIds: new Set(),
  })
  const ownership = await readOwnership(parts.store.db)
  const present = idpGroups.filter(group => names.has(foldKey(group.displayName)))
  for (const group of present) names.delete(foldKey(group.displayName))
  const gone = [...names].map((name, index) => ({
    id: `gone-${index}`,
    displayName: name,
    externalId: undefined,
  }))
  const memory = parts.desiredMemory ?? desiredMemory()
  for (const name of memory.namesFrom(parts.model, [...present, ...gone])) groups.add(name)
  const ids = new Set(present.map(group => group.id))
  const here = new Set(idpGroups.map(group => group.id))
  for (const row of ownership.groups.values()) {
    // A source that is no more is the group that was just deleted.
    if (row.sources.some(id => ids.has(id) || !here.has(id))) groups.add(row.nameKey)
  }
  return { kind: 'keys', emails, groups }
}
