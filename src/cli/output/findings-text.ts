/** Findings by severity, with what to do about each. Pure. */
import type { Findings } from '../../http/ops/findings.ts'
import { severities } from '../../http/ops/findings.ts'
import type { Finding } from '../../lib/finding.ts'
import { ageText } from './age-text.ts'
import { plural } from './closing-text.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

/** Sentences are read, not compared: longer lines would be harder to follow. */
const WIDEST = 80

export function findingsText(
  { findings, totals }: Findings,
  options: TextOptions & { readonly now: Date },
): string {
  if (findings.length === 0) return 'No findings.\n'
  const paint = painter(options)
  const sections = severities.flatMap(severity => {
    const own = findings.filter(finding => finding.severity === severity)
    if (own.length === 0) return []
    const { heading, style } = sectionOf(severity)
    return [paint(style, heading), ...own.flatMap(finding => lines(finding, options)), '']
  })
  const listed = Map.groupBy(findings, ({ kind }) => kind)
  const more = Object.entries(totals).flatMap(([kind, total]) => {
    const left = total - (listed.get(kind)?.length ?? 0)
    return left > 0 ? [`${left} more of kind ${kind} are not listed.`] : []
  })
  return `${[...sections, ...more, paint('bold', `${countText(findings)}.`)].join('\n')}\n`
}

function lines(
  { kind, subject, message, remedy, since }: Finding,
  options: TextOptions & { readonly now: Date },
): readonly string[] {
  const paint = painter(options)
  const widest = Math.min(WIDEST, widestOn(options))
  const seconds = since === undefined ? undefined : (options.now.getTime() - Date.parse(since)) / 1000
  const age = seconds === undefined ? 'new' : `for ${ageText(Math.max(0, seconds))}`
  const indent = '    '
  return [
    ...wrapped(printable(`${subject}  (${kind}, ${age})`), {
      first: '  ',
      rest: indent,
      widest,
      style: line => paint('bold', line),
    }),
    ...wrapped(printable(message), { first: indent, rest: indent, widest }),
    ...wrapped(printable(remedy), {
      first: `${indent}→ `,
      rest: `${indent}  `,
      widest,
      style: line => paint('dim', line),
    }),
  ]
}

function sectionOf(severity: Finding['severity']) {
  switch (severity) {
    case 'error':
      return { heading: 'Errors', style: 'red' } as const
    case 'warning':
      return { heading: 'Warnings', style: 'yellow' } as const
    case 'info':
      return { heading: 'To know', style: 'dim' } as const
  }
}

/** `2 errors, 1 warning, 4 to know`. */
function countText(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']) =>
    findings.filter(finding => finding.severity === severity).length
  const [errors, warnings, infos] = [count('error'), count('warning'), count('info')]
  return [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(infos > 0 ? [`${infos} to know`] : []),
  ].join(', ')
}
