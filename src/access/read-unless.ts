/** What `unless` of a rule says: IdP groups that it leaves alone, by what they are called or by what was captured. */
import { foldKey } from '../lib/fold.ts'
import { nearest } from '../lib/nearest.ts'
import type { Path } from './locate.ts'
import type { Exclusion } from './model.ts'
import { type Constants, readMatcher } from './read-match.ts'
import { type Captures, unknownRemedy } from './read-template.ts'
import { allRead, quote, type Reading, readEntries, readMapping, readValue } from './reading.ts'
import { valuesShape } from './schema/match.ts'
import { compileTemplate } from './template.ts'
import { text } from './values.ts'

/** One exclusion or a list of them. Captures are those of the rule; undefined: they are not known, and not judged. */
export function readUnless(
  value: unknown,
  path: Path,
  captures: Captures | undefined,
  constants: Constants,
  reading: Reading,
): readonly Exclusion[] | undefined {
  const context = { captures, constants, reading }
  if (!Array.isArray(value)) return readExclusion(value, path, context)
  if (value.length === 0) {
    reading.problem(path, '"unless" is an empty list', 'name what is left alone, or remove the key')
    return undefined
  }
  return allRead(value.map((item, index) => readExclusion(item, [...path, index], context)))?.flat()
}

interface ExclusionContext {
  readonly captures: Captures | undefined
  readonly constants: Constants
  readonly reading: Reading
}

function readExclusion(
  value: unknown,
  path: Path,
  context: ExclusionContext,
): readonly Exclusion[] | undefined {
  if (value !== null && typeof value === 'object' && Object.hasOwn(value, 'values')) {
    return readExcludedValues(value, path, context)
  }
  const matcher = readMatcher(value, path, context.constants, context.reading)
  return matcher && [{ kind: 'group', matcher }]
}

function readExcludedValues(
  value: unknown,
  path: Path,
  context: ExclusionContext,
): readonly Exclusion[] | undefined {
  const { reading } = context
  const given = readMapping(value, path, valuesShape.keys, reading)
  if (given?.values === undefined) return undefined
  const inner = [...path, 'values']
  const entries = readEntries(given.values, inner, reading)
  if (entries?.length === 0) {
    reading.problem(inner, '"values" names no variable', 'write values: { variable: [ value, … ] }')
    return undefined
  }
  return allRead(entries?.map(([name, item]) => readVariableValues(name, item, [...inner, name], context)))
}

function readVariableValues(
  variable: string,
  value: unknown,
  path: Path,
  { captures, constants, reading }: ExclusionContext,
): Exclusion | undefined {
  if (captures !== undefined && !captures.has(variable)) {
    const remedy = unknownRemedy(variable, captures)
    reading.problem(path, `the rule captures no ${quote(variable)}`, remedy, { key: true })
    return undefined
  }
  const items = Array.isArray(value) ? value : [value]
  if (items.length === 0) {
    reading.problem(path, `${quote(variable)} is given no value`, 'name at least one value')
    return undefined
  }
  const fill = compileTemplate
  const possible = captures?.get(variable)
  const values = items.map((item, index) => {
    const place = Array.isArray(value) ? [...path, index] : path
    const written = readValue(text, item, place, reading)
    if (written === undefined) return undefined
    const filled = fill(written)(constants)
    if (possible?.some(each => foldKey(each) === foldKey(filled)) === false) {
      const meant = nearest(filled, possible)
      const remedy =
        meant === undefined ? `it can be ${possible.map(quote).join(', ')}` : `did you mean ${quote(meant)}?`
      reading.problem(place, `{${variable}} can never be ${quote(filled)}`, remedy)
      return undefined
    }
    return filled
  })
  const read = allRead(values)
  return read && { kind: 'values', variable, values: read }
}
