import { SqliteAdapter, sql } from 'kysely'
import type { Reader } from './store.ts'

/** The rows of a JSON array of arrays, to go behind `insert into`. */
export function valuesOf(db: Reader, rows: string, types: readonly string[]) {
  if (db.getExecutor().adapter instanceof SqliteAdapter) {
    const columns = types.map((_, at) => sql`value ->> ${sql.lit(at)}`)
    return sql`select ${sql.join(columns)} from json_each(${rows}) where true`
  }
  const columns = types.map((type, at) => sql`(line ->> ${sql.lit(at)})::${sql.raw(type)}`)
  return sql`select ${sql.join(columns)} from json_array_elements(${rows}::json) as element(line)`
}
