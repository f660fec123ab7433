/**
 * An operator's stop: while the bridge is paused it plans and reports, and changes nothing, whoever leaves and whatever is
 * approved. It stands in the database, so that every instance obeys and a restart does not end it.
 */
import { z } from 'zod'
import type { Reader, Store } from '../../store/store.ts'
import { appendJournal } from '../../store/tail.ts'

const NAME = 'paused'

const stored = z.object({
  by: z.string(),
  reason: z.string(),
  at: z.string(),
  until: z.string().optional(),
})

/** Instants are ISO 8601; without `until` it lasts until somebody resumes. */
export type Pause = z.output<typeof stored>

/** Undefined when the bridge is not paused, or its time is over. */
export async function currentPause(db: Reader, now: Date): Promise<Pause | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', NAME).executeTakeFirst()
  if (row === undefined) return undefined
  const pause = stored.parse(JSON.parse(row.value)) // our own text, written below
  return pause.until !== undefined && pause.until <= now.toISOString() ? undefined : pause
}

/** Takes the place of a pause that stands. */
export async function pause(pause: Pause, store: Store): Promise<void> {
  const value = JSON.stringify(pause)
  await store.write(async tx => {
    await tx
      .insertInto('settings')
      .values({ name: NAME, value })
      .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
      .execute()
    const { by, reason, at, until } = pause
    appendJournal(tx, [{ kind: 'control.paused', actor: by, data: { reason, until } }], at)
  })
}

/** Whether there was anything to resume. */
export async function resume(
  { by, reason }: { readonly by: string; readonly reason: string },
  { store, now }: { readonly store: Store; readonly now: Date },
): Promise<boolean> {
  const paused = await currentPause(store.db, now)
  if (paused === undefined) return false
  await store.write(async tx => {
    await tx.deleteFrom('settings').where('name', '=', NAME).execute()
    appendJournal(
      tx,
      [{ kind: 'control.resumed', actor: by, data: { reason, pausedSince: paused.at } }],
      now.toISOString(),
    )
  })
  return true
}

/** In one sentence. */
export const pauseText = ({ by, reason, at, until }: Pause): string =>
  `The bridge is paused by ${by} since ${at}${until === undefined ? '' : `, until ${until}`}: ${reason.replace(/\.$/, '')}. Nothing is changed, and who leaves keeps access until it is resumed.`
