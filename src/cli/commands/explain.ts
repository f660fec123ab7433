/** `scim-bridge explain <userName>`: what a person may do and through what, or why they can or cannot do one thing. */
import { userAccessSchema } from '../../http/ops/access.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { accessText } from '../output/access-text.ts'
import { answerText } from '../output/answer-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface ExplainOptions extends ConnectionOptions {
  readonly environment?: string
  readonly can?: string
  /** As `name=value`. */
  readonly where?: readonly string[]
}

/** Answered is 0, also when the answer is no. */
export async function explain(userName: string, options: ExplainOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const query = new URLSearchParams()
  if (options.environment !== undefined) query.append('environment', options.environment)
  if (options.can !== undefined) query.append('can', options.can)
  for (const condition of options.where ?? []) query.append('where', condition)
  const path = `/api/v1/access/users/${encodeURIComponent(userName)}`
  const access = await client.get(query.size === 0 ? path : `${path}?${query}`, userAccessSchema)
  if (options.json === true) deps.out(jsonText(access))
  else if (access.answer === undefined) deps.out(accessText(access, deps))
  else deps.out(answerText(access.userName, access.answer, deps))
  return 0
}
