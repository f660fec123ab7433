/** Brings a database to the schema of this program: numbered steps, each once, under the writers' lock. */
import { type SchemaModule, sql } from 'kysely'
import { BridgeError } from '../../lib/errors.ts'
import type { Store, Writer } from '../store.ts'
import type { Transact } from '../write-queue.ts'
import * as tables from './0001-tables.ts'
import * as identity from './0002-identity.ts'
import * as findings from './0003-findings.ts'
import * as runSteps from './0004-run-steps.ts'
import * as drift from './0005-drift.ts'
import * as ownership from './0006-ownership.ts'
import * as removals from './0007-removals.ts'
import * as decisions from './0008-decisions.ts'
import * as journal from './0009-journal.ts'
import * as holdings from './0010-holdings.ts'

interface Migration {
  readonly number: number
  readonly name: string
  /** `tx` is for rows that were there before, without today's row types: a later number may change them. */
  readonly up: (schema: SchemaModule, dialect: Store['dialect'], tx: Writer) => Promise<void>
}

/** In order. What was released is never edited: a change is a further number. */
const migrations: readonly Migration[] = [
  { number: 1, name: 'tables', up: tables.up },
  { number: 2, name: 'identity', up: identity.up },
  { number: 3, name: 'findings', up: findings.up },
  { number: 4, name: 'steps of runs', up: runSteps.up },
  { number: 5, name: 'drift', up: drift.up },
  { number: 6, name: 'ownership', up: ownership.up },
  { number: 7, name: 'removals', up: removals.up },
  { number: 8, name: 'decisions', up: decisions.up },
  { number: 9, name: 'journal', up: journal.up },
  { number: 10, name: 'holdings', up: holdings.up },
]

/** All steps in one transaction. Throws a `BridgeError` when the database is of a later release. */
export async function migrate(transact: Transact, dialect: Store['dialect'], now: Date): Promise<void> {
  const newest = migrations.at(-1)?.number ?? 0
  await transact(async tx => {
    await sql`create table if not exists migrations (number integer primary key, name text not null, at text not null)`.execute(
      tx,
    )
    const { rows } = await sql<{ at: number | null }>`select max(number) as at from migrations`.execute(tx)
    const current = rows[0]?.at ?? 0
    if (current > newest) {
      throw new BridgeError(
        'database-newer',
        `The database has schema version ${current}, but this release knows versions up to ${newest}. ` +
          'Start the newer release again, or restore the backup taken before it was installed.',
      )
    }
    for (const { number, name, up } of migrations) {
      if (number <= current) continue
      await up(tx.schema, dialect, tx)
      await sql`insert into migrations (number, name, at) values (${number}, ${name}, ${now.toISOString()})`.execute(
        tx,
      )
    }
  })
}
