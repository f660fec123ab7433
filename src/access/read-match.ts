/** What `match` of a rule says: names, patterns and regular expressions, one or several. */
import { foldKey } from '../lib/fold.ts'
import type { Path } from './locate.ts'
import { capturedBy } from './match-captures.ts'
import type { MatchAttribute, Matcher } from './model.ts'
import { parsePattern } from './pattern.ts'
import { allRead, quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { parseRegex } from './regex.ts'
import { matchShape, regexShape } from './schema/match.ts'
import { readTemplate } from './template.ts'
import { text } from './values.ts'

/** `variables` of the file: names that stand for a text wherever they are written. */
export type Constants = Readonly<Record<string, string>>

const lists = { displayNames: 'displayName', externalIds: 'externalId' } as const
const howToMatch =
  'write a pattern, { displayNames: [ … ] }, { externalIds: [ … ] }, { displayName: … } or { externalId: … }'

/** One matcher, or a list of which the first that fits counts. */
export function readMatch(
  value: unknown,
  path: Path,
  constants: Constants,
  reading: Reading,
): Matcher | undefined {
  if (!Array.isArray(value)) return readMatcher(value, path, constants, reading)
  const items = readList(value, path, reading)
  if (items?.length === 0) reading.problem(path, '"match" is an empty list', howToMatch)
  const read = allRead(items?.map((item, index) => readMatcher(item, [...path, index], constants, reading)))
  if (read === undefined || read.length === 0) return undefined
  return sameCaptures(read, path, reading) ? { kind: 'any', of: read } : undefined
}

/** One of those that `match` may list. */
export function readMatcher(
  value: unknown,
  path: Path,
  constants: Constants,
  reading: Reading,
): Matcher | undefined {
  if (typeof value === 'string') return readPattern(value, path, 'displayName', constants, reading)
  // `match: {team}` without quotes is a mapping to YAML.
  if (typeof value !== 'object' || Object.values(value ?? {}).includes(null)) {
    readValue(text, value, path, reading)
    return undefined
  }
  const given = readMapping(value, path, matchShape.keys, reading)
  if (given === undefined) return undefined
  const [written, ...others] = Object.keys(given)
  if (written === undefined || others.length > 0) {
    if (written === undefined && Object.keys(value ?? {}).length > 0) return undefined
    const message =
      written === undefined
        ? 'nothing says which groups are meant'
        : `${[written, ...others].map(quote).join(' and ')} are given together`
    reading.problem(
      path,
      message,
      written === undefined ? howToMatch : 'write a list with one element for each',
    )
    return undefined
  }
  const inner = [...path, written]
  switch (written) {
    case 'displayNames':
    case 'externalIds':
      return readNames(given[written], inner, lists[written], constants, reading)
    case 'displayName':
    case 'externalId':
      return readAttribute(given[written], inner, written, constants, reading)
    default:
      return undefined
  }
}

function readNames(
  value: unknown,
  path: Path,
  attribute: MatchAttribute,
  constants: Constants,
  reading: Reading,
): Matcher | undefined {
  const items = readList(value, path, reading)
  if (items?.length === 0) {
    reading.problem(path, `${quote(path.at(-1))} names no group`, 'name at least one IdP group')
    return undefined
  }
  const names = items?.map((item, index) => readValue(text, item, [...path, index], reading))
  const seen = new Set<string>()
  for (const [index, name] of (names ?? []).entries()) {
    if (name === undefined) continue
    if (seen.has(foldKey(name))) {
      reading.problem([...path, index], `${quote(name)} is listed twice`, 'remove one of them')
    }
    seen.add(foldKey(name))
    warnOfConstants(
      name,
      [...path, index],
      constants,
      reading,
      `write a pattern: ${attribute}: ${quote(name)}`,
    )
  }
  const read = allRead(names)
  return read && { kind: 'names', attribute, names: read }
}

function readAttribute(
  value: unknown,
  path: Path,
  attribute: MatchAttribute,
  constants: Constants,
  reading: Reading,
): Matcher | undefined {
  if (typeof value !== 'object' || Object.values(value ?? {}).includes(null)) {
    const source = readValue(text, value, path, reading)
    return source === undefined ? undefined : readPattern(source, path, attribute, constants, reading)
  }
  const given = readMapping(value, path, regexShape.keys, reading)
  if (given?.regex === undefined) return undefined
  const inner = [...path, 'regex']
  const source = readValue(text, given.regex, inner, reading)
  if (source === undefined) return undefined
  const parsed = parseRegex(source, Object.keys(constants))
  if (parsed.kind === 'faulty') {
    reading.problem(
      inner,
      parsed.message,
      parsed.remedy,
      parsed.word === undefined ? {} : { word: parsed.word },
    )
    return undefined
  }
  const remedy = 'write its text into the regular expression, or use a pattern'
  warnOfConstants(source, inner, constants, reading, remedy)
  return { kind: 'regex', attribute, source, captures: parsed.captures }
}

function readPattern(
  value: string,
  path: Path,
  attribute: MatchAttribute,
  constants: Constants,
  reading: Reading,
): Matcher | undefined {
  const source = readValue(text, value, path, reading)
  if (source === undefined) return undefined
  const { parts, problems } = parsePattern(source, constants)
  for (const { message, remedy, word, at } of problems) {
    reading.problem(path, message, remedy, { word, from: at })
  }
  return problems.length === 0 ? { kind: 'pattern', attribute, source, parts } : undefined
}

/** Names and regular expressions are taken as they are written. */
function warnOfConstants(
  source: string,
  path: Path,
  constants: Constants,
  reading: Reading,
  remedy: string,
): void {
  for (const segment of readTemplate(source)) {
    if (segment.kind !== 'variable' || !Object.hasOwn(constants, segment.name)) continue
    const word = `{${segment.name}}`
    reading.warning(path, `${word} is taken as written here, not as the variable of the file`, remedy, {
      word,
    })
  }
}

function sameCaptures(matchers: readonly Matcher[], path: Path, reading: Reading): boolean {
  const captured = matchers.map(matcher => capturedBy(matcher))
  const all = new Set(captured.flatMap(names => [...names.keys()]))
  let same = true
  for (const name of all) {
    const having = captured.findIndex(names => names.has(name))
    for (const [index, names] of captured.entries()) {
      if (names.has(name)) continue
      same = false
      const message = `{${name}} is not captured here, but element ${having + 1} of the list captures it`
      reading.problem([...path, index], message, 'capture the same variables in all elements')
    }
  }
  return same
}
