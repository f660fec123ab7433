/** One type of resource as a part of a query over all of them (RFC 7644 §3.4.2.1). */
import type { Page, PageRequest } from '../../directory/directory.ts'
import type { Dialects } from '../../scim/dialects/dialects.ts'
import { ScimError } from '../../scim/error.ts'
import type { Filter } from '../../scim/filter.ts'
import { filterForType } from '../../scim/filter-for-type.ts'
import type { JsonObject } from '../../scim/json.ts'
import { type Projection, parseProjection } from '../../scim/projection.ts'
import { parseQueryFilter } from '../../scim/query-filter.ts'
import { toResource } from '../../scim/resource.ts'
import type { StoredText } from '../../scim/resource-text.ts'
import { dynatraceUserSchema } from '../../scim/schema/dynatrace-user.ts'
import { type Position, parseSort, type Sort, type SortKey, sortKey } from '../../scim/sort.ts'
import type { ResourceList } from './resource-endpoint.ts'
import type { readQuery } from './search.ts'

export interface RootSource {
  readonly kind: ResourceList<StoredText>
  readonly projection: Projection
  /** Undefined when the type does not have the attribute that is sorted by, or nothing is sorted. */
  readonly sort: Sort | undefined
  list(page: Omit<PageRequest, 'filter'>): Promise<Page<StoredText>>
}

export interface RootSources {
  readonly sources: readonly RootSource[]
  readonly sort: Sort | undefined
}

export function rootSources(
  kinds: readonly ResourceList<StoredText>[],
  query: ReturnType<typeof readQuery>,
  dialects: Dialects,
  base: string,
): RootSources {
  const sorts = sortsOf(kinds, query)
  const sources = kinds.map((kind, index): RootSource => {
    const asked = query.filter === undefined ? undefined : parseQueryFilter(query.filter, kind.type, dialects)
    const filter = asked === undefined ? true : filterForType(asked, kind.type)
    return {
      kind,
      projection: parseProjection(query.attributes, query.excludedAttributes, kind.type, dialects),
      sort: sorts[index],
      list: page => listed(kind, filter, { ...page, base }),
    }
  })
  return { sources, sort: sorts.find(sort => sort !== undefined) }
}

async function listed(
  kind: ResourceList<StoredText>,
  filter: Filter | boolean,
  page: Omit<PageRequest, 'filter'>,
): Promise<Page<StoredText>> {
  if (filter === false) return { total: 0, items: [] }
  return kind.list({ ...page, filter: filter === true ? undefined : filter })
}

/** An attribute that one type lacks is in order there; one that all lack is refused as for the first. */
function sortsOf(
  kinds: readonly ResourceList<StoredText>[],
  { sortBy, sortOrder }: ReturnType<typeof readQuery>,
): readonly (Sort | undefined)[] {
  const refusals: unknown[] = []
  const sorts = kinds.map(({ type }) => {
    try {
      return parseSort(sortBy, sortOrder, type)
    } catch (error) {
      refusals.push(error)
      return undefined
    }
  })
  if (kinds.length > 0 && refusals.length === kinds.length) throw refusals[0]
  const derived = sorts.find(sort => sort !== undefined && isDerived(sort))
  if (derived === undefined) return sorts
  throw new ScimError(
    400,
    'invalidValue',
    `Users and groups together cannot be sorted by ${derived.attribute}: ask /Users or /Groups.`,
  )
}

/** What is looked up for the answers of one type and is no part of the stored resource. */
const isDerived = ({ extension, attribute }: Sort): boolean =>
  extension === dynatraceUserSchema.id || attribute === 'groups' || attribute === 'members'

/** Where an item stands in the order; without the attribute its key is null, so that the id decides. */
export function positionIn({ kind, sort }: RootSource, item: StoredText, base: string): Position {
  return { key: sort === undefined ? null : keyOf(item, sort, kind, base), id: item.id }
}

function keyOf(item: StoredText, sort: Sort, { type }: ResourceList<StoredText>, base: string): SortKey {
  // These are columns of the directory, whose values are keys as they are.
  if (sort.attribute === 'id') return item.id
  if (sort.attribute === 'meta' && sort.sub === 'location') return item.id
  if (sort.attribute === 'meta' && sort.sub === 'created') return item.createdAt
  if (sort.attribute === 'meta' && sort.sub === 'lastModified') return item.modifiedAt
  const attributes = JSON.parse(item.resource) as JsonObject // written by the directory
  return sortKey(toResource({ ...item, attributes }, type, base), sort)
}
