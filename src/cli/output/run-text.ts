/** What became of each step of an apply. Pure. */
import { tallyOf } from '../../http/ops/tally.ts'
import type { Run, RunStatus } from '../../reconcile/run.ts'
import type { Step, StepResult } from '../../reconcile/step.ts'
import { callsLines, decisionLines, findingLines, problemLines, unmanagedLine } from './closing-text.ts'
import { type Paint, painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

export function runText(run: Run, options: TextOptions): string {
  const { id, plan, results, problems, findings } = run
  const paint = painter(options)
  const { applied, failed, skipped, held, refused } = tallyOf(plan.steps, results)
  const steps = plan.steps.flatMap(step => resultLines(step, results[step.id], paint))
  const lines = [
    `${paint('bold', `Run ${id}`)} (${run.mode}, asked for by ${printable(run.actor)}, ${run.startedAt})`,
    '',
    ...(steps.length === 0 ? [] : [...steps, '']),
    ...problemLines(problems, paint),
    ...findingLines(findings, paint),
    ...decisionLines(id, plan.steps),
    paint(
      'bold',
      `${applied} applied, ${failed} failed, ${skipped} skipped (${held} held, ${refused} refused).`,
    ),
    ...statusLines(run.status, held),
    ...(run.scope === 'full' && run.status !== 'failed' ? [unmanagedLine(run.unmanaged)] : []),
    ...callsLines(run.calls),
  ]
  return `${lines.join('\n')}\n`
}

function resultLines({ title }: Step, result: StepResult | undefined, paint: Paint): readonly string[] {
  const text = printable(title)
  if (result === undefined) return [`  ${paint('dim', '·')} ${text}`, `      ${paint('dim', 'not reached')}`]
  switch (result.kind) {
    case 'applied':
      return [`  ${paint('green', '✓')} ${text}`]
    case 'skipped':
      return [
        `  ${paint('yellow', '·')} ${text}`,
        `      ${paint('dim', `skipped: ${printable(result.reason)}`)}`,
      ]
    case 'failed':
      return [`  ${paint('red', '✗')} ${text}`, `      ${printable(result.reason)}`]
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
