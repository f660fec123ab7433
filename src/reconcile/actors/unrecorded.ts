/**
 * When this bridge may have made changes that its journal does not have: a process that died between a call and the
 * record of it left a run whose newest line says that steps were begun.
 */
import type { Reader } from '../../store/store.ts'

/** How long the calls of one phase can take at most, in milliseconds. */
const PHASE_TAKES_MS = 15 * 60_000

/** Epoch milliseconds. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Since an instant in epoch milliseconds, or under way then. */
export async function unrecorded(db: Reader, since: number): Promise<readonly Span[]> {
  const begun = await db
    .selectFrom('journal as begun')
    .select('begun.at')
    .where('begun.kind', '=', 'steps.begun')
    .where('begun.at', '>=', new Date(since - PHASE_TAKES_MS).toISOString())
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('journal as later')
            .select('later.seq')
            .whereRef('later.runId', '=', 'begun.runId')
            .whereRef('later.seq', '>', 'begun.seq'),
        ),
      ),
    )
    .execute()
  return begun.map(({ at }) => ({ from: Date.parse(at), to: Date.parse(at) + PHASE_TAKES_MS }))
}
