/** The body of a PATCH request (RFC 7644 §3.5.2): read, checked, not yet applied. */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { refusal, ScimError, type ScimType } from './error.ts'
import { ownValue } from './evaluate.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './normalise.ts'
import type { ResourceType } from './schema/attribute.ts'

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace'
  /** Undefined when the value itself tells what it is for. */
  readonly path: string | undefined
  /** Undefined when there was none, which is not the same as null. */
  readonly value: Json | undefined
}

export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/**
 * Throws `ScimError` 400 `invalidSyntax`, or `noTarget` for a removal without path. What cannot be read may have
 * been a change of members when it is for a group, so operators hear of it.
 */
export function parsePatchRequest(
  body: Json | undefined,
  dialects: Dialects = lenient,
): readonly PatchOperation[] {
  if (!isObject(body)) throw invalid('The body must be a JSON object with Operations.')
  const schemas = ownValue(body, 'schemas')
  if (!dialects.schemasMayBeMissing(schemas) && !namesPatch(schemas))
    throw invalid(`schemas must contain ${patchSchema}.`)
  const operations = ownValue(body, 'Operations')
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalid('Operations must be a list with at least one operation.')
  }
  return operations.map(operation => parseOperation(operation, dialects))
}

const namesPatch = (schemas: Json | undefined): boolean =>
  Array.isArray(schemas) &&
  schemas.some(urn => typeof urn === 'string' && urn.toLowerCase() === patchSchema.toLowerCase())

function parseOperation(operation: Json, dialects: Dialects): PatchOperation {
  if (!isObject(operation)) throw invalid('Each of Operations must be a JSON object with op, path and value.')
  const op = parseOp(ownValue(operation, 'op'), dialects)
  const path = ownValue(operation, 'path') ?? ''
  if (typeof path !== 'string')
    throw unread('invalidPath', 'path must be a string such as "members" or "name.givenName".')
  const value = ownValue(operation, 'value')
  const trimmed = path.trim()
  if (op === 'remove' && trimmed === '') {
    throw unread(
      'noTarget',
      'A remove operation needs a path that names what to remove, such as members[value eq "<id>"].',
    )
  }
  if (op !== 'remove' && value === undefined) {
    throw unread('invalidValue', `An ${op} operation needs a value.`)
  }
  return { op, path: trimmed === '' ? undefined : trimmed, value }
}

function parseOp(op: Json | undefined, dialects: Dialects): PatchOperation['op'] {
  const name = typeof op === 'string' ? dialects.operationName(op) : undefined
  if (name === 'add' || name === 'remove' || name === 'replace') return name
  throw invalid('op must be add, remove or replace.')
}

const invalid = (detail: string): ScimError => unread('invalidSyntax', detail)

const unread = (scimType: ScimType, detail: string): ScimError =>
  new ScimError(400, scimType, detail, refusal('unrecognised-membership-change'))

/**
 * The members of the value of an operation without path, each with its name to be read as a path. Throws `ScimError`
 * 400 `invalidPath` for a name that is none of an attribute or schema, where dialects do not have it read as a path.
 */
export function membersOfValue(
  operation: PatchOperation,
  type: ResourceType,
  dialects: Dialects,
): JsonObject {
  if (isObject(operation.value)) {
    for (const name of Object.keys(operation.value)) {
      if (dialects.memberNameIsPath(name) || isName(name, type)) continue
      throw unread('invalidPath', `${JSON.stringify(name)} is no name of an attribute: give it as the path.`)
    }
    return operation.value
  }
  throw unread(
    'invalidValue',
    `The value of an ${operation.op} operation without path must be an object of attributes and their new values.`,
  )
}

/** The name of an attribute, with or without the URN of its schema (RFC 7644 §3.10), or that URN alone. */
function isName(name: string, type: ResourceType): boolean {
  const folded = name.toLowerCase()
  const urn =
    [type.schema, ...type.extensions].find(({ id }) => folded.startsWith(id.toLowerCase()))?.id ?? ''
  return folded === urn.toLowerCase() || /^:?\$?[a-z][\w$-]*$/.test(folded.slice(urn.length))
}

/** Whether an operation speaks of `active`, in a path or as a member of its value, with or without the URN. */
export const saysActive = (operations: readonly PatchOperation[]): boolean =>
  operations.some(({ path, value }) =>
    path === undefined || /^urn:[^[]*:user$/i.test(path)
      ? isObject(value) && Object.keys(value).some(isActive)
      : isActive(path),
  )

const isActive = (name: string): boolean =>
  name.toLowerCase().replace(/^urn:ietf:params:scim:schemas:core:2\.0:user:/, '') === 'active'
