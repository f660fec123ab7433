/** What `scim-bridge lint` says of an access model: mistakes, lints, expectations, and a line of summary. */
import type { ExpectationResult } from '../../access/check/expectation.ts'
import { formatProblems } from '../../access/format-problems.ts'
import type { AccessModel } from '../../access/model.ts'
import type { ParsedAccessModel } from '../../access/parse.ts'
import type { Problem } from '../../access/problem.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

export interface LintReport {
  readonly file: string
  /** Mistakes, and lints of severity `error`. */
  readonly errors: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** Lints that the file accepts. */
  readonly accepted: readonly Problem[]
  readonly expectations: readonly ExpectationResult[]
  /** Undefined when the file cannot be used. */
  readonly model: AccessModel | undefined
}

export function lintReport(parsed: ParsedAccessModel, file: string): LintReport {
  const isError = ({ lint }: Problem): boolean => lint?.severity === 'error'
  const problems = parsed.kind === 'invalid' ? parsed.problems : []
  return {
    file,
    errors: [...problems, ...parsed.warnings.filter(isError)],
    warnings: parsed.warnings.filter(each => !isError(each)),
    accepted: parsed.kind === 'valid' ? parsed.accepted : [],
    expectations: parsed.expectations,
    model: parsed.kind === 'valid' ? parsed.model : undefined,
  }
}

export function lintText(report: LintReport, options: TextOptions): string {
  const { colour } = options
  const blocks = [
    formatProblems(report.errors, { severity: 'error', colour }),
    formatProblems(report.warnings, { severity: 'warning', colour }),
    unknownText(report.expectations, options),
    `${summaryLines(report, options).join('\n')}\n`,
  ]
  return blocks.filter(block => block !== '').join('\n')
}

export function lintJson(report: LintReport): object {
  const plain = ({ file, line, column, path, message, remedy, lint }: Problem): object => ({
    ...{ file, line, column, path, message, remedy },
    ...(lint === undefined ? {} : { lint: lint.id, severity: lint.severity }),
  })
  return {
    file: report.file,
    errors: report.errors.map(plain),
    warnings: report.warnings.map(plain),
    accepted: report.accepted.map(plain),
    expectations: report.expectations.map(({ expectation, kind, message, remedy }) => ({
      ...{ title: expectation.title, kind, message, remedy, ...expectation.place },
    })),
  }
}

/** Expectations that fail stand among the mistakes. */
function unknownText(results: readonly ExpectationResult[], options: TextOptions): string {
  const unknown = results.filter(({ kind }) => kind === 'unknown')
  if (unknown.length === 0) return ''
  const paint = painter(options)
  const widest = widestOn(options)
  const lines = unknown.flatMap(({ expectation, message, remedy }) => [
    `${paint('yellow', '?')} ${paint('bold', printable(expectation.title))}${paint('dim', `  ${expectation.place.file}:${expectation.place.line}`)}`,
    ...wrapped(printable(`${message}.`), { first: '    ', rest: '    ', widest }),
    ...wrapped(printable(`${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`), {
      first: '    ',
      rest: '    ',
      widest,
      style: line => paint('dim', line),
    }),
  ])
  return `${lines.join('\n')}\n`
}

function summaryLines(report: LintReport, options: TextOptions): readonly string[] {
  const { model, errors, warnings, accepted, file } = report
  const paint = painter(options)
  const counts = [
    count(errors.length, 'error', 'no errors'),
    count(warnings.length, 'warning', 'no warnings'),
    ...(accepted.length === 0 ? [] : [`${count(accepted.length, 'lint')} accepted`]),
  ].join(', ')
  const isGood = errors.length === 0
  const mark = isGood ? paint('green', '✓') : paint('red', '✗')
  const held =
    model === undefined
      ? 'it cannot be used'
      : [
          count(model.rules.length, 'rule'),
          count(model.policies.length, 'policy', undefined, 'policies'),
          count(model.boundaries.length, 'boundary', undefined, 'boundaries'),
        ].join(', ')
  const layout = { first: `${mark} `, rest: '  ', widest: widestOn(options) }
  return [
    ...wrapped(printable(`${file}: ${held}; ${counts}.`), layout),
    ...expectationLine(report.expectations, options),
  ]
}

function expectationLine(results: readonly ExpectationResult[], options: TextOptions): readonly string[] {
  if (results.length === 0) return []
  const of = (kind: ExpectationResult['kind']): number => results.filter(each => each.kind === kind).length
  const [met, failed, unknown] = [of('met'), of('failed'), of('unknown')]
  const parts = [
    `${met} ${met === 1 ? 'holds' : 'hold'}`,
    ...(failed === 0 ? [] : [`${failed} ${failed === 1 ? 'fails' : 'fail'}`]),
    ...(unknown === 0 ? [] : [`${unknown} ${unknown === 1 ? 'needs' : 'need'} the account`]),
  ]
  const paint = painter(options)
  const mark = failed > 0 ? paint('red', '✗') : paint('green', '✓')
  return [`${mark} ${count(results.length, 'expectation')}: ${parts.join(', ')}.`]
}

function count(number: number, one: string, none?: string, many = `${one}s`): string {
  if (number === 0 && none !== undefined) return none
  return `${number} ${number === 1 ? one : many}`
}
