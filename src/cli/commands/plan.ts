/** `scim-bridge plan`: what a pass would do, without doing it; with `--config`, with another access model than the one in force. */

import { includesOf } from '../../access/access-files.ts'
import { loadAccessFiles } from '../../config/access-file.ts'
import { planOf } from '../../http/ops/plan-schema.ts'
import { whatIfSchema } from '../../http/ops/what-if.ts'
import { CliError } from '../cli-error.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { exitCodeOf, followRun } from '../follow-run.ts'
import { jsonText } from '../output/json-text.ts'
import { planText } from '../output/plan-text.ts'
import { whatIfText } from '../output/what-if-text.ts'

export type PlanOptions = ConnectionOptions & {
  readonly config?: string | undefined
  readonly names?: boolean | undefined
}

export async function plan(options: PlanOptions, deps: CliDeps): Promise<number> {
  if (options.config !== undefined) return whatIf(options.config, options, deps)
  if (options.names === true) {
    throw new CliError('bad-option', '--names goes with --config: name the access model to compare with.')
  }
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const queued = await client.postRun('/api/v1/reconcile', { mode: 'plan', by: 'command line' })
  const run = await followRun(queued, client, deps.clock)
  deps.out(options.json === true ? jsonText(planOf(run)) : planText(run, deps))
  return exitCodeOf(run.status)
}

/** 0 when nothing would change, 2 when something would, 1 when that cannot be told in full. */
async function whatIf(config: string, options: PlanOptions, deps: CliDeps): Promise<number> {
  const loaded = await loadAccessFiles(config, includesOf)
  if (loaded.kind === 'unreadable') throw new CliError('unreadable-config', loaded.problem)
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const included = [...loaded.included].map(([path, file]) => {
    if (file.kind === 'read') return { path, text: file.text }
    const problem = `The access model includes ${file.name}, which ${file.message}: ${file.remedy}.`
    throw new CliError('unreadable-config', problem)
  })
  const body = {
    files: [{ path: config, text: loaded.main.text }, ...included],
    names: options.names === true,
  }
  const answer = await client.post('/api/v1/access/what-if', body, whatIfSchema)
  const { impact, plan: planned, problems } = answer
  deps.out(options.json === true ? jsonText(answer) : whatIfText(config, answer, deps))
  if (problems.length > 0) return 1
  return planned.steps.length + impact.gaining + impact.losing > 0 ? 2 : 0
}
