/** What stands below the steps of every plan: decisions to make, problems, findings, what is not ours, cost. */
import type { Finding } from '../../lib/finding.ts'
import type { Run } from '../../reconcile/run.ts'
import type { Step } from '../../reconcile/step.ts'
import { wrapped } from './columns.ts'
import { type Paint, signs } from './paint.ts'
import { printable } from './printable.ts'

const DEEP = '        '

/** How to let held steps happen, or not. */
export function decisionLines(runId: string, steps: readonly Step[]): readonly string[] {
  const held = steps.filter(step => step.verdict.kind === 'hold').length
  if (held === 0) return []
  return [
    `${held} ${held === 1 ? 'step waits' : 'steps wait'} for a person:`,
    `  scim-bridge approve ${runId} --by <your name> --reason <why>`,
    `  scim-bridge reject ${runId} --by <your name> --reason <why>`,
    '',
  ]
}

export function problemLines(problems: readonly string[], paint: Paint): readonly string[] {
  if (problems.length === 0) return []
  return [
    paint('bold', 'Problems'),
    ...problems.flatMap(problem =>
      wrapped(printable(problem), { first: `  ${paint(signs.remove.style, '!')} `, rest: '    ' }),
    ),
    '',
  ]
}

export function findingLines(findings: readonly Finding[], paint: Paint): readonly string[] {
  if (findings.length === 0) return []
  const lines = findings.flatMap(({ severity, subject, message, remedy }) => [
    ...wrapped(printable(`${subject}: ${message}`), {
      first: `  ${paint(severity === 'error' ? 'red' : severity === 'warning' ? 'yellow' : 'dim', severity)} `,
      rest: '    ',
    }),
    ...wrapped(printable(remedy), { first: DEEP, rest: DEEP, style: line => paint('dim', line) }),
  ])
  return [paint('bold', 'Findings'), ...lines, '']
}

export function unmanagedLine(unmanaged: Run['unmanaged']): string {
  const { users, groups, bindings, policies, boundaries } = unmanaged
  const counts = [
    plural(users, 'user'),
    plural(groups, 'group'),
    plural(bindings, 'binding'),
    ...(policies === undefined ? [] : [policies === 1 ? '1 policy' : `${policies} policies`]),
    ...(boundaries === undefined ? [] : [boundaries === 1 ? '1 boundary' : `${boundaries} boundaries`]),
  ]
  return `${counts.join(', ').replace(/, ([^,]*)$/, ' and $1')} of the account are not ours and stay untouched.`
}

/** Nothing when the run did not count its calls. */
export function callsLines(calls: Run['calls']): readonly string[] {
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0)
  if (total === 0) return []
  const operations = Object.entries(calls).sort(([a], [b]) => (a < b ? -1 : 1))
  const each = operations.map(([name, count]) => `${name}\u00a0${count}`).join(', ')
  // A name and its number stay together.
  return wrapped(`${plural(total, 'Dynatrace call')} (${each}).`, { first: '', rest: '  ' }).map(line =>
    line.replaceAll('\u00a0', ' '),
  )
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
