/** A first person's word that waits for a second one, the plan it was about, and what was chosen about single differences. */
import { type SchemaModule, sql } from 'kysely'
import type { Store } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect']): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict, without rowid`
  await schema
    .alterTable('decisions')
    .addColumn('planHash', text, column => column.notNull().defaultTo(''))
    .execute()
  await schema
    .createTable('choices')
    .addColumn('stepId', text, column => column.primaryKey())
    .addColumn('choice', text, column => column.notNull())
    .addColumn('title', text, column => column.notNull())
    .addColumn('actor', text, column => column.notNull())
    .addColumn('reason', text, column => column.notNull())
    .addColumn('at', text, column => column.notNull())
    .addColumn('until', text)
    .modifyEnd(strict)
    .execute()
}
