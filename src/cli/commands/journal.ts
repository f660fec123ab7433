/** `scim-bridge journal` and `journal verify`: what happened, and that nobody has rewritten it. */
import { journalSchema, journalVerdictSchema } from '../../http/ops/journal.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { journalText } from '../output/journal-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface JournalOptions extends ConnectionOptions {
  readonly limit: number
  readonly before?: number | undefined
  readonly run?: string | undefined
  readonly request?: string | undefined
  readonly kind?: string | undefined
}

export async function journal(options: JournalOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const query = new URLSearchParams({ limit: String(options.limit) })
  const filters = {
    before: options.before?.toString(),
    runId: options.run,
    requestId: options.request,
    kind: options.kind,
  }
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value)
  const page = await client.get(`/api/v1/journal?${query}`, journalSchema)
  deps.out(options.json === true ? jsonText(page) : journalText(page, deps))
  return 0
}

export async function verifyJournal(options: ConnectionOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const verdict = await client.get('/api/v1/journal/verify', journalVerdictSchema)
  if (options.json === true) deps.out(jsonText(verdict))
  else if (verdict.kind === 'ok') {
    deps.out(`The journal is whole: ${verdict.lines} entries, the last with hash ${verdict.hash}.\n`)
  } else {
    deps.out(`The journal is broken at entry ${verdict.seq}: it, or one before it, was changed or removed.\n`)
  }
  return verdict.kind === 'ok' ? 0 : 1
}
