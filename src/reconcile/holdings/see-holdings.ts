/** What a full pass has seen, held against what is on record: only what is new is written. */
import { breathe, inTurns } from '../../lib/turns.ts'
import { disguise } from '../../store/disguise.ts'
import { journalTip } from '../../store/journal-head.ts'
import type { Store } from '../../store/store.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { HoldingKind, Names } from './holding.ts'
import { type Begin, type End, endAll, type Mark, writeHoldings } from './holding-rows.ts'
import { observedHoldings, type SeenGroup } from './observed-holdings.ts'

/** Holdings written at a time: others want to write, too. */
const PIECE = 1_000

const SINCE = 'holdings-since'

/** From when on it is known who had what; undefined before the first full pass that could read everything. */
export async function holdingsSince({ db }: Pick<Store, 'db'>): Promise<string | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', SINCE).executeTakeFirst()
  return row?.value
}

/** Writes nothing when nothing is new. */
export async function seeHoldings(
  observed: Pick<ObservedState, 'state' | 'blind' | 'problems'>,
  names: Names,
  mark: Mark,
  store: Store,
): Promise<void> {
  const { key } = await journalTip(store.db)
  const seen = await inTurns(observedHoldings(observed, disguise(key), names))
  const rows = await store.db.selectFrom('heldGroups').selectAll().execute()
  const known = new Map(rows.map(({ groupId, digest }) => [groupId, digest]))
  let pending: News[] = []
  let size = 0
  const flush = async () => {
    const news = pending
    ;[pending, size] = [[], 0]
    if (news.length > 0) await write(news, mark, store)
  }
  for (const group of seen) {
    await breathe()
    const digest = digestText(group, known.get(group.groupId))
    if (digest === known.get(group.groupId)) continue
    for (const part of await newsOf(group, digest, store)) {
      pending.push(part)
      size += part.begins.length + part.ends.length + 1
      if (size >= PIECE) await flush()
    }
  }
  await flush()
  await endGone(new Set(seen.map(({ groupId }) => groupId)), known.keys(), mark, store)
  if (observed.problems.length === 0 && (await holdingsSince(store)) === undefined) {
    await store.write(tx =>
      tx
        .insertInto('settings')
        .values({ name: SINCE, value: mark.at })
        .onConflict(conflict => conflict.column('name').doNothing())
        .execute(),
    )
  }
}

/** What is to be written of a group. Its digest comes with the last part. */
interface News {
  readonly groupId: string
  readonly begins: readonly Begin[]
  readonly ends: readonly End[]
  readonly digest: string | undefined
}

/** Kinds that could not be read keep the digest they had. */
function digestText({ digests }: SeenGroup, before: string | null | undefined): string {
  const kept = before === null || before === undefined ? {} : (JSON.parse(before) as object) // our own text
  return JSON.stringify({ ...kept, ...digests })
}

async function newsOf(
  { groupId, digests, holdings }: SeenGroup,
  digest: string,
  { db }: Store,
): Promise<readonly News[]> {
  const rows = await db
    .selectFrom('holdings')
    .select(['kind', 'subject'])
    .where('groupId', '=', groupId)
    .where('until', 'is', null)
    .execute()
  const kinds = Object.keys(digests) as HoldingKind[] // the keys it was made with
  const begins: Begin[] = []
  const ends: End[] = []
  for (const kind of kinds) {
    const open = new Set(rows.filter(row => row.kind === kind).map(({ subject }) => subject))
    const now = new Set<string>()
    for (const holding of holdings(kind)) {
      now.add(holding.subject)
      if (!open.has(holding.subject)) begins.push({ holding, step: null })
    }
    for (const subject of open.difference(now)) ends.push({ holding: { kind, groupId, subject }, step: null })
    await breathe()
  }
  const parts: News[] = []
  for (let at = 0; at + PIECE < begins.length; at += PIECE) {
    parts.push({ groupId, begins: begins.slice(at, at + PIECE), ends: [], digest: undefined })
  }
  const rest = begins.slice(parts.length * PIECE)
  return [...parts, { groupId, begins: rest, ends, digest }]
}

function write(news: readonly News[], mark: Mark, store: Store): Promise<void> {
  const [begins, ends] = [news.flatMap(part => part.begins), news.flatMap(part => part.ends)]
  return store.write(async tx => {
    await writeHoldings(tx, { begins, ends }, mark)
    for (const { groupId, digest } of news) {
      if (digest === undefined) continue
      await tx
        .insertInto('heldGroups')
        .values({ groupId, digest })
        .onConflict(conflict => conflict.column('groupId').doUpdateSet({ digest }))
        .execute()
    }
  })
}

/** Groups that are not there any more, or not ours any more: what they had is not seen to any longer. */
async function endGone(
  present: ReadonlySet<string>,
  known: Iterable<string>,
  mark: Mark,
  store: Store,
): Promise<void> {
  for (const groupId of known) {
    if (present.has(groupId)) continue
    await store.write(async tx => {
      await endAll(tx, { groupId }, { ...mark, step: null })
      await tx.deleteFrom('heldGroups').where('groupId', '=', groupId).execute()
    })
  }
}
