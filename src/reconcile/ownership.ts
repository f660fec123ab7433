/**
 * The ownership registry: which groups, users, policies and boundaries of the account are ours, and which rights
 * of groups that are not.
 *
 * A row is written before the call that creates the thing (`creating`) and completed after it
 * (`owned`), so that a crash between the two loses nothing and claims nothing that was there before.
 */
import type { Selectable } from 'kysely'
import { breathe } from '../lib/turns.ts'
import type { Reader } from '../store/store.ts'
import type { OwnershipRow } from '../store/tables.ts'
import { knownInstallation } from './installation.ts'
import { type OwnedRight, ownedRight } from './right-writes.ts'

/** Rows in one query: a few milliseconds of the loop. */
const CHUNK = 1_000

export interface OwnedGroup {
  readonly rowId: string
  /** uuid in Dynatrace; undefined while the creation is not confirmed. */
  readonly dynatraceId: string | undefined
  readonly name: string
  readonly nameKey: string
  /** Ids of the IdP groups that feed it. */
  readonly sources: readonly string[]
  readonly at: string
  /** It was there before us: it is never deleted, and keeps what it held. */
  readonly adopted: boolean
}

/** A policy or boundary. */
export interface OwnedDefinition {
  readonly id: string
  readonly name: string
  /** `definitionKey`. */
  readonly nameKey: string
  /** Whether it is certain that it came about. */
  readonly state: 'creating' | 'owned'
  readonly at: string
  /** Likewise. */
  readonly adopted: boolean
}

export interface Ownership {
  /** By `nameKey`. */
  readonly policies: ReadonlyMap<string, OwnedDefinition>
  /** By `nameKey`. */
  readonly boundaries: ReadonlyMap<string, OwnedDefinition>
  /** By `nameKey`. */
  readonly groups: ReadonlyMap<string, OwnedGroup>
  /** Rights that we gave to groups of others, by key. */
  readonly rights: ReadonlyMap<string, OwnedRight>
  /** Folded e-mails of users that the bridge brought into the account. */
  readonly users: ReadonlySet<string>
  /** Folded e-mails of users whose invitation was begun and not confirmed, with the instant of that. */
  readonly invited: ReadonlyMap<string, string>
}

/** Of this installation: what the registry holds of another one is not ours. */
export async function readOwnership(db: Reader): Promise<Ownership> {
  const own = await knownInstallation(db)
  const groups = new Map<string, OwnedGroup>()
  const users = new Set<string>()
  const invited = new Map<string, string>()
  const policies = new Map<string, OwnedDefinition>()
  const boundaries = new Map<string, OwnedDefinition>()
  const rights = new Map<string, OwnedRight>()
  for (let after = ''; ; ) {
    const rows = await rowsAfter(db, after)
    for (const row of rows) {
      // A database of an earlier release, which the doctor looks at before the bridge does, knows of one owner only.
      if (row.instance !== undefined && row.instance !== own) continue
      if (row.kind === 'group') groups.set(row.nameKey, ownedGroup(row))
      else if (row.kind === 'user') {
        if (row.state === 'owned') users.add(row.nameKey)
        else invited.set(row.nameKey, row.at)
      } else if (row.kind === 'policy') policies.set(row.nameKey, ownedDefinition(row))
      else if (row.kind === 'boundary') boundaries.set(row.nameKey, ownedDefinition(row))
      else rights.set(row.nameKey, ownedRight(row))
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) {
      return { groups, users, invited, policies, boundaries, rights }
    }
    after = last.id
    await breathe()
  }
}

type StoredRow = Selectable<OwnershipRow>

const rowsAfter = (db: Reader, id: string): Promise<readonly StoredRow[]> =>
  db.selectFrom('ownership').selectAll().where('id', '>', id).orderBy('id').limit(CHUNK).execute()

function ownedGroup(row: StoredRow): OwnedGroup {
  return {
    rowId: row.id,
    dynatraceId: row.dynatraceId ?? undefined,
    name: row.name,
    nameKey: row.nameKey,
    sources: JSON.parse(row.sources) as string[], // our own text, written below
    at: row.at,
    adopted: row.how === 'adopted',
  }
}

const ownedDefinition = (row: StoredRow): OwnedDefinition => ({
  id: row.dynatraceId ?? '',
  name: row.name,
  nameKey: row.nameKey,
  state: row.state,
  at: row.at,
  adopted: row.how === 'adopted',
})

/** How far the clocks of Dynatrace and of this machine may be apart. */
const CLOCK_SKEW_MS = 5 * 60_000
/** How long after its intent a creation whose answer was lost can still take effect. */
const CREATION_TAKES_MS = 10 * 60_000

/** Whether something that came into being at `createdAt` can be what was begun at `intendedAt`. */
export function followsIntent(intendedAt: string, createdAt: string): boolean {
  const after = Date.parse(createdAt) - Date.parse(intendedAt)
  return after >= -CLOCK_SKEW_MS && after <= CREATION_TAKES_MS
}
