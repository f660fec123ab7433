/**
 * The pattern of a rule: literal text with captures, `dt-{team}-{role:viewer|editor}-{number:digits}`.
 *
 * | Written          | Takes                                                       |
 * |------------------|-------------------------------------------------------------|
 * | `{name}`         | one or more characters, as few as fit                       |
 * | `{name:digits}`  | the same, of one type: digits, letters, word, slug or uuid  |
 * | `{name:one|two}` | one of the choices; the variable has the choice's spelling  |
 * | `{constant}`     | the text of a variable of the file                          |
 * | anything else    | itself, whatever the letter case                            |
 */
import { foldKey } from '../lib/fold.ts'
import { isCaptureType } from './capture-type.ts'
import type { PatternPart } from './model.ts'
import { alwaysThere } from './regex.ts'
import { isVariableName, type Variables } from './template.ts'

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

/** Takes a pattern apart and tells everything that is wrong with it. `constants` stand for their texts. */
export function parsePattern(pattern: string, constants: Variables = {}): ParsedPattern {
  if (pattern.length > longest) {
    const message = `the pattern is longer than ${longest} characters`
    return { parts: [], problems: [{ message, remedy: 'shorten it', word: pattern.slice(0, 20), at: 0 }] }
  }
  const { parts, problems } = split(pattern, constants)
  return {
    parts: joinTexts(parts),
    problems: [...problems, ...repeatedNames(parts, pattern), ...touching(parts, pattern)],
  }
}

function split(pattern: string, constants: Variables): ParsedPattern {
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
    at = close + 1
    const inside = pattern.slice(open + 1, close)
    if (Object.hasOwn(constants, inside)) {
      parts.push({ kind: 'text', text: constants[inside] ?? '' })
      continue
    }
    const capture = readCapture(inside, open, constants)
    parts.push(capture.part)
    problems.push(...capture.problems)
  }
  return { parts, problems }
}

/** Text beside text is one text: letters and their accents are not to be torn apart, nor looked for apart. */
function joinTexts(parts: readonly PatternPart[]): readonly PatternPart[] {
  const joined: PatternPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.kind !== 'text' || last?.kind !== 'text') joined.push(part)
    else joined.splice(-1, 1, { kind: 'text', text: last.text + part.text })
  }
  return joined
}

function readCapture(
  inside: string,
  at: number,
  constants: Variables,
): {
  readonly part: PatternPart
  readonly problems: readonly PatternProblem[]
} {
  const word = `{${inside}}`
  const colon = inside.indexOf(':')
  const name = colon < 0 ? inside : inside.slice(0, colon)
  const limit = colon < 0 ? undefined : inside.slice(colon + 1)
  const type = limit !== undefined && isCaptureType(limit) ? limit : undefined
  const choices = type === undefined ? limit?.split('|') : undefined
  const faults = [faultOfName(name, word, constants), faultOfChoices(choices, word)]
  return {
    part: { kind: 'capture', name, choices, type },
    problems: faults.flatMap(fault => (fault === undefined ? [] : { ...fault, word, at })),
  }
}

type Fault = Pick<PatternProblem, 'message' | 'remedy'>

function faultOfName(name: string, word: string, constants: Variables): Fault | undefined {
  if (!isVariableName(name)) {
    return {
      message: `${JSON.stringify(word)} is no capture`,
      remedy: 'a capture is {name} or {name:one|two}; a name is letters, digits, _ and -, a letter first',
    }
  }
  if (name === 'displayName' || name === 'externalId') {
    return { message: alwaysThere(name), remedy: 'take another name' }
  }
  if (Object.hasOwn(constants, name)) {
    return {
      message: `"${name}" is a variable of the file already, so it cannot be captured`,
      remedy: `take another name, or write {${name}} for its text`,
    }
  }
  return undefined
}

function faultOfChoices(choices: readonly string[] | undefined, word: string): Fault | undefined {
  if (choices?.some(choice => choice === '')) {
    return {
      message: `${JSON.stringify(word)} has an empty choice`,
      remedy: 'write {name:one|two}, or {name} to take any text',
    }
  }
  if (choices !== undefined && new Set(choices.map(foldKey)).size < choices.length) {
    return {
      message: `${JSON.stringify(word)} has the same choice twice`,
      remedy: 'remove one of them; letter case makes no difference',
    }
  }
  return undefined
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
    const [one, two] = [writtenAs(part), writtenAs(next)]
    return {
      message: `nothing says where ${one} ends and ${two} begins`,
      remedy: `put text between them, as in ${one}-${two}, or give one of them choices`,
      word: one + two,
      at: Math.max(pattern.indexOf(one + two), 0),
    }
  })
}

type Capture = PatternPart & { kind: 'capture' }

function isUnbounded(part: PatternPart): part is Capture {
  return part.kind === 'capture' && part.choices === undefined && part.type !== 'uuid'
}

const writtenAs = ({ name, type }: Capture): string => `{${name}${type === undefined ? '' : `:${type}`}}`

function unclosed(pattern: string, at: number): PatternProblem {
  const remedy = 'add the "}", or remove the "{"'
  return { message: 'a "{" is not closed', remedy, word: pattern.slice(at, at + 20), at }
}

function strayClose(at: number): PatternProblem {
  const remedy = 'add the "{", or remove the "}"'
  return { message: 'a "}" has no "{" before it', remedy, word: '}', at }
}
