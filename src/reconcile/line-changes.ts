/** What differs between two texts, line by line, for people. */
import { plainText } from './definition-text.ts'

export interface LineChange {
  readonly sign: '-' | '+'
  /** Without the white space around it. */
  readonly line: string
}

/** Lines that go and lines that come between the first and the last difference. */
export function lineChanges(from: string, to: string): readonly LineChange[] {
  const before = linesOf(from)
  const after = linesOf(to)
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  const shorter = Math.min(before.length, after.length) - start
  while (end < shorter && before.at(-1 - end) === after.at(-1 - end)) end += 1
  return [
    ...before.slice(start, before.length - end).map(line => ({ sign: '-' as const, line: line.trim() })),
    ...after.slice(start, after.length - end).map(line => ({ sign: '+' as const, line: line.trim() })),
  ]
}

const linesOf = (text: string): readonly string[] => plainText(text).split('\n')
