/** Who had what from when until when. */
import { type SchemaModule, sql } from 'kysely'
import type { Store } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect']): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict`
  const keyedOnly = postgres ? sql`` : sql`strict, without rowid`

  await schema
    .createTable('holdings')
    .addColumn('id', postgres ? sql`bigint` : sql`integer`, column =>
      postgres ? column.generatedAlwaysAsIdentity().primaryKey() : column.primaryKey().autoIncrement(),
    )
    .addColumn('kind', text, column => column.notNull())
    .addColumn('groupId', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('detail', text, column => column.notNull())
    .addColumn('since', text, column => column.notNull())
    .addColumn('until', text)
    .addColumn('sinceRun', text, column => column.notNull())
    .addColumn('sinceStep', text)
    .addColumn('untilRun', text)
    .addColumn('untilStep', text)
    .modifyEnd(strict)
    .execute()
  await schema
    .createIndex('holdingsOpen')
    .unique()
    .on('holdings')
    .columns(['groupId', 'kind', 'subject'])
    .where(sql.ref('until'), 'is', null)
    .execute()
  await schema.createIndex('holdingsByGroup').on('holdings').columns(['groupId', 'since']).execute()
  await schema.createIndex('holdingsBySubject').on('holdings').column('subject').execute()
  await schema.createIndex('holdingsBySince').on('holdings').column('since').execute()
  await schema.createIndex('holdingsByUntil').on('holdings').column('until').execute()

  await schema
    .createTable('heldGroups')
    .addColumn('groupId', text, column => column.primaryKey())
    .addColumn('digest', text)
    .modifyEnd(keyedOnly)
    .execute()
}
