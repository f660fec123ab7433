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
    throw new ScimError(400, 'invalidValue', `${name} must be a whole number.`)
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

/** The last page has no `nextCursor` (RFC 9865 §2). */
export function cursorResponse(
  total: number,
  nextCursor: string | undefined,
  resources: readonly JsonObject[],
): JsonObject {
  return {
    schemas: [listSchema],
    totalResults: total,
    itemsPerPage: resources.length,
    ...(nextCursor === undefined ? {} : { nextCursor }),
    Resources: resources,
  }
}
