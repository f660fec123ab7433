/**
 * The chain of the journal, which makes a line show that was changed, removed or slipped in afterwards.
 *
 *   hash(n) = sha256( hash(n-1) + canonical JSON of line n )        hash(0) = 64 zeros
 */
import { sha256 } from '../lib/digest.ts'
import type { Disguise } from './disguise.ts'
import type { JournalEntry } from './journal-entry.ts'
import type { JournalRow } from './tables.ts'

export type Link = Pick<JournalRow, 'seq' | 'hash'>

/** What the first line follows. */
export const genesis: Link = { seq: 0, hash: '0'.repeat(64) }

/** The rows of entries that follow `head`; undefined for an empty journal. */
export function chainJournal(
  head: Link | undefined,
  entries: readonly { readonly entry: JournalEntry; readonly at: string }[],
  disguise: Disguise,
): readonly JournalRow[] {
  let link = head ?? genesis
  return entries.map(({ entry, at }) => {
    const row = {
      seq: link.seq + 1,
      at,
      kind: entry.kind,
      runId: entry.runId ?? null,
      requestId: entry.requestId ?? null,
      actor: disguise.inText(entry.actor),
      data: disguise.inJson(JSON.stringify(entry.data)),
      previousHash: link.hash,
    }
    const chained = { ...row, hash: hashOf(row) }
    link = chained
    return chained
  })
}

/**
 * Over the canonical JSON of the line, which the order of the members here makes it; `data` goes in as the text
 * that is stored, so that not even its spelling can be changed.
 */
export function hashOf(row: Omit<JournalRow, 'hash'>): string {
  const { actor, at, data, kind, requestId, runId, seq, previousHash } = row
  return sha256(previousHash + JSON.stringify({ actor, at, data, kind, requestId, runId, seq }))
}
