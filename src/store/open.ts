/** Opens the database that the settings name. */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { openPostgres } from './open-postgres.ts'
import { openSqlite } from './open-sqlite.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  /** Folder of the SQLite file; not used with PostgreSQL. */
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly log: Log
  readonly clock: Clock
}

/**
 * SQLite in `<dataDir>/bridge.db`, or PostgreSQL when there is a `databaseUrl`, with the schema up to date.
 * Throws a `BridgeError` whose message names folder, file or host and the remedy.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store =
    options.databaseUrl === undefined
      ? await openSqlite(options.dataDir, options.clock.now())
      : await openPostgres(options.databaseUrl, options.log, options.clock.now())
  options.log.debug({ dialect: store.dialect }, 'database open')
  return store
}
