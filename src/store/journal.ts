/** Reading the journal, and following its chain. `tail.ts` adds to it. */
import { genesis, hashOf, type Link } from './journal-chain.ts'
import type { JournalEntry } from './journal-entry.ts'
import type { Reader } from './store.ts'
import type { JournalRow } from './tables.ts'

const VERIFY_CHUNK = 1000

export interface JournalLine extends JournalEntry {
  readonly seq: number
  readonly at: string
  readonly hash: string
}

export interface JournalQuery {
  readonly limit: number
  /** Only lines with a smaller `seq`: the next page. */
  readonly before?: number
  /** Only lines with a greater `seq`. */
  readonly after?: number
  /** Instead of the newest. */
  readonly oldestFirst?: boolean
  readonly runId?: string
  readonly requestId?: string
  readonly kind?: string
}

/** Lines that match, newest first unless asked otherwise. */
export async function readJournal(db: Reader, query: JournalQuery): Promise<readonly JournalLine[]> {
  const { before, after, oldestFirst = false, runId, requestId, kind } = query
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .$if(before !== undefined, select => select.where('seq', '<', before ?? 0))
    .$if(runId !== undefined, select => select.where('runId', '=', runId ?? ''))
    .$if(requestId !== undefined, select => select.where('requestId', '=', requestId ?? ''))
    .$if(kind !== undefined, select => select.where('kind', '=', kind ?? ''))
    .$if(after !== undefined, select => select.where('seq', '>', after ?? 0))
    .orderBy('seq', oldestFirst ? 'asc' : 'desc')
    .limit(query.limit)
    .execute()
  return rows.map(toLine)
}

export type JournalVerdict =
  | { readonly kind: 'ok'; readonly lines: number; readonly hash: string }
  /** `seq` is the first line that does not follow from the one before it. */
  | { readonly kind: 'broken'; readonly seq: number }

/** Follows the chain from its beginning, a chunk at a time. */
export async function verifyJournal(db: Reader): Promise<JournalVerdict> {
  let link: Link = genesis
  for (;;) {
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where('seq', '>', link.seq)
      .orderBy('seq')
      .limit(VERIFY_CHUNK)
      .execute()
    for (const row of rows) {
      const follows = row.seq === link.seq + 1 && row.previousHash === link.hash
      if (!follows || row.hash !== hashOf(row)) return { kind: 'broken', seq: row.seq }
      link = row
    }
    if (rows.length < VERIFY_CHUNK) return { kind: 'ok', lines: link.seq, hash: link.hash }
  }
}

const toLine = (row: JournalRow): JournalLine => ({
  seq: row.seq,
  at: row.at,
  kind: row.kind,
  ...(row.runId === null ? {} : { runId: row.runId }),
  ...(row.requestId === null ? {} : { requestId: row.requestId }),
  actor: row.actor,
  data: JSON.parse(row.data) as JournalEntry['data'], // written by `chainJournal`
  hash: row.hash,
})
