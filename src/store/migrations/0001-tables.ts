/** The first schema: directory, change feed, registry, runs, journal and lease. */
import { type SchemaModule, sql } from 'kysely'
import type { Store } from '../store.ts'

export async function up(schema: SchemaModule, dialect: Store['dialect']): Promise<void> {
  const postgres = dialect === 'postgres'
  // Text sorts by code point on both engines, whatever the locale of the server.
  const text = postgres ? sql`text collate "C"` : sql`text`
  const long = postgres ? sql`bigint` : sql`integer`
  const strict = postgres ? sql`` : sql`strict`
  const keyedOnly = postgres ? sql`` : sql`strict, without rowid`

  await schema
    .createTable('users')
    .addColumn('id', text, column => column.primaryKey())
    .addColumn('userName', text, column => column.notNull())
    .addColumn('userNameKey', text, column => column.notNull())
    .addColumn('externalId', text)
    .addColumn('email', text)
    .addColumn('emailKey', text)
    .addColumn('active', 'integer', column => column.notNull())
    .addColumn('inactiveSince', text)
    .addColumn('resource', text, column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('createdAt', text, column => column.notNull())
    .addColumn('modifiedAt', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  await schema.createIndex('usersByUserName').unique().on('users').column('userNameKey').execute()
  await schema.createIndex('usersByExternalId').on('users').column('externalId').execute()
  await schema.createIndex('usersByEmail').on('users').column('emailKey').execute()
  await schema.createIndex('usersInOrder').on('users').columns(['createdAt', 'id']).execute()

  await schema
    .createTable('groups')
    .addColumn('id', text, column => column.primaryKey())
    .addColumn('displayName', text, column => column.notNull())
    .addColumn('displayNameKey', text, column => column.notNull())
    .addColumn('externalId', text)
    .addColumn('resource', text, column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('createdAt', text, column => column.notNull())
    .addColumn('modifiedAt', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  await schema.createIndex('groupsByDisplayName').unique().on('groups').column('displayNameKey').execute()
  await schema.createIndex('groupsByExternalId').on('groups').column('externalId').execute()
  await schema.createIndex('groupsInOrder').on('groups').columns(['createdAt', 'id']).execute()

  await schema
    .createTable('members')
    .addColumn('groupId', text, column => column.notNull().references('groups.id'))
    .addColumn('memberId', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addPrimaryKeyConstraint('membersKey', ['groupId', 'memberId'])
    .modifyEnd(keyedOnly)
    .execute()
  await schema.createIndex('membersByMember').on('members').columns(['memberId', 'groupId']).execute()
  // Nested groups are few: who looks for them must not meet the memberships of people.
  await schema
    .createIndex('membersNested')
    .on('members')
    .columns(['groupId', 'memberId'])
    .where(sql.ref('kind'), '=', sql.lit('Group'))
    .execute()

  await schema
    .createTable('departures')
    .addColumn('emailKey', text, column => column.primaryKey())
    .addColumn('email', text, column => column.notNull())
    .addColumn('userName', text, column => column.notNull())
    .addColumn('at', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()

  await schema
    .createTable('changes')
    .addColumn('seq', postgres ? sql`bigint` : 'integer', column =>
      // A number that was settled must not come back, or a later change could be settled with it.
      postgres ? column.generatedAlwaysAsIdentity().primaryKey() : column.primaryKey().autoIncrement(),
    )
    .addColumn('kind', text, column => column.notNull())
    .addColumn('key', text, column => column.notNull())
    .addColumn('requestId', text, column => column.notNull())
    .addColumn('at', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  await schema.createIndex('changesByKey').on('changes').columns(['kind', 'key', 'seq']).execute()

  await schema
    .createTable('ownership')
    .addColumn('id', text, column => column.primaryKey())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('dynatraceId', text)
    .addColumn('name', text, column => column.notNull())
    .addColumn('nameKey', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('sources', text, column => column.notNull())
    .addColumn('runId', text, column => column.notNull())
    .addColumn('at', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  await schema.createIndex('ownershipByName').unique().on('ownership').columns(['kind', 'nameKey']).execute()
  await schema.createIndex('ownershipByDynatraceId').on('ownership').column('dynatraceId').execute()

  await schema
    .createTable('runs')
    .addColumn('id', text, column => column.primaryKey())
    .addColumn('trigger', text, column => column.notNull())
    .addColumn('mode', text, column => column.notNull())
    .addColumn('status', text, column => column.notNull())
    .addColumn('startedAt', text, column => column.notNull())
    .addColumn('finishedAt', text)
    .addColumn('data', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  await schema.createIndex('runsInOrder').on('runs').columns(['startedAt', 'id']).execute()
  await schema.createIndex('runsByStatus').on('runs').columns(['status', 'startedAt']).execute()

  await schema
    .createTable('decisions')
    .addColumn('stepId', text, column => column.notNull())
    .addColumn('runId', text, column => column.notNull())
    .addColumn('decision', text, column => column.notNull())
    .addColumn('actor', text, column => column.notNull())
    .addColumn('reason', text, column => column.notNull())
    .addColumn('at', text, column => column.notNull())
    .addColumn('expiresAt', text, column => column.notNull())
    .addPrimaryKeyConstraint('decisionsKey', ['stepId', 'runId'])
    .modifyEnd(strict)
    .execute()
  await schema.createIndex('decisionsByRun').on('decisions').column('runId').execute()

  await schema
    .createTable('journal')
    .addColumn('seq', long, column => column.primaryKey())
    .addColumn('at', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('runId', text)
    .addColumn('requestId', text)
    .addColumn('actor', text, column => column.notNull())
    .addColumn('data', text, column => column.notNull())
    .addColumn('previousHash', text, column => column.notNull())
    .addColumn('hash', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
  // Most lines are of SCIM requests and belong to no run.
  await schema
    .createIndex('journalByRun')
    .on('journal')
    .columns(['runId', 'seq'])
    .where(sql.ref('runId'), 'is not', null)
    .execute()
  await schema.createIndex('journalByRequest').on('journal').columns(['requestId', 'seq']).execute()
  await schema.createIndex('journalByKind').on('journal').columns(['kind', 'seq']).execute()

  await schema
    .createTable('leases')
    .addColumn('name', text, column => column.primaryKey())
    .addColumn('holder', text, column => column.notNull())
    .addColumn('fence', long, column => column.notNull())
    .addColumn('expiresAt', text, column => column.notNull())
    .modifyEnd(strict)
    .execute()
}
