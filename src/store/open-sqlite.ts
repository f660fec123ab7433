/** The store in a file: the default, for one instance. */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CamelCasePlugin, Kysely, SqliteDialect, sql } from 'kysely'
import { BridgeError, messageOf } from '../lib/errors.ts'
import { driverError } from './driver-error.ts'
import { migrate } from './migrations/migrate.ts'
import { type NodeSqlite, nodeSqlite } from './node-sqlite.ts'
import { runDirectly } from './statement.ts'
import type { Reader, Store } from './store.ts'
import type { Tables } from './tables.ts'
import { type Transact, WriteQueue } from './write-queue.ts'

/** Opens `<dataDir>/bridge.db`, making folder and file when they are missing. Throws `BridgeError`. */
export async function openSqlite(dataDir: string, now: Date): Promise<Store> {
  makeFolder(dataDir)
  const path = join(dataDir, 'bridge.db')
  const writer = connection(openFile(path))
  const transact = exclusively(writer.db)
  try {
    await migrate(transact, 'sqlite', now)
  } catch (error) {
    await writer.close()
    throw driverError(error)
  }
  const reader = connection(openReader(path, 'read'))
  const queue = new WriteQueue(transact)
  return {
    dialect: 'sqlite',
    db: reader.db,
    write: work => queue.write(work),
    snapshot: read => onOneState(path, read),
    ping: async () => void (await sql`select 1 from migrations`.execute(reader.db)),
    async close() {
      await queue.close()
      await reader.close()
      // Last, so that it can bring the log into the file and remove it.
      await writer.close()
    },
  }
}

/** On a connection of its own, so that nobody waits for it. */
async function onOneState<T>(path: string, read: (db: Reader) => Promise<T>): Promise<T> {
  const { db, close } = connection(openReader(path, 'scan'))
  try {
    return await db.transaction().execute(read)
  } finally {
    await close()
  }
}

function openReader(path: string, access: 'read' | 'scan'): NodeSqlite {
  try {
    return nodeSqlite(path, access)
  } catch (error) {
    throw driverError(error)
  }
}

/** How long a batch waits for other processes to finish theirs, and how often it asks, in milliseconds. */
const PATIENCE = 10_000
const PAUSE = 2

function exclusively(writer: Reader): Transact {
  return async body => {
    const giveUpAt = performance.now() + PATIENCE
    for (;;) {
      let begun = false
      try {
        await writer.transaction().execute(async tx => {
          begun = true
          await body(tx)
        })
        return
      } catch (error) {
        if (begun || !isBusy(error) || performance.now() > giveUpAt) throw error
      }
      await delay(PAUSE + PAUSE * Math.random())
    }
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof BridgeError &&
  error.cause instanceof Error &&
  'errcode' in error.cause &&
  error.cause.errcode === 5

function connection(database: NodeSqlite): { readonly db: Reader; close(): Promise<void> } {
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  runDirectly(db, (sql, parameters) => database.rows(sql, parameters))
  return {
    db,
    async close() {
      await db.destroy()
      // Kysely leaves a connection open over which it never asked anything.
      database.close()
    },
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { mode: 0o700 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw new BridgeError(
      'data-dir-unusable',
      `The data folder ${dataDir} cannot be made (${messageOf(error)}). ` +
        'Create it, writable for this user, or set BRIDGE_DATA_DIR to another folder.',
      { cause: error },
    )
  }
}

function openFile(path: string): NodeSqlite {
  try {
    const database = nodeSqlite(path, 'write')
    // It holds names and addresses of people.
    chmodSync(path, 0o600)
    return database
  } catch (error) {
    const notADatabase = error instanceof Error && 'errcode' in error && error.errcode === 26
    throw new BridgeError(
      'database-unusable',
      notADatabase
        ? `${path} is not a SQLite database. Move that file away, or set BRIDGE_DATA_DIR to another folder.`
        : `The database file ${path} cannot be opened (${messageOf(error)}). ` +
            'Make its folder writable for this user, or set BRIDGE_DATA_DIR to another folder.',
      { cause: error },
    )
  }
}
