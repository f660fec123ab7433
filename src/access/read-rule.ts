/** One entry of `rules`. */
import { foldKey } from '../lib/fold.ts'
import type { Path } from './locate.ts'
import type { GroupTemplate, Matcher, Rule } from './model.ts'
import { parsePattern } from './pattern.ts'
import { readBindings, readPermissions } from './read-binding.ts'
import type { KnownEnvironments } from './read-environments.ts'
import { type Captures, readTemplateText } from './read-template.ts'
import { allRead, quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { readTemplate } from './template.ts'
import { text } from './values.ts'

/** Dynatrace refuses longer descriptions of groups. */
export const longestDescription = 255

const keys = {
  name: 'required',
  match: 'required',
  group: 'required',
  bindings: 'optional',
  permissions: 'optional',
} as const

export function readRule(
  value: unknown,
  path: Path,
  known: KnownEnvironments,
  reading: Reading,
): Rule | undefined {
  const given = readMapping(value, path, keys, reading)
  if (given === undefined) return undefined
  const name = given.name === undefined ? undefined : readValue(text, given.name, [...path, 'name'], reading)
  const match = given.match === undefined ? undefined : readMatch(given.match, [...path, 'match'], reading)
  const captures = match === undefined ? undefined : capturesOf(match)
  const group =
    given.group === undefined ? undefined : readGroup(given.group, [...path, 'group'], captures, reading)
  const context = { known, captures }
  const bindings = readBindings(given.bindings ?? [], [...path, 'bindings'], context, reading)
  const permissions = readPermissions(given.permissions ?? [], [...path, 'permissions'], context, reading)
  if (name === undefined || match === undefined || group === undefined) return undefined
  if (bindings === undefined || permissions === undefined) return undefined
  const made = { ...group, bindings, permissions }
  return { name, description: '', mode: undefined, match, unless: [], until: undefined, groups: [made] }
}

function readMatch(value: unknown, path: Path, reading: Reading): Matcher | undefined {
  if (typeof value === 'string') return readPattern(value, path, reading)
  // `match: {team}` without quotes is a mapping to YAML.
  if (typeof value !== 'object' || Object.values(value ?? {}).includes(null)) {
    readValue(text, value, path, reading)
    return undefined
  }
  const given = readMapping(value, path, { displayNames: 'required' }, reading)
  if (given?.displayNames === undefined) return undefined
  const inner = [...path, 'displayNames']
  const items = readList(given.displayNames, inner, reading)
  if (items?.length === 0) {
    reading.problem(inner, '"displayNames" names no group', 'name at least one IdP group')
  }
  const names = items?.map((item, index) => readValue(text, item, [...inner, index], reading))
  const seen = new Set<string>()
  for (const [index, name] of (names ?? []).entries()) {
    if (name === undefined) continue
    if (seen.has(foldKey(name))) {
      reading.problem([...inner, index], `${quote(name)} is listed twice`, 'remove one of them')
    }
    seen.add(foldKey(name))
  }
  const displayNames = allRead(names)
  return displayNames && { kind: 'names', attribute: 'displayName', names: displayNames }
}

function readPattern(value: string, path: Path, reading: Reading): Matcher | undefined {
  const source = readValue(text, value, path, reading)
  if (source === undefined) return undefined
  const { parts, problems } = parsePattern(source)
  for (const { message, remedy, word, at } of problems) {
    reading.problem(path, message, remedy, { word, from: at })
  }
  return problems.length === 0 ? { kind: 'pattern', attribute: 'displayName', source, parts } : undefined
}

/** The variables that a rule with this matcher has. */
export function capturesOf(match: Matcher): Captures {
  const captures: [string, readonly string[] | undefined][] =
    match.kind !== 'pattern'
      ? []
      : match.parts.flatMap(part => (part.kind === 'capture' ? [[part.name, part.choices]] : []))
  const displayNames = match.kind === 'names' ? match.names : undefined
  return new Map([...captures, ['displayName', displayNames]])
}

function readGroup(
  value: unknown,
  path: Path,
  captures: Captures | undefined,
  reading: Reading,
): Pick<GroupTemplate, 'name' | 'description'> | undefined {
  const given = readMapping(value, path, { name: 'required', description: 'optional' }, reading)
  const name =
    given?.name === undefined ? undefined : readTemplateText(given.name, [...path, 'name'], captures, reading)
  const inner = [...path, 'description']
  const description =
    given?.description === undefined ? '' : readTemplateText(given.description, inner, captures, reading)
  if (name === undefined || description === undefined) return undefined
  if (fixedLength(description) > longestDescription) {
    const message = `the description is longer than the ${longestDescription} characters Dynatrace takes`
    reading.warning(inner, message, 'shorten it; it will be cut otherwise')
  }
  return { name, description }
}

function fixedLength(template: string): number {
  return readTemplate(template).reduce(
    (sum, segment) => sum + (segment.kind === 'text' ? segment.text.length : 1),
    0,
  )
}
