/**
 * What the account really holds for one person: user, groups, bindings, effective permissions. Only reads. For so many
 * places it takes at most two calls, three more for each level with bindings of the person's groups and one more for each
 * place (pages apart), besides the catalogue, which is remembered for a minute.
 */

import type { DesiredGroup } from '../../access/desired-group.ts'
import type { AccountEvidence, HeldUser, Known } from '../../access/explain/evidence.ts'
import type { Place } from '../../access/impact/side.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { AccountUser } from '../../dynatrace/types/user.ts'
import type { Store } from '../../store/store.ts'
import type { CatalogueReader } from '../catalogue-memory.ts'
import { thisInstallation } from '../installation.ts'
import { listGroups } from '../managed-groups.ts'
import type { RunStore } from '../run-store.ts'
import { heldBindings } from './bindings.ts'
import { heldEffective } from './effective.ts'
import { heldGroups } from './groups.ts'
import { tried } from './known.ts'
import { waitingSteps } from './waiting.ts'

/** Of more places than these only the first are looked at. */
export const mostPlaces = 8

export interface Inspected {
  readonly email: string
  readonly emailKey: string
  readonly permission: string
  readonly places: readonly Place[]
  /** The groups that the person should be in. */
  readonly groups: readonly DesiredGroup[]
}

export interface InspectParts {
  readonly dynatrace: Dynatrace
  readonly catalogue: CatalogueReader
  readonly store: Store
  readonly runs: Pick<RunStore, 'latestFull'>
}

/** Never throws for the account's sake: what could not be read says so. */
export async function inspectAccount(asked: Inspected, parts: InspectParts): Promise<AccountEvidence> {
  const { dynatrace, catalogue, store, runs } = parts
  const places = asked.places.slice(0, mostPlaces)
  const [user, listed, known, rows] = await Promise.all([
    tried(() => dynatrace.users.get(asked.email)),
    tried(() => listGroups(dynatrace)),
    tried(() => catalogue(dynatrace, false)),
    ownedRows(store),
  ])
  const groups = heldGroups(listed, user, rows)
  const [bindings, effective, waiting] = await Promise.all([
    heldBindings(
      { places, groups: asked.groups },
      { dynatrace, catalogue: known, groups, readAgain: () => catalogue(dynatrace, true) },
    ),
    heldEffective({ ...asked, places }, { dynatrace, user, groups }),
    waitingSteps(asked.emailKey, { runs, groups }),
  ])
  const invitedAt = rows.find(({ kind, nameKey }) => kind === 'user' && nameKey === asked.emailKey)?.at
  return {
    user: userOf(user, invitedAt),
    groups: groups.held,
    environments: environmentsOf(known),
    bindings,
    effective,
    waiting,
  }
}

const ownedRows = (store: Store) =>
  store.db
    .selectFrom('ownership')
    .select(['kind', 'dynatraceId', 'name', 'nameKey', 'at'])
    .where('kind', 'in', ['group', 'user'])
    .where('instance', '=', thisInstallation(store.db))
    .execute()

function userOf(
  user: Known<AccountUser | undefined>,
  invitedAt: string | undefined,
): Known<HeldUser | undefined> {
  if (user.kind === 'unread') return user
  if (user.value === undefined) return { kind: 'read', value: undefined }
  const { status } = user.value
  const known = status === 'ACTIVE' || status === 'PENDING' ? status : 'BLOCKED'
  // A status of a later release of Dynatrace says nothing against the person.
  return { kind: 'read', value: { status: status === 'UNKNOWN' ? 'ACTIVE' : known, invitedAt } }
}

function environmentsOf(
  catalogue: Known<Awaited<ReturnType<CatalogueReader>>>,
): AccountEvidence['environments'] {
  if (catalogue.kind === 'unread') return catalogue
  return {
    kind: 'read',
    value: new Map([...catalogue.value.environments].map(([id, { active }]) => [id, active])),
  }
}
