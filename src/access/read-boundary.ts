/** The `boundaries` of `bridge.yaml`: boundaries that the bridge keeps, one alone or one per value of a rule. */
import { foldKey } from '../lib/fold.ts'
import { nearest } from '../lib/nearest.ts'
import { type Fill, type NamedCaptures, readBoundaryName, readBoundaryQuery } from './boundary-text.ts'
import { variablesIn } from './definition-text.ts'
import type { Path } from './locate.ts'
import type { BoundaryDefinition } from './model.ts'
import type { Captures } from './read-template.ts'
import { quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { text } from './values.ts'

const keys = { name: 'required', for: 'filled', query: 'required' } as const

/** Those that could be read. */
export function readBoundaries(
  value: unknown,
  path: Path,
  rules: readonly NamedCaptures[],
  reading: Reading,
): readonly BoundaryDefinition[] {
  const items = value === undefined ? [] : (readList(value, path, reading) ?? [])
  const boundaries = items.map((item, index) => readBoundary(item, [...path, index], rules, reading))
  reportRepetitions(boundaries, path, reading)
  return boundaries.filter(boundary => boundary !== undefined)
}

function readBoundary(
  value: unknown,
  path: Path,
  rules: readonly NamedCaptures[],
  reading: Reading,
): BoundaryDefinition | undefined {
  const given = readMapping(value, path, keys, reading)
  if (given === undefined) return undefined
  const asked = given.for === undefined ? undefined : readValue(text, given.for, [...path, 'for'], reading)
  const rule = asked === undefined ? undefined : findRule(asked, [...path, 'for'], rules, reading)
  const fill: Fill = {
    rules,
    rule: rule?.name,
    captures: given.for === undefined ? new Map() : rule?.captures,
  }
  const name =
    given.name === undefined ? undefined : readBoundaryName(given.name, [...path, 'name'], fill, reading)
  const query =
    given.query === undefined ? undefined : readBoundaryQuery(given.query, [...path, 'query'], fill, reading)
  if (name === undefined || query === undefined) return undefined
  if (given.for !== undefined && rule === undefined) return undefined
  reportSharedName(name, query, rule?.captures, [...path, 'name'], reading)
  return { name, query: query.trim(), for: rule?.name }
}

function findRule(
  asked: string,
  path: Path,
  rules: readonly NamedCaptures[],
  reading: Reading,
): NamedCaptures | undefined {
  const rule = rules.find(({ name }) => foldKey(name) === foldKey(asked))
  if (rule !== undefined) return rule
  const names = rules.map(({ name }) => name)
  const meant = nearest(asked, names)
  const others = names.length === 0 ? 'add the rule' : `there are ${names.map(quote).join(', ')}`
  const remedy = meant === undefined ? others : `did you mean ${quote(meant)}?`
  reading.problem(path, `there is no rule ${quote(asked)}`, remedy)
  return undefined
}

/** Two values must not share a name; the name of the IdP group tells all its captures apart. */
function reportSharedName(
  name: string,
  query: string,
  captures: Captures | undefined,
  path: Path,
  reading: Reading,
): void {
  const held = variablesIn(name)
  if (held.includes('displayName')) return
  for (const variable of variablesIn(query)) {
    if (held.includes(variable) || captures?.has(variable) !== true) continue
    const message = `the query uses {${variable}} and the name does not, so boundaries that differ would share it`
    reading.problem(path, message, `put {${variable}} into the name`)
  }
}

function reportRepetitions(
  boundaries: readonly (BoundaryDefinition | undefined)[],
  path: Path,
  reading: Reading,
): void {
  const first = new Map<string, number>()
  for (const [index, boundary] of boundaries.entries()) {
    if (boundary === undefined) continue
    const varies = variablesIn(boundary.name).length > 0
    // Rules may each fill the same name with values of their own.
    const key = `${foldKey(boundary.name)} ${varies ? foldKey(boundary.for ?? '') : ''}`
    const taken = first.get(key)
    if (taken === undefined) first.set(key, index)
    else {
      const message = `boundary ${taken + 1} has the name ${quote(boundaries[taken]?.name)} already`
      reading.problem([...path, index, 'name'], message, 'remove one of them, or give each a name of its own')
    }
  }
}
