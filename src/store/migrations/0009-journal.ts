/** Where the journal ends, kept apart from its lines so that a cut end shows; the names of people, apart from both. */
import { randomBytes } from 'node:crypto'
import { type SchemaModule, sql } from 'kysely'
import type { Store, Writer } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect'], tx: Writer): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const long = postgres ? sql`bigint` : sql`integer`
  const strict = postgres ? sql`` : sql`strict`
  const keyedOnly = postgres ? sql`` : sql`strict, without rowid`

  await schema
    .createTable('journalHead')
    .addColumn('id', 'integer', column => column.primaryKey())
    .addColumn('seq', long, column => column.notNull())
    .addColumn('hash', text, column => column.notNull())
    .addColumn('key', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  const key = randomBytes(32).toString('hex')
  await sql`insert into journal_head (id, seq, hash, key)
    select 1,
      coalesce((select max(seq) from journal), 0),
      coalesce((select hash from journal order by seq desc limit 1), ${'0'.repeat(64)}),
      ${key}`.execute(tx)

  await schema
    .createTable('pseudonyms')
    .addColumn('token', text, column => column.primaryKey())
    .addColumn('text', text)
    .addColumn('textKey', text)
    .addColumn('label', text)
    .modifyEnd(keyedOnly)
    .execute()
  await schema.createIndex('pseudonymsByText').on('pseudonyms').column('textKey').execute()
}
