/** `scim-bridge findings`: what a person should know that is not drift. */
import { findingsSchema } from '../../http/ops/findings.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { findingsText } from '../output/findings-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface FindingsOptions extends ConnectionOptions {
  /** This one, and what is worse. */
  readonly severity?: string
  readonly kind?: string
}

/** 0 when there is nothing to be done, 2 when there are warnings or errors. */
export async function findings(options: FindingsOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const query = new URLSearchParams()
  if (options.severity !== undefined) query.set('severity', options.severity)
  if (options.kind !== undefined) query.set('kind', options.kind)
  const asked = query.size === 0 ? '' : `?${query}`
  const found = await client.get(`/api/v1/findings${asked}`, findingsSchema)
  deps.out(options.json === true ? jsonText(found) : findingsText(found, { ...deps, now: deps.clock.now() }))
  return found.findings.some(({ severity }) => severity !== 'info') ? 2 : 0
}
