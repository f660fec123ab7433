/**
 * Reading plain data piece by piece, so that one mistake does not hide the next: each function notes
 * what is wrong and answers `undefined`, and the reader of the whole goes on with the other pieces.
 */
import { z } from 'zod'
import { nearest } from '../lib/nearest.ts'
import type { Lint } from '../policy/lint/lint.ts'
import type { Aim, Path } from './locate.ts'

export type Report = (path: Path, message: string, remedy: string, aim?: Aim) => void

export interface Place {
  readonly file: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

/** Where mistakes and doubts about one file go. */
export interface Reading {
  readonly problem: Report
  readonly warning: Report
  /** Where something of the file stands. */
  readonly place: (path: Path, aim?: Aim) => Place
  /** What the linter says, a warning unless it is accepted at its place. */
  readonly lint: (
    path: Path,
    lint: Lint,
    told: { readonly isAccepted: boolean; readonly aim: Aim | undefined },
  ) => void
  /** What the file has there, as YAML understands it. */
  readonly valueAt: (path: Path) => unknown
}

/**
 * `filled`: may be left out, but not left empty, because what it means by default is the widest it can
 * mean, and an empty value is more likely one that got lost.
 */
export type KeyRule = 'required' | 'optional' | 'filled'

/** A mapping with exactly these keys; unknown and missing ones are noted. Empty values count as absent. */
export function readMapping<Key extends string>(
  value: unknown,
  path: Path,
  keys: Readonly<Record<Key, KeyRule>>,
  reading: Reading,
): Readonly<Partial<Record<Key, unknown>>> | undefined {
  const known: readonly string[] = Object.keys(keys)
  const given = mapping.safeParse(value).data
  if (given === undefined) {
    reading.problem(
      path,
      `${nameOf(path)} must be a mapping, not ${describe(value)}`,
      `give it keys: ${known.join(', ')}`,
    )
    return undefined
  }
  const meant = new Set<string | undefined>()
  for (const key of Object.keys(given).filter(key => !known.includes(key))) {
    meant.add(nearest(key, known))
    reading.problem([...path, key], `unknown key ${quote(key)}`, unknownKeyRemedy(key, known), { key: true })
  }
  for (const key of known) {
    // A misspelt key is one mistake, not two.
    if (keys[key as Key] === 'required' && absent(given, key) && !meant.has(key)) {
      reading.problem(path, `${quote(key)} is missing${ofWhat(path)}`, `add ${key}: …`)
    }
    if (keys[key as Key] === 'filled' && Object.hasOwn(given, key) && given[key] === null) {
      const remedy = 'give it a value, or remove the key'
      reading.problem([...path, key], `${quote(key)} is left empty`, remedy, { key: true })
    }
  }
  const present = known.filter(key => !absent(given, key)).map(key => [key, given[key]])
  return Object.fromEntries(present) as Partial<Record<Key, unknown>>
}

/** A mapping with keys of the user's choice. */
export function readEntries(
  value: unknown,
  path: Path,
  reading: Reading,
): readonly (readonly [string, unknown])[] | undefined {
  const given = mapping.safeParse(value).data
  if (given !== undefined) return Object.entries(given)
  const remedy = 'write key: value pairs, one a line, or { key: value, key: value }'
  reading.problem(path, `${nameOf(path)} must be a mapping, not ${describe(value)}`, remedy)
  return undefined
}

/** A list; its elements are still to be read. */
export function readList(value: unknown, path: Path, reading: Reading): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  const remedy = 'write one element a line with a leading dash, or [ one, two ]'
  reading.problem(path, `${nameOf(path)} must be a list, not ${describe(value)}`, remedy)
  return undefined
}

/** One value by its schema. A custom issue of the schema brings its remedy in `params.remedy`. */
export function readValue<T>(
  schema: z.ZodType<T>,
  value: unknown,
  path: Path,
  reading: Reading,
): T | undefined {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    const { message, remedy } = explain(issue, value, nameOf(path))
    reading.problem(path, message, remedy)
  }
  return undefined
}

/** The list, if nothing in it was unreadable. */
export function allRead<T>(items: readonly (T | undefined)[] | undefined): readonly T[] | undefined {
  const read = items?.filter(item => item !== undefined)
  return read?.length === items?.length ? read : undefined
}

/** A value as a person would recognise it in a message. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const mapping = z.custom<Readonly<Record<string, unknown>>>(
  value => value !== null && typeof value === 'object' && !Array.isArray(value),
)

function absent(given: Readonly<Record<string, unknown>>, key: string): boolean {
  return !Object.hasOwn(given, key) || given[key] === null
}

function unknownKeyRemedy(key: string, known: readonly string[]): string {
  const meant = nearest(key, known)
  return meant === undefined ? `allowed here: ${known.join(', ')}` : `did you mean ${quote(meant)}?`
}

function explain(
  issue: z.core.$ZodIssue,
  value: unknown,
  name: string,
): { readonly message: string; readonly remedy: string } {
  switch (issue.code) {
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const meant = typeof value === 'string' ? nearest(value, allowed) : undefined
      return {
        message: `${name} must be ${allowed.join(' or ')}, not ${describe(value)}`,
        remedy: meant === undefined ? `write ${allowed.join(' or ')}` : `did you mean ${quote(meant)}?`,
      }
    }
    case 'invalid_type':
      return {
        message: `${name} must be ${issue.expected === 'string' ? 'text' : `a ${issue.expected}`}, not ${describe(value)}`,
        remedy: typeRemedy(issue.expected, value),
      }
    case 'too_small':
      return { message: `${name} is too small`, remedy: `write ${issue.minimum} or more` }
    case 'too_big':
      return { message: `${name} is too large`, remedy: `write ${issue.maximum} or less` }
    case 'custom':
      return { message: `${name} ${issue.message}`, remedy: String(issue.params?.remedy ?? 'correct it') }
    default:
      return { message: `${name}: ${issue.message}`, remedy: 'correct it' }
  }
}

function typeRemedy(expected: string, value: unknown): string {
  if (expected === 'number') {
    return typeof value === 'string' ? 'write the number alone, without quotes or %' : 'write a number'
  }
  // YAML takes `{team}` without quotes for a mapping with the key `team`.
  const [entry, ...others] = value !== null && typeof value === 'object' ? Object.entries(value) : []
  if (entry !== undefined && entry[1] === null && others.length === 0) {
    return `put it in quotes, or YAML takes the braces for a mapping: "{${entry[0]}}"`
  }
  return typeof value === 'number' || typeof value === 'boolean'
    ? `put it in quotes: "${value}"`
    : 'write text'
}

/** The same for a value that may be of a wrong type. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? quote(value) : `the ${typeof value} ${quote(value)}`
}

function nameOf(path: Path): string {
  const last = path.at(-1)
  if (last === undefined) return 'the file'
  return typeof last === 'number' ? `element ${last + 1} of ${String(path.at(-2))}` : quote(last)
}

function ofWhat(path: Path): string {
  return path.length === 0 ? '' : ` in ${nameOf(path)}`
}
