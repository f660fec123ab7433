/** Where the journal ends: kept in the same transaction as its lines, so that a cut end shows, and appends go on from there. */
import { sql } from 'kysely'
import type { Link } from './journal-chain.ts'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

/** The newest line on record; `seq` 0 for an empty journal, undefined when the record itself is gone. */
export async function journalHead(db: Reader): Promise<Link | undefined> {
  const [row] = await head(db, {})
  return row === undefined ? undefined : { seq: row.seq, hash: row.hash }
}

export interface Tip {
  /** What the next line follows. */
  readonly link: Link | undefined
  /** What names are disguised with. */
  readonly key: string
}

/** A journal whose lines or whose head somebody has changed goes on nevertheless: the break stays for `verify` to find. */
export async function journalTip(tx: Reader): Promise<Tip> {
  const [row] = await head(tx, {})
  if (row !== undefined && (row.newest ?? 0) <= row.seq) {
    return { link: { seq: row.seq, hash: row.hash }, key: row.key }
  }
  const [line] = await newest(tx, {})
  return { link: line, key: row?.key ?? '' }
}

export const moveHead = statement((db: Reader, { seq, hash }: Link) =>
  db.updateTable('journalHead').set({ seq, hash }).where('id', '=', sql.lit(1)),
)

const head = statement((db: Reader) =>
  db
    .selectFrom('journalHead')
    .select(['seq', 'hash', 'key'])
    .select(({ selectFrom }) =>
      selectFrom('journal')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .as('newest'),
    )
    .where('id', '=', sql.lit(1)),
)

const newest = statement((db: Reader) =>
  db.selectFrom('journal').select(['seq', 'hash']).orderBy('seq', 'desc').limit(sql.lit(1)),
)
