/** What SCIM operations ask for and answer, apart from how it came and goes: by a route of its own or in a Bulk. */
import type { Json } from '../../scim/json.ts'
import type { ResourceType } from '../../scim/schema/attribute.ts'

/** What an operation needs to know of the request that asks for it. */
export interface Call {
  readonly requestId: string
  /** The URL of the SCIM service as the client knows it, without a slash at the end. */
  readonly base: string
  /** The parameters of the query string, not yet looked at. */
  readonly query: unknown
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
}

export interface Answer {
  readonly status: number
  /** The weak ETag of the resource, where there is one. */
  readonly etag?: string
  readonly location?: string
  /** The JSON text of the answer, whole or in pieces; undefined when it has no body. */
  readonly body?: string | AsyncIterable<string>
}

/**
 * The operations on one type of resource (RFC 7644 §3). Bodies are JSON as it came; whatever is wrong is thrown
 * as `ScimError`.
 */
export interface ResourceEndpoint {
  readonly type: ResourceType
  /** `source` holds the parameters: a query string that was read, or the body of `.search`. */
  search(source: unknown, call: Call): Promise<Answer>
  get(id: string, call: Call): Promise<Answer>
  create(body: Json | undefined, call: Call): Promise<Answer>
  replace(id: string, body: Json | undefined, call: Call): Promise<Answer>
  patch(id: string, body: Json | undefined, call: Call): Promise<Answer>
  remove(id: string, call: Call): Promise<Answer>
}
