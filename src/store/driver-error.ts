/** Errors of node:sqlite and pg, told apart by what a caller can do about them. */
import { BridgeError, messageOf } from '../lib/errors.ts'
import { UniqueViolation } from './unique-violation.ts'

/**
 * A `UniqueViolation`, a `BridgeError` with code `store-unavailable` when the database cannot be used
 * just now, or what was thrown when it is neither.
 */
export function driverError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof BridgeError) return thrown
  if ('errcode' in thrown && typeof thrown.errcode === 'number') return sqliteError(thrown, thrown.errcode)
  return postgresError(thrown, 'code' in thrown ? String(thrown.code) : '')
}

/** The one error that HTTP answers with 503: nothing is wrong with the request, it may be repeated. */
export const storeUnavailable = (cause: unknown): BridgeError =>
  new BridgeError(
    'store-unavailable',
    `The database cannot be used just now (${messageOf(cause)}). The request may be repeated.`,
    { cause },
  )

// Primary result codes: busy, locked, read-only, input/output error, disk full, cannot open.
const SQLITE_UNAVAILABLE = new Set([5, 6, 8, 10, 13, 14])
const SQLITE_UNIQUE = new Set([2067, 1555]) // unique index, primary key

function sqliteError(error: Error, extended: number): unknown {
  if (SQLITE_UNIQUE.has(extended)) {
    const table = /constraint failed: (\w+)\./.exec(error.message)?.[1]
    return new UniqueViolation(table ?? 'unknown', { cause: error })
  }
  return SQLITE_UNAVAILABLE.has(extended & 0xff) ? storeUnavailable(error) : error
}

// Connection exceptions (08), insufficient resources (53), operator intervention (57), and a server that
// became a read-only standby.
const POSTGRES_UNAVAILABLE = /^(?:08...|53...|57P..|57014|25006|40001|40P01|55P03)$/
const SYSTEM_UNAVAILABLE = /^(?:E[A-Z]{3,}(?:_[A-Z]+)*|ERR_(?:SOCKET|TLS|SSL)_\w+)$/
// pg itself throws these without a code.
const PG_UNAVAILABLE =
  /connection (?:terminated|timeout|error)|timeout exceeded when trying to connect|query read timeout|connection ended|has been discarded|not queryable/i

function postgresError(error: Error, code: string): unknown {
  if (code === '23505') {
    const table = 'table' in error ? String(error.table) : 'unknown'
    return new UniqueViolation(table, { cause: error })
  }
  const unavailable =
    POSTGRES_UNAVAILABLE.test(code) || SYSTEM_UNAVAILABLE.test(code) || PG_UNAVAILABLE.test(error.message)
  return unavailable ? storeUnavailable(error) : error
}
