/** What is remembered of drift: since when it stands, which side moved, who it was, and how often it was repaired. */
import { sql } from 'kysely'
import { sha256 } from '../../lib/digest.ts'
import { breathe } from '../../lib/turns.ts'
import type { Reader, Store } from '../../store/store.ts'
import type { DriftRow } from '../../store/tables.ts'
import { type Repairs, repairedAgain } from './contest.ts'
import type { Drift, DriftActor, DriftCause } from './drift.ts'

/** Rows in one query or statement: a few milliseconds of the loop. */
const CHUNK = 400

export interface Remembered {
  readonly since: string
  readonly cause: DriftCause
  /** Undefined when nobody has been asked, or nobody knew yet. */
  readonly actor: DriftActor | undefined
}

/** Keys of things may be long; rows go by a digest. */
const rowKey = (key: string): string => sha256(key).slice(0, 32)

/**
 * By step id: what differs another way, or is wanted otherwise, is another difference with a beginning and a cause of its
 * own. A guard may rest on the cause.
 */
export async function standingDrift(
  db: Reader,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Remembered>> {
  const rows = await inPieces(keys, some =>
    db.selectFrom('drifts').selectAll().where('key', 'in', some).execute(),
  )
  const byRow = new Map(rows.map(row => [row.key, row]))
  return new Map(
    keys.flatMap(key => {
      const row = byRow.get(rowKey(key))
      return row === undefined ? [] : [[key, rememberedOf(row)] as const]
    }),
  )
}

const rememberedOf = ({ since, cause, actor }: DriftRow): Remembered => ({
  since,
  cause: cause as DriftCause, // our own texts, written below
  actor: actor === null ? undefined : (JSON.parse(actor) as DriftActor),
})

/** By key of the drift. */
export async function pastRepairs(
  db: Reader,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Repairs>> {
  const rows = await inPieces(keys, some =>
    db.selectFrom('repairs').selectAll().where('key', 'in', some).execute(),
  )
  const byRow = new Map(rows.map(({ key, times, lastAt }) => [key, { times, lastAt }]))
  return new Map(
    keys.flatMap(key => {
      const repairs = byRow.get(rowKey(key))
      return repairs === undefined ? [] : [[key, repairs] as const]
    }),
  )
}

async function inPieces<T>(
  keys: readonly string[],
  read: (rowKeys: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const rows: T[] = []
  for (let start = 0; start < keys.length; start += CHUNK) {
    rows.push(...(await read(keys.slice(start, start + CHUNK).map(rowKey))))
    await breathe()
  }
  return rows
}

/**
 * `standing`: what is left, by step id. `over`: the ids of what was looked at and is not left; `all` means that everything else is over,
 * too. Where nothing changed, nothing is written.
 */
export async function keepStanding(
  standing: ReadonlyMap<string, Drift>,
  over: readonly string[] | 'all',
  store: Store,
): Promise<void> {
  const known = await rowsOf(store.db, over === 'all' ? undefined : [...standing.keys(), ...over].map(rowKey))
  const wanted = new Map([...standing].map(([key, drift]) => [rowKey(key), rowOf(key, drift)]))
  const changed = [...wanted.values()].filter(row => {
    const before = known.get(row.key)
    return before?.cause !== row.cause || before.actor !== row.actor || before.since !== row.since
  })
  const gone = [...known.keys()].filter(key => !wanted.has(key))
  for (let start = 0; start < changed.length; start += CHUNK) {
    const rows = changed.slice(start, start + CHUNK)
    await store.write(async tx => {
      await tx
        .insertInto('drifts')
        .values(rows)
        .onConflict(conflict =>
          conflict.column('key').doUpdateSet(({ ref }) => ({
            since: ref('excluded.since'),
            cause: ref('excluded.cause'),
            actor: ref('excluded.actor'),
          })),
        )
        .execute()
    })
    await breathe()
  }
  for (let start = 0; start < gone.length; start += CHUNK) {
    const keys = gone.slice(start, start + CHUNK)
    await store.write(async tx => {
      await tx.deleteFrom('drifts').where('key', 'in', keys).execute()
    })
    await breathe()
  }
}

function rowOf(key: string, { since, cause, actor }: Drift): DriftRow {
  const isKnown = actor.kind !== 'not-yet-known' && actor.kind !== 'none'
  return { key: rowKey(key), since, cause, actor: isKnown ? JSON.stringify(actor) : null }
}

async function rowsOf(
  db: Reader,
  keys: readonly string[] | undefined,
): Promise<ReadonlyMap<string, DriftRow>> {
  const rows = new Map<string, DriftRow>()
  if (keys !== undefined) {
    for (let start = 0; start < keys.length; start += CHUNK) {
      const some = keys.slice(start, start + CHUNK)
      const found = await db.selectFrom('drifts').selectAll().where('key', 'in', some).execute()
      for (const row of found) rows.set(row.key, row)
      await breathe()
    }
    return rows
  }
  for (let after = ''; ; ) {
    const found = await db
      .selectFrom('drifts')
      .selectAll()
      .where('key', '>', after)
      .orderBy('key')
      .limit(sql.lit(CHUNK))
      .execute()
    for (const row of found) rows.set(row.key, row)
    const last = found.at(-1)
    if (last === undefined || found.length < CHUNK) return rows
    after = last.key
    await breathe()
  }
}

/** Counts one more repair of each. */
export async function noteRepairs(keys: readonly string[], store: Store, now: Date): Promise<void> {
  const before = await pastRepairs(store.db, keys)
  for (let start = 0; start < keys.length; start += CHUNK) {
    const rows = keys
      .slice(start, start + CHUNK)
      .map(key => ({ key: rowKey(key), ...repairedAgain(before.get(key), now) }))
    await store.write(async tx => {
      await tx
        .insertInto('repairs')
        .values(rows)
        .onConflict(conflict =>
          conflict
            .column('key')
            .doUpdateSet(({ ref }) => ({ times: ref('excluded.times'), lastAt: ref('excluded.lastAt') })),
        )
        .execute()
    })
    await breathe()
  }
}
