/** What this installation remembers of its marker, in its database. */
import { z } from 'zod'
import type { JournalEntry } from '../../store/journal-entry.ts'
import type { Reader, Store } from '../../store/store.ts'
import { appendJournal } from '../../store/tail.ts'
import { type MarkerMemory, noMemory } from './marker.ts'

const NAME = 'marker'

const stored = z.object({
  group: z.string().optional(),
  nonces: z.array(z.string()),
  epoch: z.number(),
})

export async function readMarkerMemory(db: Reader): Promise<MarkerMemory> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', NAME).executeTakeFirst()
  if (row === undefined) return noMemory
  const { group, nonces, epoch } = stored.parse(JSON.parse(row.value))
  return { group, nonces, epoch }
}

/** What is asked of it is read and written in one go: two processes on one database may begin at once. */
export function changeMarkerMemory(
  store: Store,
  change: (memory: MarkerMemory) => MarkerMemory,
  { entries, at }: { readonly entries: readonly JournalEntry[]; readonly at: string },
): Promise<MarkerMemory> {
  return store.write(async tx => {
    const changed = change(await readMarkerMemory(tx))
    const value = JSON.stringify(changed)
    await tx
      .insertInto('settings')
      .values({ name: NAME, value })
      .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
      .execute()
    appendJournal(tx, entries, at)
    return changed
  })
}
