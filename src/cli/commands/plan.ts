/** `scim-bridge plan`: what a pass would do, without doing it. */
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { exitCodeOf, followRun } from '../follow-run.ts'
import { jsonText } from '../output/json-text.ts'
import { planJson, planText } from '../output/plan-text.ts'

export async function plan(options: ConnectionOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const queued = await client.postRun('/api/v1/reconcile', { mode: 'plan', by: 'command line' })
  const run = await followRun(queued, client, deps.clock)
  deps.out(options.json === true ? jsonText(planJson(run)) : planText(run, deps))
  return exitCodeOf(run.status)
}
