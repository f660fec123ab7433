/** Reading the journal, with the names of people in their places. `tail.ts` adds to it. */
import type { ExpressionBuilder } from 'kysely'
import { breathe } from '../lib/turns.ts'
import { nameKey } from './disguise.ts'
import type { JournalEntry } from './journal-entry.ts'
import { type Names, namesIn, reveal, revealJson, tokensLabelled, tokensOf } from './pseudonyms.ts'
import type { Reader } from './store.ts'
import type { JournalRow, Tables } from './tables.ts'

/** Lines looked through at a time for a person. */
const CHUNK = 2_000

export interface JournalLine extends JournalEntry {
  readonly seq: number
  readonly at: string
  readonly hash: string
}

export interface JournalFilter {
  readonly runId?: string
  readonly requestId?: string
  readonly kind?: string
  /** Only lines written at or after this instant; ISO 8601 in UTC. */
  readonly from?: string
  /** Only lines written before this instant. */
  readonly to?: string
}

export interface JournalQuery extends JournalFilter {
  readonly limit: number
  /** Only lines with a smaller `seq`: the next page. */
  readonly before?: number
  /** Only lines with a greater `seq`. */
  readonly after?: number
  /** Instead of the newest. */
  readonly oldestFirst?: boolean
  /** Only lines that name this person: an address, a userName, or what a deleted name reads as. */
  readonly person?: string
}

/** Lines that match, newest first unless asked otherwise. */
export async function readJournal(db: Reader, query: JournalQuery): Promise<readonly JournalLine[]> {
  const { person } = query
  const rows = person === undefined ? await matching(db, query, query.limit) : await naming(db, query, person)
  return toLines(db, rows)
}

/** The lines of rows, each name in its place. */
export async function toLines(db: Reader, rows: readonly JournalRow[]): Promise<readonly JournalLine[]> {
  const names = await namesIn(
    db,
    rows.flatMap(({ actor, data }) => [actor, data]),
  )
  return rows.map(row => toLine(row, names))
}

/** What of a filter is a condition on rows. */
export const where =
  ({ runId, requestId, kind, from, to }: JournalFilter) =>
  ({ eb, and }: ExpressionBuilder<Tables, 'journal'>) =>
    and([
      ...(runId === undefined ? [] : [eb('runId', '=', runId)]),
      ...(requestId === undefined ? [] : [eb('requestId', '=', requestId)]),
      ...(kind === undefined ? [] : [eb('kind', '=', kind)]),
      ...(from === undefined ? [] : [eb('at', '>=', from)]),
      ...(to === undefined ? [] : [eb('at', '<', to)]),
    ])

/** Whether a row names somebody, by any of their tokens or, in lines of earlier releases, in plain text. */
export function namer(tokens: readonly string[], nameKeys: readonly string[]): (row: JournalRow) => boolean {
  return ({ actor, data }) => {
    if (tokens.some(token => data.includes(token) || actor.includes(token))) return true
    if (nameKeys.length === 0) return false
    const plain = `${actor}\n${data}`.toLowerCase().replaceAll('%40', '@')
    return nameKeys.some(key => plain.includes(key))
  }
}

function matching(db: Reader, query: JournalQuery, limit: number): Promise<JournalRow[]> {
  const { before, after, oldestFirst = false } = query
  return db
    .selectFrom('journal')
    .selectAll()
    .where(where(query))
    .$if(before !== undefined, select => select.where('seq', '<', before ?? 0))
    .$if(after !== undefined, select => select.where('seq', '>', after ?? 0))
    .orderBy('seq', oldestFirst ? 'asc' : 'desc')
    .limit(limit)
    .execute()
}

/** Goes through all that match otherwise, some at a time: an index of names would cost every write. */
async function naming(db: Reader, query: JournalQuery, person: string): Promise<readonly JournalRow[]> {
  const key = nameKey(person)
  const tokens = [...(await tokensOf(db, [key])), ...(await tokensLabelled(db, person))]
  const isNamed = namer(tokens, [key])
  const found: JournalRow[] = []
  for (let at: Pick<JournalQuery, 'before' | 'after'> = {}; ; ) {
    const rows = await matching(db, { ...query, ...at }, CHUNK)
    found.push(...rows.filter(isNamed))
    const last = rows.at(-1)
    if (found.length >= query.limit || last === undefined || rows.length < CHUNK) {
      return found.slice(0, query.limit)
    }
    at = query.oldestFirst === true ? { after: last.seq } : { before: last.seq }
    await breathe()
  }
}

const toLine = (row: JournalRow, names: Names): JournalLine => ({
  seq: row.seq,
  at: row.at,
  kind: row.kind,
  ...(row.runId === null ? {} : { runId: row.runId }),
  ...(row.requestId === null ? {} : { requestId: row.requestId }),
  actor: reveal(row.actor, names),
  data: JSON.parse(revealJson(row.data, names)) as JournalEntry['data'], // written by `chainJournal`
  hash: row.hash,
})
