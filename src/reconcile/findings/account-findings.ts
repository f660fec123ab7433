/** What a full pass learned from the account that is not drift: invitations that came to nothing, limits nearly used up. */
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Store } from '../../store/store.ts'
import { activeLevels, type Catalogue } from '../catalogue.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { Plan, StepResult } from '../step.ts'
import { capacityFindings } from './capacity.ts'
import { refusedDomains, staleInvitations } from './invitations.ts'
import type { UsageReader } from './usage-memory.ts'

export async function accountFindings(
  seen: {
    readonly snapshot: Pick<DirectorySnapshot, 'people'>
    readonly observed: Pick<ObservedState, 'accountUsers'>
    readonly catalogue: Pick<Catalogue, 'environments'> | undefined
    readonly plan: Plan
    readonly results: ReadonlyMap<string, StepResult>
    readonly now: Date
  },
  {
    store,
    dynatrace,
    usage,
  }: {
    readonly store: Pick<Store, 'db'>
    readonly dynatrace: Dynatrace
    readonly usage?: UsageReader | undefined
  },
): Promise<readonly Finding[]> {
  const { snapshot, observed, catalogue, plan, results, now } = seen
  const environments = catalogue?.environments ?? new Map()
  const uses = (await usage?.(dynatrace, activeLevels(environments.values()))) ?? []
  const asked = { accountUsers: observed.accountUsers, people: snapshot.people, now }
  return [
    ...(await staleInvitations(store.db, asked)),
    ...refusedDomains(plan, results),
    ...capacityFindings(uses, id => environments.get(id)?.name ?? id),
  ]
}
