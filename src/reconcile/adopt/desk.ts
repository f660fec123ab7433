/** What operators can do about adoption: look, take over, see what is kept, release it. */
import type { AccessModel } from '../../access/model.ts'
import type { DynatraceConnection } from '../../dynatrace/dynatrace.ts'
import { shortId } from '../../lib/ids.ts'
import { type Adopted, type AdoptionRequest, type AdoptParts, adopt, type Refused } from './adopt.ts'
import { type Candidate, candidates } from './candidates.ts'
import { type Kept, listKept, releaseKept } from './release.ts'

export interface AdoptionDesk {
  candidates(): Promise<{ readonly all: readonly Candidate[]; readonly refusal: string | undefined }>
  adopt(request: AdoptionRequest): Promise<Adopted | Refused>
  kept(): Promise<readonly Kept[]>
  release(id: string, word: { readonly by: string; readonly reason: string }): Promise<Kept | Refused>
}

export function adoptionDesk(
  model: () => AccessModel,
  given: Omit<AdoptParts, 'dynatrace'> & { readonly connection: Pick<DynatraceConnection, 'with'> },
): AdoptionDesk {
  const parts = (): AdoptParts => ({
    ...given,
    dynatrace: given.connection.with({ runId: shortId('adoption'), requestIds: [] }),
  })
  return {
    candidates: () => candidates(model(), parts()),
    adopt: request => adopt(model(), request, parts()),
    kept: () => listKept(given.store.db),
    release: (id, word) => releaseKept(id, word, given),
  }
}
