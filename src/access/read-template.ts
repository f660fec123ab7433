/** Texts that may hold `{variable}`: each variable must be one that the pattern of the rule captures. */
import { nearest } from '../lib/nearest.ts'
import type { Path } from './locate.ts'
import { quote, type Reading, readValue } from './reading.ts'
import { readTemplate } from './template.ts'
import { text } from './values.ts'

/** Variables of a rule with the values each can have, where these are known beforehand. */
export type Captures = ReadonlyMap<string, readonly string[] | undefined>

/** Captures are undefined when the pattern itself is faulty: then variables are not judged. */
export function readTemplateText(
  value: unknown,
  path: Path,
  captures: Captures | undefined,
  reading: Reading,
): string | undefined {
  const template = readValue(text, value, path, reading)
  if (template !== undefined) checkTemplate(template, path, captures, reading)
  return template
}

export function checkTemplate(
  template: string,
  path: Path,
  captures: Captures | undefined,
  reading: Reading,
): void {
  let from = 0
  for (const segment of readTemplate(template)) {
    const word = segment.kind === 'variable' ? `{${segment.name}}` : segment.text
    if (segment.kind === 'stray') {
      const remedy = 'a variable is {name}; other braces cannot be used'
      reading.problem(path, `${quote(word)} is no variable`, remedy, { word, from })
    }
    if (segment.kind === 'variable' && captures !== undefined && !captures.has(segment.name)) {
      const remedy = unknownRemedy(segment.name, captures)
      reading.problem(path, `the rule captures no ${word}`, remedy, { word, from })
    }
    from += word.length
  }
}

/** What to write instead of a variable that the rule does not capture. */
export function unknownRemedy(name: string, captures: Captures): string {
  const meant = nearest(name, captures.keys())
  if (meant !== undefined) return `did you mean {${meant}}?`
  return `there are ${[...captures.keys()].map(known => `{${known}}`).join(', ')}; others are to be captured in "match"`
}
