/** What was taken away lately, for the guards that count over a day. */
import { type SchemaModule, sql } from 'kysely'
import type { Store } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect']): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict, without rowid`
  await schema
    .createTable('removals')
    .addColumn('runId', text, column => column.notNull())
    .addColumn('stepId', text, column => column.notNull())
    .addColumn('at', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('isPerson', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('removalsOnce', ['runId', 'stepId'])
    .modifyEnd(strict)
    .execute()
  await schema.createIndex('removalsByTime').on('removals').column('at').execute()
}
