/**
 * Renames, doubtful deactivations, what the account says of users, refusals that people should see, settings in
 * force, and an index of the e-mail addresses of users.
 */
import { type SchemaModule, sql } from 'kysely'
import type { Store, Writer } from '../store.ts'
import { indexStoredEmails } from './0002-stored-emails.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect'], tx: Writer): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict`
  const keyedOnly = postgres ? sql`` : sql`strict, without rowid`

  await schema.alterTable('users').addColumn('reactivatedAt', text).execute()
  await schema.alterTable('users').addColumn('doubtedSince', text).execute()
  await schema.alterTable('departures').addColumn('successorKey', text).execute()
  await schema.createIndex('departuresBySuccessor').on('departures').column('successorKey').execute()

  // The feed only grows at its end and is settled by number: every SCIM write is spared an index.
  await schema.dropIndex('changesByKey').execute()

  await schema
    .createTable('accountUsers')
    .addColumn('emailKey', text, column => column.primaryKey())
    .addColumn('uid', text)
    .addColumn('status', text)
    .addColumn('lastSignIn', text)
    .addColumn('environments', text, column => column.notNull())
    .addColumn('syncedAt', text)
    .addColumn('error', text)
    .modifyEnd(strict)
    .execute()

  await schema
    .createTable('refusals')
    .addColumn('kind', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('detail', text, column => column.notNull())
    .addColumn('requestId', text, column => column.notNull())
    .addColumn('times', 'integer', column => column.notNull())
    .addColumn('firstAt', text, column => column.notNull())
    .addColumn('lastAt', text, column => column.notNull())
    .addPrimaryKeyConstraint('refusalsKey', ['kind', 'subject'])
    .modifyEnd(strict)
    .execute()

  await schema
    .createTable('settings')
    .addColumn('name', text, column => column.primaryKey())
    .addColumn('value', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()

  await schema
    .createTable('userEmails')
    .addColumn('valueKey', text, column => column.notNull())
    .addColumn('userId', text, column => column.notNull())
    .addPrimaryKeyConstraint('userEmailsKey', ['valueKey', 'userId'])
    .modifyEnd(keyedOnly)
    .execute()
  await indexStoredEmails(tx, dialect)
}
