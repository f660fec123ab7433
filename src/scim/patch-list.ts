/** What PATCH does to the elements of a multi-valued attribute (RFC 7644 §3.5.2.1–§3.5.2.3). */
import { canonicalJson } from '../lib/digest.ts'
import type { Dialects } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { normaliseElement, onePrimary } from './normalise.ts'
import type { Attribute } from './schema/attribute.ts'
import { foldedMember, uniteElements } from './unite-elements.ts'

export const elementsOf = (value: Json | undefined): readonly Json[] => {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly Json[]) : [value]
}

/** Appends what is not there yet; a newly set primary clears the others. */
export const addElements = (
  current: readonly Json[],
  added: readonly Json[],
  attribute: Attribute,
): readonly Json[] => onePrimary(current, uniteElements(current, added, attribute))

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
  dialects: Dialects,
): readonly Json[] {
  // By the names they speak of, so that a long list costs its length and not its square.
  const unwanted = new Map<string, { readonly names: readonly string[]; readonly texts: Set<string> }>()
  for (const value of values) {
    const given = typeof value === 'string' ? { value } : value
    const normal = normaliseElement(attribute, given, attribute.name, dialects)
    if (!isObject(normal)) {
      throw new ScimError(
        400,
        'invalidValue',
        `A value of ${attribute.name} to remove says nothing about it.`,
      )
    }
    const names = Object.keys(normal).sort()
    const shape = unwanted.get(names.join()) ?? { names, texts: new Set<string>() }
    unwanted.set(names.join(), shape)
    shape.texts.add(textOf(normal, names))
  }
  return current.filter(
    element =>
      !isObject(element) ||
      ![...unwanted.values()].some(({ names, texts }) => texts.has(textOf(element, names))),
  )

  function textOf(element: JsonObject, names: readonly string[]): string {
    return canonicalJson(names.map(name => foldedMember(element, name, attribute) ?? null))
  }
}
