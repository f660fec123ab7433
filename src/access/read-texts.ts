/** One text or a list of them, each once, in the order they are written in. */
import type { Path } from './locate.ts'
import { allRead, quote, type Reading, readList, readValue } from './reading.ts'
import { text } from './values.ts'

/** `isSingle`: the list is of our making, and its one element stands at the path itself. */
export function readTexts(
  value: unknown,
  path: Path,
  reading: Reading,
  isSingle = false,
): readonly string[] | undefined {
  const items = readList(value, path, reading)
  if (items?.length === 0) {
    reading.problem(path, `${quote(path.at(-1))} is an empty list`, 'name at least one, or remove the key')
    return undefined
  }
  const read = allRead(
    items?.map((item, index) => readValue(text, item, isSingle ? path : [...path, index], reading)),
  )
  return read && [...new Set(read)]
}
