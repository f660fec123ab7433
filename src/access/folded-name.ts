/**
 * A name in the form in which names are compared, with the way back to its own spelling.
 *
 * `foldKey` alone would not do: folding may change lengths and depends on neighbours (final sigma), so a
 * place in the folded text would not tell the place in the name.
 */
import { foldKey } from '../lib/fold.ts'

export interface FoldedName {
  readonly source: string
  readonly folded: string
  /** Place in `source` of each place in `folded`, −1 within a character; undefined: the same places. */
  readonly places: Int32Array | undefined
}

export function foldName(source: string): FoldedName {
  if (isAscii(source)) return { source, folded: source.toLowerCase(), places: undefined }
  // A letter and its combining marks are one character and are never torn apart.
  const characters = source.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []
  const folds = characters.map(foldCharacter)
  const folded = folds.join('')
  const places = new Int32Array(folded.length + 1).fill(-1)
  let from = 0
  let to = 0
  for (const [index, character] of characters.entries()) {
    places[to] = from
    from += character.length
    to += folds[index]?.length ?? 0
  }
  places[to] = from
  return { source, folded, places }
}

/** The same form for a piece of a pattern. */
export const foldText = (text: string): string => foldName(text).folded

/** Taken apart, since a mark may belong to a letter with or without a composed form; `ς` is `σ`. */
function foldCharacter(character: string): string {
  return foldKey(character).normalize('NFD').replaceAll('ς', 'σ')
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 127) return false
  }
  return true
}
