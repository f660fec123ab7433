/** `scim-bridge as-of`: who had what at an instant of the past, or who gained and lost what between two. */
import { asOfSchema, changesSchema } from '../../http/ops/history-schema.ts'
import { CliError } from '../cli-error.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { asOfText, changesText } from '../output/history-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface AsOfOptions extends ConnectionOptions {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly person?: string | undefined
  readonly group?: string | undefined
  readonly environment?: string | undefined
  readonly csv?: boolean
}

export async function asOf(at: string | undefined, options: AsOfOptions, deps: CliDeps): Promise<number> {
  const { from, to, csv } = options
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const path = pathOf(at, options, deps)
  if (csv === true) {
    for await (const piece of client.download(`${path}&format=csv`)) deps.out(piece)
    return 0
  }
  if (at === undefined && (from !== undefined || to !== undefined)) {
    const changes = await client.get(path, changesSchema)
    deps.out(options.json === true ? jsonText(changes) : changesText(changes, deps))
    return 0
  }
  const answer = await client.get(path, asOfSchema)
  deps.out(options.json === true ? jsonText(answer) : asOfText(answer, deps))
  return 0
}

function pathOf(at: string | undefined, options: AsOfOptions, { clock }: CliDeps): string {
  const { from, to, person, group, environment } = options
  if (at !== undefined && (from !== undefined || to !== undefined)) {
    throw new CliError('bad-span', 'Give one instant, or --from and --to for what changed between two.')
  }
  if (at === undefined && from === undefined) {
    throw new CliError(
      'no-instant',
      'As of when? Give an instant such as 2026-11-01T12:00Z, or --from and --to for what changed between two.',
    )
  }
  const query = new URLSearchParams(
    at === undefined ? { from: from ?? '', to: to ?? clock.now().toISOString() } : { at },
  )
  for (const [name, value] of Object.entries({ person, group, environment })) {
    if (value !== undefined) query.set(name, value)
  }
  return `/api/v1/history/${at === undefined ? 'changes' : 'as-of'}?${query}`
}
