/** A plan as a person who knows Terraform reads it at once, and as a program reads it. Pure. */

import type { Run } from '../../reconcile/run.ts'
import { type Tally, tallyOf } from '../../reconcile/tally.ts'
import {
  callsLines,
  decisionLines,
  findingLines,
  newEnvironmentLines,
  problemLines,
  unmanagedLines,
} from './closing-text.ts'
import { shortened, textWidth } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { radiusLines } from './radius-text.ts'
import { stepLines } from './steps-text.ts'

const SCOPE_WIDTH = 45

export function planText(run: Run, options: TextOptions): string {
  const { id, plan, problems, findings, calls } = run
  const paint = painter(options)
  const lines = [
    `${paint('bold', `Plan ${id}`)} (${scopeText(run.scope)}, ${run.startedAt})`,
    '',
    ...radiusLines(run.radius, options),
    ...stepLines(plan.steps, options),
    ...newEnvironmentLines(run.newEnvironments, options),
    ...problemLines(problems, options),
    ...findingLines(findings, options),
    ...decisionLines(id, plan.steps),
    paint('bold', summaryLine(run)),
    ...(run.scope === 'full' && run.status !== 'failed' ? unmanagedLines(run.unmanaged, options) : []),
    ...callsLines(calls, options),
  ]
  return `${lines.join('\n')}\n`
}

function summaryLine({ status, plan, results, problems }: Run): string {
  if (status === 'failed') return 'No plan: the pass failed.'
  if (plan.steps.length > 0) return `Plan: ${tallyText(tallyOf(plan.steps, results))}.`
  return problems.length === 0
    ? 'No differences. The account matches.'
    : 'No differences in what could be read; not everything could.'
}

export const tallyText = ({ add, change, remove, held, refused }: Tally): string =>
  `${add} to add, ${change} to change, ${remove} to remove, ${held} held, ${refused} refused`

/** Of a keyed pass as many keys as fit beside the id and the time, and how many more there are. */
function scopeText(scope: Run['scope']): string {
  if (scope === 'full') return 'full pass'
  const [first = 'nothing', ...others] = scope.map(printable)
  let named = shortened(first, SCOPE_WIDTH)
  let more = others.length
  for (const key of others) {
    const longer = `${named}, ${key}`
    if (textWidth(longer) > SCOPE_WIDTH) break
    named = longer
    more -= 1
  }
  return more === 0 ? named : `${named} and ${more} more`
}
