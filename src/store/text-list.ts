/** A list of texts as one parameter, so that no list is too long and no statement is compiled per length. */
import { type RawBuilder, SqliteAdapter, sql } from 'kysely'
import type { Reader } from './store.ts'

/** A query with the one column `value`, to go behind `in` or `from`; `list` is a JSON array of texts. */
export const textList = (db: Reader, list: string): RawBuilder<{ value: string }> =>
  db.getExecutor().adapter instanceof SqliteAdapter
    ? sql`(select value from json_each(${list}))`
    : // The limit tells PostgreSQL how long the list is: it takes any for a hundred values, and reads whole
      // tables where an index would find the one that is asked for.
      sql`(select value collate "C" as value from json_array_elements_text(${list}::json) as element(value) limit json_array_length(${list}::json))`
