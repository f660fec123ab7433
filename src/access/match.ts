/**
 * Whether a rule takes an IdP group, by its displayName.
 *
 * No regular expression is ever built from what a user wrote. Time grows with the length of the pattern
 * times the length of the name, whatever either holds: no place of a name is tried twice for one part.
 */
import { type FoldedName, foldName, foldText } from './folded-name.ts'
import type { Matcher, PatternPart, Rule } from './model.ts'
import type { Variables } from './template.ts'

/** The variables of the rule for this group: its captures and `displayName`. Undefined: the rule does not take it. */
export function matchRule(rule: Rule, displayName: string): Variables | undefined {
  return compileMatcher(rule.match)(foldName(displayName))
}

/** The same for many names: what depends on the rule alone is worked out once. */
export function compileMatcher(matcher: Matcher): (name: FoldedName) => Variables | undefined {
  if (matcher.kind === 'names') {
    const names = new Set(matcher.names.map(foldText))
    return name => (names.has(name.folded) ? { displayName: name.source } : undefined)
  }
  if (matcher.kind !== 'pattern') return () => undefined
  const parts = matcher.parts.map(foldPart)
  const head = parts[0]?.kind === 'text' ? parts[0].text : ''
  const last = parts.at(-1)
  const tail = last?.kind === 'text' ? last.text : ''
  return name =>
    name.folded.startsWith(head) && name.folded.endsWith(tail) ? matchParts(parts, name) : undefined
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'choice'; readonly name: string; readonly choices: readonly Choice[] }
  | { readonly kind: 'any'; readonly name: string }

interface Choice {
  readonly folded: string
  readonly spelling: string
}

function foldPart(part: PatternPart): Part {
  if (part.kind === 'text') return { kind: 'text', text: foldText(part.text) }
  if (part.choices === undefined) return { kind: 'any', name: part.name }
  const choices = part.choices.map(spelling => ({ folded: foldText(spelling), spelling }))
  return { kind: 'choice', name: part.name, choices }
}

function matchParts(parts: readonly Part[], name: FoldedName): Variables | undefined {
  const { source, folded, places } = name
  const length = folded.length
  /** Places from which a choice part is known to lead nowhere. */
  const deadChoices = new Set<number>()
  /** From this place on, an `any` part is known to lead nowhere: it can only end later still. */
  const deadFrom: number[] = parts.map(() => length)
  const captured: [string, string][] = []

  const rest = (index: number, at: number): boolean => {
    if (places?.[at] === -1) return false
    const part = parts[index]
    if (part === undefined) return at === length
    switch (part.kind) {
      case 'text':
        return folded.startsWith(part.text, at) && rest(index + 1, at + part.text.length)
      case 'choice':
        return choice(part, index, at)
      case 'any':
        return any(part, index, at)
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

  const any = (part: Part & { kind: 'any' }, index: number, at: number): boolean => {
    const dead = deadFrom[index] ?? length
    const next = parts[index + 1]
    // The last part takes all that is left; text that follows is looked for, not stepped up to.
    let end = next === undefined ? Math.max(length, at + 1) : at + 1
    for (; end <= dead; end++) {
      if (next?.kind === 'text') end = folded.indexOf(next.text, end)
      if (end < 0 || end > dead) break
      if (rest(index + 1, end)) {
        captured.push([part.name, textBetween(at, end)])
        return true
      }
    }
    deadFrom[index] = Math.min(dead, at)
    return false
  }

  const textBetween = (from: number, to: number): string =>
    places === undefined ? source.slice(from, to) : source.slice(places[from], places[to])

  if (!rest(0, 0)) return undefined
  return { ...Object.fromEntries(captured.reverse()), displayName: source }
}
