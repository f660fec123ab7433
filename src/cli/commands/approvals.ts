/** `scim-bridge approvals`: what waits for a person, and since when. */
import { approvalsSchema } from '../../http/ops/decisions.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { approvalsText } from '../output/approvals-text.ts'
import { jsonText } from '../output/json-text.ts'

/** Ends with 2 while something waits. */
export async function approvals(options: ConnectionOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const found = await client.get('/api/v1/approvals', approvalsSchema)
  deps.out(options.json === true ? jsonText(found) : approvalsText(found.waiting, deps))
  return found.waiting.length === 0 ? 0 : 2
}
