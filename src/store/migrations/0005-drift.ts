/** Since when drift stands and who brought it about, and what was repaired how often. */
import { type SchemaModule, sql } from 'kysely'
import type { Store } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect']): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict, without rowid`
  await schema
    .createTable('drifts')
    .addColumn('key', text, column => column.primaryKey())
    .addColumn('since', text, column => column.notNull())
    .addColumn('cause', text, column => column.notNull())
    .addColumn('actor', text)
    .modifyEnd(strict)
    .execute()
  await schema
    .createTable('repairs')
    .addColumn('key', text, column => column.primaryKey())
    .addColumn('times', 'integer', column => column.notNull())
    .addColumn('lastAt', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
}
