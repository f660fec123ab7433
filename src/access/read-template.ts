/** Texts that may hold `{variable}`: what the rule captures, and variables of the file, which are filled in at once. */
import { nearest } from '../lib/nearest.ts'
import type { Path } from './locate.ts'
import { quote, type Reading, readValue } from './reading.ts'
import { compileTemplate, readTemplate, type Variables } from './template.ts'
import { text } from './values.ts'

/** Variables with the values each can have, where these are known beforehand. */
export type Captures = ReadonlyMap<string, readonly string[] | undefined>

/** What the variables of a text can be. */
export interface Scope {
  /** Constants among them; undefined when the pattern itself is faulty: then variables are not judged. */
  readonly captures: Captures | undefined
  readonly constants: Variables
  /** What the variables are those of; the rule itself unless it is said. */
  readonly of?: 'every rule'
}

/** Captures of a rule, and the constants. */
export function scopeOf(captures: Captures | undefined, constants: Variables): Scope {
  const fixed = Object.entries(constants).map(([name, value]) => [name, [value]] as const)
  return { captures: captures && new Map([...captures, ...fixed]), constants }
}

/** The text, with constants filled in. */
export function readTemplateText(
  value: unknown,
  path: Path,
  scope: Scope,
  reading: Reading,
): string | undefined {
  const template = readValue(text, value, path, reading)
  return template === undefined ? undefined : readTemplateOf(template, path, scope, reading)
}

/** The same for what is known to be text. */
export function readTemplateOf(template: string, path: Path, scope: Scope, reading: Reading): string {
  checkTemplate(template, path, scope, reading)
  return compileTemplate(template)(scope.constants)
}

function checkTemplate(template: string, path: Path, { captures, of }: Scope, reading: Reading): void {
  let from = 0
  for (const segment of readTemplate(template)) {
    const word = segment.kind === 'variable' ? `{${segment.name}}` : segment.text
    if (segment.kind === 'stray') {
      const remedy = 'a variable is {name}; other braces cannot be used'
      reading.problem(path, `${quote(word)} is no variable`, remedy, { word, from })
    }
    if (segment.kind === 'variable' && captures !== undefined && !captures.has(segment.name)) {
      const message = of === undefined ? `the rule captures no ${word}` : `not every rule has ${word}`
      const remedy =
        of === undefined
          ? unknownRemedy(segment.name, captures)
          : `what every rule has is ${listed(captures)}`
      reading.problem(path, message, remedy, { word, from })
    }
    from += word.length
  }
}

/** What to write instead of a variable that the rule does not capture. */
export function unknownRemedy(name: string, captures: Captures): string {
  const meant = nearest(name, captures.keys())
  if (meant !== undefined) return `did you mean {${meant}}?`
  return `there are ${listed(captures)}; others are to be captured in "match"`
}

function listed(captures: Captures): string {
  return [...captures.keys()].map(known => `{${known}}`).join(', ')
}
