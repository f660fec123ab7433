/** Lets Kysely's own SqliteDialect drive node:sqlite. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { driverError } from './driver-error.ts'

/** While opening, and for readers in the rare moments in which the log is reset. In milliseconds. */
const BUSY_TIMEOUT = 5000
const CACHED_STATEMENTS = 512

/**
 * One connection. A writer takes the write lock when its transaction begins, so that works of several
 * processes never overlap; a reader sees what was committed last and never waits for a writer (WAL).
 */
export function nodeSqlite(path: string, access: 'write' | 'read'): SqliteDatabase {
  const db = new DatabaseSync(path, { readOnly: access === 'read', timeout: BUSY_TIMEOUT })
  try {
    db.exec(access === 'write' ? WRITER : READER)
  } catch (error) {
    db.close()
    throw error
  }
  const cache = new Map<string, SqliteStatement>()
  return {
    close() {
      if (db.isOpen) db.close()
    },
    prepare(sql) {
      const cached = cache.get(sql)
      if (cached !== undefined) return cached
      const prepared = translated(() => adapt(db.prepare(access === 'write' ? immediate(sql) : sql)))
      const statement = sql === 'rollback' ? whileIn(db, prepared) : prepared
      if (cache.size < CACHED_STATEMENTS) cache.set(sql, statement)
      return statement
    },
  }
}

// Full: the log is fsynced by every commit, so that what was acknowledged survives a power cut.
// No busy timeout: SQLite would wait with the whole process, `open-sqlite.ts` waits without it.
const WRITER = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma foreign_keys = on;
  pragma wal_autocheckpoint = 4000;
  pragma cache_size = -32000;
  pragma busy_timeout = 0;`
const READER = 'pragma cache_size = -32000;'

/** Kysely begins with a plain `begin`, which would read first and fail to write later when another process wrote. */
const immediate = (sql: string): string => (sql === 'begin' ? 'begin immediate' : sql)

/** A full disk has SQLite roll back by itself: rolling back again would fail and hide the reason. */
const whileIn = (db: DatabaseSync, rollback: SqliteStatement): SqliteStatement => ({
  ...rollback,
  run: parameters => (db.isTransaction ? rollback.run(parameters) : { changes: 0, lastInsertRowid: 0 }),
})

const adapt = (statement: StatementSync): SqliteStatement => ({
  reader: statement.columns().length > 0,
  all: parameters => translated(() => statement.all(...bind(parameters))),
  run: parameters => translated(() => statement.run(...bind(parameters))),
  iterate: parameters => statement.iterate(...bind(parameters)),
})

function translated<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw driverError(error)
  }
}

/** node:sqlite binds null, numbers, bigints, strings and bytes, and nothing else. */
const bind = (parameters: readonly unknown[]): SQLInputValue[] =>
  parameters.map(value => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    if (typeof value === 'bigint' || value instanceof Uint8Array) return value
    throw new TypeError(`The store does not bind values of type ${typeof value}.`)
  })
