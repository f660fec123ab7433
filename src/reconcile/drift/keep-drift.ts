/** What a pass leaves in memory of the drift it saw. A plan by itself leaves nothing: it settles nothing, either. */
import type { AccessModel } from '../../access/model.ts'
import type { Store } from '../../store/store.ts'
import type { Plan, StepResult } from '../step.ts'
import type { Drift } from './drift.ts'
import { forgetRepairs } from './forget-repairs.ts'
import { keepStanding, noteRepairs } from './memory.ts'
import { settleModel } from './settled-model.ts'

/** `isWhole`: everything was looked at and could be read, so that what is not in the plan is over. */
export async function keepDrift(
  pass: {
    readonly plan: Plan
    readonly results: ReadonlyMap<string, StepResult>
    readonly model: AccessModel
    readonly isWhole: boolean
  },
  { store, now }: { readonly store: Store; readonly now: Date },
): Promise<void> {
  const standing = new Map<string, Drift>()
  const over: string[] = []
  const repaired: string[] = []
  for (const { id, drift } of pass.plan.steps) {
    if (drift === undefined) continue
    if (pass.results.get(id)?.kind !== 'applied') {
      standing.set(id, drift)
      continue
    }
    over.push(id)
    // What nobody is known to have done may be a read that lags behind our own writes.
    if (drift.cause === 'by-hand' && drift.actor.kind !== 'not-yet-known') repaired.push(drift.key)
  }
  await keepStanding(standing, pass.isWhole ? 'all' : over, store)
  if (repaired.length > 0) await noteRepairs(repaired, store, now)
  if (!pass.isWhole) return
  await forgetRepairs(store, now)
  await settleModel(pass.model, store)
}
