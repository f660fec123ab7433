/** The elements of a multi-valued attribute, each once (RFC 7643 §2.4). */
import { canonicalJson } from '../lib/digest.ts'
import { foldKey } from '../lib/fold.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { type Attribute, findAttribute } from './schema/attribute.ts'

/**
 * Appends what is not there yet. An element with the type and value of an existing one is merged into it: the
 * same pair is not answered twice. What compares without letter case is the same in any.
 */
export function uniteElements(
  current: readonly Json[],
  added: readonly Json[],
  attribute: Attribute,
): readonly Json[] {
  const after = [...current]
  const places = new Map<string, number>()
  current.forEach((element, at) => {
    const identity = identityOf(element, attribute)
    if (!places.has(identity)) places.set(identity, at)
  })
  for (const element of added) {
    const identity = identityOf(element, attribute)
    const at = places.get(identity)
    if (at === undefined) places.set(identity, after.push(element) - 1)
    else after[at] = mergeElement(after[at] ?? null, element)
  }
  return after
}

function identityOf(element: Json, attribute: Attribute): string {
  if (!isObject(element) || element.value === undefined) return canonicalJson(element)
  return canonicalJson([
    foldedMember(element, 'value', attribute) ?? null,
    foldedMember(element, 'type', attribute) ?? null,
  ])
}

/** A member of an element in the form in which it compares: folded, unless its attribute is case-exact. */
export function foldedMember(element: JsonObject, name: string, attribute: Attribute): Json | undefined {
  const value = element[name]
  const exact = findAttribute(attribute.subAttributes ?? [], name)?.caseExact ?? false
  return typeof value === 'string' && !exact ? foldKey(value) : value
}

/** Keeps the identity of an element that does not change, which is how a newly set primary is recognised. */
function mergeElement(existing: Json, element: Json): Json {
  if (!isObject(existing) || !isObject(element)) return existing
  const merged = { ...existing, ...element }
  return canonicalJson(merged) === canonicalJson(existing) ? existing : merged
}
