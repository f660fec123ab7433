/** The drift that stands, told like a plan. Pure. */
import type { Drift } from '../../http/ops/drift.ts'
import { decisionLines, plural, problemLines, unmanagedLines } from './closing-text.ts'
import { painter, type TextOptions } from './paint.ts'
import { tallyText } from './plan-text.ts'
import { stepLines } from './steps-text.ts'

export function driftText(drift: Drift, options: TextOptions): string {
  const { run, steps, problems, repaired, tally } = drift
  const paint = painter(options)
  const lines = [
    `${paint('bold', 'Drift')} as ${run.id} saw it ${ageText(drift.ageSeconds)} ago`,
    '',
    ...stepLines(steps, { ...options, asDrift: true }),
    ...problemLines(problems, options),
    ...decisionLines(run.id, steps),
    paint('bold', summaryLine(drift)),
    ...(repaired > 0
      ? [`${plural(repaired, 'difference')} found by that pass ${repaired === 1 ? 'was' : 'were'} repaired.`]
      : []),
    ...unmanagedLines(drift.unmanaged, options),
  ]
  return `${lines.join('\n')}\n`

  function summaryLine({ inStep }: Drift): string {
    if (steps.length > 0) return `Drift: ${tallyText(tally)}.`
    return inStep
      ? 'No differences. The account matches.'
      : 'No differences are known, but not everything is.'
  }
}

/** The largest unit that is not zero: nobody asks for the seconds of a two-day-old answer. */
export function ageText(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    if (seconds >= size) return plural(Math.floor(seconds / size), unit)
  }
  return plural(Math.floor(seconds), 'second')
}
