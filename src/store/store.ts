/** What the other rooms know of the database. `open.ts` makes one, over SQLite or PostgreSQL. */
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

export type Reader = Kysely<Tables>
export type Writer = Transaction<Tables>

export interface Store {
  readonly dialect: 'sqlite' | 'postgres'
  /** For queries. Sees everything that `write` has acknowledged, and nothing that it has not. */
  readonly db: Reader
  /**
   * Runs `work` in a transaction and resolves once it is durable (fsynced).
   *
   * Works that wait at the same time share one transaction and one fsync (group commit). One that throws
   * is rolled back alone and its promise rejects; the others may be run a second time then, so a work
   * changes nothing but the database. Works never overlap, across processes too, so that reading and then
   * writing inside one is safe. A work waits for nothing but the database, lets database errors through,
   * and does not call `write`.
   */
  write<T>(work: (tx: Writer) => Promise<T>): Promise<T>
  /** Runs several queries on one and the same state of the database, without holding anybody up. */
  snapshot<T>(read: (db: Reader) => Promise<T>): Promise<T>
  /** Resolves when the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
