/**
 * PATCH as a pure function (RFC 7644 §3.5.2): the operations in order, each on the outcome of the one
 * before. It answers a new resource or throws, so that a request takes effect as a whole or not at all.
 */
import { elementDescribedBy, isCleared, valuesToRemove } from './dialects/entra.ts'
import { skipsReadOnly } from './dialects/okta.ts'
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
import { type Attribute, findAttribute, type ResourceType, type Schema } from './schema/attribute.ts'

type AttributeTarget = Extract<PatchTarget, { kind: 'attribute' }>

/** Throws `ScimError` 400 `invalidPath`, `invalidFilter`, `noTarget`, `mutability` or `invalidValue`. */
export function applyPatch(
  resource: JsonObject,
  operations: readonly PatchOperation[],
  type: ResourceType,
): JsonObject {
  const patched = operations.reduce(
    (current, operation) => applyOperation(current, operation, type),
    resource,
  )
  return finishResource(patched, type)
}

function applyOperation(resource: JsonObject, operation: PatchOperation, type: ResourceType): JsonObject {
  if (operation.path === undefined) return applyMembers(resource, operation, '', type)
  const target = parsePath(operation.path, type)
  if (target.kind === 'attribute' && target.attribute.mutability === 'readOnly') {
    throw new ScimError(400, 'mutability', `${target.attribute.name} is read-only.`)
  }
  return applyAt(resource, target, operation, type)
}

/** An operation without path: every name in its value is a path (Okta always, Entra with its 2020 format). */
function applyMembers(
  resource: JsonObject,
  operation: PatchOperation,
  prefix: string,
  type: ResourceType,
): JsonObject {
  let patched = resource
  for (const [name, value] of Object.entries(membersOfValue(operation))) {
    const target = parsePath(`${prefix}${name}`, type)
    if (target.kind === 'attribute' && skipsReadOnly(target.attribute.mutability)) continue
    patched = applyAt(patched, target, { ...operation, value }, type)
  }
  return patched
}

function applyAt(
  resource: JsonObject,
  target: PatchTarget,
  operation: PatchOperation,
  type: ResourceType,
): JsonObject {
  switch (target.kind) {
    case 'unknown':
      return resource
    case 'resource':
      if (operation.op === 'remove')
        throw new ScimError(400, 'noTarget', 'A resource is removed with DELETE.')
      return applyMembers(resource, operation, `${type.schema.id}:`, type)
    case 'extension': {
      const { id } = target.extension
      if (operation.op === 'remove' || isCleared(operation.value)) return assign(resource, id, undefined)
      return applyMembers(resource, operation, `${id}:`, type)
    }
    case 'attribute':
      return applyToAttribute(resource, target, operation)
  }
}

function applyToAttribute(
  resource: JsonObject,
  target: AttributeTarget,
  operation: PatchOperation,
): JsonObject {
  const { attribute, sub } = target
  // What is not kept is accepted and has no effect: passwords, and names that follow from others.
  if (!isStored(attribute) || sub?.mutability === 'readOnly') return resource
  if (operation.op === 'remove' && attribute.required && sub === undefined) {
    throw new ScimError(400, 'mutability', `${attribute.name} is required and cannot be removed.`)
  }
  const holder = holderOf(resource, target.extension)
  const current = holder[attribute.name]
  const next = attribute.multiValued
    ? changedList(elementsOf(current), target, operation)
    : changedSingle(current, target, operation)
  return withHolder(resource, target.extension, assign(holder, attribute.name, next))
}

function changedSingle(
  current: Json | undefined,
  { attribute, sub }: AttributeTarget,
  { op, value = null }: PatchOperation,
): Json | undefined {
  if (sub !== undefined) {
    const inner = op === 'remove' ? undefined : normaliseValue(sub, value, `${attribute.name}.${sub.name}`)
    return mergeComplex(current, new Map([[sub.name, inner]]))
  }
  if (op === 'remove' || isCleared(value)) return undefined
  if (attribute.type !== 'complex' || !isObject(value)) {
    const normal = normaliseElement(attribute, value, attribute.name)
    return isObject(normal) ? mergeComplex(current, new Map(Object.entries(normal))) : normal
  }
  return mergeComplex(current, complexAssignments(attribute.subAttributes ?? [], value, attribute.name))
}

function changedList(
  current: readonly Json[],
  target: AttributeTarget,
  operation: PatchOperation,
): Json | undefined {
  const changed =
    target.filter === undefined && target.sub === undefined
      ? changedWhole(current, target.attribute, operation)
      : changedMatches(current, target, operation)
  return changed.length === 0 ? undefined : changed
}

/** The path names the attribute alone. */
function changedWhole(
  current: readonly Json[],
  attribute: Attribute,
  { op, value = null }: PatchOperation,
): readonly Json[] {
  if (op === 'remove') {
    const values = valuesToRemove(value)
    return values === undefined ? [] : removeElements(current, values, attribute)
  }
  const given = elementsOf(normaliseValue(attribute, value, attribute.name))
  return op === 'replace' ? given : addElements(current, given)
}

/** The path names elements, or one sub-attribute of them. */
function changedMatches(
  current: readonly Json[],
  { attribute, filter, sub }: AttributeTarget,
  { op, value = null }: PatchOperation,
): readonly Json[] {
  const matches = (element: Json): boolean =>
    filter === undefined ||
    evaluateFilter(filter, isObject(element) ? element : { value: element }, path => isExact(attribute, path))
  const clears = op === 'remove' || isCleared(value)
  if (clears && sub === undefined) return current.filter(element => !matches(element))
  const assignments =
    sub === undefined
      ? complexAssignments(attribute.subAttributes ?? [], value, attribute.name)
      : new Map([
          [sub.name, clears ? undefined : normaliseValue(sub, value, `${attribute.name}.${sub.name}`)],
        ])
  if (clears || current.some(matches)) {
    return changeElements(current, matches, element => mergeComplex(element, assignments))
  }
  const described = filter === undefined ? {} : elementDescribedBy(filter)
  const created = described && normaliseElement(attribute, described, attribute.name)
  if (described === undefined || (created === undefined && filter !== undefined)) {
    throw new ScimError(400, 'noTarget', `No value of ${attribute.name} matches the filter of the path.`)
  }
  const element = mergeComplex(created, assignments)
  return element === undefined ? current : addElements(current, [element])
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
