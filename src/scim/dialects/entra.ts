/** What Microsoft Entra ID sends against or beyond the RFCs, one function per deviation. */
import type { Filter, Value } from '../filter.ts'
import type { Json, JsonObject } from '../json.ts'

/**
 * Truth written as text: the legacy PATCH format sends `"False"` for `active`, and app roles carry
 * `"primary": "True"`, although RFC 7643 §2.3.2 knows only true and false. Undefined for anything else.
 */
export function truthFromText(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const text = value.toLowerCase()
  if (text === 'true') return true
  return text === 'false' ? false : undefined
}

/**
 * A complex value given by its `value` alone: the manager arrives as a bare id, as an object, or as a list
 * of one object (RFC 7643 §4.3 knows only the object).
 */
export function complexFromShorthand(value: Json, hasValue: boolean): Json {
  if (typeof value === 'string' && hasValue) return { value }
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

/**
 * An attribute is cleared by replacing it with an empty text, as the manager is and as the validator of
 * the Entra gallery does with every optional attribute; afterwards it must be empty or absent. Null and an
 * empty list are no value by RFC 7643 §2.5.
 */
export const isCleared = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Operations arrive as `Add`, `Replace` and `Remove`; RFC 7644 §3.5.2 writes them in lower case. */
export const operationName = (op: string): string => op.toLowerCase()

/**
 * The element that a value filter describes. Entra sends `emails[type eq "work"].value` to users who
 * have no such address and expects it to be created, where RFC 7644 §3.5.2.3 wants 400 `noTarget`; one
 * refused mapping makes it repeat the whole user for ever. Undefined when the filter is no description, or
 * asks for a certain value: an address that is gone is not brought back by changing it.
 */
export function elementDescribedBy(filter: Filter): JsonObject | undefined {
  const members = new Map<string, Value>()
  const described = filter.op === 'and' ? filter.filters : [filter]
  for (const part of described) {
    if (part.op !== 'eq' || members.has(part.path) || part.path.toLowerCase() === 'value') return undefined
    members.set(part.path, part.value)
  }
  return Object.fromEntries(members)
}

/**
 * Elements are removed by a list of values beside a path without filter; RFC 7644 §3.5.2.2 would remove
 * the whole attribute. An empty list names nothing, so it removes nothing. Undefined: no list was given.
 */
export function valuesToRemove(value: Json | undefined): readonly Json[] | undefined {
  if (value === undefined || value === null) return undefined
  return Array.isArray(value) ? value : [value as Exclude<Json, readonly Json[]>]
}
