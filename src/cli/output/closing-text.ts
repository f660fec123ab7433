/** What stands below the steps of every plan: decisions to make, problems, findings, what is not ours, cost. */
import type { Finding } from '../../lib/finding.ts'
import type { Run } from '../../reconcile/run.ts'
import type { Step } from '../../reconcile/step.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, signs, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

const DEEP = '        '
/** Findings of one kind below a plan. */
const MOST_OF_A_KIND = 3

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

/** Where the rules reach for the first time. */
export function newEnvironmentLines(
  environments: Run['newEnvironments'],
  options: TextOptions,
): readonly string[] {
  if (environments === undefined || environments.length === 0) return []
  const paint = painter(options)
  const lines = environments.flatMap(({ id, name, steps }) =>
    wrapped(printable(`New environment ${name} (${id}): ${plural(steps, 'step')}`), {
      first: `  ${paint(signs.add.style, signs.add.sign)} `,
      rest: '    ',
      widest: widestOn(options),
    }),
  )
  return [...lines, '']
}

export function problemLines(problems: readonly string[], options: TextOptions): readonly string[] {
  if (problems.length === 0) return []
  const paint = painter(options)
  const widest = widestOn(options)
  return [
    paint('bold', 'Problems'),
    ...problems.flatMap(problem =>
      wrapped(printable(problem), { first: `  ${paint(signs.remove.style, '!')} `, rest: '    ', widest }),
    ),
    '',
  ]
}

/** Of many of one kind the first few: a plan is read for its steps, and `scim-bridge findings` tells them all. */
export function findingLines(findings: readonly Finding[], options: TextOptions): readonly string[] {
  if (findings.length === 0) return []
  const paint = painter(options)
  const widest = widestOn(options)
  const quiet = { first: DEEP, rest: DEEP, widest, style: (line: string) => paint('dim', line) }
  const lines = [...Map.groupBy(findings, ({ kind }) => kind)].flatMap(([kind, all]) => {
    const told = all.length > MOST_OF_A_KIND + 1 ? all.slice(0, MOST_OF_A_KIND) : all
    const left = all.length - told.length
    return [
      ...told.flatMap(({ severity, subject, message, remedy }) => [
        ...wrapped(printable(`${subject}: ${message}`), {
          first: `  ${paint(severity === 'error' ? 'red' : severity === 'warning' ? 'yellow' : 'dim', severity)} `,
          rest: '    ',
          widest,
        }),
        ...wrapped(printable(remedy), quiet),
      ]),
      ...(left === 0 ? [] : wrapped(`and ${left} more of kind ${printable(kind)}`, quiet)),
    ]
  })
  return [paint('bold', 'Findings'), ...lines, '']
}

export function unmanagedLines(unmanaged: Run['unmanaged'], options: TextOptions): readonly string[] {
  const { users, groups, bindings, policies, boundaries } = unmanaged
  const counts = [
    plural(users, 'user'),
    plural(groups, 'group'),
    plural(bindings, 'binding'),
    ...(policies === undefined ? [] : [policies === 1 ? '1 policy' : `${policies} policies`]),
    ...(boundaries === undefined ? [] : [boundaries === 1 ? '1 boundary' : `${boundaries} boundaries`]),
  ]
  const listed = counts.join(', ').replace(/, ([^,]*)$/, ' and $1')
  const text = `${listed} of the account are not ours and stay untouched.`
  return wrapped(text, { first: '', rest: '  ', widest: widestOn(options) })
}

/** Nothing when the run did not count its calls. */
export function callsLines(calls: Run['calls'], options: TextOptions): readonly string[] {
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0)
  if (total === 0) return []
  const operations = Object.entries(calls).sort(([a], [b]) => (a < b ? -1 : 1))
  const each = operations.map(([name, count]) => `${name}\u00a0${count}`).join(', ')
  // A name and its number stay together.
  const text = `${plural(total, 'Dynatrace call')} (${each}).`
  return wrapped(text, { first: '', rest: '  ', widest: widestOn(options) }).map(line =>
    line.replaceAll('\u00a0', ' '),
  )
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
