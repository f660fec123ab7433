/** `scim-bridge apply`: a plan, then the same carried out, then what became of it. */
import { planOf } from '../../http/ops/plan-schema.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { exitCodeOf, followRun } from '../follow-run.ts'
import { jsonText } from '../output/json-text.ts'
import { planText } from '../output/plan-text.ts'
import { runText } from '../output/run-text.ts'

export async function apply(options: ConnectionOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const start = (mode: 'plan' | 'apply') => client.postRun('/api/v1/reconcile', { mode, by: 'command line' })

  const planned = await followRun(await start('plan'), client, deps.clock)
  const json = options.json === true
  if (!json) deps.out(planText(planned, deps))
  // Nothing to do, or nothing known: a pass that failed to look would fail again.
  if (planned.status === 'in-step' || planned.status === 'failed') {
    if (json) deps.out(jsonText({ plan: planOf(planned) }))
    return exitCodeOf(planned.status)
  }

  const applied = await followRun(await start('apply'), client, deps.clock)
  deps.out(json ? jsonText({ plan: planOf(planned), apply: planOf(applied) }) : `\n${runText(applied, deps)}`)
  return exitCodeOf(applied.status)
}
