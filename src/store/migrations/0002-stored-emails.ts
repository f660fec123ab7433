/** Fills the index of e-mail addresses from the users that a database of version 1 holds. */
import { sql } from 'kysely'
import { foldKey } from '../../lib/fold.ts'
import type { Store, Writer } from '../store.ts'

const CHUNK = 500

/** What an index of PostgreSQL takes for sure, in bytes. */
const LONGEST = 2000

interface StoredUser {
  readonly id: string
  /** The SCIM attributes as JSON. */
  readonly resource: string
}

/** One statement per chunk, so that a large directory is through in seconds. */
export async function indexStoredEmails(tx: Writer, dialect: Store['dialect']): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<StoredUser>`
      select id, resource from users where id > ${after} order by id limit ${CHUNK}`.execute(tx)
    const last = rows.at(-1)
    if (last === undefined) return
    const pairs = rows.flatMap(({ id, resource }) => keysIn(resource).map(key => [key, id]))
    if (pairs.length > 0) await insert(tx, dialect, JSON.stringify(pairs))
    after = last.id
  }
}

async function insert(tx: Writer, dialect: Store['dialect'], pairs: string): Promise<void> {
  const from =
    dialect === 'postgres'
      ? sql`select pair ->> 0, pair ->> 1 from json_array_elements(${pairs}::json) as listed(pair)`
      : sql`select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(${pairs})`
  await sql`insert into user_emails (value_key, user_id) ${from}`.execute(tx)
}

function keysIn(resource: string): readonly string[] {
  const { emails } = JSON.parse(resource) as { readonly emails?: unknown } // an object, written by the directory
  const keys = [emails ?? []].flat().map(addressIn).filter(isText).map(foldKey).filter(fits)
  return [...new Set(keys)]
}

const addressIn = (element: unknown): unknown =>
  typeof element === 'object' && element !== null && 'value' in element ? element.value : element

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const fits = (key: string): boolean =>
  !key.includes('\0') && key.isWellFormed() && Buffer.byteLength(key) <= LONGEST
