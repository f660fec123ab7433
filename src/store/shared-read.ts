/**
 * Reads of one turn of the event loop share one read transaction.
 *
 * In WAL mode SQLite locks and unlocks shared memory around every query that stands alone, which costs more
 * than the query. A turn is far shorter than anybody could notice, and `end` after each commit of our own
 * keeps the promise that what was acknowledged is seen.
 */
import type { DatabaseSync } from 'node:sqlite'

export interface SharedRead {
  /** Call before each read. */
  join(): void
  /** The next read looks anew. */
  end(): void
}

export function sharedRead(db: DatabaseSync): SharedRead {
  const begin = db.prepare('begin')
  const commit = db.prepare('commit')
  const end = () => {
    if (db.isOpen && db.isTransaction) commit.run()
  }
  return {
    join() {
      if (db.isTransaction) return
      begin.run()
      setImmediate(end)
    },
    end,
  }
}
