/** Paging by index and the ListResponse (RFC 7644 §3.4.2 and §3.4.2.4). */
import { ScimError } from './error.ts'
import type { JsonObject } from './json.ts'

export const maxPage = 500
const defaultPage = 100

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
