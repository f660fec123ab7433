import type { AccountUser, Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Uses } from '../bindings-of-definitions.ts'
import type { OwnershipWrites } from '../ownership-writes.ts'
import type { GroupRef } from '../state.ts'
import type { Step, StepAction } from '../step.ts'
import type { Ledger } from './ledger.ts'

/** What every phase of an apply works with. */
export interface ApplyParts {
  readonly dynatrace: Dynatrace
  readonly ownership: OwnershipWrites
  readonly ledger: Ledger
  readonly clock: Clock
  /** What is bound to policies and boundaries of ours. */
  readonly uses: Uses
  /** Names of groups that are not ours, by ref: each right we give them is recorded by itself. */
  readonly federated: ReadonlyMap<GroupRef, string>
  /** Is told what reading back says of people. */
  readonly meet: (user: AccountUser) => void
}

export type StepOf<K extends StepAction['kind']> = Step & {
  readonly action: Extract<StepAction, { kind: K }>
}

/** The steps of some kinds, with the compiler knowing it. */
export function stepsOf<K extends StepAction['kind']>(
  steps: readonly Step[],
  ...kinds: K[]
): readonly StepOf<K>[] {
  const wanted = new Set<string>(kinds)
  return steps.filter((step): step is StepOf<K> => wanted.has(step.action.kind))
}
