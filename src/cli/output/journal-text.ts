/** Journal lines, oldest last as they come: a table, or two lines for each where a table has no room. Pure. */
import { z } from 'zod'
import type { JournalPage } from '../../http/ops/journal.ts'
import { shortened, wrapped } from './columns.ts'
import { type Paint, painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

const DATA_WIDTH = 100
/** On a terminal of fewer columns the table would be broken by the terminal. */
const TABLE_WIDTH = 150

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
  const more = next === undefined ? '' : `\nOlder entries: --before ${next}\n`
  const { columns = TABLE_WIDTH } = options
  if (columns < TABLE_WIDTH) {
    return `${entries.flatMap(entry => twoLines(entry, columns, paint)).join('\n')}\n${more}`
  }
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
  return `${table([header.map(cell => paint('dim', cell)), ...rows])}\n${more}`
}

function twoLines(
  { seq, at, kind, runId, requestId, actor, data }: JournalPage['entries'][number],
  columns: number,
  paint: Paint,
): readonly string[] {
  const origin = [actor, runId, requestId].filter(part => part !== undefined).join(', ')
  const text = printable(shortened(dataText(kind, data), DATA_WIDTH))
  return [
    printable(`${seq}  ${at.slice(0, 19).replace('T', ' ')}  ${kind}  (${origin})`),
    ...wrapped(text, { first: '     ', rest: '     ', widest: columns, style: line => paint('dim', line) }),
  ]
}

function dataText(kind: string, data: unknown): string {
  const call = kind === 'dynatrace.call' ? dynatraceCall.safeParse(data).data : undefined
  if (call === undefined) return JSON.stringify(data)
  const { operation, method, path, status, outcome, attempts, durationMs, problem } = call
  const tries = attempts === 1 ? '' : `, ${attempts} tries`
  const end = `${outcome} ${status ?? 'no answer'} in ${durationMs} ms${tries}`
  return `${operation}: ${end}: ${problem ?? `${method} ${withoutAccount(path)}`}`
}

/** The account is always the same one. */
const withoutAccount = (path: string): string =>
  path.replace(/^\/[a-z0-9-]+\/v\d+\/(?:accounts|repo\/account)\/[^/?]+/, '…')
