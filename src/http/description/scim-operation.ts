/**
 * What a SCIM route says of itself in the API description. SCIM routes read their requests themselves, leniently, so
 * that what they tell is no schema that the framework would enforce, but part of the route's `config`.
 */
import { scimJson } from '../scim/media-type.ts'

export interface ScimOperation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly [string]
  readonly query?: Readonly<Record<string, object>>
  readonly headers?: Readonly<Record<string, object>>
  /** Name of the component that describes the body. */
  readonly body?: string
  readonly answers: Readonly<Record<number, ScimAnswer>>
  /** Statuses with the SCIM error as body; 401, 429 and 503 go without saying. */
  readonly failures: readonly (keyof typeof reasons)[]
}

export interface ScimAnswer {
  readonly description: string
  /** Name of the component that describes the body; no body without it. */
  readonly schema?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly scim?: ScimOperation
  }
}

const reasons = {
  400: 'The request cannot be read, or a value is not allowed; `scimType` says which kind of mistake it is.',
  401: 'The SCIM token is missing or wrong.',
  403: 'Descriptions of the service cannot be filtered.',
  404: 'There is no such resource.',
  409: 'The name is taken by another resource (`uniqueness`).',
  412: 'The resource is at another version than the precondition allows.',
  413: 'The body is too large.',
  429: 'Too many requests at once; `Retry-After` says when to come back.',
  503: 'The database cannot be reached at the moment; `Retry-After` says when to come back.',
} as const

const ALWAYS = [401, 429, 503] as const

/** In the shape that the framework's routes have theirs. */
export function routeSchema({ query, headers, body, answers, failures, ...said }: ScimOperation): object {
  return {
    ...said,
    security: [{ scimToken: [] }],
    ...(query === undefined ? {} : { querystring: { type: 'object', properties: query } }),
    ...(headers === undefined ? {} : { headers: { type: 'object', properties: headers } }),
    ...(body === undefined ? {} : { body: content(body) }),
    response: Object.fromEntries([
      ...Object.entries(answers).map(([status, answer]) => [status, answerSchema(answer)]),
      ...[...failures, ...ALWAYS]
        .toSorted((one, other) => one - other)
        .map(status => [status, { description: reasons[status], ...content('ScimError') }]),
    ]),
  }
}

const answerSchema = ({ description, schema }: ScimAnswer): object =>
  schema === undefined ? { description, type: 'null' } : { description, ...content(schema) }

const content = (name: string): object => ({
  content: { [scimJson]: { schema: { $ref: `#/components/schemas/${name}` } } },
})
