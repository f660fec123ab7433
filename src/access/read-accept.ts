/** `accept`: ids of lints that are not to be told at one place. */
import type { Path } from './locate.ts'
import { allRead, type Reading, readList, readValue } from './reading.ts'
import { text } from './values.ts'

export function readAccept(value: unknown, path: Path, reading: Reading): readonly string[] {
  if (value === undefined) return []
  const items = readList(value, path, reading)
  return allRead(items?.map((item, index) => readValue(text, item, [...path, index], reading))) ?? []
}
