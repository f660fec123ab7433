/**
 * PATCH as a pure function (RFC 7644 §3.5.2): the operations in order, each on the outcome of the one
 * before. It answers a new resource or throws, so that a request takes effect as a whole or not at all.
 */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import { evaluateFilter } from './evaluate.ts'
import type { Json, JsonObject } from './json.ts'
import {
  complexAssignments,
  finishResource,
  isObject,
  isStored,
  normaliseElement,
  normaliseValue,
} from './normalise.ts'
import { addElements, changeElements, elementsOf, removeElements } from './patch-list.ts'
import { membersOfValue, type PatchOperation } from './patch-request.ts'
import { type PatchTarget, parsePath } from './path.ts'
import {
  type Attribute,
  findAttribute,
  isReadOnly,
  type ResourceType,
  type Schema,
} from './schema/attribute.ts'

type AttributeTarget = Extract<PatchTarget, { kind: 'attribute' }>

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
  const next = attribute.multiValued
    ? changedList(elementsOf(current), target, operation, dialects)
    : changedSingle(current, target, operation, dialects)
  return withHolder(resource, target.extension, assign(holder, attribute.name, next))
}

function changedSingle(
  current: Json | undefined,
  { attribute, sub }: AttributeTarget,
  { op, value = null }: PatchOperation,
  dialects: Dialects,
): Json | undefined {
  if (sub !== undefined) {
    const inner =
      op === 'remove' ? undefined : normaliseValue(sub, value, `${attribute.name}.${sub.name}`, dialects)
    return mergeComplex(current, new Map([[sub.name, inner]]))
  }
  if (op === 'remove' || dialects.isCleared(value)) return undefined
  if (attribute.type !== 'complex' || !isObject(value)) {
    const normal = normaliseElement(attribute, value, attribute.name, dialects)
    return isObject(normal) ? mergeComplex(current, new Map(Object.entries(normal))) : normal
  }
  return mergeComplex(
    current,
    complexAssignments(attribute.subAttributes ?? [], value, attribute.name, dialects),
  )
}

function changedList(
  current: readonly Json[],
  target: AttributeTarget,
  operation: PatchOperation,
  dialects: Dialects,
): Json | undefined {
  const changed =
    target.filter === undefined && target.sub === undefined
      ? changedWhole(current, target.attribute, operation, dialects)
      : changedMatches(current, target, operation, dialects)
  return changed.length === 0 ? undefined : changed
}

/** The path names the attribute alone. */
function changedWhole(
  current: readonly Json[],
  attribute: Attribute,
  { op, value = null }: PatchOperation,
  dialects: Dialects,
): readonly Json[] {
  if (op === 'remove') {
    const values = dialects.valuesToRemove(value)
    return values === undefined ? [] : removeElements(current, values, attribute, dialects)
  }
  const given = elementsOf(normaliseValue(attribute, value, attribute.name, dialects))
  return op === 'replace' ? given : addElements(current, given, attribute)
}

/** The path names elements, or one sub-attribute of them. */
function changedMatches(
  current: readonly Json[],
  { attribute, filter, sub }: AttributeTarget,
  { op, value = null }: PatchOperation,
  dialects: Dialects,
): readonly Json[] {
  const matches = (element: Json): boolean =>
    filter === undefined ||
    evaluateFilter(filter, isObject(element) ? element : { value: element }, path => isExact(attribute, path))
  const clears = op === 'remove' || dialects.isCleared(value)
  if (clears && sub === undefined) return current.filter(element => !matches(element))
  const assignments =
    sub === undefined
      ? complexAssignments(attribute.subAttributes ?? [], value, attribute.name, dialects)
      : new Map([
          [
            sub.name,
            clears ? undefined : normaliseValue(sub, value, `${attribute.name}.${sub.name}`, dialects),
          ],
        ])
  if (clears || current.some(matches)) {
    return changeElements(current, matches, element => mergeComplex(element, assignments))
  }
  const described = filter === undefined ? {} : dialects.elementDescribedBy(filter)
  const created = described && normaliseElement(attribute, described, attribute.name, dialects)
  if (described === undefined || (created === undefined && filter !== undefined)) {
    throw new ScimError(
      400,
      'noTarget',
      `No value of ${attribute.name} matches the filter of the path, and the filter does not say what a new one would be: add the value to ${attribute.name} instead.`,
    )
  }
  const element = mergeComplex(created, assignments)
  return element === undefined ? current : addElements(current, [element], attribute)
}

const isExact = (attribute: Attribute, path: string): boolean =>
  findAttribute(attribute.subAttributes ?? [], path)?.caseExact ?? false

/** The sub-attributes that are not assigned stay (RFC 7644 §3.5.2.3); undefined when none is left. */
function mergeComplex(
  current: Json | undefined,
  assignments: ReadonlyMap<string, Json | undefined>,
): JsonObject | undefined {
  const before = isObject(current) ? current : {}
  const merged = new Map<string, Json | undefined>([...Object.entries(before), ...assignments])
  // A reference belongs to the value it came with.
  if (assignments.has('value') && !assignments.has('$ref') && before.value !== assignments.get('value')) {
    merged.delete('$ref')
  }
  const kept = [...merged].flatMap(([name, value]): [string, Json][] =>
    value === undefined ? [] : [[name, value]],
  )
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
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
