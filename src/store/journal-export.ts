/**
 * The journal as JSON Lines, which prove themselves: each is a line as it is stored, so that its hash can be worked out
 * again, with the names behind its tokens beside it; the last one tells where the journal ended.
 */
import { breathe } from '../lib/turns.ts'
import { TOKEN } from './disguise.ts'
import { type JournalFilter, where } from './journal.ts'
import type { Link } from './journal-chain.ts'
import { journalHead } from './journal-head.ts'
import { type Names, namesIn } from './pseudonyms.ts'
import type { Reader } from './store.ts'
import type { JournalRow } from './tables.ts'

const CHUNK = 500

/** A line of an export. */
export interface ExportedLine extends Omit<JournalRow, 'data'> {
  readonly data: unknown
  /** The text of `data` that the hash is over, where JSON would not come out the same. */
  readonly text?: string
  /** What the tokens in it read as. */
  readonly names?: Readonly<Record<string, string>>
}

/** The last line of an export. */
export interface ExportEnd {
  /** The newest line of the journal when the export began. */
  readonly head: Link
  /** The line with which the export must end: the newest, or where it was asked to end; null when there is none. */
  readonly last: Link | null
  /** Whether it was asked for from the beginning: it begins with line 1 then. */
  readonly fromStart: boolean
  readonly lines: number
  /** Whether lines in between were left out; then nobody can tell whether one is missing. */
  readonly filtered: boolean
}

/** In pieces of many lines, up to the line that was the newest when it began. */
export async function* exportJournal(db: Reader, filter: JournalFilter): AsyncGenerator<string> {
  const head = (await journalHead(db)) ?? { seq: 0, hash: '' }
  let lines = 0
  let end: Link | null = null
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where(where(filter))
      .where('seq', '>', after)
      .where('seq', '<=', head.seq)
      .orderBy('seq')
      .limit(CHUNK)
      .execute()
    const last = rows.at(-1)
    if (last === undefined) break
    end = { seq: last.seq, hash: last.hash }
    const names = await namesIn(
      db,
      rows.flatMap(({ actor, data }) => [actor, data]),
    )
    lines += rows.length
    after = last.seq
    yield rows.map(row => `${JSON.stringify(exported(row, names))}\n`).join('')
    await breathe()
  }
  const { runId, requestId, kind } = filter
  const filtered = runId !== undefined || requestId !== undefined || kind !== undefined
  const isOpen =
    !filtered && filter.to === undefined && head.seq > 0 && (lines > 0 || filter.from === undefined)
  const told: ExportEnd = {
    head,
    last: isOpen ? head : end,
    fromStart: filter.from === undefined,
    lines,
    filtered,
  }
  yield `${JSON.stringify(told)}\n`
}

function exported({ data: text, ...row }: JournalRow, names: Names): ExportedLine {
  const data = parsed(text)
  const tokens = new Set(`${row.actor} ${text}`.match(TOKEN) ?? [])
  return {
    ...row,
    data,
    ...(data !== undefined && JSON.stringify(data) === text ? {} : { text }),
    ...(tokens.size === 0
      ? {}
      : { names: Object.fromEntries([...tokens].map(token => [token, names(token)])) }),
  }
}

/** Somebody may have made it something that is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
