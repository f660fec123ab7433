/** Statements over a list of texts, which mostly holds one. */
import { type RawBuilder, sql } from 'kysely'
import { type Compiles, statement } from './statement.ts'
import type { Reader } from './store.ts'
import { textList } from './text-list.ts'

/** Runs the statement for these texts. */
export type OverTexts<Values extends object, Row> = (
  db: Reader,
  texts: readonly string[],
  values: Values,
) => Promise<readonly Row[]>

/**
 * `build` puts the texts, a query with the one column `value`, behind `in` or `from`. For a single one the
 * database is spared the JSON.
 */
export function overTexts<Values extends object, Row>(
  build: (db: Reader, texts: RawBuilder<{ value: string }>, values: Values) => Compiles<Row>,
): OverTexts<Values, Row> {
  const one = statement((db, values: Values & { text: string }) =>
    build(db, sql`(select cast(${values.text} as text) as value)`, values),
  )
  const many = statement((db, values: Values & { texts: string }) =>
    build(db, textList(db, values.texts), values),
  )
  return (db, texts, values) => {
    const [text] = texts
    return text !== undefined && texts.length === 1
      ? one(db, { ...values, text })
      : many(db, { ...values, texts: JSON.stringify(texts) })
  }
}
