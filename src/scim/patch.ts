/**
 * PATCH as a pure function (RFC 7644 §3.5.2): the operations in order, each on the outcome of the one
 * before. It answers a new resource or throws, so that a request takes effect as a whole or not at all.
 */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import { finishResource, isObject, isStored } from './normalise.ts'
import { type AttributeTarget, changedValue } from './patch-attribute.ts'
import { membersOfValue, type PatchOperation } from './patch-request.ts'
import { type PatchTarget, parsePath } from './path.ts'
import { isReadOnly, type ResourceType, type Schema } from './schema/attribute.ts'

/** Throws `ScimError` 400 `invalidPath`, `invalidFilter`, `noTarget`, `mutability` or `invalidValue`. */
export function applyPatch(
  resource: JsonObject,
  operations: readonly PatchOperation[],
  type: ResourceType,
  dialects: Dialects = lenient,
): JsonObject {
  const scope = { type, dialects }
  const patched = operations.reduce(
    (current, operation) => applyOperation(current, operation, scope),
    resource,
  )
  return finishResource(patched, type)
}

interface Scope {
  readonly type: ResourceType
  readonly dialects: Dialects
}

function applyOperation(resource: JsonObject, operation: PatchOperation, scope: Scope): JsonObject {
  if (operation.path === undefined) return applyMembers(resource, operation, '', scope)
  const target = parsePath(operation.path, scope.type, scope.dialects)
  const fixed = readOnlyPart(target)
  if (fixed !== undefined) throw new ScimError(400, 'mutability', `${fixed} is read-only: leave it out.`)
  return applyAt(resource, target, operation, scope)
}

/** The name of what a path points at when no client may write it. */
function readOnlyPart(target: PatchTarget): string | undefined {
  if (target.kind === 'extension') return isReadOnly(target.extension) ? target.extension.id : undefined
  if (target.kind !== 'attribute') return undefined
  const { attribute, sub } = target
  if (attribute.mutability === 'readOnly') return attribute.name
  return sub?.mutability === 'readOnly' ? `${attribute.name}.${sub.name}` : undefined
}

/** An operation without path: every name in its value is a path (Okta always, Entra with its 2020 format). */
function applyMembers(
  resource: JsonObject,
  operation: PatchOperation,
  prefix: string,
  scope: Scope,
): JsonObject {
  const { type, dialects } = scope
  let patched = resource
  for (const [name, value] of Object.entries(membersOfValue(operation, type, dialects))) {
    const target = parsePath(`${prefix}${name}`, type, dialects)
    const fixed = readOnlyPart(target)
    if (fixed !== undefined) {
      if (dialects.skipsReadOnly('readOnly')) continue
      throw new ScimError(400, 'mutability', `${fixed} is read-only: leave it out.`)
    }
    patched = applyAt(patched, target, { ...operation, value }, scope)
  }
  return patched
}

function applyAt(
  resource: JsonObject,
  target: PatchTarget,
  operation: PatchOperation,
  scope: Scope,
): JsonObject {
  switch (target.kind) {
    case 'unknown':
      return resource
    case 'resource':
      if (operation.op === 'remove')
        throw new ScimError(
          400,
          'noTarget',
          'A remove operation without an attribute in its path would remove the resource: use DELETE for that.',
        )
      return applyMembers(resource, operation, `${scope.type.schema.id}:`, scope)
    case 'extension': {
      const { id } = target.extension
      if (operation.op === 'remove' || scope.dialects.isCleared(operation.value)) {
        return assign(resource, id, undefined)
      }
      return applyMembers(resource, operation, `${id}:`, scope)
    }
    case 'attribute':
      return applyToAttribute(resource, target, operation, scope.dialects)
  }
}

function applyToAttribute(
  resource: JsonObject,
  target: AttributeTarget,
  operation: PatchOperation,
  dialects: Dialects,
): JsonObject {
  const { attribute, sub } = target
  // What is not kept is accepted and has no effect: passwords.
  if (!isStored(attribute)) return resource
  if (operation.op === 'remove' && attribute.required && sub === undefined) {
    throw new ScimError(400, 'mutability', `${attribute.name} is required and cannot be removed: replace it.`)
  }
  const holder = holderOf(resource, target.extension)
  const current = holder[attribute.name]
  const next = changedValue(current, target, operation, dialects)
  return withHolder(resource, target.extension, assign(holder, attribute.name, next))
}

function holderOf(resource: JsonObject, extension: Schema | undefined): JsonObject {
  if (extension === undefined) return resource
  const holder = resource[extension.id]
  return isObject(holder) ? holder : {}
}

function withHolder(resource: JsonObject, extension: Schema | undefined, holder: JsonObject): JsonObject {
  if (extension === undefined) return holder
  return assign(resource, extension.id, Object.keys(holder).length === 0 ? undefined : holder)
}

function assign(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const { [name]: _previous, ...rest } = object
  return value === undefined ? rest : { ...rest, [name]: value }
}
