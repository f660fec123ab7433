/** One event of a run as one line, told while the run goes on. Pure. */
import type { RunEvent } from '../run-event.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

/** Empty for what a person need not see go by. */
export function progressText({ kind, at, data }: RunEvent, options: TextOptions): string {
  const paint = painter(options)
  const line = (mark: string, text: string): string =>
    `${paint('dim', at?.slice(11, 19) ?? '')} ${mark} ${printable(text)}\n`
  const title = String(data.title ?? '')
  switch (kind) {
    case 'run.planned':
      return line('·', `planned: ${data.steps} steps, ${data.held} held, ${data.refused} refused`)
    case 'step.applied':
      return line(paint('green', '✓'), title)
    case 'step.failed':
      return line(paint('red', '✗'), `${title}: ${data.problem}`)
    case 'step.skipped':
      return line(paint('yellow', '·'), `${title}: skipped: ${data.problem}`)
    case 'run.finished':
      return line('·', `ended: ${data.status}`)
    default:
      return ''
  }
}
