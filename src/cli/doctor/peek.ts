/** The bridge's own database, looked at without changing it: it may be in use, or of another release. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CamelCasePlugin, Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'
import { Pool } from 'pg'
import type { Settings } from '../../config/settings.ts'
import type { IdpGroup } from '../../directory/snapshot.ts'
import { messageOf } from '../../lib/errors.ts'
import { type Ownership, readOwnership } from '../../reconcile/ownership.ts'
import { nodeSqlite } from '../../store/node-sqlite.ts'
import type { Reader } from '../../store/store.ts'
import type { Tables } from '../../store/tables.ts'

/** What the database knows and the account is held against. */
export interface Known {
  readonly ownership: Ownership
  readonly groups: readonly IdpGroup[]
  /** What ids of policies and boundaries of ours are made from; undefined before the first pass. */
  readonly installation: string | undefined
}

export type Peek =
  | { readonly kind: 'read'; readonly place: string; readonly known: Known }
  /** The bridge will make it. */
  | { readonly kind: 'none'; readonly place: string }
  | { readonly kind: 'unusable'; readonly place: string; readonly why: string }

const CONNECT_TIMEOUT_MS = 5_000

/** Never rejects. */
export async function peek({
  dataDir,
  databaseUrl,
}: Pick<Settings, 'dataDir' | 'databaseUrl'>): Promise<Peek> {
  const path = join(dataDir, 'bridge.db')
  const place = databaseUrl === undefined ? path : postgresPlace(databaseUrl)
  if (databaseUrl === undefined && !existsSync(path)) return { kind: 'none', place }
  try {
    const db = databaseUrl === undefined ? sqlite(path) : postgres(databaseUrl)
    try {
      const known = await read(db)
      return known === undefined ? { kind: 'none', place } : { kind: 'read', place, known }
    } finally {
      await db.destroy()
    }
  } catch (error) {
    return { kind: 'unusable', place, why: messageOf(error) }
  }
}

/** Undefined for a database that is empty yet. */
async function read(db: Kysely<Tables>): Promise<Known | undefined> {
  await sql`select 1`.execute(db)
  const tables = (await db.introspection.getTables()).map(({ name }) => name)
  if (!tables.includes('ownership')) return undefined
  const groups = await db.selectFrom('groups').select(['id', 'displayName', 'externalId']).execute()
  return {
    ownership: await readOwnership(db),
    groups: groups.map(each => ({ ...each, externalId: each.externalId ?? undefined })),
    installation: tables.includes('settings') ? await installation(db) : undefined,
  }
}

async function installation(db: Reader): Promise<string | undefined> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', 'installation')
    .executeTakeFirst()
  return row?.value
}

const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })]

const sqlite = (path: string): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new SqliteDialect({ database: nodeSqlite(path, 'read') }), plugins })

function postgres(databaseUrl: string): Kysely<Tables> {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'dynatrace-scim-bridge doctor',
    options: '-c default_transaction_read_only=on',
  })
  pool.on('error', () => undefined)
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins })
}

/** Without user and password. */
function postgresPlace(databaseUrl: string): string {
  const url = URL.parse(databaseUrl)
  return `PostgreSQL at ${url?.host ?? 'the host of DATABASE_URL'}`
}
