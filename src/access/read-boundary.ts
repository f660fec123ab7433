/** The `boundaries` of the files: boundaries that the bridge keeps, one alone or one per value of a rule. */
import { foldKey } from '../lib/fold.ts'
import { nearest } from '../lib/nearest.ts'
import { type Fill, readBoundaryName, readBoundaryQuery } from './boundary-text.ts'
import { variablesIn } from './definition-text.ts'
import type { Path } from './locate.ts'
import type { BoundaryDefinition } from './model.ts'
import { readAccept } from './read-accept.ts'
import { fillConstants } from './read-constants.ts'
import type { Constants } from './read-match.ts'
import { type Captures, scopeOf } from './read-template.ts'
import { quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { reportTaken } from './report-taken.ts'
import { boundaryShape } from './schema/definition.ts'
import { text } from './values.ts'
import type { NamedCaptures, Written } from './written.ts'

/** What boundaries are read against. */
export interface BoundaryContext {
  /** Of all files. */
  readonly rules: readonly NamedCaptures[]
  readonly constants: Constants
}

/** Those of all files that could be read. */
export function readBoundaries(
  written: readonly Written<unknown>[],
  context: BoundaryContext,
): readonly Written<BoundaryDefinition>[] {
  const boundaries = written.flatMap(({ value, path, reading }) =>
    (readList(value, path, reading) ?? []).flatMap((item, index) => {
      const inner = [...path, index]
      const boundary = readBoundary(item, inner, context, reading)
      return boundary === undefined ? [] : { value: boundary, path: inner, reading }
    }),
  )
  reportRepetitions(boundaries)
  return boundaries
}

function readBoundary(
  value: unknown,
  path: Path,
  { rules, constants }: BoundaryContext,
  reading: Reading,
): BoundaryDefinition | undefined {
  const given = readMapping(value, path, boundaryShape.keys, reading)
  if (given === undefined) return undefined
  const asked = given.for === undefined ? undefined : readValue(text, given.for, [...path, 'for'], reading)
  const rule = asked === undefined ? undefined : findRule(asked, [...path, 'for'], rules, reading)
  const captures = given.for === undefined ? new Map() : rule?.captures
  const fill: Fill = { rules, rule: rule?.name, captures: scopeOf(captures, constants).captures }
  const name =
    given.name === undefined ? undefined : readBoundaryName(given.name, [...path, 'name'], fill, reading)
  const query =
    given.query === undefined ? undefined : readBoundaryQuery(given.query, [...path, 'query'], fill, reading)
  const accepts = readAccept(given.accept, [...path, 'accept'], reading)
  if (name === undefined || query === undefined) return undefined
  if (given.for !== undefined && rule === undefined) return undefined
  const filled = { name: fillConstants(name, constants), query: fillConstants(query.trim(), constants) }
  reportSharedName(filled.name, filled.query, rule?.captures, [...path, 'name'], reading)
  return { ...filled, for: rule?.name, accepts }
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

function reportRepetitions(boundaries: readonly Written<BoundaryDefinition>[]): void {
  const first = new Map<string, Written<BoundaryDefinition>>()
  for (const boundary of boundaries) {
    const { name, for: rule } = boundary.value
    const varies = variablesIn(name).length > 0
    // Rules may each fill the same name with values of their own.
    const key = `${foldKey(name)} ${varies ? foldKey(rule ?? '') : ''}`
    const taken = first.get(key)
    if (taken === undefined) first.set(key, boundary)
    else reportTaken('boundary', taken.value.name, taken, boundary)
  }
}
