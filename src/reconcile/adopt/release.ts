/** Elements that adopted groups keep beyond the rules: which there are, and giving them up one by one. */
import type { Clock } from '../../lib/clock.ts'
import type { Reader, Store } from '../../store/store.ts'
import type { KeptElementRow } from '../../store/tables.ts'
import { appendJournal } from '../../store/tail.ts'
import { thisInstallation } from '../installation.ts'
import { type Refused, refused } from './adopt.ts'

export interface Kept
  extends Pick<KeptElementRow, 'id' | 'groupId' | 'kind' | 'title' | 'reason' | 'by' | 'at'> {
  readonly groupName: string
}

/** By group and kind. */
export async function listKept(db: Reader): Promise<readonly Kept[]> {
  const rows = await db
    .selectFrom('keptElements')
    .leftJoin('ownership', join =>
      join
        .onRef('ownership.dynatraceId', '=', 'keptElements.groupId')
        .onRef('ownership.instance', '=', 'keptElements.instance')
        .on('ownership.kind', '=', 'group'),
    )
    .select([
      'keptElements.id',
      'keptElements.groupId',
      'keptElements.kind',
      'keptElements.title',
      'keptElements.reason',
      'keptElements.by',
      'keptElements.at',
      'ownership.name',
    ])
    .where('keptElements.instance', '=', thisInstallation(db))
    .where('keptElements.standing', '=', 'kept')
    .orderBy('ownership.name')
    .orderBy('keptElements.kind')
    .orderBy('keptElements.title')
    .execute()
  return rows.map(({ name, ...row }) => ({ ...row, groupName: name ?? row.groupId }))
}

/** From then on it is drift like any other: the next pass takes it away, through the guards. */
export async function releaseKept(
  id: string,
  { by, reason }: { readonly by: string; readonly reason: string },
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<Kept | Refused> {
  const kept = (await listKept(store.db)).find(each => each.id === id)
  if (kept === undefined) {
    return refused(
      'no-such-element',
      `No kept element has the id "${id}". "scim-bridge adopt --kept" lists them.`,
    )
  }
  const { groupId, groupName, kind, title } = kept
  await store.write(async tx => {
    await tx.deleteFrom('keptElements').where('id', '=', id).execute()
    const data = { element: id, group: { id: groupId, name: groupName }, kind, title, reason }
    appendJournal(tx, [{ kind: 'adoption.released', actor: by, data }], clock.now().toISOString())
  })
  return kept
}
