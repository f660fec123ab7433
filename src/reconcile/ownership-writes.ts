/** What the ownership registry is told: before something is made, once it is known to be there, and when it is gone. */
import { foldKey } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import type { Store, Writer } from '../store/store.ts'
import { type DefinitionWrites, definitionWrites } from './definition-writes.ts'
import { type RightWrites, rightWrites } from './right-writes.ts'

export interface OwnershipWrites extends DefinitionWrites, RightWrites {
  /** Before creating: claims the names, unless they are ours already. */
  intend(kind: 'group' | 'user', entries: readonly OwnershipEntry[]): Promise<void>
  /** After creating. */
  confirmGroup(name: string, dynatraceId: string): Promise<void>
  confirmUsers(emailKeys: readonly string[]): Promise<void>
  /** After a rename: the row follows the uuid. */
  setName(dynatraceId: string, name: string, sources: readonly string[]): Promise<void>
  setSources(nameKey: string, sources: readonly string[]): Promise<void>
  forgetGroups(dynatraceIds: readonly string[]): Promise<void>
  forget(kind: 'group' | 'user', nameKeys: readonly string[]): Promise<void>
}

interface OwnershipEntry {
  readonly name: string
  readonly sources: readonly string[]
}

export function ownershipWrites(store: Store, runId: string, now: () => Date): OwnershipWrites {
  const update = (tx: Writer, kind: 'group' | 'user', nameKey: string) =>
    tx.updateTable('ownership').where('kind', '=', kind).where('nameKey', '=', nameKey)
  return {
    ...definitionWrites(store, runId, now),
    ...rightWrites(store, runId, now),
    async intend(kind, entries) {
      const at = now().toISOString()
      const rows = entries.map(entry => ({
        id: newId(),
        kind,
        dynatraceId: null,
        name: entry.name,
        nameKey: foldKey(entry.name),
        state: 'creating' as const,
        sources: JSON.stringify(entry.sources),
        runId,
        at,
      }))
      await store.write(async tx => {
        for (let start = 0; start < rows.length; start += 100) {
          await tx
            .insertInto('ownership')
            .values(rows.slice(start, start + 100))
            // An older claim stands, but what was there at its time may be gone: the attempt is made anew.
            .onConflict(conflict =>
              conflict.columns(['kind', 'nameKey']).doUpdateSet({ dynatraceId: null, state: 'creating', at }),
            )
            .execute()
        }
      })
    },
    confirmGroup: (name, dynatraceId) =>
      store.write(async tx => {
        await update(tx, 'group', foldKey(name)).set({ dynatraceId, state: 'owned' }).execute()
      }),
    async confirmUsers(emailKeys) {
      if (emailKeys.length === 0) return
      await store.write(async tx => {
        for (const emailKey of emailKeys) await update(tx, 'user', emailKey).set({ state: 'owned' }).execute()
      })
    },
    setName: (dynatraceId, name, sources) =>
      store.write(async tx => {
        await tx
          .updateTable('ownership')
          .set({ name, nameKey: foldKey(name), sources: JSON.stringify(sources) })
          .where('kind', '=', 'group')
          .where('dynatraceId', '=', dynatraceId)
          .execute()
      }),
    setSources: (nameKey, sources) =>
      store.write(async tx => {
        await update(tx, 'group', nameKey)
          .set({ sources: JSON.stringify(sources) })
          .execute()
      }),
    forgetGroups: dynatraceIds =>
      store.write(async tx => {
        for (const id of dynatraceIds) {
          await tx.deleteFrom('ownership').where('kind', '=', 'group').where('dynatraceId', '=', id).execute()
        }
      }),
    async forget(kind, nameKeys) {
      if (nameKeys.length === 0) return
      await store.write(async tx => {
        for (const nameKey of nameKeys) {
          await tx.deleteFrom('ownership').where('kind', '=', kind).where('nameKey', '=', nameKey).execute()
        }
      })
    },
  }
}
