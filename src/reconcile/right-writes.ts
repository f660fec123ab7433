/**
 * What the registry is told of single rights: bindings and role permissions that we gave to groups which are not ours.
 * In such a group everything else is somebody else's, so that each right of ours has a row of its own.
 */
import { newId } from '../lib/ids.ts'
import type { Store } from '../store/store.ts'
import type { OwnershipRow } from '../store/tables.ts'
import { installationId } from './installation.ts'

export interface OwnedRight {
  /** `bindingKey` or `permissionKey`. */
  readonly key: string
  readonly groupId: string
  readonly groupName: string
}

export interface RightWrites {
  /** Before it is given: nobody gave it before us, for then there would be nothing to do. */
  claimRights(rights: readonly OwnedRight[]): Promise<void>
  /** Once it is gone. */
  releaseRights(keys: readonly string[]): Promise<void>
}

/** Rows in one statement. */
const CHUNK = 100

export function rightWrites(store: Store, runId: string, now: () => Date): RightWrites {
  return {
    async claimRights(rights) {
      if (rights.length === 0) return
      const at = now().toISOString()
      const instance = await installationId(store)
      const rows = rights.map(({ key, groupId, groupName }) => ({
        ...{ id: newId(), kind: 'right' as const, dynatraceId: groupId, name: groupName, nameKey: key },
        ...{ state: 'owned' as const, sources: '[]', runId, at, instance },
      }))
      await store.write(async tx => {
        for (let start = 0; start < rows.length; start += CHUNK) {
          await tx
            .insertInto('ownership')
            .values(rows.slice(start, start + CHUNK))
            .onConflict(conflict => conflict.columns(['instance', 'kind', 'nameKey']).doNothing())
            .execute()
        }
      })
    },
    async releaseRights(keys) {
      if (keys.length === 0) return
      const instance = await installationId(store)
      await store.write(async tx => {
        for (const key of keys) {
          await tx
            .deleteFrom('ownership')
            .where('instance', '=', instance)
            .where('kind', '=', 'right')
            .where('nameKey', '=', key)
            .execute()
        }
      })
    },
  }
}

export const ownedRight = (row: Pick<OwnershipRow, 'nameKey' | 'dynatraceId' | 'name'>): OwnedRight => ({
  key: row.nameKey,
  groupId: row.dynatraceId ?? '',
  groupName: row.name,
})
