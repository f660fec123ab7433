/**
 * The pattern of a rule: literal text with captures, `dt-{team}-{role:viewer|editor}`.
 *
 * | Written          | Takes                                                       |
 * |------------------|-------------------------------------------------------------|
 * | `{name}`         | one or more characters, as few as fit                       |
 * | `{name:one|two}` | one of the choices; the variable has the choice's spelling  |
 * | anything else    | itself, whatever the letter case                            |
 */
import { foldKey } from '../lib/fold.ts'
import type { PatternPart } from './model.ts'
import { isVariableName } from './template.ts'

interface PatternProblem {
  readonly message: string
  readonly remedy: string
  /** The piece of the pattern that is meant. */
  readonly word: string
  /** Where it begins. */
  readonly at: number
}

export interface ParsedPattern {
  readonly parts: readonly PatternPart[]
  readonly problems: readonly PatternProblem[]
}

const longest = 500

/** Takes a pattern apart and tells everything that is wrong with it. */
export function parsePattern(pattern: string): ParsedPattern {
  if (pattern.length > longest) {
    const message = `the pattern is longer than ${longest} characters`
    return { parts: [], problems: [{ message, remedy: 'shorten it', word: pattern.slice(0, 20), at: 0 }] }
  }
  const { parts, problems } = split(pattern)
  return { parts, problems: [...problems, ...repeatedNames(parts, pattern), ...touching(parts, pattern)] }
}

function split(pattern: string): ParsedPattern {
  const parts: PatternPart[] = []
  const problems: PatternProblem[] = []
  let at = 0
  while (at < pattern.length) {
    const open = pattern.indexOf('{', at)
    const text = pattern.slice(at, open < 0 ? undefined : open)
    if (text.includes('}')) problems.push(strayClose(at + text.indexOf('}')))
    if (text !== '') parts.push({ kind: 'text', text })
    if (open < 0) break
    const close = pattern.indexOf('}', open)
    if (close < 0) return { parts, problems: [...problems, unclosed(pattern, open)] }
    const capture = readCapture(pattern.slice(open + 1, close), open)
    parts.push(capture.part)
    problems.push(...capture.problems)
    at = close + 1
  }
  return { parts, problems }
}

function readCapture(
  inside: string,
  at: number,
): {
  readonly part: PatternPart
  readonly problems: readonly PatternProblem[]
} {
  const word = `{${inside}}`
  const colon = inside.indexOf(':')
  const name = colon < 0 ? inside : inside.slice(0, colon)
  const choices = colon < 0 ? undefined : inside.slice(colon + 1).split('|')
  const problems: PatternProblem[] = []
  if (!isVariableName(name)) {
    problems.push({
      message: `${JSON.stringify(word)} is no capture`,
      remedy: 'a capture is {name} or {name:one|two}; a name is letters, digits, _ and -, a letter first',
      word,
      at,
    })
  } else if (name === 'displayName') {
    problems.push({
      message: '"displayName" cannot be captured: it always holds the whole name of the IdP group',
      remedy: 'take another name',
      word,
      at,
    })
  }
  if (choices?.some(choice => choice === '')) {
    problems.push({
      message: `${JSON.stringify(word)} has an empty choice`,
      remedy: 'write {name:one|two}, or {name} to take any text',
      word,
      at,
    })
  } else if (choices !== undefined && new Set(choices.map(foldKey)).size < choices.length) {
    problems.push({
      message: `${JSON.stringify(word)} has the same choice twice`,
      remedy: 'remove one of them; letter case makes no difference',
      word,
      at,
    })
  }
  return { part: { kind: 'capture', name, choices, type: undefined }, problems }
}

function repeatedNames(parts: readonly PatternPart[], pattern: string): readonly PatternProblem[] {
  const names = parts.flatMap(part => (part.kind === 'capture' ? [part.name] : []))
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))].map(name => ({
    message: `"${name}" is captured twice`,
    remedy: 'give each capture its own name',
    word: `{${name}`,
    at: pattern.lastIndexOf(`{${name}`),
  }))
}

/** `{a}{b}` could share the text between them in many ways, and nobody could tell which. */
function touching(parts: readonly PatternPart[], pattern: string): readonly PatternProblem[] {
  return parts.flatMap((part, index) => {
    const next = parts[index + 1]
    if (!isUnbounded(part) || next === undefined || !isUnbounded(next)) return []
    return {
      message: `nothing says where {${part.name}} ends and {${next.name}} begins`,
      remedy: `put text between them, as in {${part.name}}-{${next.name}}, or give one of them choices`,
      word: `{${part.name}}{${next.name}}`,
      at: pattern.indexOf(`{${part.name}}{${next.name}}`),
    }
  })
}

function isUnbounded(part: PatternPart): part is PatternPart & { kind: 'capture' } {
  return part.kind === 'capture' && part.choices === undefined
}

function unclosed(pattern: string, at: number): PatternProblem {
  const remedy = 'add the "}", or remove the "{"'
  return { message: 'a "{" is not closed', remedy, word: pattern.slice(at, at + 20), at }
}

function strayClose(at: number): PatternProblem {
  const remedy = 'add the "{", or remove the "}"'
  return { message: 'a "}" has no "{" before it', remedy, word: '}', at }
}
