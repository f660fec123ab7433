/** `scim-bridge pause` and `resume`: stopping the bridge from changing anything, and letting it go on. */
import { controlsSchema } from '../../http/ops/controls.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'

export interface PauseOptions extends ConnectionOptions {
  readonly by: string
  readonly reason: string
  readonly until?: string | undefined
}

export async function pause({ by, reason, until, ...options }: PauseOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const word = { by, reason, ...(until === undefined ? {} : { until }) }
  const { paused } = await client.post('/api/v1/controls/pause', word, controlsSchema)
  if (options.json === true) deps.out(jsonText({ paused }))
  else {
    const end = paused?.until === undefined ? 'until somebody resumes it' : `until ${paused.until}`
    deps.out(
      `The bridge is paused ${end}. It plans and reports, and changes nothing; who leaves keeps access.\n`,
    )
  }
  return 0
}

export async function resume({ by, reason, ...options }: PauseOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const answer = await client.post('/api/v1/controls/resume', { by, reason }, controlsSchema)
  deps.out(options.json === true ? jsonText(answer) : 'The bridge goes on.\n')
  return 0
}
