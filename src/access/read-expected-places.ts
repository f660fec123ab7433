/** The environments that an expectation is about. */
import { foldKey } from '../lib/fold.ts'
import { nearest } from '../lib/nearest.ts'
import type { Path } from './locate.ts'
import type { Environment } from './model.ts'
import { readTexts } from './read-texts.ts'
import { allRead, quote, type Reading, readEntries } from './reading.ts'
import { selectByLabels } from './select.ts'

/** What entries are read against. */
export interface ExpectContext {
  readonly environments: readonly Environment[]
  /** False when some environments could not be read: then names that are not there are no mistake. */
  readonly complete?: boolean
}

/** Ids of environments. A file without environments has the account alone. */
export function readPlaces(
  value: unknown,
  path: Path,
  context: ExpectContext,
  reading: Reading,
): readonly string[] | 'account' | undefined {
  const { environments } = context
  const all = environments.map(({ id }) => id)
  if (value === undefined || value === 'all') return all.length === 0 ? 'account' : all
  if (value === 'account') return 'account'
  if (typeof value === 'string' || Array.isArray(value)) {
    const isSingle = typeof value === 'string'
    const names = readTexts(isSingle ? [value] : value, path, reading, isSingle)
    const found = names?.map((name, index) =>
      findEnvironment(name, isSingle ? path : [...path, index], context, reading),
    )
    const ids = allRead(found)
    return ids && [...new Set(ids)]
  }
  return readSelector(value, path, context, reading)
}

function findEnvironment(
  name: string,
  path: Path,
  { environments, complete = true }: ExpectContext,
  reading: Reading,
): string | undefined {
  const wanted = foldKey(name)
  const found =
    environments.find(each => foldKey(each.name) === wanted) ??
    environments.find(({ id }) => foldKey(id) === wanted)
  if (found !== undefined) return found.id
  const names = environments.map(each => each.name)
  const meant = nearest(name, names)
  const others =
    names.length === 0 ? 'list it under "environments"' : `there are ${names.map(quote).join(', ')}`
  const remedy = meant === undefined ? others : `did you mean ${quote(meant)}?`
  if (complete) reading.problem(path, `there is no environment ${quote(name)}`, remedy)
  return undefined
}

function readSelector(
  value: unknown,
  path: Path,
  { environments, complete = true }: ExpectContext,
  reading: Reading,
): readonly string[] | undefined {
  const entries = readEntries(value, path, reading)
  if (entries === undefined) return undefined
  if (entries.length === 0) {
    reading.problem(path, 'the selector is empty', 'name a label, or write environment: all')
    return undefined
  }
  const wanted = allRead(
    entries.map(([label, entry]) => {
      const isSingle = !Array.isArray(entry)
      const values = readTexts(isSingle ? [entry] : entry, [...path, label], reading, isSingle)
      return values && ([label, values] as const)
    }),
  )
  if (wanted === undefined) return undefined
  const taken = environments.filter(environment =>
    wanted.every(([label, values]) =>
      values.some(each => selectByLabels([environment], { [label]: each }).length > 0),
    ),
  )
  if (taken.length > 0) return taken.map(({ id }) => id)
  const labels = wanted.map(([label, values]) => `${label}=${values.join('|')}`).join(' and ')
  const remedy = 'correct it, or label an environment so under "environments"'
  if (complete) reading.problem(path, `no environment has the label ${labels}`, remedy)
  return undefined
}
