/**
 * Whether a pattern takes a name, and what its captures hold.
 *
 * No regular expression is ever built from what a user wrote. Time grows with the length of the pattern times the
 * length of the name, whatever either holds: no place of a name is tried twice for one part. That holds for typed
 * captures too. How far the characters of a type reach from a place on is worked out once for a name and a type, and
 * where a capture has led nowhere from one place, ending within the same stretch of characters, it leads nowhere from
 * a later place either: it can only end where it ended before.
 */
import { isOfType, isUuid, uuidLength } from './capture-type.ts'
import { type FoldedName, foldText } from './folded-name.ts'
import type { CaptureType, PatternPart } from './model.ts'
import type { Variables } from './template.ts'

/** A function that gives what the captures hold; undefined for names that the pattern does not take. */
export function compilePattern(parts: readonly PatternPart[]): (name: FoldedName) => Variables | undefined {
  const folded = parts.map(foldPart)
  const head = folded[0]?.kind === 'text' ? folded[0].text : ''
  const last = folded.at(-1)
  const tail = last?.kind === 'text' ? last.text : ''
  return name =>
    name.folded.startsWith(head) && name.folded.endsWith(tail) ? matchParts(folded, name) : undefined
}

type OpenType = Exclude<CaptureType, 'uuid'>

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'choice'; readonly name: string; readonly choices: readonly Choice[] }
  | { readonly kind: 'uuid'; readonly name: string }
  | { readonly kind: 'open'; readonly name: string; readonly type: OpenType | undefined }

interface Choice {
  readonly folded: string
  readonly spelling: string
}

function foldPart(part: PatternPart): Part {
  if (part.kind === 'text') return { kind: 'text', text: foldText(part.text) }
  const { name, choices, type } = part
  if (type === 'uuid') return { kind: 'uuid', name }
  if (choices === undefined) return { kind: 'open', name, type }
  return {
    kind: 'choice',
    name,
    choices: choices.map(spelling => ({ folded: foldText(spelling), spelling })),
  }
}

function matchParts(parts: readonly Part[], name: FoldedName): Variables | undefined {
  const { source, folded, places } = name
  const length = folded.length
  /** Places from which a choice or UUID is known to lead nowhere. */
  const deadChoices = new Set<number>()
  /** By part and stretch: the last place where an open capture that ends in the stretch may still lead somewhere. */
  const deadAfter = new Map<number, number>()
  const captured: [string, string][] = []
  const reachOf = reaches(folded)

  const rest = (index: number, at: number): boolean => {
    if (places?.[at] === -1) return false
    const part = parts[index]
    if (part === undefined) return at === length
    switch (part.kind) {
      case 'text':
        return folded.startsWith(part.text, at) && rest(index + 1, at + part.text.length)
      case 'choice':
        return choice(part, index, at)
      case 'uuid':
        return uuid(part, index, at)
      case 'open':
        return open(part, index, at)
    }
  }

  const choice = (part: Part & { kind: 'choice' }, index: number, at: number): boolean => {
    const state = index * (length + 1) + at
    if (deadChoices.has(state)) return false
    for (const { folded: wanted, spelling } of part.choices) {
      if (folded.startsWith(wanted, at) && rest(index + 1, at + wanted.length)) {
        captured.push([part.name, spelling])
        return true
      }
    }
    deadChoices.add(state)
    return false
  }

  const uuid = (part: Part & { kind: 'uuid' }, index: number, at: number): boolean => {
    const end = at + uuidLength
    const state = index * (length + 1) + at
    if (deadChoices.has(state) || !isUuid(folded.slice(at, end))) return false
    if (rest(index + 1, end)) {
      captured.push([part.name, textBetween(at, end)])
      return true
    }
    deadChoices.add(state)
    return false
  }

  const open = (part: Part & { kind: 'open' }, index: number, at: number): boolean => {
    const next = parts[index + 1]
    const stretch = part.type === undefined ? length : reachOf(part.type, at)
    const state = index * (length + 1) + stretch
    const dead = deadAfter.get(state) ?? stretch
    // The last part takes all that is left; text that follows an untyped capture is looked for, not stepped up to.
    let end = next === undefined ? Math.max(length, at + 1) : at + 1
    for (; end <= dead; end++) {
      if (next?.kind === 'text' && part.type === undefined) end = folded.indexOf(next.text, end)
      if (end < 0 || end > dead) break
      if (rest(index + 1, end)) {
        captured.push([part.name, textBetween(at, end)])
        return true
      }
    }
    deadAfter.set(state, Math.min(dead, at))
    return false
  }

  const textBetween = (from: number, to: number): string =>
    places === undefined ? source.slice(from, to) : source.slice(places[from], places[to])

  return rest(0, 0) ? Object.fromEntries(captured.reverse()) : undefined
}

/** Up to where all characters are of a type, from a place on; each type is looked at once. */
function reaches(folded: string): (type: OpenType, at: number) => number {
  const known = new Map<OpenType, Int32Array>()
  return (type, at) => {
    const ends = known.get(type) ?? reachesOfType(folded, type)
    known.set(type, ends)
    return ends[at] ?? at
  }
}

function reachesOfType(folded: string, type: OpenType): Int32Array {
  const ends = new Int32Array(folded.length + 1)
  const isMember: boolean[] = []
  for (const character of folded) {
    const of = isOfType(character, type)
    for (let unit = 0; unit < character.length; unit++) isMember.push(of)
  }
  ends[folded.length] = folded.length
  for (let at = folded.length - 1; at >= 0; at--) ends[at] = isMember[at] ? (ends[at + 1] ?? at) : at
  return ends
}
