/** What the SCIM routes read from a request: id, query, preconditions, and the URL they are known by. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Cause, Page, PageRequest } from '../../directory/directory.ts'
import type { Cursors } from '../../scim/cursor.ts'
import { ScimError } from '../../scim/error.ts'
import type { JsonObject } from '../../scim/json.ts'
import { cursorResponse, listResponse, parseCursorCount, parsePage } from '../../scim/page.ts'
import { type Projection, parseProjection } from '../../scim/projection.ts'
import { parseQueryFilter } from '../../scim/query-filter.ts'
import { namesVersion, versionOf } from '../../scim/resource.ts'
import type { ResourceType } from '../../scim/schema/attribute.ts'
import { parseSort } from '../../scim/sort.ts'

/** A parameter given twice counts once, as it came first; unknown ones are ignored (RFC 7644 §3.4.2). */
const single = z.union([z.string(), z.array(z.string()).transform(values => values[0] ?? '')]).optional()
const names = z.union([z.string(), z.array(z.string())]).optional()
const number = z.union([z.number(), single]).optional()

const Query = z.object({
  attributes: names,
  excludedAttributes: names,
  filter: single,
  sortBy: single,
  sortOrder: single,
  cursor: single,
  startIndex: number,
  count: number,
})

export interface Search {
  readonly page: PageRequest
  readonly projection: Projection
  /** The answer for a page that the directory gave. */
  readonly listed: (page: Page<unknown>, resources: readonly JsonObject[]) => JsonObject
}

/** The parameters of a list, from a query string or from the body of `.search` (RFC 7644 §3.4.3). */
export function readSearch(source: unknown, type: ResourceType, cursors: Cursors): Search {
  const query = readQuery(source)
  const projection = parseProjection(query.attributes, query.excludedAttributes, type)
  const filter = query.filter === undefined ? undefined : parseQueryFilter(query.filter, type)
  const sort = parseSort(query.sortBy, query.sortOrder, type)
  if (query.cursor === undefined) {
    const bounds = parsePage(query)
    return {
      page: { ...bounds, filter, sort },
      projection,
      listed: ({ total }, resources) => listResponse(total, bounds.startIndex, resources),
    }
  }
  if (query.startIndex !== undefined) {
    throw new ScimError(400, 'invalidValue', 'Give startIndex or cursor, not both.')
  }
  const bound = boundTo(query, type)
  const count = parseCursorCount(query.count)
  const behind = query.cursor === '' ? 'start' : cursors.open(query.cursor, bound)
  return {
    page: { startIndex: 1, count, filter, sort, behind },
    projection,
    listed: ({ total, next }, resources) =>
      cursorResponse(total, next === undefined ? undefined : cursors.seal(next, bound), resources),
  }
}

/** What must stay the same from page to page (RFC 9865 §2): everything but `count`, for one type of resource. */
const boundTo = (query: z.infer<typeof Query>, type: ResourceType): string =>
  JSON.stringify([
    type.name,
    query.filter ?? '',
    query.sortBy ?? '',
    query.sortOrder ?? '',
    [query.attributes ?? []].flat().join(','),
    [query.excludedAttributes ?? []].flat().join(','),
  ])

export function readProjection(request: FastifyRequest, type: ResourceType): Projection {
  const query = readQuery(request.query)
  return parseProjection(query.attributes, query.excludedAttributes, type)
}

function readQuery(source: unknown): z.infer<typeof Query> {
  const parsed = Query.safeParse(source)
  if (parsed.success) return parsed.data
  const name = String(parsed.error.issues[0]?.path[0] ?? 'body')
  throw new ScimError(400, 'invalidValue', `${name} does not have the form that RFC 7644 gives it.`)
}

const Params = z.object({ id: z.string() })

/** The id in the path. What no database could hold as text is nobody's id. */
export function readId(request: FastifyRequest, type: ResourceType): string {
  const { id } = Params.parse(request.params)
  if (id.includes('\0')) throw notFound(id, type)
  return id
}

export const notFound = (id: string, type: ResourceType): ScimError =>
  new ScimError(404, undefined, `There is no ${type.name} with the id ${JSON.stringify(id)}.`)

export const causeOf = (request: FastifyRequest): Cause => ({ requestId: request.id, actor: 'scim' })

/** Throws 412 when the client wanted to change another version (RFC 7644 §3.14). */
export function checkVersion(request: FastifyRequest, stored: { readonly version: number }): void {
  const wanted = request.headers['if-match']
  if (wanted === undefined || namesVersion(wanted, versionOf(stored))) return
  throw new ScimError(412, undefined, 'The resource has changed meanwhile: read it again.')
}

export function isKnownToClient(request: FastifyRequest, stored: { readonly version: number }): boolean {
  const known = request.headers['if-none-match']
  return known !== undefined && namesVersion(known, versionOf(stored))
}

/** The URL of the SCIM service as the client knows it. */
export const baseUrl = (request: FastifyRequest, publicUrl: string | undefined): string =>
  `${publicUrl ?? `${request.protocol}://${request.host}`}/scim/v2`
