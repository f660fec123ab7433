/** `variables` of the files: names that stand for a text wherever variables may stand. */
import { nearest } from '../lib/nearest.ts'
import type { Path } from './locate.ts'
import type { Constants } from './read-match.ts'
import { quote, type Reading, readEntries, readValue } from './reading.ts'
import { compileTemplate, isVariableName } from './template.ts'
import { isUnsafe } from './unsafe-parameter.ts'
import { text } from './values.ts'

/** `variables` of one file. */
export interface WrittenConstants {
  readonly value: unknown
  readonly path: Path
  readonly reading: Reading
}

/** Those of all files. Faulty ones are there with an empty text, so that one mistake does not bring others. */
export function readConstants(written: readonly WrittenConstants[]): Constants {
  const constants: Record<string, string> = {}
  const firsts = new Map<string, string>()
  for (const { value, path, reading } of written) {
    for (const [name, entry] of readEntries(value, path, reading) ?? []) {
      const inner = [...path, name]
      const first = firsts.get(name)
      if (first !== undefined) {
        const message = `variable ${quote(name)} is there already, in ${first}`
        reading.problem(inner, message, 'remove one of them, or give each a name of its own', { key: true })
        continue
      }
      const { file, line } = reading.place(inner, { key: true })
      firsts.set(name, `${file}:${line}`)
      const content = readConstant(name, entry, inner, reading)
      if (content !== undefined) constants[name] = content
    }
  }
  return constants
}

/** A function that puts the texts of constants into a template and leaves other variables as they are. */
export const fillConstants = (template: string, constants: Constants): string =>
  compileTemplate(template)(constants)

/** Tells of constants that nothing in these values of the files refers to. */
export function warnUnusedConstants(
  written: readonly WrittenConstants[],
  constants: Constants,
  values: readonly unknown[],
): void {
  const used = new Set<string>()
  for (const value of values) noteUsed(value, used)
  for (const { value, path, reading } of written) {
    for (const [name] of value === null || typeof value !== 'object' ? [] : Object.entries(value)) {
      if (used.has(name) || !Object.hasOwn(constants, name)) continue
      const meant = nearest(name, used)
      const remedy =
        meant === undefined
          ? `write {${name}} where it is to stand, or remove it`
          : `did you mean {${meant}}?`
      reading.warning([...path, name], `nothing uses the variable ${quote(name)}`, remedy, { key: true })
    }
  }
}

function readConstant(name: string, entry: unknown, path: Path, reading: Reading): string | undefined {
  if (!isVariableName(name)) {
    const remedy = 'use letters, digits, "_" and "-", a letter first'
    reading.problem(path, `${quote(name)} cannot be the name of a variable`, remedy, { key: true })
    return undefined
  }
  if (name === 'displayName' || name === 'externalId') {
    const message = `${quote(name)} is always the ${name} of the IdP group, and cannot be a variable of the file`
    reading.problem(path, message, 'take another name', { key: true })
    return undefined
  }
  const content = readValue(text, entry, path, reading)
  if (content === undefined) return ''
  if (/[{}]/.test(content)) {
    reading.problem(path, 'variables cannot refer to each other', 'write the text out, without braces')
    return ''
  }
  if (!isUnsafe(content)) return content
  const message =
    'the text of a variable cannot hold quotes, *, \\ or control characters: policies would read them'
  reading.problem(path, message, 'leave them out')
  return ''
}

/** Names in braces anywhere within; what is between braces counts even where it is a capture or a placeholder. */
function noteUsed(value: unknown, used: Set<string>): void {
  const waiting: unknown[] = [value]
  const seen = new Set<unknown>()
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next === 'string') for (const [, name] of next.matchAll(/\{([^{}]*)\}/g)) used.add(name ?? '')
    if (next === null || typeof next !== 'object' || seen.has(next)) continue
    seen.add(next)
    for (const inner of Object.values(next)) waiting.push(inner)
  }
}
