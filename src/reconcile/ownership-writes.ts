/** What the ownership registry is told: before something is made, once it is known to be there, and when it is gone. */
import { foldKey } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import type { Store, Writer } from '../store/store.ts'
import { type DefinitionWrites, definitionWrites } from './definition-writes.ts'
import { installationId } from './installation.ts'
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
  const write = async (work: (tx: Writer, instance: string) => Promise<void>) => {
    const instance = await installationId(store)
    await store.write(tx => work(tx, instance))
  }
  const updateOf = (tx: Writer, instance: string, kind: 'group' | 'user') =>
    tx.updateTable('ownership').where('instance', '=', instance).where('kind', '=', kind)
  const forgetOf = (tx: Writer, instance: string, kind: 'group' | 'user') =>
    tx.deleteFrom('ownership').where('instance', '=', instance).where('kind', '=', kind)
  return {
    ...definitionWrites(store, runId, now),
    ...rightWrites(store, runId, now),
    async intend(kind, entries) {
      const at = now().toISOString()
      const instance = await installationId(store)
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
        instance,
      }))
      // What was adopted and is gone is made anew, and then it is our own.
      const anew = { dynatraceId: null, state: 'creating', at, how: 'created', by: null } as const
      await store.write(async tx => {
        for (let start = 0; start < rows.length; start += 100) {
          await tx
            .insertInto('ownership')
            .values(rows.slice(start, start + 100))
            // An older claim stands, but what was there at its time may be gone: the attempt is made anew.
            .onConflict(conflict => conflict.columns(['instance', 'kind', 'nameKey']).doUpdateSet(anew))
            .execute()
        }
      })
    },
    confirmGroup: (name, dynatraceId) =>
      write(async (tx, instance) => {
        await updateOf(tx, instance, 'group')
          .where('nameKey', '=', foldKey(name))
          .set({ dynatraceId, state: 'owned' })
          .execute()
      }),
    async confirmUsers(emailKeys) {
      if (emailKeys.length === 0) return
      await write(async (tx, instance) => {
        for (const emailKey of emailKeys) {
          await updateOf(tx, instance, 'user')
            .where('nameKey', '=', emailKey)
            .set({ state: 'owned' })
            .execute()
        }
      })
    },
    setName: (dynatraceId, name, sources) =>
      write(async (tx, instance) => {
        await updateOf(tx, instance, 'group')
          .set({ name, nameKey: foldKey(name), sources: JSON.stringify(sources) })
          .where('dynatraceId', '=', dynatraceId)
          .execute()
      }),
    setSources: (nameKey, sources) =>
      write(async (tx, instance) => {
        await updateOf(tx, instance, 'group')
          .where('nameKey', '=', nameKey)
          .set({ sources: JSON.stringify(sources) })
          .execute()
      }),
    forgetGroups: dynatraceIds =>
      write(async (tx, instance) => {
        for (const id of dynatraceIds) {
          await forgetOf(tx, instance, 'group').where('dynatraceId', '=', id).execute()
        }
      }),
    async forget(kind, nameKeys) {
      if (nameKeys.length === 0) return
      await write(async (tx, instance) => {
        for (const nameKey of nameKeys) {
          await forgetOf(tx, instance, kind).where('nameKey', '=', nameKey).execute()
        }
      })
    },
  }
}
