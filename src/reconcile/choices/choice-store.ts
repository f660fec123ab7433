/** What people chose about single differences: to ignore one for a time, or to leave it until it is another one. */
import type { Clock } from '../../lib/clock.ts'
import type { Reader, Store } from '../../store/store.ts'
import { appendJournal } from '../../store/tail.ts'

export interface Choice {
  /** Of the step that would end the difference: another difference of the same thing is another step. */
  readonly stepId: string
  readonly choice: 'ignore' | 'leave'
  readonly title: string
  readonly actor: string
  readonly reason: string
  /** ISO 8601. */
  readonly at: string
  /** Undefined: until the difference is another one. */
  readonly until: string | undefined
}

/** Those that still count, by step id. */
export async function standingChoices(db: Reader, now: Date): Promise<ReadonlyMap<string, Choice>> {
  const rows = await db.selectFrom('choices').selectAll().execute()
  const at = now.toISOString()
  return new Map(
    rows
      .filter(({ until }) => until === null || until > at)
      .map(row => [row.stepId, { ...row, until: row.until ?? undefined }]),
  )
}

/** Takes the place of an earlier choice about the same difference. */
export async function choose(choice: Choice, store: Store): Promise<void> {
  const { stepId, choice: chosen, title, actor, reason, at, until } = choice
  const row = { choice: chosen, title, actor, reason, at, until: until ?? null }
  await store.write(async tx => {
    await tx
      .insertInto('choices')
      .values({ stepId, ...row })
      .onConflict(conflict => conflict.column('stepId').doUpdateSet(row))
      .execute()
    const data = { choice: chosen, step: stepId, title, reason, until }
    appendJournal(tx, [{ kind: 'drift.chosen', actor, data }], at)
  })
}

/** Whether there was one. */
export async function unchoose(
  stepId: string,
  { actor, reason }: { readonly actor: string; readonly reason: string },
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<boolean> {
  const row = await store.db
    .selectFrom('choices')
    .select('title')
    .where('stepId', '=', stepId)
    .executeTakeFirst()
  if (row === undefined) return false
  await store.write(async tx => {
    await tx.deleteFrom('choices').where('stepId', '=', stepId).execute()
    const data = { choice: 'repair', step: stepId, title: row.title, reason }
    appendJournal(tx, [{ kind: 'drift.chosen', actor, data }], clock.now().toISOString())
  })
  return true
}

/**
 * Forgets what is past its time, and, after a pass that saw everything, what is no difference any more: when it comes back
 * it is asked about anew.
 */
export async function pruneChoices(seen: ReadonlySet<string>, store: Store, now: Date): Promise<void> {
  const at = now.toISOString()
  const rows = await store.db.selectFrom('choices').select(['stepId', 'until']).execute()
  const over = rows
    .filter(({ stepId, until }) => (until !== null && until <= at) || !seen.has(stepId))
    .map(({ stepId }) => stepId)
  if (over.length === 0) return
  await store.write(async tx => {
    await tx.deleteFrom('choices').where('stepId', 'in', over).execute()
  })
}
