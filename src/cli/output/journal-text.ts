/** Journal lines, oldest last as they come, one a line. Pure. */
import { z } from 'zod'
import type { JournalPage } from '../../http/ops/journal.ts'
import { shortened } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

const DATA_WIDTH = 100

/** A call to Dynatrace, as `call-entry.ts` of the reconciler writes it. */
const dynatraceCall = z.object({
  operation: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.number().optional(),
  outcome: z.string(),
  attempts: z.number(),
  durationMs: z.number(),
  problem: z.string().optional(),
})

export function journalText({ entries, next }: JournalPage, options: TextOptions): string {
  if (entries.length === 0) return 'The journal has no such entries.\n'
  const paint = painter(options)
  const header = ['SEQ', 'AT', 'KIND', 'RUN', 'REQUEST', 'ACTOR', 'DATA']
  const rows = entries.map(({ seq, at, kind, runId, requestId, actor, data }) =>
    [
      String(seq),
      at,
      kind,
      runId ?? '–',
      requestId ?? '–',
      actor,
      shortened(dataText(kind, data), DATA_WIDTH),
    ].map(printable),
  )
  const more = next === undefined ? '' : `\nOlder entries: --before ${next}\n`
  return `${table([header.map(cell => paint('dim', cell)), ...rows])}\n${more}`
}

function dataText(kind: string, data: unknown): string {
  const call = kind === 'dynatrace.call' ? dynatraceCall.safeParse(data).data : undefined
  if (call === undefined) return JSON.stringify(data)
  const { operation, method, path, status, outcome, attempts, durationMs, problem } = call
  const tries = attempts === 1 ? '' : `, ${attempts} tries`
  const end = `${outcome} ${status ?? 'no answer'} in ${durationMs} ms${tries}`
  return `${operation}: ${end}: ${problem ?? `${method} ${path}`}`
}
