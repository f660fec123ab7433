/**
 * Nothing counts as done before it was read back. Dynatrace's reads may lag behind its writes for a
 * second or two, so a read that does not show the change yet is repeated a few times.
 */
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Step } from '../step.ts'
import type { ApplyParts } from './parts.ts'

const PAUSES_MS = [0, 300, 700, 1_500]

/**
 * `read` answers with the steps that do not show yet. Steps still missing at the end become `failed`;
 * when nothing can be read they do too, because nobody knows.
 */
export async function verify<S extends Step>(
  steps: readonly S[],
  { ledger, clock }: Pick<ApplyParts, 'ledger' | 'clock'>,
  read: (steps: readonly S[]) => Promise<readonly S[]>,
): Promise<void> {
  let missing = steps.filter(step => ledger.applied(step))
  let trouble = 'Dynatrace accepted the change, but reading it back does not show it.'
  for (const pause of PAUSES_MS) {
    if (missing.length === 0) return
    if (pause > 0) await clock.sleep(pause)
    try {
      missing = [...(await read(missing))]
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      trouble = `The change was sent, but could not be read back: ${messageOf(error)}`
      // Waiting would only delay the end: the next pass looks anyway.
      if (ledger.stopped !== undefined) break
    }
  }
  ledger.set(missing, { kind: 'failed', reason: trouble })
}
