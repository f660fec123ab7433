/** Since when each finding stands. */
import { type SchemaModule, sql } from 'kysely'
import type { Store } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect']): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict, without rowid`

  await schema
    .createTable('findings')
    .addColumn('key', text, column => column.primaryKey())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('since', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
}
