/** Proves an export of the journal without the bridge it comes from. */
import { z } from 'zod'
import { BridgeError } from '../lib/errors.ts'
import { hashOf, type Link } from './journal-chain.ts'
import { type Anchor, type JournalBreak, type JournalVerdict, journalProof } from './journal-proof.ts'
import type { JournalRow } from './tables.ts'

const lineSchema = z.object({
  seq: z.number().int().min(1),
  at: z.string(),
  kind: z.string(),
  runId: z.string().nullable(),
  requestId: z.string().nullable(),
  actor: z.string(),
  data: z.unknown(),
  text: z.string().optional(),
  previousHash: z.string(),
  hash: z.string(),
})

const linkSchema = z.object({ seq: z.number(), hash: z.string() })

const endSchema = z.object({
  head: linkSchema,
  last: linkSchema.nullable(),
  fromStart: z.boolean(),
  lines: z.number(),
  filtered: z.boolean(),
})

export type FileVerdict =
  | (Extract<JournalVerdict, { kind: 'ok' }> & {
      /** The first line of the file; undefined when it has none. */
      readonly first?: number
      /** Lines were left out on purpose: each is as it was written; whether one is missing cannot be told. */
      readonly filtered: boolean
    })
  | JournalBreak

/**
 * Takes the lines of the file in order. What is no line of an export counts as an edited one.
 *
 * @throws BridgeError when the file is no export at all, or does not reach back to an anchor.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  anchors: readonly Anchor[] = [],
): Promise<FileVerdict> {
  let walk: Walk | undefined
  for await (const line of lines) {
    const value = parsed(line)
    const end = endSchema.safeParse(value)
    if (end.success) return conclude(walk, end.data)
    const read = lineSchema.safeParse(value)
    if (!read.success) {
      if (walk === undefined) throw notAnExport()
      return walk.breakAt(walk.last.seq + 1, 'edited')
    }
    const row = toRow(read.data)
    walk ??= new Walk(row, anchors)
    walk.take(row)
    if (walk.edited !== undefined) return walk.edited
  }
  if (walk === undefined) throw notAnExport()
  return walk.chained ?? walk.breakAt(walk.last.seq + 1, 'cut-off')
}

/** Whether lines were left out is only known at the end, so that two things are looked at on the way. */
class Walk {
  readonly first: number
  last: Link
  count = 0
  /** A line that does not agree with itself, or comes out of turn. */
  edited: JournalBreak | undefined
  /** The first line that does not follow the one before it. */
  chained: JournalBreak | undefined
  readonly #proof: ReturnType<typeof journalProof>
  readonly #anchors: ReadonlyMap<number, string>

  constructor({ seq, previousHash }: JournalRow, anchors: readonly Anchor[]) {
    this.first = seq
    this.last = { seq: seq - 1, hash: previousHash }
    this.#anchors = new Map(anchors.map(anchor => [anchor.seq, anchor.hash]))
    this.#proof = journalProof(this.last, anchors)
    const before = anchors.find(anchor => anchor.seq < seq)
    if (before !== undefined) {
      throw new BridgeError(
        'anchor-outside',
        `The export begins with line ${seq}: it cannot be held against line ${before.seq}. Export from further back.`,
      )
    }
  }

  take(row: JournalRow): void {
    const follows =
      row.seq > this.last.seq && (row.seq > this.last.seq + 1 || row.previousHash === this.last.hash)
    if (!follows || row.hash !== hashOf(row)) this.edited = this.breakAt(row.seq, 'edited')
    else if ((this.#anchors.get(row.seq) ?? row.hash) !== row.hash) {
      this.edited = this.breakAt(row.seq, 'head-differs')
    }
    this.chained ??= this.#proof.follow(row)
    this.count += 1
    if (this.edited === undefined) this.last = { seq: row.seq, hash: row.hash }
  }

  breakAt(seq: number, problem: JournalBreak['problem']): JournalBreak {
    return { kind: 'broken', seq, problem, ...(this.count === 0 ? {} : { lastGood: this.last }) }
  }

  /** What is wrong although all lines follow from each other. */
  end({ last, filtered, fromStart }: z.output<typeof endSchema>): JournalBreak | undefined {
    if (!filtered && fromStart && this.first !== 1) return { kind: 'broken', seq: 1, problem: 'missing' }
    if (!filtered) return this.chained ?? this.#proof.end(last ?? undefined)
    const furthest = Math.max(last?.seq ?? 0, ...this.#anchors.keys())
    return furthest > this.last.seq ? this.breakAt(this.last.seq + 1, 'cut-off') : undefined
  }
}

function conclude(walk: Walk | undefined, end: z.output<typeof endSchema>): FileVerdict {
  const { filtered, lines, head, last } = end
  if (walk === undefined) {
    return last === null
      ? { kind: 'ok', lines: 0, hash: head.hash, filtered }
      : { kind: 'broken', seq: 1, problem: 'missing' }
  }
  const broken = walk.end(end)
  if (broken !== undefined) return broken
  if (walk.count !== lines) return walk.breakAt(walk.first, 'missing')
  return { kind: 'ok', lines, hash: walk.last.hash, first: walk.first, filtered }
}

const toRow = ({ data, text, ...row }: z.output<typeof lineSchema>): JournalRow => ({
  ...row,
  data: text ?? JSON.stringify(data),
})

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const notAnExport = (): BridgeError =>
  new BridgeError(
    'not-an-export',
    'The file is not an export of the journal. Write one with "scim-bridge journal export --out journal.jsonl".',
  )
