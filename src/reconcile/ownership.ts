/**
 * The ownership registry: which groups, users, policies and boundaries of the account are ours, and which rights
 * of groups that are not.
 *
 * A row is written before the call that creates the thing (`creating`) and completed after it
 * (`owned`), so that a crash between the two loses nothing and claims nothing that was there before.
 */
import { foldKey } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import { breathe } from '../lib/turns.ts'
import type { Reader, Store, Writer } from '../store/store.ts'
import type { OwnershipRow } from '../store/tables.ts'
import { type DefinitionWrites, definitionWrites } from './definition-writes.ts'
import { type OwnedRight, ownedRight, type RightWrites, rightWrites } from './right-writes.ts'

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

export async function readOwnership(db: Reader): Promise<Ownership> {
  const groups = new Map<string, OwnedGroup>()
  const users = new Set<string>()
  const invited = new Map<string, string>()
  const policies = new Map<string, OwnedDefinition>()
  const boundaries = new Map<string, OwnedDefinition>()
  const rights = new Map<string, OwnedRight>()
  for (let after = ''; ; ) {
    const rows = await rowsAfter(db, after)
    for (const row of rows) {
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

const rowsAfter = (db: Reader, id: string): Promise<readonly OwnershipRow[]> =>
  db.selectFrom('ownership').selectAll().where('id', '>', id).orderBy('id').limit(CHUNK).execute()

function ownedGroup(row: OwnershipRow): OwnedGroup {
  return {
    rowId: row.id,
    dynatraceId: row.dynatraceId ?? undefined,
    name: row.name,
    nameKey: row.nameKey,
    sources: JSON.parse(row.sources) as string[], // our own text, written below
    at: row.at,
  }
}

const ownedDefinition = (row: OwnershipRow): OwnedDefinition => ({
  id: row.dynatraceId ?? '',
  name: row.name,
  nameKey: row.nameKey,
  state: row.state,
  at: row.at,
})

export interface OwnershipWrites extends DefinitionWrites, RightWrites {
  /** Before creating: claims the names, unless they are ours already. */
  intend(kind: 'group' | 'user', entries: readonly OwnershipEntry[]): Promise<void>
  /** After creating. */
  confirmGroup(name: string, dynatraceId: string): Promise<void>
  confirmUsers(emailKeys: readonly string[]): Promise<void>
  /** After a rename: the row follows the uuid. */
  setName(dynatraceId: string, name: string, sources: readonly string[]): Promise<void>
  setSources(nameKey: string, sources: readonly string[]): Promise<void>
  forgetGroups(dynatraceIds: readonly string[]): Promise<void>
  forget(kind: 'group' | 'user', nameKeys: readonly string[]): Promise<void>
}

interface OwnershipEntry {
  readonly name: string
  readonly sources: readonly string[]
}

export function ownershipWrites(store: Store, runId: string, now: () => Date): OwnershipWrites {
  const update = (tx: Writer, kind: 'group' | 'user', nameKey: string) =>
    tx.updateTable('ownership').where('kind', '=', kind).where('nameKey', '=', nameKey)
  return {
    ...definitionWrites(store, runId, now),
    ...rightWrites(store, runId, now),
    async intend(kind, entries) {
      const at = now().toISOString()
      const rows = entries.map(entry => ({
        id: newId(),
        kind,
        dynatraceId: null,
        name: entry.name,
        nameKey: foldKey(entry.name),
        state: 'creating' as const,
        sources: JSON.stringify(entry.sources),
        runId,
        at,
      }))
      await store.write(async tx => {
        for (let start = 0; start < rows.length; start += 100) {
          await tx
            .insertInto('ownership')
            .values(rows.slice(start, start + 100))
            // An older claim stands, but what was there at its time may be gone: the attempt is made anew.
            .onConflict(conflict =>
              conflict.columns(['kind', 'nameKey']).doUpdateSet({ dynatraceId: null, state: 'creating', at }),
            )
            .execute()
        }
      })
    },
    confirmGroup: (name, dynatraceId) =>
      store.write(async tx => {
        await update(tx, 'group', foldKey(name)).set({ dynatraceId, state: 'owned' }).execute()
      }),
    async confirmUsers(emailKeys) {
      if (emailKeys.length === 0) return
      await store.write(async tx => {
        for (const emailKey of emailKeys) await update(tx, 'user', emailKey).set({ state: 'owned' }).execute()
      })
    },
    setName: (dynatraceId, name, sources) =>
      store.write(async tx => {
        await tx
          .updateTable('ownership')
          .set({ name, nameKey: foldKey(name), sources: JSON.stringify(sources) })
          .where('kind', '=', 'group')
          .where('dynatraceId', '=', dynatraceId)
          .execute()
      }),
    setSources: (nameKey, sources) =>
      store.write(async tx => {
        await update(tx, 'group', nameKey)
          .set({ sources: JSON.stringify(sources) })
          .execute()
      }),
    forgetGroups: dynatraceIds =>
      store.write(async tx => {
        for (const id of dynatraceIds) {
          await tx.deleteFrom('ownership').where('kind', '=', 'group').where('dynatraceId', '=', id).execute()
        }
      }),
    async forget(kind, nameKeys) {
      if (nameKeys.length === 0) return
      await store.write(async tx => {
        for (const nameKey of nameKeys) {
          await tx.deleteFrom('ownership').where('kind', '=', kind).where('nameKey', '=', nameKey).execute()
        }
      })
    },
  }
}

/** How far the clocks of Dynatrace and of this machine may be apart. */
const CLOCK_SKEW_MS = 5 * 60_000
/** How long after its intent a creation whose answer was lost can still take effect. */
const CREATION_TAKES_MS = 10 * 60_000

/** Whether something that came into being at `createdAt` can be what was begun at `intendedAt`. */
export function followsIntent(intendedAt: string, createdAt: string): boolean {
  const after = Date.parse(createdAt) - Date.parse(intendedAt)
  return after >= -CLOCK_SKEW_MS && after <= CREATION_TAKES_MS
}
