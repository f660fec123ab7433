/** What every write of the directory has at hand, and how it tells journal and change feed. */
import type { Writer } from '../store/store.ts'
import type { ChangeRow } from '../store/tables.ts'
import { appendChange, appendJournal } from '../store/tail.ts'
import type { Cause } from './directory.ts'

export interface Write {
  readonly tx: Writer
  /** When the change happens: an ISO instant. */
  readonly at: string
  readonly cause: Cause
}

/** Notes in the journal what was changed: ids, names and attribute names, no values of other attributes. */
export function note(write: Write, kind: string, data: Readonly<Record<string, unknown>>): void {
  const { requestId, actor } = write.cause
  appendJournal(write.tx, [{ kind, requestId, actor, data }], write.at)
}

/** Puts keys into the change feed, each once; what is null has no key in Dynatrace. */
export function feed(write: Write, kind: ChangeRow['kind'], keys: readonly (string | null)[]): void {
  const { requestId } = write.cause
  for (const key of new Set(keys)) {
    if (key !== null) appendChange(write.tx, { kind, key, requestId, at: write.at })
  }
}
