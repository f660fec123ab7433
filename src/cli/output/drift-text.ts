/** The drift that stands, told like a plan. Pure. */
import type { Drift } from '../../http/ops/drift.ts'
import { ageText } from './age-text.ts'
import { decisionLines, plural, problemLines, unmanagedLines } from './closing-text.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { tallyText } from './plan-text.ts'
import { printable } from './printable.ts'
import { stepLines } from './steps-text.ts'

export function driftText(drift: Drift, options: TextOptions): string {
  const { run, steps, problems, repaired, tally } = drift
  const paint = painter(options)
  const lines = [
    `${paint('bold', 'Drift')} as ${run.id} saw it ${ageText(drift.ageSeconds)} ago`,
    '',
    ...stepLines(steps, { ...options, driftAt: tellingAt(drift) }),
    ...asideLines(drift, options),
    ...benignLines(drift, options),
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
    const others = drift.standing - steps.length
    const more = others > 0 ? ` ${plural(others, 'other difference')} not asked for.` : ''
    if (steps.length > 0) return `Drift: ${tallyText(tally)}.${more}`
    if (others > 0) return `No such differences.${more}`
    return inStep
      ? 'No differences. The account matches.'
      : 'No differences are known, but not everything is.'
  }
}

/** By the clock of the bridge, which knows since when things stand. */
const tellingAt = ({ run, ageSeconds }: Drift): Date =>
  new Date(Date.parse(run.finishedAt ?? run.startedAt) + ageSeconds * 1000)

function benignLines({ benign }: Drift, options: TextOptions): readonly string[] {
  if (benign === undefined) return []
  if (benign.length === 0) return ['Nothing in the account is written in other words.', '']
  const widest = widestOn(options)
  const lines = benign.flatMap(({ message }) =>
    wrapped(printable(message), { first: '    = ', rest: '      ', widest }),
  )
  return [`  ${painter(options)('bold', 'In other words, and no drift')}`, ...lines, '']
}

/** What a person wants to stand. */
function asideLines({ aside }: Drift, options: TextOptions): readonly string[] {
  if (aside === undefined || aside.length === 0) return []
  const widest = widestOn(options)
  const lines = aside.flatMap(({ title, choice, by, reason, until, drift }) => {
    const end = until === undefined ? 'until it is another difference' : `until ${until.slice(0, 16)}Z`
    const text = `${title}: ${choice === 'ignore' ? 'ignored' : 'left'} by ${by} ${end}: ${reason}${drift === undefined ? '' : ` (${drift.severity})`}`
    return wrapped(printable(text), { first: '    · ', rest: '      ', widest })
  })
  return [`  ${painter(options)('bold', 'Set aside')}`, ...lines, '']
}
