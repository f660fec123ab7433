/** Refusals as rows, one per kind and subject, with what makes them go away. */
import type { RefusalKind } from '../scim/error.ts'
import type { Reader, Writer } from '../store/store.ts'
import type { RefusalRow } from '../store/tables.ts'
import { appendJournal } from '../store/tail.ts'

/** A refusal that has not been seen again for so long is forgotten, in milliseconds: 7 days. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000

/** So many subjects of a kind are kept at most: nobody fills the database by being refused. */
export const SUBJECTS_KEPT = 1000

export interface CountedRefusal extends RefusalRow {
  readonly kind: RefusalKind
}

export interface StandingRefusal extends CountedRefusal {
  /** Of the group that it is about, where it is about one. */
  readonly displayName: string | null
}

/** Counts refusals. The first of a kind and subject leaves a line in the journal. Answers whether there was room. */
export async function storeRefusal(tx: Writer, refusal: CountedRefusal, now: Date): Promise<boolean> {
  await forgetSettled(tx, now)
  const { kind, subject, detail, requestId, times, lastAt } = refusal
  const again = await tx
    .updateTable('refusals')
    .set(({ eb }) => ({ detail, requestId, lastAt, times: eb('times', '+', times) }))
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .executeTakeFirst()
  if (again.numUpdatedRows > 0n) return true
  if (kind === 'unrecognised-membership-change' && !(await groupExists(tx, subject))) return true
  if ((await countOf(tx, kind)) >= SUBJECTS_KEPT) return false
  await tx.insertInto('refusals').values(refusal).execute()
  const line = { kind: 'scim.refused', requestId, actor: 'scim', data: { finding: kind, subject, detail } }
  appendJournal(tx, [line], now.toISOString())
  return true
}

/** Those of a kind that still stand, newest first, at most `limit` of them. */
export async function standingRefusals(
  db: Reader,
  asked: { readonly kind: RefusalKind; readonly limit: number; readonly now: Date },
): Promise<{ readonly total: number; readonly refusals: readonly StandingRefusal[] }> {
  const standing = db
    .selectFrom('refusals')
    .leftJoin('groups', 'groups.id', 'refusals.subject')
    .where('refusals.kind', '=', asked.kind)
    .where('refusals.lastAt', '>=', forgottenBefore(asked.now))
    .$if(asked.kind === 'unrecognised-membership-change', select =>
      select.whereRef('groups.modifiedAt', '<=', 'refusals.lastAt'),
    )
  const counted = await standing.select(({ fn }) => fn.countAll().as('total')).executeTakeFirst()
  const rows = await standing
    .selectAll('refusals')
    .select('groups.displayName')
    .orderBy('refusals.lastAt', 'desc')
    .orderBy('refusals.subject')
    .limit(asked.limit)
    .execute()
  return {
    total: Number(counted?.total ?? 0),
    refusals: rows.map(row => ({ ...row, kind: asked.kind })),
  }
}

/** What is old, and what a change of the group that was accepted later, or its deletion, has settled. */
async function forgetSettled(tx: Writer, now: Date): Promise<void> {
  await tx
    .deleteFrom('refusals')
    .where(({ eb, and, not, exists, selectFrom }) =>
      eb.or([
        eb('lastAt', '<', forgottenBefore(now)),
        and([
          eb('kind', '=', 'unrecognised-membership-change'),
          not(
            exists(
              selectFrom('groups')
                .select('groups.id')
                .whereRef('groups.id', '=', 'refusals.subject')
                .whereRef('groups.modifiedAt', '<=', 'refusals.lastAt'),
            ),
          ),
        ]),
      ]),
    )
    .execute()
}

const forgottenBefore = (now: Date): string => new Date(now.getTime() - FORGOTTEN_AFTER_MS).toISOString()

const groupExists = async (tx: Reader, id: string): Promise<boolean> =>
  (await tx.selectFrom('groups').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

async function countOf(tx: Reader, kind: RefusalKind): Promise<number> {
  const row = await tx
    .selectFrom('refusals')
    .select(({ fn }) => fn.countAll().as('rows'))
    .where('kind', '=', kind)
    .executeTakeFirst()
  return Number(row?.rows ?? 0)
}
