/** Whose a row of the registry is and how that came about; what groups held before they were adopted. */
import { type SchemaModule, sql } from 'kysely'
import { newId } from '../../lib/ids.ts'
import type { Store, Writer } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect'], tx: Writer): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict`
  const add = (name: string, fallback?: string) =>
    schema
      .alterTable('ownership')
      .addColumn(name, text, column =>
        fallback === undefined ? column : column.notNull().defaultTo(sql.lit(fallback)),
      )
      .execute()
  await add('how', 'created')
  await add('by')
  await add('instance', '')
  await sql`insert into settings (name, value) values ('installation', ${newId()}) on conflict (name) do nothing`.execute(
    tx,
  )
  await sql`update ownership set instance = (select value from settings where name = 'installation')`.execute(
    tx,
  )
  await schema.dropIndex('ownershipByName').execute()
  await schema
    .createIndex('ownershipByName')
    .unique()
    .on('ownership')
    .columns(['instance', 'kind', 'nameKey'])
    .execute()

  await schema
    .createTable('keptElements')
    .addColumn('id', text, column => column.primaryKey())
    .addColumn('instance', text, column => column.notNull())
    .addColumn('groupId', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('key', text, column => column.notNull())
    .addColumn('title', text, column => column.notNull())
    .addColumn('standing', text, column => column.notNull())
    .addColumn('reason', text, column => column.notNull())
    .addColumn('by', text, column => column.notNull())
    .addColumn('at', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  await schema
    .createIndex('keptElementsByKey')
    .unique()
    .on('keptElements')
    .columns(['instance', 'groupId', 'kind', 'key'])
    .execute()
}
