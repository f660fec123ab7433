/** Asks for a run, waits for its end, and says what that means for the exit code. */
import type { Clock } from '../lib/clock.ts'
import type { Run, RunStatus } from '../reconcile/run.ts'
import type { Client } from './client.ts'

const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1_000

/** Resolves once the run has finished; the client's own deadline ends a wait that lasts too long. */
export async function followRun(queued: Run, client: Client, clock: Clock): Promise<Run> {
  let run = queued
  for (let wait = FIRST_WAIT_MS; isUnfinished(run.status); wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    await clock.sleep(wait)
    run = await client.getRun(run.id)
  }
  return run
}

/** 0 in step, 1 failed, 2 drift or held steps. */
export function exitCodeOf(status: RunStatus): 0 | 1 | 2 {
  switch (status) {
    case 'in-step':
      return 0
    case 'planned':
    case 'held':
      return 2
    case 'partial':
    case 'failed':
    case 'queued':
    case 'running':
      return 1
  }
}

const isUnfinished = (status: RunStatus): boolean => status === 'queued' || status === 'running'
