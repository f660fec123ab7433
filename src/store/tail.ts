/**
 * What a transaction writes last: lines of the journal and of the change feed, which its works only add to.
 *
 * Works that share a transaction put their lines here, and before it commits all of them are written by one
 * statement each. Whatever a rolled back work put here goes with it.
 */
import { sql } from 'kysely'
import { disguise } from './disguise.ts'
import { chainJournal } from './journal-chain.ts'
import type { JournalEntry } from './journal-entry.ts'
import { journalTip, moveHead } from './journal-head.ts'
import { keepNames } from './pseudonyms.ts'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'
import type { ChangeRow, JournalRow } from './tables.ts'
import { valuesOf } from './values-of.ts'

interface Tail {
  readonly journal: { readonly entry: JournalEntry; readonly at: string }[]
  readonly changes: Omit<ChangeRow, 'seq'>[]
}

const tails = new WeakMap<Writer, Tail>()

/** Adds lines to the journal, in the order of the calls. `at` is an ISO instant. */
export function appendJournal(tx: Writer, entries: readonly JournalEntry[], at: string): void {
  for (const entry of entries) tailOf(tx).journal.push({ entry, at })
}

/** Adds a key to the change feed. */
export function appendChange(tx: Writer, change: Omit<ChangeRow, 'seq'>): void {
  tailOf(tx).changes.push(change)
}

/** What has been put there so far; `undo` takes away what comes after. */
export function tailMark(tx: Writer): { undo(): void } {
  const { journal, changes } = tailOf(tx)
  const [lines, keys] = [journal.length, changes.length]
  return {
    undo() {
      journal.length = lines
      changes.length = keys
    },
  }
}

/** Writes all of it. To be called once, when the works are done. */
export async function writeTail(tx: Writer): Promise<void> {
  const { journal, changes } = tailOf(tx)
  const [change, ...moreChanges] = changes
  if (change !== undefined && moreChanges.length === 0) await insertChange(tx, change)
  else if (change !== undefined) await insertChanges(tx, { rows: JSON.stringify(changes.map(changeValues)) })
  if (journal.length === 0) return
  const { link, key } = await journalTip(tx)
  const names = disguise(key)
  const rows = chainJournal(link, journal, names)
  await keepNames(tx, names.names())
  const [row, ...moreRows] = rows
  if (row !== undefined && moreRows.length === 0) await insertLine(tx, row)
  else await insertLines(tx, { rows: JSON.stringify(rows.map(lineValues)) })
  const last = rows.at(-1)
  if (last !== undefined) await moveHead(tx, last)
}

function tailOf(tx: Writer): Tail {
  let tail = tails.get(tx)
  if (tail === undefined) {
    tail = { journal: [], changes: [] }
    tails.set(tx, tail)
  }
  return tail
}

const changeValues = ({ kind, key, requestId, at }: Omit<ChangeRow, 'seq'>) => [kind, key, requestId, at]

const lineValues = (row: JournalRow) => [
  row.seq,
  row.at,
  row.kind,
  row.runId,
  row.requestId,
  row.actor,
  row.data,
  row.previousHash,
  row.hash,
]

const insertChange = statement((db: Reader, row: Omit<ChangeRow, 'seq'>) =>
  db.insertInto('changes').values({ kind: row.kind, key: row.key, requestId: row.requestId, at: row.at }),
)

const insertLine = statement((db: Reader, row: JournalRow) =>
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

const insertChanges = statement(
  (db: Reader, { rows }: { rows: string }) =>
    sql`insert into changes (kind, key, request_id, at) ${valuesOf(db, rows, ['text', 'text', 'text', 'text'])}`,
)

const insertLines = statement(
  (db: Reader, { rows }: { rows: string }) =>
    sql`insert into journal (seq, at, kind, run_id, request_id, actor, data, previous_hash, hash)
      ${valuesOf(db, rows, ['bigint', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text'])}`,
)
