/** A page over several types: by default one type after the other, or merged in the order that was asked for. */
import type { PageRequest } from '../../directory/directory.ts'
import type { StoredText } from '../../scim/resource-text.ts'
import { findAttribute } from '../../scim/schema/attribute.ts'
import { compareInOrder, type Position, type Sort } from '../../scim/sort.ts'
import { positionIn, type RootSource } from './root-source.ts'

export interface RootItem {
  readonly source: RootSource
  readonly item: StoredText
}

export interface RootPage {
  readonly total: number
  readonly items: readonly RootItem[]
  /** Where the next page begins, when `behind` was asked for and there is one. */
  readonly next?: Position
}

export type RootBounds = Pick<PageRequest, 'startIndex' | 'count' | 'behind'>

export async function pageInTurn(
  sources: readonly RootSource[],
  { startIndex, count, behind }: RootBounds,
): Promise<RootPage> {
  const items: RootItem[] = []
  let total = 0
  let skip = startIndex - 1
  let more = false
  // The id of such a position tells the type too.
  const [typeName, id = ''] = typeof behind === 'object' ? behind.id.split(' ') : []
  let reached = typeof behind !== 'object'
  for (const source of sources) {
    const isAt = source.kind.type.name === typeName
    reached ||= isAt
    const wanted = reached ? count - items.length : 0
    const from = isAt && typeof behind === 'object' ? { key: behind.key, id } : behind && ('start' as const)
    const page = await source.list({
      startIndex: skip + 1,
      count: wanted,
      behind: wanted === 0 ? undefined : from,
    })
    total += page.total
    items.push(...page.items.map(item => ({ source, item })))
    skip = Math.max(0, skip - page.total)
    if (page.next !== undefined || (reached && wanted === 0 && page.total > 0)) more = true
  }
  const last = items.at(-1)
  if (behind === undefined || !more || last === undefined) return { total, items }
  const { source, item } = last
  return { total, items, next: { key: item.createdAt, id: `${source.kind.type.name} ${item.id}` } }
}

export async function pageInOrder(
  sources: readonly RootSource[],
  sort: Sort,
  { startIndex, count, behind }: RootBounds,
  base: string,
): Promise<RootPage> {
  const totals = await Promise.all(
    sources.map(async source => (await source.list({ startIndex: 1, count: 0 })).total),
  )
  const total = totals.reduce((sum, one) => sum + one, 0)
  if (count === 0 || startIndex > total) return { total, items: [] }
  const window = startIndex - 1 + count
  const found: (RootItem & { readonly position: Position })[] = []
  let more = false
  for (const [index, source] of sources.entries()) {
    const own = source.sort ?? idsOnly(sort)
    const from = behindIn(source, behind, sort)
    if (from === 'end') continue
    const page = await source.list({
      startIndex: 1,
      count: Math.min(window, totals[index] ?? 0),
      sort: own,
      behind: from,
    })
    if (page.next !== undefined) more = true
    for (const item of page.items) found.push({ source, item, position: positionIn(source, item, base) })
  }
  found.sort((left, right) => compareInOrder(left.position, right.position, sort))
  const items = found.slice(startIndex - 1, window)
  const last = items.at(-1)
  if (behind === undefined || last === undefined || !(more || found.length > window)) return { total, items }
  return { total, items, next: last.position }
}

/** Without the attribute that is sorted by, resources are in the order of their ids. */
const idsOnly = ({ descending }: Sort): Sort => ({
  extension: undefined,
  attribute: 'id',
  sub: undefined,
  caseExact: true,
  descending,
})

/** Where a source goes on behind a position, which may be that of a resource of another type. */
function behindIn(
  { kind, sort }: RootSource,
  behind: Position | 'start' | undefined,
  { descending }: Sort,
): Position | 'start' | 'end' | undefined {
  if (typeof behind !== 'object') return behind
  const isNull = behind.key === null
  // Those without the attribute come last, or first when descending.
  if (sort === undefined) {
    if (isNull) return { key: behind.id, id: behind.id }
    return descending ? 'end' : 'start'
  }
  // And so they do where each has one: a column that is never null cannot be compared with null.
  const isRequired = findAttribute(kind.type.attributes, sort.attribute)?.required ?? false
  if (isNull && isRequired) return descending ? 'start' : 'end'
  return behind
}
