/** Problems as a compiler prints them: the message, the place, the line with a mark under it, the remedy. */
import { styleText } from 'node:util'
import type { Problem } from './problem.ts'

const widest = 100

/**
 * Text for a terminal or log, ending with a line break; empty when there is nothing to tell.
 * Colour is off unless asked for, so that the text can be stored and compared.
 */
export function formatProblems(
  problems: readonly Problem[],
  options: { readonly severity?: 'error' | 'warning'; readonly colour?: boolean } = {},
): string {
  if (problems.length === 0) return ''
  const severity = options.severity ?? 'error'
  const paint = painter(options.colour ?? false, severity)
  const blocks = problems.map(problem => formatProblem(problem, severity, paint))
  return `${blocks.join('\n\n')}\n\n${summary(problems, severity)}\n`
}

interface Paint {
  readonly loud: (text: string) => string
  readonly bold: (text: string) => string
  readonly quiet: (text: string) => string
}

function formatProblem(problem: Problem, severity: string, paint: Paint): string {
  const number = String(problem.line)
  const gutter = ' '.repeat(number.length)
  const { text, column } = window(problem)
  const mark = '^'.repeat(Math.max(1, Math.min(problem.width, text.length - column + 1)))
  return [
    `${paint.loud(`${severity}${problem.lint === undefined ? '' : `[${problem.lint.id}]`}:`)} ${paint.bold(problem.message)}`,
    `${gutter}${paint.quiet('-->')} ${problem.file}:${problem.line}:${problem.column}${
      problem.path === '' ? '' : paint.quiet(`  ${problem.path}`)
    }`,
    `${gutter} ${paint.quiet('|')}`,
    `${paint.quiet(`${number} |`)} ${text}`.trimEnd(),
    `${gutter} ${paint.quiet('|')} ${' '.repeat(column - 1)}${paint.loud(mark)}`,
    `${gutter} ${paint.quiet('=')} ${problem.remedy}`,
  ].join('\n')
}

/** The part of a line worth showing, with control characters blanked so that marks stay aligned. */
function window(problem: Problem): { readonly text: string; readonly column: number } {
  const line = problem.excerpt.replaceAll(/\p{Cc}/gu, ' ').trimEnd()
  if (line.length <= widest) return { text: line, column: problem.column }
  const start = Math.max(0, Math.min(problem.column - 1 - widest / 2, line.length - widest))
  const head = start > 0 ? '…' : ''
  const tail = start + widest < line.length ? '…' : ''
  return {
    text: head + line.slice(start, start + widest) + tail,
    column: problem.column - start + head.length,
  }
}

function summary(problems: readonly Problem[], severity: string): string {
  const files = [...new Set(problems.map(problem => problem.file))].join(', ')
  return `${problems.length} ${problems.length === 1 ? severity : `${severity}s`} in ${files}`
}

function painter(colour: boolean, severity: string): Paint {
  const paint =
    (style: 'bold' | 'dim' | 'red' | 'yellow') =>
    (text: string): string =>
      colour ? styleText(style, text, { validateStream: false }) : text
  return { loud: paint(severity === 'error' ? 'red' : 'yellow'), bold: paint('bold'), quiet: paint('dim') }
}
