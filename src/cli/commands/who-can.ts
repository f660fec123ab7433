/** `scim-bridge who-can <permission>`: the people who may use a permission, where, and through what. */
import { whoCanSchema } from '../../http/ops/who-can.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'
import { whoCanText } from '../output/who-can-text.ts'

export interface WhoCanOptions extends ConnectionOptions {
  readonly environment?: string
  /** Each `condition=value`. */
  readonly where?: readonly string[]
  readonly limit: number
  readonly after?: string
}

export async function whoCan(permission: string, options: WhoCanOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const { environment, where = [], limit, after } = options
  const query = new URLSearchParams({
    permission,
    limit: String(limit),
    ...(environment === undefined ? {} : { environment }),
    ...(after === undefined ? {} : { after }),
  })
  for (const text of where) query.append('where', text)
  const answer = await client.get(`/api/v1/access/who-can?${query}`, whoCanSchema)
  deps.out(options.json === true ? jsonText(answer) : whoCanText(answer, deps))
  return 0
}
