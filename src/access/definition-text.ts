/**
 * The text of a policy or boundary as `bridge.yaml` writes it: Dynatrace's own language, in which `{team}` is a
 * variable of ours, and `${bindParam:team}` and `${global:userId}` are placeholders of Dynatrace.
 */
import type { PolicyProblem } from '../policy/source.ts'
import { tokenize } from '../policy/token.ts'
import type { Path } from './locate.ts'
import type { Reading } from './reading.ts'
import { isVariableName } from './template.ts'

export interface Mark {
  /** `odd`: a placeholder that Dynatrace does not know. `stray`: a brace, or braces, that mean nothing. */
  readonly kind: 'variable' | 'odd' | 'stray'
  /** What stands between the braces. */
  readonly name: string
  /** As it is written, braces included. */
  readonly word: string
  /** Where it begins, in UTF-16 units. */
  readonly at: number
}

/** Hundreds of mistakes in one text are a few and their echoes. */
const mostProblems = 20

/** Everything in braces except the placeholders of Dynatrace, in order. */
export function readMarks(text: string): readonly Mark[] {
  return [...text.matchAll(/\$\{(?<inside>[^{}]*)\}|\{(?<name>[^{}]*)\}|[{}]/g)].flatMap(match => {
    const { inside, name } = match.groups ?? {}
    const place = { name: inside ?? name ?? '', word: match[0], at: match.index }
    if (inside !== undefined) return isPlaceholder(inside) ? [] : { kind: 'odd' as const, ...place }
    return { kind: isVariableName(place.name) ? ('variable' as const) : ('stray' as const), ...place }
  })
}

/** The names of the variables in a text, each once. */
export function variablesIn(text: string): readonly string[] {
  return [...new Set(readMarks(text).flatMap(({ kind, name }) => (kind === 'variable' ? [name] : [])))]
}

/** Notes what is in braces and means nothing, and gives these marks. */
export function reportMeaningless(
  marks: readonly Mark[],
  path: Path,
  hint: (name: string) => string,
  reading: Reading,
): readonly Mark[] {
  const meaningless = marks.filter(({ kind }) => kind !== 'variable')
  reportMarks(
    meaningless,
    path,
    ({ kind, name, word }) =>
      kind === 'odd'
        ? { message: `Dynatrace knows no placeholder ${word}`, remedy: hint(name) }
        : {
            message: `${JSON.stringify(word)} is no variable`,
            remedy: 'a variable is {name}; other braces cannot be used',
          },
    reading,
  )
  return meaningless
}

/** Notes what is the matter with each of the marks, up to a number. */
export function reportMarks(
  marks: readonly Mark[],
  path: Path,
  say: (mark: Mark) => { readonly message: string; readonly remedy: string },
  reading: Reading,
): void {
  for (const mark of marks.slice(0, mostProblems)) {
    const { message, remedy } = say(mark)
    reading.problem(path, message, remedy, { offset: mark.at })
  }
}

/** Notes what the language says is wrong, except where one of the marks has been spoken of already. */
export function reportProblems(
  text: string,
  problems: readonly PolicyProblem[],
  known: readonly Mark[],
  path: Path,
  reading: Reading,
): void {
  const starts = lineStarts(text)
  for (const { line, column, message, remedy } of problems.slice(0, mostProblems)) {
    const offset = (starts[line - 1] ?? text.length) + column - 1
    if (known.some(mark => touches(text, mark, offset))) continue
    reading.problem(path, message, remedy, { offset })
  }
}

/** Notes variables that are no part of a quoted value, and gives them: values are texts, never names or operators. */
export function reportUnquoted(
  written: string,
  marks: readonly Mark[],
  path: Path,
  reading: Reading,
): readonly Mark[] {
  const variables = marks.filter(({ kind }) => kind === 'variable')
  if (variables.length === 0) return []
  const strays = new Set(
    tokenize(written).flatMap(({ kind, span }) => (kind === 'stray' ? [span.start] : [])),
  )
  const unquoted = variables.filter(({ at }) => strays.has(at))
  reportMarks(
    unquoted,
    path,
    ({ word }) => ({
      message: `${word} does not stand in a quoted value`,
      remedy: `write "${word}"`,
    }),
    reading,
  )
  return unquoted
}

/** Within the mark, or in the word that leads up to it. */
function touches(text: string, { at, word }: Mark, offset: number): boolean {
  return offset < at + word.length && at - offset < 100 && !/\s/.test(text.slice(offset, at))
}

function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map(match => match.index + match[0].length)]
}

function isPlaceholder(inside: string): boolean {
  return /^(?:bindParam|global):./.test(inside)
}
