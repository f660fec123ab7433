/** The body of a PATCH request (RFC 7644 §3.5.2): read, checked, not yet applied. */
import { operationName } from './dialects/entra.ts'
import { ScimError } from './error.ts'
import { ownValue } from './evaluate.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './normalise.ts'

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace'
  /** Undefined when the value itself tells what it is for. */
  readonly path: string | undefined
  /** Undefined when there was none, which is not the same as null. */
  readonly value: Json | undefined
}

export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** Throws `ScimError` 400 `invalidSyntax`, or `noTarget` for a removal without path. */
export function parsePatchRequest(body: Json | undefined): readonly PatchOperation[] {
  if (!isObject(body)) throw invalid('The body must be a JSON object with Operations.')
  const schemas = ownValue(body, 'schemas')
  if (schemas !== undefined && !namesPatch(schemas)) throw invalid(`schemas must contain ${patchSchema}.`)
  const operations = ownValue(body, 'Operations')
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalid('Operations must be a list with at least one operation.')
  }
  return operations.map(parseOperation)
}

const namesPatch = (schemas: Json): boolean =>
  Array.isArray(schemas) &&
  schemas.some(urn => typeof urn === 'string' && urn.toLowerCase() === patchSchema.toLowerCase())

function parseOperation(operation: Json): PatchOperation {
  if (!isObject(operation)) throw invalid('An operation must be a JSON object.')
  const op = parseOp(ownValue(operation, 'op'))
  const path = ownValue(operation, 'path') ?? ''
  if (typeof path !== 'string') throw new ScimError(400, 'invalidPath', 'path must be a text.')
  const value = ownValue(operation, 'value')
  const trimmed = path.trim()
  if (op === 'remove' && trimmed === '') {
    throw new ScimError(400, 'noTarget', 'A remove operation needs a path.')
  }
  if (op !== 'remove' && value === undefined) {
    throw new ScimError(400, 'invalidValue', `An ${op} operation needs a value.`)
  }
  return { op, path: trimmed === '' ? undefined : trimmed, value }
}

function parseOp(op: Json | undefined): PatchOperation['op'] {
  const name = typeof op === 'string' ? operationName(op) : undefined
  if (name === 'add' || name === 'remove' || name === 'replace') return name
  throw invalid('op must be add, remove or replace.')
}

const invalid = (detail: string): ScimError => new ScimError(400, 'invalidSyntax', detail)

/** The members of the value of an operation without path, each with its name to be read as a path. */
export function membersOfValue(operation: PatchOperation): JsonObject {
  if (isObject(operation.value)) return operation.value
  throw new ScimError(
    400,
    'invalidValue',
    `The value of an ${operation.op} operation without path must be an object.`,
  )
}
