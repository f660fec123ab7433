/** What `bindings` and `permissions` have in common: lists in which nothing is there twice. */
import { canonicalJson } from '../lib/digest.ts'
import type { Path } from './locate.ts'
import type { LevelSelector } from './model.ts'
import type { LevelContext } from './read-environments.ts'
import { readLevel } from './read-level.ts'
import { type Reading, readList } from './reading.ts'
import type { Written } from './written.ts'

/** What bindings and permissions are read against. */
export interface GrantContext extends LevelContext {
  /** Of those that have none. */
  readonly level: LevelSelector | undefined
  /** The day it is, `2027-01-31`, by which others are past; undefined: none is. */
  readonly today: string | undefined
}

/** A mapping with `level` must have it unless there is a default. */
export function levelRule(context: GrantContext): 'required' | 'filled' {
  return context.level === undefined ? 'required' : 'filled'
}

export function readLevelOf(
  given: { readonly level?: unknown },
  path: Path,
  context: GrantContext,
  reading: Reading,
): LevelSelector | undefined {
  if (given.level === undefined) return context.level
  return readLevel(given.level, [...path, 'level'], context, reading)
}

/** Those of a list, each with its place; undefined when one could not be read. */
export function readGranted<T>(
  value: unknown,
  path: Path,
  read: (item: unknown, path: Path) => T | undefined,
  reading: Reading,
): readonly Written<T>[] | undefined {
  const items = readList(value, path, reading)
  const granted = (items ?? []).flatMap((item, index) => {
    const value = read(item, [...path, index])
    return value === undefined ? [] : { value, path: [...path, index], reading }
  })
  return granted.length === items?.length ? granted : undefined
}

/** Notes those that are the same as an earlier one, and gives the others. */
export function reportTwice<T>(
  granted: readonly Written<T>[],
  identity: (value: T) => unknown,
  what: string,
): readonly Written<T>[] {
  const first = new Map<string, Written<T>>()
  for (const each of granted) {
    const key = canonicalJson(identity(each.value))
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, each)
    else {
      const list = earlier.path.at(-2)
      const ofRule = earlier.path.length < each.path.length ? ' of the rule' : ''
      const message = `${what} as in element ${Number(earlier.path.at(-1)) + 1} of "${list}"${ofRule}`
      each.reading.problem(each.path, message, 'remove one of them')
    }
  }
  return [...first.values()]
}

/** Own ones and those of the defaults that are not the same as an own one. */
export function withDefaults<T>(
  own: readonly Written<T>[],
  defaults: readonly Written<T>[],
  identity: (value: T) => unknown,
): readonly Written<T>[] {
  const taken = new Set(own.map(({ value }) => canonicalJson(identity(value))))
  return [...own, ...defaults.filter(({ value }) => !taken.has(canonicalJson(identity(value))))]
}
