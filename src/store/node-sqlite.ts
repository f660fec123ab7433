/** Lets Kysely's own SqliteDialect drive node:sqlite. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { driverError } from './driver-error.ts'

/** While opening, and for readers in the rare moments in which the log is reset. In milliseconds. */
const BUSY_TIMEOUT = 5000
const CACHED_STATEMENTS = 512

export interface NodeSqlite extends SqliteDatabase {
  /** Runs a query without Kysely in between; the rows have the names that Kysely's CamelCasePlugin gives them. */
  rows(sql: string, parameters: readonly unknown[]): readonly object[]
}

/**
 * One connection. A writer takes the write lock when its transaction begins, so that works of several
 * processes never overlap; a reader sees what was committed last and never waits for a writer (WAL). A reader that
 * scans keeps little in memory.
 */
export function nodeSqlite(path: string, access: keyof typeof PRAGMAS): NodeSqlite {
  const db = new DatabaseSync(path, { readOnly: access !== 'write', timeout: BUSY_TIMEOUT })
  try {
    db.exec(PRAGMAS[access])
  } catch (error) {
    db.close()
    throw error
  }
  const statements = cached(sql => {
    const prepared = adapt(db.prepare(access === 'write' ? immediate(sql) : sql))
    return sql === 'rollback' ? whileIn(db, prepared) : prepared
  })
  const queries = cached(sql => named(db.prepare(sql)))
  return {
    close() {
      if (db.isOpen) db.close()
    },
    prepare: statements,
    rows(sql, parameters) {
      const query = queries(sql)
      return translated(() => query(parameters))
    },
  }
}

/** Preparing costs several times what running does. */
function cached<T>(prepare: (sql: string) => T): (sql: string) => T {
  const cache = new Map<string, T>()
  return sql => {
    const known = cache.get(sql)
    if (known !== undefined) return known
    const prepared = translated(() => prepare(sql))
    if (cache.size < CACHED_STATEMENTS) cache.set(sql, prepared)
    return prepared
  }
}

/** Rows as objects with names in camelCase, worked out once for all rows. */
function named(statement: StatementSync): (parameters: readonly unknown[]) => readonly object[] {
  const names = statement
    .columns()
    .map(({ name }) => name.replace(/_(\w)/g, (_, next: string) => next.toUpperCase()))
  if (names.length === 0) {
    return parameters => {
      statement.run(...bind(parameters))
      return []
    }
  }
  statement.setReturnArrays(true)
  return parameters => {
    const found: unknown[] = statement.all(...bind(parameters))
    return found.map(values => {
      const row: Record<string, unknown> = {}
      if (Array.isArray(values)) for (const [at, name] of names.entries()) row[name] = values[at]
      return row
    })
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
// Goes through everything once, and has nothing to come back to.
const SCANNER = 'pragma cache_size = -4000;'
const PRAGMAS = { write: WRITER, read: READER, scan: SCANNER }

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
