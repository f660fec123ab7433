/** Proves that the journal in the database is as it was written, while others go on writing it. */
import { breathe } from '../lib/turns.ts'
import { genesis } from './journal-chain.ts'
import { journalHead } from './journal-head.ts'
import { type Anchor, type JournalVerdict, journalProof } from './journal-proof.ts'
import type { Reader } from './store.ts'

const CHUNK = 500

/** Follows the chain from its beginning to its recorded end; `anchors` are lines that somebody wrote down elsewhere. */
export async function verifyJournal(db: Reader, anchors: readonly Anchor[] = []): Promise<JournalVerdict> {
  const proof = journalProof(genesis, anchors)
  for (;;) {
    // Read before the lines: whatever it says has been written by the time they are read.
    const head = await journalHead(db)
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where('seq', '>', proof.link.seq)
      .orderBy('seq')
      .limit(CHUNK)
      .execute()
    for (const row of rows) {
      const broken = proof.follow(row)
      if (broken !== undefined) return broken
    }
    if (rows.length === 0) {
      return proof.end(head) ?? { kind: 'ok', lines: proof.link.seq, hash: proof.link.hash }
    }
    await breathe()
  }
}
