/** The store in PostgreSQL: for several instances, all of which serve SCIM. */
import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely'
import { Pool, type PoolClient, types } from 'pg'
import { BridgeError, messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import { driverError } from './driver-error.ts'
import { migrate } from './migrations/migrate.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'
import { type Transact, WriteQueue } from './write-queue.ts'

/** The advisory lock that every batch of every instance takes: a number of our own choosing. */
const WRITERS = 5_204_117_301
const CONNECT_TIMEOUT = 5_000
const QUERY_TIMEOUT = 60_000
const INT8 = 20

/** Connects and brings the schema up to date. Throws `BridgeError`; never mentions the password. */
export async function openPostgres(databaseUrl: string, log: Log, now: Date): Promise<Store> {
  const place = placeOf(databaseUrl)
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: QUERY_TIMEOUT,
    keepAlive: true,
    application_name: 'dynatrace-scim-bridge',
    // Counts and sequence numbers stay far below 2^53.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
  })
  const lost = (error: Error) => log.warn({ error: error.message, place }, 'PostgreSQL connection lost')
  // Without listeners a restarted server would end the process: idle clients report to the pool,
  // those at work to themselves.
  pool.on('error', lost)
  pool.on('connect', client => client.on('error', lost))
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: translating(pool) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  const transact: Transact = body =>
    db.transaction().execute(async tx => {
      await LOCK.execute(tx)
      await body(tx)
    })
  try {
    await migrate(transact, 'postgres', now)
  } catch (error) {
    await pool.end()
    if (error instanceof BridgeError && error.code !== 'store-unavailable') throw error
    const cause = error instanceof BridgeError ? error.cause : error
    throw new BridgeError(
      'database-unusable',
      `PostgreSQL at ${place} cannot be used (${messageOf(cause)}). ` +
        'Check that it runs and is reachable from here, and that DATABASE_URL has the right user, password and database.',
      { cause: error },
    )
  }
  const queue = new WriteQueue(transact)
  return {
    dialect: 'postgres',
    db,
    write: work => queue.write(work),
    snapshot: read =>
      db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read),
    ping: async () => void (await sql`select 1`.execute(db)),
    async close() {
      await queue.close()
      await db.destroy()
    },
  }
}

/**
 * Works of all instances follow one another; the lock goes with the transaction. A server that is set to
 * acknowledge before it has written its log is told to write it for us.
 */
const LOCK = sql`
  select pg_advisory_xact_lock(${sql.lit(WRITERS)}),
    case when current_setting('synchronous_commit') = 'off'
      then set_config('synchronous_commit', 'on', true) end`

/** Host, port and database: what a message may say of a URL that holds a password. */
function placeOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl) || !/^postgres(ql)?:\/\//i.test(databaseUrl)) {
    throw new BridgeError(
      'database-unusable',
      'DATABASE_URL is not of the form postgres://user:password@host:5432/database. Correct it, or unset it to use SQLite.',
    )
  }
  const { hostname, port, pathname, searchParams } = new URL(databaseUrl)
  const host = hostname === '' ? (searchParams.get('host') ?? 'localhost') : hostname
  // What does not look like the name of a database may be a misplaced part of the credentials.
  const database = /^\/[\w-]+$/.test(pathname) ? pathname : ''
  return `${host}:${port === '' ? '5432' : port}${database}`
}

/** The pool as Kysely sees it, with errors of the driver told apart. */
const translating = (pool: Pool): PostgresPool => ({
  options: pool.options,
  connect: async () => translatingClient(await translated(pool.connect())),
  end: () => pool.end(),
})

const translatingClient = (client: PoolClient): PoolClient =>
  new Proxy(client, {
    get(target, name) {
      if (name === 'query')
        return (...given: unknown[]) => translated(Reflect.apply(target.query, target, given))
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })

async function translated<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw driverError(error)
  }
}
