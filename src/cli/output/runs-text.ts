/** Runs in short, newest first. Pure. */
import type { z } from 'zod'
import type { runSummarySchema } from '../../http/ops/run-schema.ts'
import { shortened } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

const SCOPE_WIDTH = 24

type RunSummary = z.output<typeof runSummarySchema>

export function runsText(runs: readonly RunSummary[], options: TextOptions): string {
  if (runs.length === 0) return 'No run is on record yet.\n'
  const paint = painter(options)
  const header = ['RUN', 'STARTED', 'TRIGGER', 'STATUS', 'STEPS', 'HELD', 'SCOPE']
  const rows = runs.map(({ id, startedAt, trigger, status, tally, scope, keys }) => [
    id,
    startedAt.slice(0, 19),
    trigger,
    status,
    `${tally.applied}/${tally.add + tally.change + tally.remove}`,
    String(tally.held),
    scope === 'full'
      ? 'full'
      : shortened(printable(`${scope[0] ?? ''}${more(keys ?? scope.length)}`), SCOPE_WIDTH),
  ])
  return `${table([header.map(cell => paint('dim', cell)), ...rows])}\n`
}

const more = (keys: number): string => (keys > 1 ? ` and ${keys - 1} more` : '')
