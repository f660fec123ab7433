/** Repairing what somebody did by hand, and carrying out a changed `bridge.yaml`, are two switches: each may wait for a person. */
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

export function heldBySwitch(steps: readonly Draft[], { model, driftOf }: GuardFacts): Held {
  const { repair, changes } = model.drift
  if (repair === 'apply' && changes === 'apply') return []
  return steps.flatMap(({ id }) => {
    const cause = driftOf(id)?.cause
    if (changes === 'hold' && cause === 'configuration') {
      const reason = 'bridge.yaml has changed, and its changes wait for a person (drift.changes: hold).'
      return [[id, hold('changes', reason)] as const]
    }
    if (repair === 'hold' && (cause === 'by-hand' || cause === 'unknown')) {
      const reason = 'It was changed in the account, and repairs wait for a person (drift.repair: hold).'
      return [[id, hold('repair', reason)] as const]
    }
    return []
  })
}
