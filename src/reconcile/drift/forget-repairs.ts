/** Repairs that count no more, whatever came of them, leave the database. */
import type { Store } from '../../store/store.ts'

/** Longer than the longest time that anything repaired is remembered (see `contest.ts`: a day after a rest of a day). */
const PAST_MS = 3 * 86_400_000

/** Where there is nothing to forget, nothing is written. */
export async function forgetRepairs(store: Store, now: Date): Promise<void> {
  const before = new Date(now.getTime() - PAST_MS).toISOString()
  const past = await store.db
    .selectFrom('repairs')
    .select('key')
    .where('lastAt', '<', before)
    .limit(1)
    .executeTakeFirst()
  if (past === undefined) return
  await store.write(async tx => {
    await tx.deleteFrom('repairs').where('lastAt', '<', before).execute()
  })
}
