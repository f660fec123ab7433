/** What PATCH does to the elements of a multi-valued attribute (RFC 7644 §3.5.2.1–§3.5.2.3). */
import { canonicalJson } from '../lib/digest.ts'
import { ScimError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, normaliseElement, onePrimary } from './normalise.ts'
import type { Attribute } from './schema/attribute.ts'

export const elementsOf = (value: Json | undefined): readonly Json[] => {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly Json[]) : [value]
}

/**
 * Appends what is not there yet. An element with the type and value of an existing one is merged into it:
 * the same pair is not answered twice (RFC 7643 §2.4).
 */
export function addElements(current: readonly Json[], added: readonly Json[]): readonly Json[] {
  const after = [...current]
  for (const element of added) {
    const at = after.findIndex(existing => isSame(existing, element))
    const existing = after[at]
    if (existing === undefined) after.push(element)
    else if (isObject(existing) && isObject(element)) after[at] = mergeElement(existing, element)
  }
  return onePrimary(current, after)
}

function isSame(existing: Json, element: Json): boolean {
  if (!isObject(existing) || !isObject(element)) return existing === element
  if (element.value === undefined) return canonicalJson(existing) === canonicalJson(element)
  return existing.value === element.value && existing.type === element.type
}

/** Keeps the identity of an element that does not change, which is how a newly set primary is recognised. */
function mergeElement(existing: JsonObject, element: JsonObject): JsonObject {
  const merged = { ...existing, ...element }
  return canonicalJson(merged) === canonicalJson(existing) ? existing : merged
}

/** Changes the elements that match; one that nothing is left of goes. */
export function changeElements(
  current: readonly Json[],
  matches: (element: Json) => boolean,
  change: (element: Json) => JsonObject | undefined,
): readonly Json[] {
  const after = current.flatMap((element): readonly Json[] => {
    if (!matches(element)) return [element]
    const changed = change(element)
    if (changed === undefined) return []
    return [canonicalJson(changed) === canonicalJson(element) ? element : changed]
  })
  return onePrimary(current, after)
}

/** Removes the elements that have everything one of `values` says; a bare text stands for a `value`. */
export function removeElements(
  current: readonly Json[],
  values: readonly Json[],
  attribute: Attribute,
): readonly Json[] {
  const unwanted = values.map(value => {
    const normal = normaliseElement(attribute, typeof value === 'string' ? { value } : value, attribute.name)
    if (isObject(normal)) return Object.entries(normal)
    throw new ScimError(400, 'invalidValue', `A value of ${attribute.name} to remove says nothing about it.`)
  })
  return current.filter(
    element =>
      !isObject(element) ||
      !unwanted.some(members => members.every(([name, value]) => element[name] === value)),
  )
}
