/** What the registry is told of policies and boundaries: their ids are our own, so an intent names the very thing. */
import { newId } from '../lib/ids.ts'
import type { Store } from '../store/store.ts'
import { installationId } from './installation.ts'

export interface DefinitionEntry {
  readonly kind: 'policy' | 'boundary'
  readonly id: string
  readonly name: string
  /** `definitionKey` of its name. */
  readonly nameKey: string
}

export interface DefinitionWrites {
  /** Before creating. */
  intendDefinitions(entries: readonly DefinitionEntry[]): Promise<void>
  /** Once it is known to be there. */
  confirmDefinitions(entries: readonly DefinitionEntry[]): Promise<void>
  forgetDefinitions(entries: readonly Pick<DefinitionEntry, 'kind' | 'id'>[]): Promise<void>
}

/** Rows in one statement. */
const CHUNK = 100

export function definitionWrites(store: Store, runId: string, now: () => Date): DefinitionWrites {
  async function put(entries: readonly DefinitionEntry[], state: 'creating' | 'owned'): Promise<void> {
    if (entries.length === 0) return
    const at = now().toISOString()
    const instance = await installationId(store)
    const rows = entries.map(({ kind, id, name, nameKey }) => {
      const row = { kind, dynatraceId: id, name, nameKey, state, at }
      return { ...row, id: newId(), sources: '[]', runId, instance }
    })
    await store.write(async tx => {
      for (let start = 0; start < rows.length; start += CHUNK) {
        await tx
          .insertInto('ownership')
          .values(rows.slice(start, start + CHUNK))
          .onConflict(conflict =>
            conflict.columns(['instance', 'kind', 'nameKey']).doUpdateSet(row => ({
              dynatraceId: row.ref('excluded.dynatraceId'),
              name: row.ref('excluded.name'),
              state: row.ref('excluded.state'),
              at: row.ref('excluded.at'),
            })),
          )
          .execute()
      }
    })
  }

  return {
    intendDefinitions: entries => put(entries, 'creating'),
    confirmDefinitions: entries => put(entries, 'owned'),
    async forgetDefinitions(entries) {
      if (entries.length === 0) return
      const instance = await installationId(store)
      await store.write(async tx => {
        for (const { kind, id } of entries) {
          await tx
            .deleteFrom('ownership')
            .where('instance', '=', instance)
            .where('kind', '=', kind)
            .where('dynatraceId', '=', id)
            .execute()
        }
      })
    },
  }
}
