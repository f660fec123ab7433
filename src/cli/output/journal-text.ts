/** Journal lines, oldest last as they come, one a line. Pure. */
import type { JournalPage } from '../../http/ops/journal.ts'
import { shortened } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

const DATA_WIDTH = 100

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
      shortened(JSON.stringify(data), DATA_WIDTH),
    ].map(printable),
  )
  const more = next === undefined ? '' : `\nOlder entries: --before ${next}\n`
  return `${table([header.map(cell => paint('dim', cell)), ...rows])}\n${more}`
}
