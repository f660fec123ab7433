/**
 * The journal: append-only and hash-chained, so that a line which was changed, removed or slipped in
 * afterwards shows.
 *
 *   hash(n) = sha256( hash(n-1) + canonical JSON of line n )        hash(0) = 64 zeros
 */
import { canonicalJson, sha256 } from '../lib/digest.ts'
import type { JournalEntry } from './journal-entry.ts'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'
import type { JournalRow } from './tables.ts'

const GENESIS = '0'.repeat(64)
const CHUNK = 200
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
  readonly runId?: string
  readonly requestId?: string
  readonly kind?: string
}

/** Appends within the transaction of the change that the entries tell of. `at` is an ISO instant. */
export async function appendJournal(tx: Writer, entries: readonly JournalEntry[], at: string): Promise<void> {
  if (entries.length === 0) return
  // Asked anew each time: the work before may have been rolled back, or another process have written.
  const [head] = await newest(tx, {})
  let link = { seq: head?.seq ?? 0, hash: head?.hash ?? GENESIS }
  const rows: JournalRow[] = []
  for (const entry of entries) {
    const row = chained(link, entry, at)
    rows.push(row)
    link = row
  }
  const [only] = rows
  if (only !== undefined && rows.length === 1) {
    await insertOne(tx, only)
    return
  }
  for (let start = 0; start < rows.length; start += CHUNK) {
    await tx
      .insertInto('journal')
      .values(rows.slice(start, start + CHUNK))
      .execute()
  }
}

/** Lines that match, newest first. */
export async function readJournal(db: Reader, query: JournalQuery): Promise<readonly JournalLine[]> {
  const { before, runId, requestId, kind } = query
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .$if(before !== undefined, select => select.where('seq', '<', before ?? 0))
    .$if(runId !== undefined, select => select.where('runId', '=', runId ?? ''))
    .$if(requestId !== undefined, select => select.where('requestId', '=', requestId ?? ''))
    .$if(kind !== undefined, select => select.where('kind', '=', kind ?? ''))
    .orderBy('seq', 'desc')
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
  let link: Pick<JournalRow, 'seq' | 'hash'> = { seq: 0, hash: GENESIS }
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

function chained(link: Pick<JournalRow, 'seq' | 'hash'>, entry: JournalEntry, at: string): JournalRow {
  const row = {
    seq: link.seq + 1,
    at,
    kind: entry.kind,
    runId: entry.runId ?? null,
    requestId: entry.requestId ?? null,
    actor: entry.actor,
    data: JSON.stringify(entry.data),
    previousHash: link.hash,
  }
  return { ...row, hash: hashOf(row) }
}

/** Over the text of `data` as it is stored, so that not even its spelling can be changed. */
function hashOf(row: Omit<JournalRow, 'hash'>): string {
  const { seq, at, kind, runId, requestId, actor, data, previousHash } = row
  return sha256(previousHash + canonicalJson({ seq, at, kind, runId, requestId, actor, data }))
}

const toLine = (row: JournalRow): JournalLine => ({
  seq: row.seq,
  at: row.at,
  kind: row.kind,
  ...(row.runId === null ? {} : { runId: row.runId }),
  ...(row.requestId === null ? {} : { requestId: row.requestId }),
  actor: row.actor,
  data: JSON.parse(row.data) as JournalEntry['data'], // written by `chained`
  hash: row.hash,
})

const newest = statement((db: Reader) =>
  db.selectFrom('journal').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1),
)

const insertOne = statement((db: Reader, row: JournalRow) =>
  db.insertInto('journal').values({
    seq: row.seq,
    at: row.at,
    kind: row.kind,
    runId: row.runId,
    requestId: row.requestId,
    actor: row.actor,
    data: row.data,
    previousHash: row.previousHash,
    hash: row.hash,
  }),
)
