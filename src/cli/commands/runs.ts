/** `scim-bridge runs` and `run <id>`: what passes there were, and one of them, while it happens if wanted. */

import { z } from 'zod'
import { planOf } from '../../http/ops/plan-schema.ts'
import { runSummarySchema } from '../../http/ops/run-schema.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { exitCodeOf } from '../follow-run.ts'
import { jsonText } from '../output/json-text.ts'
import { planText } from '../output/plan-text.ts'
import { progressText } from '../output/progress-text.ts'
import { runText } from '../output/run-text.ts'
import { runsText } from '../output/runs-text.ts'

export interface RunsOptions extends ConnectionOptions {
  readonly limit: number
}

export async function runs(options: RunsOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const listed = z.object({ runs: z.array(runSummarySchema).readonly() })
  const page = await client.get(`/api/v1/reconcile/runs?limit=${options.limit}`, listed)
  deps.out(options.json === true ? jsonText(page) : runsText(page.runs, deps))
  return 0
}

export interface RunOptions extends ConnectionOptions {
  readonly follow?: boolean | undefined
}

/** With `follow`, each step as it is done, until the run has ended. */
export async function showRun(id: string, options: RunOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  if (options.follow === true) {
    const path = `/api/v1/reconcile/runs/${encodeURIComponent(id)}/events`
    for await (const event of client.events(path)) {
      if (options.json === true) deps.out(`${JSON.stringify(event)}\n`)
      else deps.out(progressText(event, deps))
    }
  }
  const run = await client.getRun(id)
  if (options.json === true) {
    if (options.follow !== true) deps.out(jsonText(planOf(run)))
  } else if (options.follow !== true) deps.out(run.mode === 'plan' ? planText(run, deps) : runText(run, deps))
  return exitCodeOf(run.status)
}
