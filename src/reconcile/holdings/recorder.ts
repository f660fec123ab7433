/** Keeps the record of who had what, for one run. */

import type { Clock } from '../../lib/clock.ts'
import { disguise } from '../../store/disguise.ts'
import { journalTip } from '../../store/journal-head.ts'
import type { Store, Writer } from '../../store/store.ts'
import type { Found } from '../pass/plan-pass.ts'
import type { Step, StepResult } from '../step.ts'
import type { Names } from './holding.ts'
import { seeHoldings } from './see-holdings.ts'
import { applyHoldings } from './step-holdings.ts'

export interface HoldingsRecorder {
  /** What a pass has seen, before it changes anything. Only a full one has seen everything. */
  found(found: Found): Promise<void>
  /** What of it was carried out, in the write that records it. */
  done(tx: Writer, steps: readonly Step[], results: ReadonlyMap<string, StepResult>): Promise<void>
}

export function holdingsRecorder(
  runId: string,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): HoldingsRecorder {
  let names: Names = { definition: id => id, environment: id => id }
  const mark = () => ({ at: clock.now().toISOString(), runId })
  return {
    async found(found) {
      names = namesIn(found)
      if (found.premises.scope.kind === 'full') await seeHoldings(found.observed, names, mark(), store)
    },
    async done(tx, steps, results) {
      const applied = steps.filter(({ id }) => results.get(id)?.kind === 'applied')
      if (applied.length === 0) return
      const { key } = await journalTip(tx)
      await applyHoldings(tx, applied, mark(), { disguise: disguise(key), names })
    },
  }
}

function namesIn({ premises: { catalogue, definitions } }: Found): Names {
  const named = [
    ...(catalogue?.policies ?? []),
    ...(catalogue?.boundaries ?? []),
    ...(definitions?.policies.values() ?? []),
    ...(definitions?.boundaries.values() ?? []),
  ]
  const names = new Map(named.map(({ id, name }) => [id, name]))
  return {
    definition: id => names.get(id) ?? id,
    environment: id => catalogue?.environments.get(id)?.name ?? id,
  }
}
