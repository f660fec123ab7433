/** What people ask of the loop: a run, or the steps of a run that waits for their word. */
import type { Clock } from '../lib/clock.ts'
import type { Reconciler } from './reconciler.ts'
import { newRun } from './run.ts'
import type { RunStore } from './run-store.ts'

/** `wake`: has the loop look at what was queued. */
export function requests({
  runs,
  clock,
  wake,
}: {
  readonly runs: RunStore
  readonly clock: Clock
  readonly wake: () => void
}): Pick<Reconciler, 'request' | 'decide'> {
  return {
    async request(mode, actor) {
      const asked = { trigger: 'request', mode, scope: 'full', actor, status: 'queued' } as const
      const run = newRun(asked, clock.now())
      await runs.save(run, [{ kind: 'run.requested', runId: run.id, actor, data: { mode } }])
      wake()
      return run
    },
    async decide(runId, decision, by) {
      const run = await runs.get(runId)
      if (run === undefined) return undefined
      if (!run.plan.steps.some(step => step.verdict.kind === 'hold')) {
        return { problem: `Run ${runId} holds no step, so there is nothing to decide.` }
      }
      await runs.decide(run, decision, by)
      if (decision === 'rejected') return run
      const { actor } = by
      const asked = { trigger: 'approval', mode: 'apply', scope: 'full', actor, status: 'queued' } as const
      const next = newRun(asked, clock.now())
      await runs.save(next)
      wake()
      return next
    },
  }
}
