/** Takes over what another installation owned: its rows in the registry, and the marker of the account if it names it. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Store } from '../../store/store.ts'
import { appendJournal } from '../../store/tail.ts'
import { type Refused, refused } from '../adopt/adopt.ts'
import { installationId } from '../installation.ts'
import { claimMarker, othersMark } from './claim-marker.ts'
import type { Word } from './import-registry.ts'
import type { RegistryRow } from './registry-file.ts'

export interface Migrated {
  readonly done: boolean
  readonly from: string
  readonly rows: readonly Pick<RegistryRow, 'kind' | 'name' | 'dynatraceId'>[]
  /** What this installation has under that name already; it stays with the other one. */
  readonly leftOut: readonly Pick<RegistryRow, 'kind' | 'name' | 'dynatraceId'>[]
  /** Whether the account was, or would be, marked as looked after by this installation. */
  readonly marker: boolean
}

/** @throws UpstreamError when the marker cannot be read or written; the rows are ours then all the same. */
export async function migrateRegistry(
  from: string,
  word: Word & { readonly rehearse: boolean },
  parts: { readonly store: Store; readonly dynatrace: Dynatrace; readonly clock: Clock },
): Promise<Migrated | Refused> {
  const { store, clock } = parts
  const own = await installationId(store)
  if (from === own)
    return refused('own-instance', `${from} is this installation; there is nothing to take over.`)
  const all = await store.db
    .selectFrom('ownership')
    .select(['id', 'instance', 'kind', 'name', 'nameKey', 'dynatraceId'])
    .where('instance', 'in', [from, own])
    .execute()
  const held = new Set(all.filter(row => row.instance === own).map(row => `${row.kind} ${row.nameKey}`))
  const [leftOut, rows] = split(
    all.filter(row => row.instance === from),
    row => held.has(`${row.kind} ${row.nameKey}`),
  )
  const mark = await othersMark(parts)
  const marker = mark?.instance === from
  if (rows.length + leftOut.length === 0 && !marker) {
    return refused(
      'no-such-instance',
      `Neither the registry nor the marker of the account knows an instance ${from}. Import its export first.`,
    )
  }
  const told = { done: !word.rehearse, from, rows: rows.map(shown), leftOut: leftOut.map(shown), marker }
  if (word.rehearse) return told
  await store.write(async tx => {
    for (const { id } of rows) {
      await tx.updateTable('ownership').set({ instance: own }).where('id', '=', id).execute()
    }
    const groups = rows.flatMap(({ kind, dynatraceId }) =>
      kind === 'group' && dynatraceId !== null ? [dynatraceId] : [],
    )
    for (const group of groups) {
      await tx
        .updateTable('keptElements')
        .set({ instance: own })
        .where('instance', '=', from)
        .where('groupId', '=', group)
        .execute()
    }
    const data = { reason: word.reason, from, rows: rows.length, leftOut: leftOut.length }
    appendJournal(tx, [{ kind: 'ownership.migrated', actor: word.by, data }], clock.now().toISOString())
  })
  if (marker) await claimMarker(word, parts)
  return told
}

const shown = ({ kind, name, dynatraceId }: Migrated['rows'][number]): Migrated['rows'][number] => ({
  kind,
  name,
  dynatraceId,
})

function split<T>(all: readonly T[], fits: (each: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(fits), all.filter(each => !fits(each))]
}
