/** `scim-bridge explain <userName>`: what a person may do, and through which IdP group and rule. */
import { userAccessSchema } from '../../http/ops/access.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { accessText } from '../output/access-text.ts'
import { jsonText } from '../output/json-text.ts'

export async function explain(userName: string, options: ConnectionOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const access = await client.get(`/api/v1/access/users/${encodeURIComponent(userName)}`, userAccessSchema)
  deps.out(options.json === true ? jsonText(access) : accessText(access, deps))
  return 0
}
