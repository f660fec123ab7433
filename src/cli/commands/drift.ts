/** `scim-bridge drift`: what the newest full pass left standing; looks at nothing anew. */
import { driftSchema } from '../../http/ops/drift.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { driftText } from '../output/drift-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface DriftOptions extends ConnectionOptions {
  readonly class?: string | undefined
  readonly severity?: string | undefined
  readonly benign?: boolean | undefined
}

export async function drift(options: DriftOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const found = await client.get(`/api/v1/drift${queryOf(options)}`, driftSchema)
  deps.out(options.json === true ? jsonText(found) : driftText(found, deps))
  if (found.steps.length > 0) return 2
  // Of what was asked for there is nothing, as far as everything could be read.
  return found.inStep || (found.standing > 0 && found.problems.length === 0) ? 0 : 1
}

function queryOf(options: DriftOptions): string {
  const query = new URLSearchParams()
  if (options.class !== undefined) query.set('class', options.class)
  if (options.severity !== undefined) query.set('severity', options.severity)
  if (options.benign === true) query.set('benign', 'true')
  return query.size === 0 ? '' : `?${query}`
}
