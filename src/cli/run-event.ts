/** Reads server-sent events of a run, as `run-events.ts` of the operations writes them. */
import { z } from 'zod'

export interface RunEvent {
  /** `run.planned`, `step.applied`, …, and `end` at last. */
  readonly kind: string
  /** ISO 8601; the last event has none. */
  readonly at: string | undefined
  readonly data: Readonly<Record<string, unknown>>
}

const line = z.object({ at: z.string(), data: z.record(z.string(), z.unknown()) })
const anything = z.record(z.string(), z.unknown())

/** Whatever pieces the text comes in. Comments and what is no event are passed over. */
export async function* runEvents(pieces: AsyncIterable<string>): AsyncGenerator<RunEvent> {
  let rest = ''
  for await (const piece of pieces) {
    rest += piece
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event !== undefined) yield event
    }
  }
}

function eventOf(block: string): RunEvent | undefined {
  const fields = new Map(
    block.split('\n').flatMap(text => {
      const at = text.indexOf(': ')
      return at > 0 ? [[text.slice(0, at), text.slice(at + 2)] as const] : []
    }),
  )
  const [kind, data] = [fields.get('event'), fields.get('data')]
  if (kind === undefined || data === undefined) return undefined
  const value: unknown = JSON.parse(data)
  const journal = line.safeParse(value)
  if (journal.success) return { kind, ...journal.data }
  const other = anything.safeParse(value)
  return other.success ? { kind, at: undefined, data: other.data } : undefined
}
