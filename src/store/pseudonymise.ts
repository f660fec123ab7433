/** Deletes the names of a person from the record, whose lines stay as they are. */
import { breathe } from '../lib/turns.ts'
import { labelOf, nameKey } from './disguise.ts'
import { namer } from './journal.ts'
import { deleteNames, tokensOf } from './pseudonyms.ts'
import type { Store } from './store.ts'
import { appendJournal } from './tail.ts'

const CHUNK = 2_000

export interface PseudonymRequest {
  /** Every name that the person is known by: addresses, former ones too, and user names, in any spelling. */
  readonly names: readonly string[]
  /** Who asks for it, and why: for the journal. */
  readonly by: string
  readonly reason: string
  /** ISO instant. */
  readonly at: string
}

export interface Pseudonymised {
  /** What the person reads as from now on; undefined when the record knew none of the names. */
  readonly label: string | undefined
  /** How many spellings were deleted. */
  readonly spellings: number
  /** Lines of earlier releases that hold a name in plain text: they cannot be changed without breaking the chain. */
  readonly plainLines: number
}

/** Journaled, without the name. */
export async function pseudonymise(
  store: Store,
  { names, by, reason, at }: PseudonymRequest,
): Promise<Pseudonymised> {
  const keys = [...new Set(names.map(nameKey))]
  const plainLines = await countPlain(store, keys)
  return store.write(async tx => {
    const tokens = await tokensOf(tx, keys)
    const [first] = tokens.toSorted()
    if (first === undefined) return { label: undefined, spellings: 0, plainLines }
    const label = labelOf(first)
    await deleteNames(tx, tokens, label)
    const data = { person: label, reason, spellings: tokens.length, plainLines }
    appendJournal(tx, [{ kind: 'journal.pseudonymised', actor: by, data }], at)
    return { label, spellings: tokens.length, plainLines }
  })
}

async function countPlain({ db }: Store, keys: readonly string[]): Promise<number> {
  const isNamed = namer([], keys)
  let count = 0
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(CHUNK)
      .execute()
    count += rows.filter(isNamed).length
    const last = rows.at(-1)
    if (last === undefined) return count
    after = last.seq
    await breathe()
  }
}
