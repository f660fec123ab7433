/** What every write of the directory has at hand, and how it tells journal and change feed. */
import { appendJournal } from '../store/journal.ts'
import { statement } from '../store/statement.ts'
import type { Reader, Writer } from '../store/store.ts'
import type { ChangeRow } from '../store/tables.ts'
import type { Cause } from './directory.ts'

export interface Write {
  readonly tx: Writer
  /** When the change happens: an ISO instant. */
  readonly at: string
  readonly cause: Cause
}

/** Notes in the journal what was changed: ids, names and attribute names, no values of other attributes. */
export async function note(
  write: Write,
  kind: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { requestId, actor } = write.cause
  await appendJournal(write.tx, [{ kind, requestId, actor, data }], write.at)
}

/** Puts keys into the change feed, each once; what is null has no key in Dynatrace. */
export async function feed(
  write: Write,
  kind: ChangeRow['kind'],
  keys: readonly (string | null)[],
): Promise<void> {
  const { requestId } = write.cause
  for (const key of new Set(keys)) {
    if (key !== null) await insertChange(write.tx, { kind, key, requestId, at: write.at })
  }
}

const insertChange = statement((db: Reader, row: Omit<ChangeRow, 'seq'>) =>
  db.insertInto('changes').values({ kind: row.kind, key: row.key, requestId: row.requestId, at: row.at }),
)
