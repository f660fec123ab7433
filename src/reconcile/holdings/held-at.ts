/** Who had what at an instant of the past, from what was seen and done in the account. */
import { type Selectable, sql } from 'kysely'
import { foldKey } from '../../lib/fold.ts'
import { breathe } from '../../lib/turns.ts'
import { nameKey } from '../../store/disguise.ts'
import { namesIn, tokensLabelled, tokensOf } from '../../store/pseudonyms.ts'
import type { Reader } from '../../store/store.ts'
import type { HoldingRow } from '../../store/tables.ts'
import { textList } from '../../store/text-list.ts'
import { ACCOUNT, type Detail, detailSchema, type HoldingKind } from './holding.ts'

export interface HistoryFilter {
  /** User name, address, or what a deleted name reads as. */
  readonly person?: string | undefined
  /** Name, as it was then, or uuid. */
  readonly group?: string | undefined
  /** Name or id: rights in it or in the account, and members of the groups that have any. */
  readonly environment?: string | undefined
}

export type StoredHolding = Selectable<HoldingRow>

/** A holding as it is told. */
export interface Held {
  readonly kind: HoldingKind
  /** Undefined for who is in the account. */
  readonly group: { readonly id: string; readonly name: string } | undefined
  /** Address. */
  readonly person: string | undefined
  readonly detail: Detail
  readonly since: string
  readonly until: string | undefined
  readonly sinceRun: string
  readonly sinceStep: string | undefined
  readonly untilRun: string | undefined
  readonly untilStep: string | undefined
}

/** Groups looked up at a time. */
const CHUNK = 100

const KINDS: readonly HoldingKind[] = ['account-user', 'group', 'member', 'permission', 'binding']

/** The account first, then group by group as they are called, some groups at a time. */
export async function* heldAt(
  db: Reader,
  at: string,
  filter: HistoryFilter,
): AsyncGenerator<readonly Held[]> {
  const tokens = filter.person === undefined ? undefined : await personTokens(db, filter.person)
  const named = await groupsAt(db, at, filter, tokens)
  const groups =
    filter.group === undefined && filter.environment === undefined
      ? [[ACCOUNT, ''] as const, ...named]
      : named
  for (let first = 0; first < groups.length; first += CHUNK) {
    const some = new Map(groups.slice(first, first + CHUNK))
    const rows = await standing(db, at)
      .where(sql<boolean>`group_id in ${textList(db, JSON.stringify([...some.keys()]))}`)
      .execute()
    const told = rows.filter(row => tokens === undefined || !isPerson(row) || tokens.has(row.subject))
    const held = await toHeld(db, told, id => some.get(id) ?? id)
    yield within(held, filter.environment).toSorted(byGroupAndKind)
    await breathe()
  }
}

/** By all of the spellings that are known. */
export async function personTokens(db: Reader, person: string): Promise<ReadonlySet<string>> {
  const user = await db
    .selectFrom('users')
    .select('email')
    .where('userNameKey', '=', foldKey(person))
    .executeTakeFirst()
  const keys = [person, user?.email ?? person].map(nameKey)
  return new Set([...(await tokensOf(db, keys)), ...(await tokensLabelled(db, person))])
}

/** Rows with their names read; `nameOf` tells how a group is or was called. */
export async function toHeld(
  db: Reader,
  rows: readonly StoredHolding[],
  nameOf: (groupId: string) => string,
): Promise<readonly Held[]> {
  const names = await namesIn(
    db,
    rows.filter(isPerson).map(({ subject }) => subject),
  )
  return rows.map(row => ({
    kind: row.kind,
    group: row.groupId === ACCOUNT ? undefined : { id: row.groupId, name: nameOf(row.groupId) },
    person: isPerson(row) ? names(row.subject) : undefined,
    detail: detailSchema.parse(JSON.parse(row.detail)),
    since: row.since,
    until: row.until ?? undefined,
    sinceRun: row.sinceRun,
    sinceStep: row.sinceStep ?? undefined,
    untilRun: row.untilRun ?? undefined,
    untilStep: row.untilStep ?? undefined,
  }))
}

const isPerson = ({ kind }: Pick<HoldingRow, 'kind'>): boolean => kind === 'member' || kind === 'account-user'

const standing = (db: Reader, at: string) =>
  db
    .selectFrom('holdings')
    .selectAll()
    .where('since', '<=', at)
    .where(({ eb, or }) => or([eb('until', 'is', null), eb('until', '>', at)]))

/** Ids and names as they were, by name. */
async function groupsAt(
  db: Reader,
  at: string,
  { group }: HistoryFilter,
  tokens: ReadonlySet<string> | undefined,
): Promise<readonly (readonly [string, string])[]> {
  const rows = await standing(db, at)
    .where('kind', '=', 'group')
    .$if(tokens !== undefined, select =>
      select.where(
        sql<boolean>`group_id in (select group_id from holdings as mine where mine.subject in ${textList(db, JSON.stringify([...(tokens ?? [])]))})`,
      ),
    )
    .execute()
  const held = tokens === undefined ? undefined : await groupsHolding(db, at, tokens)
  return rows
    .map(row => [row.groupId, nameIn(row)] as const)
    .filter(([id]) => held === undefined || held.has(id))
    .filter(([id, name]) => group === undefined || id === group || foldKey(name) === foldKey(group))
    .toSorted(([, one], [, other]) => (one < other ? -1 : 1))
}

async function groupsHolding(
  db: Reader,
  at: string,
  tokens: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const rows = await standing(db, at)
    .where('kind', '=', 'member')
    .where(sql<boolean>`subject in ${textList(db, JSON.stringify([...tokens]))}`)
    .execute()
  return new Set(rows.map(({ groupId }) => groupId))
}

/** The name that a holding of kind `group` says. */
export function nameIn({ detail }: Pick<HoldingRow, 'detail'>): string {
  const said = detailSchema.parse(JSON.parse(detail))
  return 'name' in said ? said.name : ''
}

/** Rights that count in an environment, and the members of groups that have one. */
function within(held: readonly Held[], environment: string | undefined): readonly Held[] {
  if (environment === undefined) return held
  const groups = groupsWith(held, environment)
  return held.filter(each => concerns(each, environment, groups))
}

/** Ids of groups that have a right which counts in an environment. */
export const groupsWith = (held: readonly Held[], environment: string): ReadonlySet<string | undefined> =>
  new Set(held.filter(({ detail }) => countsIn(detail, environment)).map(({ group }) => group?.id))

/** Whether it is such a right, or about a group that has one. */
export const concerns = (
  { detail, group }: Held,
  environment: string,
  groups: ReadonlySet<string | undefined>,
): boolean => ('on' in detail ? countsIn(detail, environment) : groups.has(group?.id))

/** Policies of the account count everywhere, its roles only there. */
function countsIn(detail: Detail, environment: string): boolean {
  if (!('on' in detail)) return false
  const asked = foldKey(environment)
  if (detail.on === 'account') return 'policy' in detail || asked === 'account'
  return detail.on.id === environment || foldKey(detail.on.name) === asked
}

function byGroupAndKind(one: Held, other: Held): number {
  const [a, b] = [sortText(one), sortText(other)]
  return a < b ? -1 : a > b ? 1 : 0
}

const sortText = ({ group, kind, person, detail }: Held): string =>
  [group?.name ?? '', group?.id ?? '', KINDS.indexOf(kind), person ?? JSON.stringify(detail)].join('\u0001')
