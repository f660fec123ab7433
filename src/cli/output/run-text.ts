/** What became of each step of an apply. Pure. */

import type { Run, RunStatus } from '../../reconcile/run.ts'
import type { Step, StepResult } from '../../reconcile/step.ts'
import { tallyOf } from '../../reconcile/tally.ts'
import { callsLines, decisionLines, findingLines, problemLines, unmanagedLines } from './closing-text.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

export function runText(run: Run, options: TextOptions): string {
  const { id, plan, results, problems, findings } = run
  const paint = painter(options)
  const { applied, failed, skipped, held, refused } = tallyOf(plan.steps, results)
  const steps = plan.steps.flatMap(step => resultLines(step, results[step.id], options))
  const lines = [
    `${paint('bold', `Run ${id}`)} (${run.mode}, asked for by ${printable(run.actor)}, ${run.startedAt})`,
    '',
    ...(steps.length === 0 ? [] : [...steps, '']),
    ...problemLines(problems, options),
    ...findingLines(findings, options),
    ...decisionLines(id, plan.steps),
    paint(
      'bold',
      `${applied} applied, ${failed} failed, ${skipped} skipped (${held} held, ${refused} refused).`,
    ),
    ...statusLines(run.status, held),
    ...(run.scope === 'full' && run.status !== 'failed' ? unmanagedLines(run.unmanaged, options) : []),
    ...callsLines(run.calls, options),
  ]
  return `${lines.join('\n')}\n`
}

function resultLines(
  { title }: Step,
  result: StepResult | undefined,
  options: TextOptions,
): readonly string[] {
  const paint = painter(options)
  const widest = widestOn(options)
  const told = (mark: string): readonly string[] =>
    wrapped(printable(title), { first: `  ${mark} `, rest: '    ', widest })
  const why = (text: string, style = (line: string): string => line): readonly string[] =>
    wrapped(printable(text), { first: '      ', rest: '      ', style, widest })
  const quiet = (line: string): string => paint('dim', line)
  if (result === undefined) return [...told(paint('dim', '·')), ...why('not reached', quiet)]
  switch (result.kind) {
    case 'applied':
      return told(paint('green', '✓'))
    case 'skipped':
      return [...told(paint('yellow', '·')), ...why(`skipped: ${result.reason}`, quiet)]
    case 'failed':
      return [...told(paint('red', '✗')), ...why(result.reason)]
  }
}

function statusLines(status: RunStatus, held: number): readonly string[] {
  switch (status) {
    case 'in-step':
      return ['The account matches.']
    case 'planned':
      return ['Differences stand: the mode of bridge.yaml, or a guard, does not allow them to be repaired.']
    case 'held':
      return held > 0
        ? ['The held steps wait for a decision; everything else is done.']
        : ['Refused steps stay undone; everything else is done.']
    case 'partial':
      return ['Not everything could be read or applied. The bridge tries again by itself.']
    case 'failed':
      return ['The run failed. Nothing was changed that is not listed as applied.']
    case 'queued':
    case 'running':
      return ['The run has not finished yet.']
  }
}
