/** What a Bulk request is answered with: one result for each operation that was begun (RFC 7644 §3.7). */
import type { BulkOperation } from './bulk-request.ts'
import type { ScimErrorBody } from './error.ts'

/** What became of one operation, from whoever carried it out. */
export interface BulkAnswer {
  readonly status: number
  readonly etag?: string | undefined
  /** Of what was created. */
  readonly location?: string | undefined
}

export interface BulkResult {
  readonly method: string
  readonly bulkId?: string
  readonly version?: string
  readonly location?: string
  readonly status: string
  readonly response?: ScimErrorBody
}

export interface BulkResponse {
  readonly schemas: readonly string[]
  readonly Operations: readonly BulkResult[]
}

const responseSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

export const bulkResponse = (results: readonly BulkResult[]): BulkResponse => ({
  schemas: [responseSchema],
  Operations: results,
})

/** The result of an operation that came about. */
export const success = (
  operation: BulkOperation,
  { status, etag }: BulkAnswer,
  location: string | undefined,
): BulkResult => ({
  ...named(operation),
  ...(etag === undefined ? {} : { version: etag }),
  ...(location === undefined ? {} : { location }),
  status: String(status),
})

/** The result of an operation that did not; `location` of what is there all the same. */
export const failure = (
  operation: BulkOperation,
  response: ScimErrorBody,
  location: string | undefined,
): BulkResult => ({
  ...named(operation),
  ...(location === undefined ? {} : { location }),
  status: response.status,
  response,
})

/** The id of the resource that a location leads to. */
export const idAtEnd = (location: string): string =>
  decodeURIComponent(location.slice(location.lastIndexOf('/') + 1))

const named = ({ method, bulkId }: BulkOperation): Pick<BulkResult, 'method' | 'bulkId'> => ({
  method,
  ...(bulkId === undefined ? {} : { bulkId }),
})
