/** What one operation of a PATCH makes of the value of one attribute (RFC 7644 §3.5.2.1 to §3.5.2.3). */
import type { Dialects } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import { evaluateFilter } from './evaluate.ts'
import type { Json, JsonObject } from './json.ts'
import { complexAssignments, isObject, normaliseElement, normaliseValue } from './normalise.ts'
import { addElements, changeElements, elementsOf, removeElements } from './patch-list.ts'
import type { PatchOperation } from './patch-request.ts'
import type { PatchTarget } from './path.ts'
import { type Attribute, findAttribute } from './schema/attribute.ts'

/** An attribute, or values or a sub-attribute of it. */
export type AttributeTarget = Extract<PatchTarget, { kind: 'attribute' }>

/** The value afterwards; undefined when it is unassigned. Throws `ScimError` 400 `noTarget` or `invalidValue`. */
export function changedValue(
  current: Json | undefined,
  target: AttributeTarget,
  operation: PatchOperation,
  dialects: Dialects,
): Json | undefined {
  return target.attribute.multiValued
    ? changedList(elementsOf(current), target, operation, dialects)
    : changedSingle(current, target, operation, dialects)
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
