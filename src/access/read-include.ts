/** `include`: which files are read with the main one, and what keeps one from being read. */
import { posix } from 'node:path'
import { type AccessFiles, type IncludedFile, mostIncludes, readIncludePath } from './access-files.ts'
import type { Path } from './locate.ts'
import { quote, type Reading, readList, readValue } from './reading.ts'
import { text } from './values.ts'

type ReadFile = Extract<IncludedFile, { readonly kind: 'read' }>

/** The files that could be read, in the order in which they are named. */
export function readIncludes(
  value: unknown,
  path: Path,
  files: AccessFiles,
  reading: Reading,
): readonly ReadFile[] {
  const items = value === undefined || value === null ? [] : (readList(value, path, reading) ?? [])
  if (items.length > mostIncludes) {
    const message = `${items.length} files are included, at most ${mostIncludes} can be`
    reading.problem([...path, mostIncludes], message, 'put some of them together')
  }
  const seen = new Set<string>()
  return items.slice(0, mostIncludes).flatMap((item, index) => {
    const inner = [...path, index]
    const written = readValue(text, item, inner, reading)
    const included = written === undefined ? undefined : resolve(written, inner, files, seen, reading)
    return included ?? []
  })
}

function resolve(
  written: string,
  path: Path,
  files: AccessFiles,
  seen: Set<string>,
  reading: Reading,
): ReadFile | undefined {
  const read = readIncludePath(written)
  if (read.kind === 'faulty') {
    reading.problem(path, `${quote(written)} ${read.message}`, read.remedy)
    return undefined
  }
  if (seen.has(read.path)) {
    reading.problem(path, `${quote(written)} is included twice`, 'remove one of them')
    return undefined
  }
  seen.add(read.path)
  if (read.path === posix.basename(files.main.name)) {
    reading.problem(path, 'the file includes itself', 'remove it from the list')
    return undefined
  }
  const file = files.included.get(read.path)
  if (file?.kind === 'read') return file
  const message = `${quote(written)} ${file?.message ?? 'is not among the files that were given'}`
  reading.problem(path, message, file?.remedy ?? 'give its text, too')
  return undefined
}
