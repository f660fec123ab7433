/**
 * Brings an exported registry back, checked against the account. What another installation owned is on record
 * afterwards, and not ours: `ownership migrate` takes it over.
 */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import { foldKey } from '../../lib/fold.ts'
import { newId, shortId } from '../../lib/ids.ts'
import type { Store } from '../../store/store.ts'
import { appendJournal } from '../../store/tail.ts'
import { type Refused, refused } from '../adopt/adopt.ts'
import { readCatalogue } from '../catalogue.ts'
import { installationId } from '../installation.ts'
import { listGroups } from '../managed-groups.ts'
import type { RegistryFile, RegistryRow } from './registry-file.ts'

export interface Imported {
  readonly done: boolean
  /** Whose rows these are. */
  readonly instance: string
  /** Whether that is this installation, so that they are ours now. */
  readonly ours: boolean
  readonly rows: readonly Pick<RegistryRow, 'kind' | 'name' | 'dynatraceId'>[]
  readonly leftOut: readonly (Pick<RegistryRow, 'kind' | 'name' | 'dynatraceId'> & { readonly why: string })[]
}

export interface Word {
  readonly by: string
  readonly reason: string
}

/** @throws UpstreamError when the account cannot be read: nothing is concluded from that. */
export async function importRegistry(
  file: RegistryFile,
  { by, reason, rehearse }: Word & { readonly rehearse: boolean },
  {
    store,
    dynatrace,
    clock,
  }: { readonly store: Store; readonly dynatrace: Dynatrace; readonly clock: Clock },
): Promise<Imported | Refused> {
  if (file.account !== dynatrace.accountId) {
    return refused(
      'other-account',
      `The file is of account ${file.account}, and this bridge looks after ${dynatrace.accountId}. Import it into a bridge of that account.`,
    )
  }
  const isThere = await presence(dynatrace)
  if ('code' in isThere) return isThere
  const own = await installationId(store)
  const known = await knownRows(store)
  const leftOut: Imported['leftOut'][number][] = []
  const rows = file.rows.filter(row => {
    const { kind, name, dynatraceId } = row
    const why = obstacle(row, { isThere: isThere.holds, known, instance: file.instance })
    if (why !== undefined) leftOut.push({ kind, name, dynatraceId, why })
    return why === undefined
  })
  const groups = new Set(rows.filter(({ kind }) => kind === 'group').map(({ dynatraceId }) => dynatraceId))
  const kept = file.kept.filter(({ groupId }) => groups.has(groupId))
  const told = { done: !rehearse, instance: file.instance, ours: file.instance === own, rows, leftOut }
  if (rehearse) return told
  const at = clock.now().toISOString()
  const runId = shortId('import')
  await store.write(async tx => {
    for (const { how, by: before, sources, ...row } of rows) {
      // What was adopted there was there before both of us, and is deleted by neither.
      const imported = how === 'adopted' ? { how, by: before } : ({ how: 'imported', by } as const)
      await tx
        .insertInto('ownership')
        .values({
          ...row,
          ...imported,
          id: newId(),
          instance: file.instance,
          sources: JSON.stringify(sources),
          runId,
        })
        .onConflict(conflict => conflict.doNothing())
        .execute()
    }
    for (const element of kept) {
      await tx
        .insertInto('keptElements')
        .values({ ...element, id: shortId('kept'), instance: file.instance })
        .onConflict(conflict => conflict.columns(['instance', 'groupId', 'kind', 'key']).doNothing())
        .execute()
    }
    const data = { reason, instance: file.instance, rows: rows.length, leftOut: leftOut.length }
    appendJournal(tx, [{ kind: 'ownership.imported', runId, actor: by, data }], at)
  })
  return told
}

type Holds = (row: Pick<RegistryRow, 'kind' | 'dynatraceId' | 'nameKey'>) => boolean

async function presence(dynatrace: Dynatrace): Promise<{ readonly holds: Holds } | Refused> {
  const groups = new Set((await listGroups(dynatrace)).map(({ id }) => id))
  const users = new Set((await dynatrace.users.list()).map(({ email }) => foldKey(email)))
  const { policies, boundaries, unread } = await readCatalogue(dynatrace)
  if (unread.size > 0) {
    return refused(
      'unread',
      `Not all of the account could be read: ${[...unread.values()].join(' ')} Try again.`,
    )
  }
  const definitions = new Set([...policies, ...boundaries].map(({ id }) => id))
  return {
    holds({ kind, dynatraceId, nameKey }) {
      if (kind === 'user') return users.has(nameKey)
      if (dynatraceId === null) return false
      return kind === 'policy' || kind === 'boundary' ? definitions.has(dynatraceId) : groups.has(dynatraceId)
    },
  }
}

interface KnownRow {
  readonly kind: string
  readonly nameKey: string
  readonly dynatraceId: string | null
  readonly instance: string
}

const knownRows = (store: Store): Promise<readonly KnownRow[]> =>
  store.db.selectFrom('ownership').select(['kind', 'nameKey', 'dynatraceId', 'instance']).execute()

function obstacle(
  row: RegistryRow,
  {
    isThere,
    known,
    instance,
  }: { readonly isThere: Holds; readonly known: readonly KnownRow[]; readonly instance: string },
): string | undefined {
  if (!isThere(row)) return 'It is not in the account any more.'
  const same = known.find(each => each.kind === row.kind && isSame(each, row))
  if (same !== undefined)
    return same.instance === instance
      ? 'The registry holds it already.'
      : `The registry holds it for instance ${same.instance} already.`
  const named = known.find(
    each => each.kind === row.kind && each.instance === instance && each.nameKey === row.nameKey,
  )
  return named === undefined ? undefined : 'The registry holds something else of this name.'
}

/** Rights of one group share its id, people have none. */
const isSame = (one: KnownRow, other: RegistryRow): boolean =>
  other.kind === 'user' || other.kind === 'right'
    ? one.nameKey === other.nameKey
    : one.dynatraceId === other.dynatraceId
