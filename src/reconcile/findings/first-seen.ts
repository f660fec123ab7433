/**
 * Since when a finding stands: the first full pass that came to it, with the next and every other one after it.
 * One of the same kind and subject is the same finding, whatever else it says.
 */
import { sql } from 'kysely'
import { sha256 } from '../../lib/digest.ts'
import type { Finding } from '../../lib/finding.ts'
import { breathe } from '../../lib/turns.ts'
import type { Reader, Store, Writer } from '../../store/store.ts'
import { textList } from '../../store/text-list.ts'

/** Rows in one query or statement: a few milliseconds of the loop. */
const CHUNK = 500

/** Fills in `since` where it is known to have been so; those that are new have none. */
export async function datedFindings(db: Reader, findings: readonly Finding[]): Promise<readonly Finding[]> {
  return dated(findings, await firstSeen(db))
}

/**
 * The same, and remembers those that are new. `isWhole`: everything could be read, so that what is not among the
 * findings is over; it begins anew when it comes again. Where nothing changed, nothing is written.
 */
export async function keepFindings(
  findings: readonly Finding[],
  { store, now, isWhole }: { readonly store: Store; readonly now: Date; readonly isWhole: boolean },
): Promise<readonly Finding[]> {
  const known = await firstSeen(store.db)
  const standing = new Map(findings.map(finding => [keyOf(finding), finding]))
  const at = now.toISOString()
  const begun = [...standing].flatMap(([key, finding]) =>
    known.has(key) ? [] : [rowOf(key, finding, finding.since ?? at)],
  )
  const over = isWhole ? [...known.keys()].filter(key => !standing.has(key)) : []
  if (begun.length + over.length > 0) {
    await store.write(async tx => {
      for (let start = 0; start < begun.length; start += CHUNK)
        await insert(tx, begun.slice(start, start + CHUNK))
      for (let start = 0; start < over.length; start += CHUNK)
        await remove(tx, over.slice(start, start + CHUNK))
    })
  }
  return dated(findings, new Map([...known, ...begun.map(({ key, since }) => [key, since] as const)]))
}

/** What a finding says of itself counts more: it may know of a time before anybody looked. */
const dated = (findings: readonly Finding[], since: ReadonlyMap<string, string>): readonly Finding[] =>
  findings.map(finding =>
    finding.since === undefined ? { ...finding, since: since.get(keyOf(finding)) } : finding,
  )

async function firstSeen(db: Reader): Promise<ReadonlyMap<string, string>> {
  const seen = new Map<string, string>()
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('findings')
      .select(['key', 'since'])
      .where('key', '>', after)
      .orderBy('key')
      .limit(CHUNK)
      .execute()
    for (const { key, since } of rows) seen.set(key, since)
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) return seen
    after = last.key
    await breathe()
  }
}

/** Names may be longer than an index takes. */
const keyOf = ({ kind, subject }: Finding): string => sha256(`${kind}\n${subject}`)

const rowOf = (key: string, { kind, subject }: Finding, since: string) => ({
  key,
  kind,
  subject: subject.toWellFormed().replaceAll('\0', '\ufffd'),
  since,
})

/** Two passes never run at a time; a row that is there nevertheless has the longer memory. */
const insert = (tx: Writer, rows: readonly ReturnType<typeof rowOf>[]) =>
  tx
    .insertInto('findings')
    .values([...rows])
    .onConflict(conflict => conflict.column('key').doNothing())
    .execute()

const remove = (tx: Writer, keys: readonly string[]) =>
  tx
    .deleteFrom('findings')
    .where('key', 'in', sql<string>`${textList(tx, JSON.stringify(keys))}`)
    .execute()
