/** Follows the chain of the journal line by line, wherever the lines come from: the database or an export. Pure. */
import { hashOf, type Link } from './journal-chain.ts'
import type { JournalRow } from './tables.ts'

export type JournalVerdict =
  | {
      readonly kind: 'ok'
      /** How many lines were followed. */
      readonly lines: number
      /** Of the newest line. */
      readonly hash: string
    }
  | JournalBreak

export interface JournalBreak {
  readonly kind: 'broken'
  /** The first line that is not as it was written. */
  readonly seq: number
  readonly problem: JournalProblem
  /** The newest line before it that is; undefined when there is none. */
  readonly lastGood?: Link
}

/**
 * - `edited`: the line does not agree with its hash, or does not follow from the line before it
 * - `missing`: the line is not there, and later ones are
 * - `cut-off`: the line and all behind it are not there, though they have been written
 * - `head-differs`: the lines follow from each other, and not to what was recorded, or written down elsewhere
 */
export const journalProblems = ['edited', 'missing', 'cut-off', 'head-differs'] as const
export type JournalProblem = (typeof journalProblems)[number]

/** The line that somebody wrote down elsewhere, to be found again. */
export type Anchor = Link

export interface Proof {
  /** The newest line that was followed. */
  readonly link: Link
  /** Takes the next line; undefined when it follows. */
  follow(row: JournalRow): JournalBreak | undefined
  /** What is wrong when no line comes any more and this is where they should have ended. */
  end(head: Link | undefined): JournalBreak | undefined
}

/** `first` is what the first line to come follows. */
export function journalProof(first: Link, anchors: readonly Anchor[]): Proof {
  let link = first
  let isBegun = first.seq > 0
  const due = new Map(anchors.map(({ seq, hash }) => [seq, hash]))
  const broken = (seq: number, problem: JournalProblem): JournalBreak => ({
    kind: 'broken',
    seq,
    problem,
    ...(isBegun ? { lastGood: link } : {}),
  })
  return {
    get link() {
      return link
    },
    follow(row) {
      if (row.seq !== link.seq + 1) return broken(link.seq + 1, 'missing')
      if (row.previousHash !== link.hash || row.hash !== hashOf(row)) return broken(row.seq, 'edited')
      const anchored = due.get(row.seq)
      if (anchored !== undefined && anchored !== row.hash) return broken(row.seq, 'head-differs')
      link = { seq: row.seq, hash: row.hash }
      isBegun = true
      return undefined
    },
    end(head) {
      const furthest = Math.max(head?.seq ?? 0, ...due.keys())
      if (furthest > link.seq) return broken(link.seq + 1, 'cut-off')
      if (head === undefined || head.seq < link.seq || head.hash !== link.hash) {
        return broken((head?.seq ?? 0) + (head?.seq === link.seq ? 0 : 1), 'head-differs')
      }
      return undefined
    },
  }
}
