/**
 * Back to the state after an earlier run: the bridge is paused, and a run undoes what was carried out since, through the same
 * guards and in the same safe order as any other. What the rules say is not touched by it: as long as the file is not the one
 * of then, resuming would do it all again, and the answer says so.
 */
import type { Clock } from '../../lib/clock.ts'
import type { Store } from '../../store/store.ts'
import { pause } from '../controls/pause.ts'
import { newRun, type Run } from '../run.ts'
import type { RunStore } from '../run-store.ts'

export type RolledBack =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'problem'; readonly message: string }

export interface RollbackDesk {
  /** `preview`: shows the plan, pauses nothing and changes nothing. */
  rollBack(
    runId: string,
    word: { readonly by: string; readonly reason: string; readonly preview: boolean },
  ): Promise<RolledBack>
}

export function rollbackDesk({
  runs,
  store,
  clock,
  wake,
}: {
  readonly runs: RunStore
  readonly store: Store
  readonly clock: Clock
  readonly wake: () => void
}): RollbackDesk {
  return {
    async rollBack(runId, { by, reason, preview }) {
      const target = await runs.head(runId)
      if (target === undefined) return { kind: 'unknown' }
      if (target.finishedAt === undefined)
        return { kind: 'problem', message: `Run ${runId} has not ended: there is no state after it.` }
      const now = clock.now()
      if (!preview) {
        await pause({ by, reason: `rolled back to run ${runId}: ${reason}`, at: now.toISOString() }, store)
      }
      const mode = preview ? 'plan' : 'apply'
      const asked = { trigger: 'rollback', mode, scope: 'full', actor: by, status: 'queued' } as const
      const run: Run = { ...newRun(asked, now), rollbackTo: runId }
      const data = { to: runId, reason, preview }
      await runs.save(run, [{ kind: 'run.rollback-requested', runId: run.id, actor: by, data }])
      wake()
      return { kind: 'run', run }
    },
  }
}
