/** The `expect` entries of `bridge.yaml`: what people in IdP groups must be able to do, or must not. */
import {
  isKnownCondition,
  isKnownPermission,
  nearestCondition,
  nearestPermission,
} from '../policy/catalogue.ts'
import type { Path } from './locate.ts'
import type { Expectation } from './model.ts'
import { type ExpectContext, readPlaces } from './read-expected-places.ts'
import { readTexts } from './read-texts.ts'
import { quote, type Reading, readEntries, readList, readMapping, readValue } from './reading.ts'
import { expectationShape } from './schema/expect.ts'
import { text } from './values.ts'
import type { Written } from './written.ts'

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
