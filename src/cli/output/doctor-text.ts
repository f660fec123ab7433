/** What the doctor found, for people and for programs. Pure. */
import type { Check, Section, Verdict } from '../../dynatrace/probe/check.ts'
import { plural } from './closing-text.ts'
import { wrapped } from './columns.ts'
import { type Paint, painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

/** It is read in terminals of this many columns, whatever else is. */
const WIDTH = 80

const SIGNS = { ok: '✓', warning: '!', error: '✗', unseen: '·' } as const
const STYLES = { ok: 'green', warning: 'yellow', error: 'red', unseen: 'dim' } as const

export function doctorText(sections: readonly Section[], options: TextOptions): string {
  const paint = painter(options)
  const lines = sections.flatMap(({ title, checks }) => [
    paint('bold', title),
    ...gathered(checks).flatMap(check => checkLines(check, paint)),
    '',
  ])
  const verdict = verdictOf(sections)
  const style = verdict === 'ok' ? 'green' : verdict === 'error' ? 'red' : 'yellow'
  return `${lines.join('\n')}\n${paint(style, summaryLine(sections))}\n`
}

/** The same for programs: every single check. */
export function doctorJson(sections: readonly Section[]): object {
  return { verdict: verdictOf(sections), ...countsOf(sections), sections }
}

/** Of all checks together; what could not be seen has its reason elsewhere. */
export function verdictOf(sections: readonly Section[]): 'ok' | 'warning' | 'error' {
  const { errors, warnings } = countsOf(sections)
  if (errors > 0) return 'error'
  return warnings > 0 ? 'warning' : 'ok'
}

function countsOf(sections: readonly Section[]) {
  const count = (verdict: Verdict) =>
    sections.flatMap(({ checks }) => checks).filter(check => check.verdict === verdict).length
  return { passed: count('ok'), warnings: count('warning'), errors: count('error'), unseen: count('unseen') }
}

function summaryLine(sections: readonly Section[]): string {
  const { passed, warnings, errors, unseen } = countsOf(sections)
  const tail = unseen === 0 ? '' : `, ${unseen} could not be seen`
  if (errors + warnings === 0) return `All well: ${plural(passed, 'check')} passed${tail}.`
  return `${plural(errors, 'error')}, ${plural(warnings, 'warning')}; ${plural(passed, 'check')} passed${tail}.`
}

/** The many operations that answer as they should are one line, and so is all that one thing hides; --json has each. */
function gathered(checks: readonly Check[]): readonly Check[] {
  const isQuiet = ({ id, verdict }: Check) => id.startsWith('read.') && verdict === 'ok'
  const reads = checks.filter(({ id }) => id.startsWith('read.'))
  const quiet = reads.filter(isQuiet)
  const how = quiet.length === reads.length ? `All ${quiet.length}` : `${quiet.length} of ${reads.length}`
  const says = `${how} operations that only read answer as documented.`
  const unseen = checks.filter(({ verdict }) => verdict === 'unseen')
  return [
    ...(quiet.length === 0 ? [] : [{ id: 'reads', verdict: 'ok', says } as const]),
    ...checks.filter(check => !isQuiet(check) && check.verdict !== 'unseen'),
    ...[...Map.groupBy(unseen, ({ because }) => because)].map(([because, these]) => ({
      ...{ id: 'unseen', verdict: 'unseen' as const },
      says: `Not seen, as ${because ?? 'nobody knows why'}: ${[...new Set(these.map(shortName))].join(', ')}`,
    })),
  ]
}

/** Of several looks at one operation the operation. */
function shortName({ id, says }: Check): string {
  const [, operation] = /^(?:read|assumption)\.(.+)$/.exec(id) ?? []
  return operation ?? says
}

function checkLines({ verdict, says, remedy }: Check, paint: Paint): readonly string[] {
  const dim = (line: string) => paint('dim', line)
  const first = `  ${paint(STYLES[verdict], SIGNS[verdict])} `
  const style = verdict === 'unseen' ? dim : undefined
  return [
    ...wrapped(printable(says), { first, rest: '    ', widest: WIDTH, ...(style && { style }) }),
    ...(remedy === undefined
      ? []
      : wrapped(printable(remedy), { first: '      ', rest: '      ', widest: WIDTH, style: dim })),
  ]
}
