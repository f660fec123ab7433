/** The parameters of lists and answers (RFC 7644 §3.4.2 and §3.9). */
import { z } from 'zod'
import type { Page, PageRequest } from '../../directory/directory.ts'
import type { Cursors } from '../../scim/cursor.ts'
import type { Dialects } from '../../scim/dialects/dialects.ts'
import { ScimError } from '../../scim/error.ts'
import { type PagePlace, parseCursorCount, parsePage } from '../../scim/page.ts'
import { type Projection, parseProjection } from '../../scim/projection.ts'
import { parseQueryFilter } from '../../scim/query-filter.ts'
import type { ResourceType } from '../../scim/schema/attribute.ts'
import { parseSort } from '../../scim/sort.ts'

/** A parameter given twice counts once, as it came first; unknown ones are ignored (RFC 7644 §3.4.2). */
const single = z.union([z.string(), z.array(z.string()).transform(values => values[0] ?? '')]).optional()
const names = z.union([z.string(), z.array(z.string())]).optional()
const number = z.union([z.number(), single]).optional()

const QuerySchema = z.object({
  attributes: names,
  excludedAttributes: names,
  filter: single,
  sortBy: single,
  sortOrder: single,
  cursor: single,
  startIndex: number,
  count: number,
})

type Query = z.infer<typeof QuerySchema>

export interface Search {
  readonly page: PageRequest
  readonly projection: Projection
  /** Where the page that the directory gave stands, as the answer says it. */
  readonly placeOf: (page: Page<unknown>) => PagePlace
}

/** The parameters of a list, from a query string or from the body of `.search` (RFC 7644 §3.4.3). */
export function readSearch(
  source: unknown,
  type: ResourceType,
  cursors: Cursors,
  dialects: Dialects,
): Search {
  const query = readQuery(source)
  const projection = projectionOf(query, type, dialects)
  const filter = query.filter === undefined ? undefined : parseQueryFilter(query.filter, type, dialects)
  const sort = parseSort(query.sortBy, query.sortOrder, type)
  if (query.cursor === undefined) {
    const bounds = parsePage(query)
    return {
      page: { ...bounds, filter, sort },
      projection,
      placeOf: () => ({ kind: 'index', startIndex: bounds.startIndex }),
    }
  }
  if (query.startIndex !== undefined) {
    throw new ScimError(
      400,
      'invalidValue',
      'Give startIndex or cursor, not both: a list is paged by one of them.',
    )
  }
  const bound = boundTo(query, type)
  const count = parseCursorCount(query.count)
  const behind = query.cursor === '' ? 'start' : cursors.open(query.cursor, bound)
  return {
    page: { startIndex: 1, count, filter, sort, behind },
    projection,
    placeOf: ({ next }) => ({
      kind: 'cursor',
      next: next === undefined ? undefined : cursors.seal(next, bound),
    }),
  }
}

/** What must stay the same from page to page (RFC 9865 §2): everything but `count`, for one type of resource. */
export const boundTo = (query: Query, type: { readonly name: string }): string =>
  JSON.stringify([
    type.name,
    query.filter ?? '',
    query.sortBy ?? '',
    query.sortOrder ?? '',
    [query.attributes ?? []].flat().join(','),
    [query.excludedAttributes ?? []].flat().join(','),
  ])

/** A client asks for the same few over and over: Entra says `excludedAttributes=members` with every request. */
const remembered = new WeakMap<Dialects, Map<string, Projection>>()
const REMEMBERED = 100

function projectionOf(query: Query, type: ResourceType, dialects: Dialects): Projection {
  const { attributes, excludedAttributes } = query
  if (attributes === undefined && excludedAttributes === undefined) return { kind: 'all' }
  const known = remembered.get(dialects) ?? new Map<string, Projection>()
  remembered.set(dialects, known)
  const key = JSON.stringify([type.name, attributes, excludedAttributes])
  const projection = known.get(key) ?? parseProjection(attributes, excludedAttributes, type, dialects)
  if (known.size < REMEMBERED) known.set(key, projection)
  return projection
}

export function readProjection(source: unknown, type: ResourceType, dialects: Dialects): Projection {
  const query = readQuery(source)
  return projectionOf(query, type, dialects)
}

const FORMS: ReadonlyMap<string, string> = new Map([
  ['attributes', 'a list of names of attributes'],
  ['excludedAttributes', 'a list of names of attributes'],
  ['startIndex', 'a whole number'],
  ['count', 'a whole number'],
])

export function readQuery(source: unknown): Query {
  const parsed = QuerySchema.safeParse(source)
  if (parsed.success) return parsed.data
  const name = String(parsed.error.issues[0]?.path[0] ?? 'body')
  if (name === 'body')
    throw new ScimError(400, 'invalidSyntax', 'The body must be a JSON object: a SearchRequest.')
  throw new ScimError(400, 'invalidValue', `${name} must be ${FORMS.get(name) ?? 'a string'}.`)
}
