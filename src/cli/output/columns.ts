/** How many columns text takes at a terminal, and text broken into lines of as many as it has, 110 at most. */
import { stripVTControlCharacters } from 'node:util'

const WIDEST = 110
/** In fewer columns than these nothing can be laid out: lines are left to the terminal to break. */
const NARROWEST = 60

/** How wide lines may be on a terminal of so many columns. */
export const widestOn = ({ columns = WIDEST }: { readonly columns?: number | undefined }): number =>
  Math.min(WIDEST, Math.max(NARROWEST, columns))

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Unicode's wide scripts and emoji: two columns each. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u

/** Columns of a text; escape sequences and combining marks take none. */
export function textWidth(text: string): number {
  const shown = stripVTControlCharacters(text)
  // The common case, counted at once.
  if (/^\p{ASCII}*$/u.test(shown)) return shown.length
  let width = 0
  for (const { segment } of graphemes.segment(shown)) {
    if (!/^[\p{M}\p{Cf}]+$/u.test(segment)) width += WIDE.test(segment) ? 2 : 1
  }
  return width
}

/** Lines of at most 110 columns, or `widest`, broken at spaces; a word that is longer than a line stays whole. */
export function wrapped(
  text: string,
  layout: {
    /** What stands before the first line. */
    readonly first: string
    /** What stands before the others. */
    readonly rest: string
    readonly style?: (line: string) => string
    readonly widest?: number
  },
): readonly string[] {
  const { first, rest, style = line => line, widest = WIDEST } = layout
  const room = (line: number): number => widest - textWidth(line === 0 ? first : rest)
  const lines: string[] = []
  for (const word of text.trim().split(' ')) {
    const last = lines.at(-1)
    const joined = `${last} ${word}`
    if (last !== undefined && textWidth(joined) <= room(lines.length - 1)) lines[lines.length - 1] = joined
    else lines.push(word)
  }
  return lines.map((line, index) => (index === 0 ? first : rest) + style(line))
}

/** The beginning of a text, with a mark where the rest was; no character is cut in two. */
export function shortened(text: string, longest: number): string {
  if (textWidth(text) <= longest) return text
  let kept = ''
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    width += textWidth(segment)
    if (width >= longest) break
    kept += segment
  }
  return `${kept}…`
}
