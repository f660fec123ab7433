/** `scim-bridge rollback <run>`: back to the state after an earlier run. */
import { planOf } from '../../http/ops/plan-schema.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { exitCodeOf, followRun } from '../follow-run.ts'
import { jsonText } from '../output/json-text.ts'
import { planText } from '../output/plan-text.ts'
import { runText } from '../output/run-text.ts'

export interface RollbackOptions extends ConnectionOptions {
  readonly by: string
  readonly reason: string
  readonly plan?: boolean | undefined
}

export async function rollback(
  id: string,
  { by, reason, plan, ...options }: RollbackOptions,
  deps: CliDeps,
): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const path = `/api/v1/reconcile/runs/${encodeURIComponent(id)}/rollback`
  const queued = await client.postRun(path, { by, reason, preview: plan === true })
  const run = await followRun(queued, client, deps.clock)
  if (options.json === true) deps.out(jsonText({ ...planOf(run), remains: run.remains }))
  else {
    deps.out(plan === true ? planText(run, deps) : runText(run, deps))
    for (const each of run.remains ?? []) deps.out(`Remains: ${each}\n`)
    if (plan !== true)
      deps.out('The bridge is paused. To let it go on: scim-bridge resume --by <name> --reason <why>\n')
  }
  return exitCodeOf(run.status)
}
