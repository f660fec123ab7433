/** Runs that nobody carries on, because their process or its database went away. */
import type { Clock } from '../lib/clock.ts'
import type { RunStore } from './run-store.ts'

/** Their record says so, and the passes that follow look at the account anew. */
export async function closeInterrupted(runs: RunStore, clock: Clock): Promise<void> {
  for (const run of await runs.interrupted()) {
    const problems = [
      ...run.problems,
      'The run ended in the middle, with its process or its database; a later pass went on from there.',
    ]
    await runs.saveHead({ ...run, status: 'failed', finishedAt: clock.now().toISOString(), problems })
  }
}
