/** The name and the query of a boundary: Dynatrace's language, with variables of a rule in quoted values. */
import { parseBoundary } from '../policy/parse-boundary.ts'
import {
  type Mark,
  readMarks,
  reportMarks,
  reportMeaningless,
  reportProblems,
  reportUnquoted,
} from './definition-text.ts'
import type { Path } from './locate.ts'
import { type Captures, unknownRemedy } from './read-template.ts'
import { quote, type Reading, readValue } from './reading.ts'
import { wholeText } from './values.ts'
import type { NamedCaptures } from './written.ts'

/** What can fill the variables. */
export interface Fill {
  readonly rules: readonly NamedCaptures[]
  readonly rule: string | undefined
  /** With the variables of the file; undefined when it is not known. */
  readonly captures: Captures | undefined
}

export function readBoundaryName(
  value: unknown,
  path: Path,
  fill: Fill,
  reading: Reading,
): string | undefined {
  const written = readValue(wholeText, value, path, reading)
  checkMarks(readMarks(written ?? ''), path, fill, reading)
  return written?.trim()
}

/** With the white space around it. */
export function readBoundaryQuery(
  value: unknown,
  path: Path,
  fill: Fill,
  reading: Reading,
): string | undefined {
  const written = readValue(wholeText, value, path, reading)
  if (written === undefined) return undefined
  const marks = readMarks(written)
  const told = [...checkMarks(marks, path, fill, reading), ...reportUnquoted(written, marks, path, reading)]
  const parsed = parseBoundary(written)
  if (parsed.kind === 'broken') reportProblems(written, parsed.problems, told, path, reading)
  return written
}

/** Gives the marks that it found a fault with. */
function checkMarks(marks: readonly Mark[], path: Path, fill: Fill, reading: Reading): readonly Mark[] {
  const meaningless = reportMeaningless(marks, path, placeholderHint, reading)
  const { captures } = fill
  if (captures === undefined) return meaningless
  const unknown = marks.filter(({ kind, name }) => kind === 'variable' && !captures.has(name))
  const { rule, rules } = fill
  reportMarks(
    unknown,
    path,
    ({ name, word }) =>
      rule === undefined
        ? {
            message: `nothing fills ${word} in, as the boundary is for no rule`,
            remedy: forHint(name, rules),
          }
        : {
            message: `rule ${quote(rule)} captures no ${word}`,
            remedy: unknownRemedy(name, captures),
          },
    reading,
  )
  return [...meaningless, ...unknown]
}

function placeholderHint(name: string): string {
  const plain = name.replaceAll(/[^\w.-]/g, '') || 'name'
  return `write {${plain}} for what the rule captures, or \${bindParam:${plain}} for a parameter of the binding`
}

function forHint(variable: string, rules: readonly NamedCaptures[]): string {
  const rule = rules.find(({ captures }) => captures?.has(variable))
  return rule === undefined ? 'add for: with the name of the rule that captures it' : `add for: ${rule.name}`
}
