/** Bounds of a page, by index or by cursor, and the ListResponse (RFC 7644 §3.4.2.4 and RFC 9865). */
import { ScimError } from './error.ts'
import type { JsonObject } from './json.ts'

export const maxPage = 500
export const defaultPage = 100

const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

export interface PageBounds {
  /** Counts from 1. */
  readonly startIndex: number
  /** From 0 to `maxPage`. */
  readonly count: number
}

/** Out of range is moved into range; what is not a whole number is 400 `invalidValue`. */
export function parsePage(query: {
  readonly startIndex?: string | number | undefined
  readonly count?: string | number | undefined
}): PageBounds {
  return {
    startIndex: Math.max(1, wholeNumber('startIndex', query.startIndex) ?? 1),
    count: Math.min(maxPage, Math.max(0, wholeNumber('count', query.count) ?? defaultPage)),
  }
}

/** The size of a page by cursor: what is beyond `maxPage` is cut, what is no size is 400 `invalidCount`. */
export function parseCursorCount(count: string | number | undefined): number {
  if (count === undefined) return defaultPage
  if (/^\+?\d+$/.test(String(count)) && Number(count) > 0) return Math.min(maxPage, Number(count))
  throw new ScimError(
    400,
    'invalidCount',
    `With a cursor, count must be a whole number from 1 to ${maxPage}.`,
  )
}

function wholeNumber(name: string, text: string | number | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[+-]?\d+$/.test(String(text))) {
    throw new ScimError(400, 'invalidValue', `${name} must be a whole number, such as 1 or 100.`)
  }
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER)
}

export function listResponse(
  total: number,
  startIndex: number,
  resources: readonly JsonObject[],
): JsonObject {
  return {
    schemas: [listSchema],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

/** Which page a list is: by index, or by cursor, whose last page has no `nextCursor` (RFC 9865 §2). */
export type PagePlace =
  | { readonly kind: 'index'; readonly startIndex: number }
  | { readonly kind: 'cursor'; readonly next: string | undefined }

/** A ListResponse as JSON text, around resources that are text already. */
export function listText(total: number, place: PagePlace, resources: readonly string[]): string {
  return `${listHead(total, place, resources.length)}${resources.join(',')}]}`
}

/** The same in pieces, for resources that come in pieces. */
export async function* listPieces(
  total: number,
  place: PagePlace,
  resources: readonly (string | AsyncIterable<string>)[],
): AsyncGenerator<string> {
  yield listHead(total, place, resources.length)
  for (const [index, resource] of resources.entries()) {
    if (index > 0) yield ','
    if (typeof resource === 'string') yield resource
    else yield* resource
  }
  yield ']}'
}

function listHead(total: number, place: PagePlace, count: number): string {
  const head = {
    schemas: [listSchema],
    totalResults: total,
    ...(place.kind === 'index' ? { startIndex: place.startIndex } : {}),
    itemsPerPage: count,
    ...(place.kind === 'cursor' && place.next !== undefined ? { nextCursor: place.next } : {}),
  }
  return `${JSON.stringify(head).slice(0, -1)},"Resources":[`
}
