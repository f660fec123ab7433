/**
 * Queries that run thousands of times a second.
 *
 * Building a Kysely query and renaming its columns costs more than SQLite needs to run it. A statement is
 * built once per database with a slot in the place of each value; afterwards values only fill slots.
 */
import type { CompiledQuery, QueryExecutorProvider } from 'kysely'
import type { Reader } from './store.ts'

/** Runs the statement on a database or a transaction. */
export type Statement<Values extends object, Row> = (db: Reader, values: Values) => Promise<readonly Row[]>

/** A query builder of Kysely, or a `sql` text. */
export interface Compiles<Row> {
  compile(provider: QueryExecutorProvider): CompiledQuery<Row>
}

/** Runs SQL at once, on the connection of one database. */
export type Direct = (sql: string, parameters: readonly unknown[]) => readonly object[]

const direct = new WeakMap<object, Direct>()

/** From now on statements on this database go past Kysely, whose way to SQLite costs more than SQLite. */
export function runDirectly(db: Reader, run: Direct): void {
  direct.set(db.getExecutor().adapter, run)
}

/** `build` names each value it puts into the query (`values.id`): what it sees are slots, not values. */
export function statement<Values extends object, Row>(
  build: (db: Reader, values: Values) => Compiles<Row>,
): Statement<Values, Row> {
  const compiled = new WeakMap<object, CompiledQuery<Row>>()
  return async (db, values) => {
    const { adapter } = db.getExecutor()
    let query = compiled.get(adapter)
    if (query === undefined) {
      query = build(db, slots<Values>()).compile(db)
      compiled.set(adapter, query)
    }
    const parameters = query.parameters.map(value =>
      value instanceof Slot ? values[value.name as keyof Values] : value,
    )
    const run = direct.get(adapter)
    // The rows are what the query says they are, whichever way they come.
    if (run !== undefined) return run(query.sql, parameters) as readonly Row[]
    return (await db.executeQuery<Row>({ ...query, parameters })).rows
  }
}

class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Stands for the values while a statement is built: each property is a slot of that name. */
function slots<Values extends object>(): Values {
  return new Proxy({}, { get: (_, name) => new Slot(String(name)) }) as Values
}
