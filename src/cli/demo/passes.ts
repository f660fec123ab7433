/** Passes of the bridge, asked for or found. */
import { z } from 'zod'
import { runSummarySchema } from '../../http/ops/run-schema.ts'
import type { Run } from '../../reconcile/run.ts'
import type { Client } from '../client.ts'
import { followRun } from '../follow-run.ts'
import type { Stage } from './stage.ts'

type Passing = Pick<Stage, 'bridge' | 'clock'>

/** The name under which the demo asks and decides. */
const BY = 'npm run demo'

export async function pass(mode: 'plan' | 'apply', { bridge, clock }: Passing): Promise<Run> {
  return followRun(await bridge.postRun('/api/v1/reconcile', { mode, by: BY }), bridge, clock)
}

export async function approve(id: string, reason: string, { bridge, clock }: Passing): Promise<Run> {
  const path = `/api/v1/reconcile/runs/${encodeURIComponent(id)}/approve`
  return followRun(await bridge.postRun(path, { by: BY, reason }), bridge, clock)
}

/** Ids of the passes that a change of the directory caused and a guard held, newest first. */
export async function heldRuns(bridge: Client): Promise<readonly string[]> {
  const { runs } = await bridge.get('/api/v1/reconcile/runs?limit=100', listSchema)
  return runs.filter(run => run.trigger === 'scim' && run.tally.held > 0).map(run => run.id)
}

const listSchema = z.object({ runs: z.array(runSummarySchema) })
