/**
 * From a place in a policy or boundary to the same place in the file. The text of the model is trimmed, and variables of
 * the file are filled in; both change what stands between tokens and within quotes, and never the tokens.
 */
import type { Span } from '../../policy/source.ts'
import { tokenize } from '../../policy/token.ts'
import type { Aim } from '../locate.ts'

/** `written` is the value as the file has it. Undefined for the text as a whole. */
export function textAim(text: string, written: unknown): (span: Span | undefined) => Aim | undefined {
  if (written === text) return span => span && { offset: span.start }
  const inText = tokenize(text)
  const inFile = typeof written === 'string' ? tokenize(written) : []
  if (inText.length !== inFile.length) return () => undefined
  const offsets = new Map(inText.map(({ span }, at) => [span.start, inFile[at]?.span.start]))
  return span => {
    const offset = span && offsets.get(span.start)
    return offset === undefined ? undefined : { offset }
  }
}
