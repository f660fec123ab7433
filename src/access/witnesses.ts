/**
 * IdP groups that rules would take, made up from the rules themselves: every listed name, patterns with each of their
 * choices, and with the same few values in all open captures, so that rules meet which are to meet. Regular expressions
 * tell nothing beforehand, unless they are plain text.
 */
import type { IdpGroup } from '../directory/snapshot.ts'
import { isOfType, isUuid } from './capture-type.ts'
import type { CaptureType, MatchAttribute, Matcher, PatternPart, Rule } from './model.ts'

/** For all rules together, so that the cost is bounded whatever the file holds. */
const mostPatterns = 3_200
/** Of one rule. Names are few to begin with, and say most. */
const mostOfOne = 64

/** Each once. The ids are made up too. */
export function witnesses(rules: readonly Pick<Rule, 'match'>[]): readonly IdpGroup[] {
  const most = Math.max(4, Math.min(mostOfOne, Math.floor(mostPatterns / Math.max(rules.length, 1))))
  const values = openValues(rules)
  const groups = rules.flatMap(({ match }) => ofMatcher(match, values, most).slice(0, mostOfOne))
  const distinct = new Map(groups.map(group => [JSON.stringify(group), group]))
  return [...distinct.values()].map((group, at) => ({ ...group, id: `witness-${at}` }))
}

type Witness = Omit<IdpGroup, 'id'>

const typeSamples: Readonly<Record<CaptureType, string>> = {
  letters: 'sample',
  word: 'sample',
  slug: 'sample',
  digits: '1',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/** What open captures hold: a word, a value of each type that is used, and some of the choices that other rules have. */
function openValues(rules: readonly Pick<Rule, 'match'>[]): readonly string[] {
  const captures = rules
    .flatMap(({ match }) => partsOf(match))
    .flatMap(part => (part.kind === 'capture' ? part : []))
  const types = captures.flatMap(({ type }) => (type === undefined ? [] : typeSamples[type]))
  const choices = captures.flatMap(capture => capture.choices?.slice(0, 3) ?? [])
  return [...new Set(['sample', ...types, ...choices])].slice(0, 8)
}

function partsOf(match: Matcher): readonly PatternPart[] {
  if (match.kind === 'any') return match.of.flatMap(partsOf)
  return match.kind === 'pattern' ? match.parts : []
}

function ofMatcher(match: Matcher, open: readonly string[], most: number): readonly Witness[] {
  switch (match.kind) {
    case 'names':
      return match.names.map(name => named(match.attribute, name))
    case 'pattern':
      return fillings(match.parts, open, most).map(name => named(match.attribute, name))
    case 'regex':
      return /^[\w -]+$/.test(match.source) ? [named(match.attribute, match.source)] : []
    case 'any':
      return inTurn(match.of.map(each => ofMatcher(each, open, most)))
  }
}

function named(attribute: MatchAttribute, name: string): Witness {
  return attribute === 'displayName'
    ? { displayName: name, externalId: undefined }
    : { displayName: 'sample', externalId: name }
}

/** One of each first, so that none is left out when there are too many. */
function inTurn(lists: readonly (readonly Witness[])[]): readonly Witness[] {
  const longest = Math.max(0, ...lists.map(list => list.length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap(list => list[at] ?? [])).flat()
}

/** All combinations of choices, as long as they are few; else each choice in some. Open captures share one value. */
function fillings(parts: readonly PatternPart[], open: readonly string[], most: number): readonly string[] {
  const wheels = [
    open.length,
    ...parts.flatMap(part =>
      part.kind === 'capture' && part.choices !== undefined ? part.choices.length : [],
    ),
  ]
  const all = wheels.reduce((product, size) => Math.min(product * size, Number.MAX_SAFE_INTEGER), 1)
  const isWhole = all <= most
  return Array.from({ length: isWhole ? all : most }, (_, at) => {
    let left = at
    const turns = wheels.map((size, wheel) => {
      if (!isWhole) return (at + Math.floor(at / size) * wheel) % size
      const turn = left % size
      left = Math.floor(left / size)
      return turn
    })
    return fill(parts, open[turns[0] ?? 0] ?? '', turns.slice(1))
  })
}

function fill(parts: readonly PatternPart[], open: string, turns: readonly number[]): string {
  let choice = 0
  return parts
    .map(part => {
      if (part.kind === 'text') return part.text
      if (part.choices !== undefined) return part.choices[turns[choice++] ?? 0] ?? ''
      if (part.type === undefined) return open
      const fits = part.type === 'uuid' ? isUuid(open) : isOfType(open, part.type)
      return fits ? open : typeSamples[part.type]
    })
    .join('')
}
