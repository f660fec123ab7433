/** The `expect` entries of `bridge.yaml`: what people in IdP groups must be able to do, or must not. */
import { foldKey } from '../lib/fold.ts'
import { nearest } from '../lib/nearest.ts'
import {
  isKnownCondition,
  isKnownPermission,
  nearestCondition,
  nearestPermission,
} from '../policy/catalogue.ts'
import type { Path } from './locate.ts'
import type { Environment, Expectation } from './model.ts'
import { allRead, quote, type Reading, readEntries, readList, readMapping, readValue } from './reading.ts'
import { expectationShape } from './schema/expect.ts'
import { selectByLabels } from './select.ts'
import { text } from './values.ts'
import type { Written } from './written.ts'

/** What entries are read against. */
export interface ExpectContext {
  readonly environments: readonly Environment[]
  /** False when some environments could not be read: then names that are not there are no mistake. */
  readonly complete?: boolean
}

/** Those that could be read. */
export function readExpectations(
  value: unknown,
  path: Path,
  context: ExpectContext,
  reading: Reading,
): readonly Written<Expectation>[] {
  const items = value === undefined || value === null ? [] : (readList(value, path, reading) ?? [])
  return items.flatMap((item, index) => {
    const inner = [...path, index]
    const expectation = readExpectation(item, inner, context, reading)
    return expectation === undefined ? [] : { value: expectation, path: inner, reading }
  })
}

function readExpectation(
  value: unknown,
  path: Path,
  context: ExpectContext,
  reading: Reading,
): Expectation | undefined {
  const given = readMapping(value, path, expectationShape.keys, reading)
  if (given === undefined) return undefined
  const groups = readGroups(given, path, reading)
  const externalId =
    given.externalId === undefined
      ? undefined
      : readValue(text, given.externalId, [...path, 'externalId'], reading)
  const environments = readPlaces(given.environment, [...path, 'environment'], context, reading)
  const can = readPermissions(given.can, [...path, 'can'], reading)
  const cannot = readPermissions(given.cannot, [...path, 'cannot'], reading)
  const where = readWhere(given.where, [...path, 'where'], reading)
  const name = given.name === undefined ? undefined : readValue(text, given.name, [...path, 'name'], reading)
  if (given.can === undefined && given.cannot === undefined) {
    reading.problem(path, 'the expectation expects nothing', 'add can: or cannot: with a permission')
    return undefined
  }
  if (groups === undefined || environments === undefined || where === undefined) return undefined
  if (can === undefined || cannot === undefined) return undefined
  if (externalId !== undefined && groups.length > 1) {
    const remedy = 'write group: with one name, or leave "externalId" out'
    reading.problem(
      [...path, 'externalId'],
      '"externalId" is that of one group, and there are several',
      remedy,
    )
    return undefined
  }
  reportContradiction(can, cannot, path, reading)
  return {
    title: name ?? titleOf(groups, can, cannot),
    groups,
    externalId,
    environments: environments === 'account' ? undefined : environments,
    ...{ can, cannot, where },
    place: reading.place(path),
  }
}

function readGroups(
  given: Readonly<Partial<Record<'group' | 'groups', unknown>>>,
  path: Path,
  reading: Reading,
): readonly string[] | undefined {
  if (given.group !== undefined && given.groups !== undefined) {
    reading.problem([...path, 'groups'], '"group" and "groups" are both given', 'keep one of them')
    return undefined
  }
  if (given.group === undefined && given.groups === undefined) {
    reading.problem(path, '"group" is missing', 'add group: with the name of an IdP group')
    return undefined
  }
  return given.group === undefined
    ? readTexts(given.groups, [...path, 'groups'], reading)
    : readTexts([given.group], [...path, 'group'], reading, true)
}

/** Each once, in the order they are written in. */
function readTexts(
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

function readPermissions(value: unknown, path: Path, reading: Reading): readonly string[] | undefined {
  if (value === undefined) return []
  const isSingle = !Array.isArray(value)
  const permissions = readTexts(isSingle ? [value] : value, path, reading, isSingle)
  for (const permission of permissions ?? []) {
    if (isKnownPermission(permission)) continue
    const at = isSingle || !Array.isArray(value) ? path : [...path, value.indexOf(permission)]
    const meant = nearestPermission(permission)
    const remedy =
      meant === undefined ? 'write service:resource:action, as policies do' : `did you mean ${meant}?`
    reading.warning(at, `the permission ${quote(permission)} is not known`, remedy)
  }
  return permissions
}

function readWhere(
  value: unknown,
  path: Path,
  reading: Reading,
): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return {}
  const entries = readEntries(value, path, reading)
  const read = entries?.flatMap(([name, entry]) => {
    const inner = [...path, name]
    const wanted = readValue(text, entry, inner, reading)
    if (!isKnownCondition(name)) {
      const meant = nearestCondition(name)
      const remedy =
        meant === undefined ? 'write the name of a condition, as policies do' : `did you mean ${meant}?`
      reading.warning(inner, `the condition ${quote(name)} is not known`, remedy, { key: true })
    }
    return wanted === undefined ? [] : [[name, wanted] as const]
  })
  return read?.length === entries?.length && read !== undefined ? Object.fromEntries(read) : undefined
}

/** Ids of environments. A file without environments has the account alone. */
function readPlaces(
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

function reportContradiction(
  can: readonly string[],
  cannot: readonly string[],
  path: Path,
  reading: Reading,
): void {
  const both = can.filter(permission => cannot.includes(permission))
  if (both.length === 0) return
  const remedy = 'keep it in one of them'
  reading.problem([...path, 'cannot'], `${both.join(', ')} is in "can" and in "cannot"`, remedy)
}

function titleOf(groups: readonly string[], can: readonly string[], cannot: readonly string[]): string {
  const parts = [
    ...(can.length === 0 ? [] : [`can ${can.join(', ')}`]),
    ...(cannot.length === 0 ? [] : [`cannot ${cannot.join(', ')}`]),
  ]
  return `${groups.join(' and ')} ${parts.join(' and ')}`
}
