/** `scim-bridge diff <one> <other>`: what one person, group or environment allows that the other does not. */
import { accessDiffSchema } from '../../http/ops/access-diff-schema.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { accessDiffText } from '../output/access-diff-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface DiffOptions extends ConnectionOptions {
  readonly environment?: string
  readonly limit: number
  readonly after?: string
}

/** Ends with 2 where the two differ, as `plan` and `drift` do. */
export async function diff(one: string, other: string, options: DiffOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const { environment, limit, after } = options
  const query = new URLSearchParams({
    one,
    other,
    ...(environment === undefined ? {} : { environment }),
    limit: String(limit),
    ...(after === undefined ? {} : { after }),
  })
  const answer = await client.get(`/api/v1/access/diff?${query}`, accessDiffSchema)
  deps.out(options.json === true ? jsonText(answer) : accessDiffText(answer, deps))
  return answer.same ? 0 : 2
}
