/** What is known of each difference: its class, where it comes from, since when it stands and who brought it about. */
import type { Vocabulary } from '../describe/vocabulary.ts'
import type { Found } from '../pass/plan-pass.ts'
import type { PassParts } from '../pass/request.ts'
import type { StepAction } from '../step.ts'
import type { Drift } from './drift.ts'

/** By step id. */
export async function knowDrift(
  _actions: readonly StepAction[],
  _words: Vocabulary,
  _known: { readonly found: Found; readonly parts: Pick<PassParts, 'store' | 'dynatrace' | 'clock' | 'auditLog'> },
): Promise<ReadonlyMap<string, Drift>> {
  return new Map()
}
