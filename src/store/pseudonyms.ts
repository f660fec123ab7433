/** The names behind the tokens of journal and holdings. */
import { sql } from 'kysely'
import { type Disguised, labelOf, TOKEN } from './disguise.ts'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'
import { textList } from './text-list.ts'
import { valuesOf } from './values-of.ts'

/** Stores names that are new. One that was deleted stays so. */
export async function keepNames(tx: Writer, names: readonly Disguised[]): Promise<void> {
  const [name, ...more] = names
  if (name !== undefined && more.length === 0) await insertName(tx, name)
  else if (name !== undefined) {
    await insertNames(tx, {
      rows: JSON.stringify(names.map(({ token, text, textKey }) => [token, text, textKey])),
    })
  }
}

/** What tokens read as: the name, or what stands for it since it was deleted. */
export type Names = (token: string) => string

/** Of all tokens in these texts, by one query. */
export async function namesIn(db: Reader, texts: readonly string[]): Promise<Names> {
  const tokens = new Set(texts.flatMap(text => (text.includes('‹p:') ? (text.match(TOKEN) ?? []) : [])))
  if (tokens.size === 0) return labelOf
  const rows = await byToken(db, { tokens: JSON.stringify([...tokens]) })
  const known = new Map(rows.map(({ token, text, label }) => [token, text ?? label ?? labelOf(token)]))
  return token => known.get(token) ?? labelOf(token)
}

/** A text with its tokens read. */
export const reveal = (text: string, names: Names): string => text.replaceAll(TOKEN, token => names(token))

/** JSON with its tokens read. */
export const revealJson = (json: string, names: Names): string =>
  json.replaceAll(TOKEN, token => JSON.stringify(names(token)).slice(1, -1))

/** Tokens of names that are the same as one of these, however they are spelled. */
export async function tokensOf(db: Reader, nameKeys: readonly string[]): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('pseudonyms')
    .select('token')
    .where(sql<boolean>`text_key in ${textList(db, JSON.stringify(nameKeys))}`)
    .execute()
  return rows.map(({ token }) => token)
}

/** Tokens that read as this label. */
export async function tokensLabelled(db: Reader, label: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('pseudonyms').select('token').where('label', '=', label).execute()
  return rows.map(({ token }) => token)
}

/** Deletes the names behind these tokens: from now on all of them read as the label. */
export async function deleteNames(tx: Writer, tokens: readonly string[], label: string): Promise<void> {
  await tx
    .updateTable('pseudonyms')
    .set({ text: null, textKey: null, label })
    .where(sql<boolean>`token in ${textList(tx, JSON.stringify(tokens))}`)
    .execute()
}

const insertName = statement((db: Reader, { token, text, textKey }: Disguised) =>
  db
    .insertInto('pseudonyms')
    .values({ token, text, textKey })
    .onConflict(conflict => conflict.doNothing()),
)

const insertNames = statement(
  (db: Reader, { rows }: { rows: string }) =>
    sql`insert into pseudonyms (token, text, text_key) ${valuesOf(db, rows, ['text', 'text', 'text'])}
      on conflict do nothing`,
)

const byToken = statement((db: Reader, { tokens }: { tokens: string }) =>
  db
    .selectFrom('pseudonyms')
    .select(['token', 'text', 'label'])
    .where(sql<boolean>`token in ${textList(db, tokens)}`),
)
