/** The body of a Bulk request (RFC 7644 §3.7): read and checked as a whole, nothing carried out yet. */
import { ScimError } from './error.ts'
import { ownValue } from './evaluate.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './normalise.ts'

/** What ServiceProviderConfig announces: operations in one request. */
export const maxBulkOperations = 1000
/** What ServiceProviderConfig announces: the bytes of the body of one request. */
export const maxBulkPayload = 4_194_304

export const bulkRequestSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'

export interface BulkOperation {
  /** In capitals; whether it is one of the four that Bulk knows is not yet checked. */
  readonly method: string
  readonly path: string
  readonly bulkId: string | undefined
  /** Acts as If-Match. */
  readonly version: string | undefined
  readonly data: Json | undefined
}

export interface BulkRequest {
  /** The number of errors after which nothing more is carried out; infinite by default. */
  readonly failOnErrors: number
  readonly operations: readonly BulkOperation[]
}

/** Throws `ScimError` 400 `invalidSyntax`, or 413 for more operations than `maxBulkOperations`. */
export function parseBulkRequest(body: Json | undefined): BulkRequest {
  if (!isObject(body)) throw invalid('The body must be a JSON object with schemas and Operations.')
  if (!namesBulk(ownValue(body, 'schemas'))) throw invalid(`schemas must contain ${bulkRequestSchema}.`)
  const operations = ownValue(body, 'Operations')
  if (!isList(operations) || operations.length === 0) {
    throw invalid('Operations must be a list with at least one operation.')
  }
  if (operations.length > maxBulkOperations) {
    throw new ScimError(
      413,
      undefined,
      `The request has ${operations.length} operations, more than the ${maxBulkOperations} of maxOperations. Send them in several requests.`,
    )
  }
  const parsed = operations.map(parseOperation)
  refuseRepeated(parsed)
  return { failOnErrors: parseFailOnErrors(ownValue(body, 'failOnErrors')), operations: parsed }
}

const namesBulk = (schemas: Json | undefined): boolean =>
  isList(schemas) &&
  schemas.some(urn => typeof urn === 'string' && urn.toLowerCase() === bulkRequestSchema.toLowerCase())

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** Zero accepts no error, and neither does one: the first error ends both. */
function parseFailOnErrors(value: Json | undefined): number {
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return Math.max(1, value)
  throw invalid('failOnErrors must be a whole number that is not negative.')
}

function parseOperation(operation: Json, index: number): BulkOperation {
  const name = `Operations[${index}]`
  if (!isObject(operation)) throw invalid(`${name} must be a JSON object.`)
  const method = textOf(operation, 'method', name)
  const path = textOf(operation, 'path', name)
  if (method === undefined) throw invalid(`${name}.method is missing: send POST, PUT, PATCH or DELETE.`)
  if (path === undefined) throw invalid(`${name}.path is missing: send a path such as /Users.`)
  return {
    // What is echoed stays short, whatever was sent.
    method: method.toUpperCase().slice(0, 20),
    path,
    bulkId: textOf(operation, 'bulkId', name),
    version: textOf(operation, 'version', name),
    data: ownValue(operation, 'data'),
  }
}

/** Null and an empty text are no value (RFC 7643 §2.5). */
function textOf(operation: JsonObject, member: string, name: string): string | undefined {
  const value = ownValue(operation, member)
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw invalid(`${name}.${member} must be a text.`)
}

/** Two operations of one name would make every reference to them ambiguous. */
function refuseRepeated(operations: readonly BulkOperation[]): void {
  const seen = new Set<string>()
  for (const { bulkId } of operations) {
    if (bulkId === undefined) continue
    if (seen.has(bulkId)) {
      throw invalid(`The bulkId ${quoted(bulkId)} is given twice: it must be unique within the request.`)
    }
    seen.add(bulkId)
  }
}

/** As a message shows it, however long it is. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)

const invalid = (detail: string): ScimError => new ScimError(400, 'invalidSyntax', detail)
