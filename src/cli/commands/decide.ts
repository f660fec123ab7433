/** `scim-bridge approve <run>` and `reject <run>`: a person's word on held steps. */
import { planOf } from '../../http/ops/plan-schema.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { exitCodeOf, followRun } from '../follow-run.ts'
import { jsonText } from '../output/json-text.ts'
import { runText } from '../output/run-text.ts'

export interface DecisionOptions extends ConnectionOptions {
  readonly by: string
  readonly reason: string
  readonly step?: readonly string[] | undefined
  readonly planHash?: string | undefined
}

/** Waits for the run that carries the approved steps out. */
export async function approve(runId: string, options: DecisionOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const queued = await client.postRun(pathOf(runId, 'approve'), wordOf(options))
  if (queued.id === runId) {
    const text = `Approved by ${options.by}. A second person has to agree before anything happens.\n`
    deps.out(options.json === true ? jsonText(planOf(queued)) : text)
    return 2
  }
  const run = await followRun(queued, client, deps.clock)
  deps.out(options.json === true ? jsonText(planOf(run)) : runText(run, deps))
  return exitCodeOf(run.status)
}

export async function reject(runId: string, options: DecisionOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const run = await client.postRun(pathOf(runId, 'reject'), wordOf(options))
  deps.out(options.json === true ? jsonText(planOf(run)) : `The held steps of ${run.id} are rejected.\n`)
  return 0
}

const wordOf = ({ by, reason, step, planHash }: DecisionOptions): object => ({
  ...{ by, reason },
  ...(step === undefined ? {} : { steps: step }),
  ...(planHash === undefined ? {} : { planHash }),
})

const pathOf = (runId: string, word: 'approve' | 'reject'): string =>
  `/api/v1/reconcile/runs/${encodeURIComponent(runId)}/${word}`
