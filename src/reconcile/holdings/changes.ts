/** Who gained and who lost what between two instants, by which run and why. */
import { sql } from 'kysely'
import { z } from 'zod'
import { foldKey } from '../../lib/fold.ts'
import { breathe } from '../../lib/turns.ts'
import { readJournal } from '../../store/journal.ts'
import type { Reader } from '../../store/store.ts'
import { textList } from '../../store/text-list.ts'
import {
  concerns,
  groupsWith,
  type Held,
  type HistoryFilter,
  nameIn,
  personTokens,
  type StoredHolding,
  toHeld,
} from './held-at.ts'

/** Why something came or went. */
export interface Cause {
  readonly run: string
  readonly at: string
  /** Of a step of ours what it did and why; undefined when it was found so in the account: no step of ours did it. */
  readonly step: { readonly title: string; readonly reason: string } | undefined
  /** What set the run off, and who asked for it; undefined when the journal has no such run. */
  readonly trigger: string | undefined
  readonly actor: string | undefined
}

export interface Change {
  readonly change: 'gained' | 'lost'
  readonly held: Held
  readonly cause: Cause
}

/** Rows read, and lines of a run, at a time. */
const CHUNK = 2_000

/** Net: what came and went in between is not told. Gained first, each by the instant it came about. */
export async function changesBetween(
  db: Reader,
  { from, to }: { readonly from: string; readonly to: string },
  filter: HistoryFilter,
): Promise<readonly Change[]> {
  const rows = await moved(db, from, to, filter)
  const names = await groupNames(db, new Set(rows.map(({ groupId }) => groupId)), to)
  const byThing = Map.groupBy(rows, ({ groupId, kind, subject }) => `${groupId} ${kind} ${subject}`)
  const gained: StoredHolding[] = []
  const lost: StoredHolding[] = []
  for (const same of byThing.values()) {
    const [before, after] = [same.find(row => stood(row, from)), same.find(row => stood(row, to))]
    if (before === undefined && after !== undefined) gained.push(after)
    if (before !== undefined && after === undefined) lost.push(before)
  }
  const nameOf = (id: string) => names.get(id) ?? id
  const isAsked = ({ group }: Held) =>
    filter.group === undefined ||
    group?.id === filter.group ||
    (group !== undefined && foldKey(group.name) === foldKey(filter.group))
  const { environment } = filter
  const reaching =
    environment === undefined
      ? undefined
      : groupsWith(await rightsAround(db, [...byThing.values()].flat(), { from, to }), environment)
  const told = async (some: readonly StoredHolding[]) =>
    (await toHeld(db, some, nameOf)).filter(
      held =>
        isAsked(held) &&
        (environment === undefined || reaching === undefined || concerns(held, environment, reaching)),
    )
  const causes = causesIn(db)
  const changes: Change[] = []
  for (const held of await told(gained)) {
    const cause = await causes(held.sinceRun, held.sinceStep, held.since)
    changes.push({ change: 'gained', held, cause })
    await breathe()
  }
  for (const held of await told(lost)) {
    const cause = await causes(held.untilRun ?? '', held.untilStep, held.until ?? '')
    changes.push({ change: 'lost', held, cause })
    await breathe()
  }
  return changes
}

const stood = ({ since, until }: StoredHolding, at: string): boolean =>
  since <= at && (until === null || until > at)

/** What these groups had at either instant. */
async function rightsAround(
  db: Reader,
  rows: readonly StoredHolding[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly Held[]> {
  const groupIds = JSON.stringify([...new Set(rows.map(({ groupId }) => groupId))])
  const rights = await db
    .selectFrom('holdings')
    .selectAll()
    .where('kind', 'in', ['binding', 'permission'])
    .where('since', '<=', to)
    .where(({ eb, or }) => or([eb('until', 'is', null), eb('until', '>', from)]))
    .where(sql<boolean>`group_id in ${textList(db, groupIds)}`)
    .execute()
  return toHeld(db, rights, id => id)
}

async function moved(
  db: Reader,
  from: string,
  to: string,
  { person }: HistoryFilter,
): Promise<readonly StoredHolding[]> {
  const tokens = person === undefined ? undefined : [...(await personTokens(db, person))]
  const found: StoredHolding[] = []
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('holdings')
      .selectAll()
      .where('id', '>', after)
      .where(({ eb, or, and }) =>
        or([
          and([eb('since', '>', from), eb('since', '<=', to)]),
          and([eb('until', '>', from), eb('until', '<=', to)]),
        ]),
      )
      .$if(tokens !== undefined, select =>
        select.where(sql<boolean>`subject in ${textList(db, JSON.stringify(tokens ?? []))}`),
      )
      .orderBy('id')
      .limit(CHUNK)
      .execute()
    found.push(...rows)
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) return found
    after = last.id
    await breathe()
  }
}

/** As they were called then, or last. */
async function groupNames(
  db: Reader,
  groupIds: ReadonlySet<string>,
  at: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('holdings')
    .select(['groupId', 'detail'])
    .where('kind', '=', 'group')
    .where('since', '<=', at)
    .where(sql<boolean>`group_id in ${textList(db, JSON.stringify([...groupIds]))}`)
    .orderBy('id')
    .execute()
  return new Map(rows.map(row => [row.groupId, nameIn(row)]))
}

const stepData = z.object({ step: z.string(), title: z.string(), reason: z.string() })
const runData = z.object({ trigger: z.string(), actor: z.string() })

type Told = Pick<Cause, 'trigger' | 'actor'> & {
  readonly steps: ReadonlyMap<string, NonNullable<Cause['step']>>
}

/** From the journal, which is kept for ever. Each run is read once. */
function causesIn(db: Reader) {
  const runs = new Map<string, Promise<Told>>()
  return async (run: string, step: string | undefined, at: string): Promise<Cause> => {
    const told = runs.get(run) ?? readRun(db, run)
    runs.set(run, told)
    const { steps, trigger, actor } = await told
    return { run, at, step: step === undefined ? undefined : steps.get(step), trigger, actor }
  }
}

async function readRun(db: Reader, runId: string): Promise<Told> {
  const [line] = await readJournal(db, { runId, kind: 'run.planned', limit: 1 })
  const planned = runData.safeParse(line?.data).data
  const steps = new Map<string, NonNullable<Cause['step']>>()
  for (let after = 0; ; ) {
    const lines = await readJournal(db, {
      runId,
      kind: 'step.applied',
      after,
      oldestFirst: true,
      limit: CHUNK,
    })
    for (const { data } of lines) {
      const said = stepData.safeParse(data).data
      if (said !== undefined) steps.set(said.step, { title: said.title, reason: said.reason })
    }
    const last = lines.at(-1)
    if (last === undefined || lines.length < CHUNK) {
      return { steps, trigger: planned?.trigger, actor: planned?.actor }
    }
    after = last.seq
    await breathe()
  }
}
