/** What Microsoft Entra ID sends against or beyond the RFCs, one function per deviation. */
import type { Filter, Value } from '../filter.ts'
import type { Json, JsonObject } from '../json.ts'

/**
 * Truth written as text: the legacy PATCH format sends `"False"` for `active`, and app roles carry
 * `"primary": "True"`, although RFC 7643 §2.3.2 knows only true and false (learn.microsoft.com, "SCIM 2.0 protocol
 * compliance of the Microsoft Entra provisioning service"). Undefined for anything else.
 */
export function truthFromText(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const text = value.toLowerCase()
  if (text === 'true') return true
  return text === 'false' ? false : undefined
}

/**
 * The same in filters: `roles[primary eq "True"]` (learn.microsoft.com, "Customize user provisioning
 * attribute-mappings", AppRoleAssignments). RFC 7644 §3.4.2.2 writes true without quotes.
 */
export const truthTextInFilter = (wanted: Value): boolean => typeof wanted === 'string'

/**
 * A complex value given by its `value` alone: the manager arrives as a bare id, as an object, or as a list
 * of one object (RFC 7643 §4.3 knows only the object; idp-wire.md of November 2026, §2.3).
 */
export function complexFromShorthand(value: Json, hasValue: boolean): Json {
  if (typeof value === 'string' && hasValue) return { value }
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

/**
 * An attribute is cleared by replacing it with an empty text, as the manager is and as the validator of
 * the Entra gallery does with every optional attribute; afterwards it must be empty or absent (idp-wire.md of
 * November 2026, §2.5). By RFC 7643 §2.5 only null and an empty list are no value.
 */
export const isCleared = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/**
 * Operations arrive as `Add`, `Replace` and `Remove` (learn.microsoft.com, "Tutorial: Develop a SCIM endpoint");
 * RFC 7644 §3.5.2 writes them in lower case.
 */
export const operationName = (op: string): string => op.toLowerCase()

/**
 * The element that a value filter describes. Entra sends `emails[type eq "work"].value` to users who
 * have no such address and expects it to be created, where RFC 7644 §3.5.2.3 wants 400 `noTarget`; one
 * refused mapping makes it repeat the whole user for ever (idp-wire.md of November 2026, §0.4). Undefined when the filter is no description, or
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
 * A sub-attribute behind the brackets of a filter: the matching attribute `emails[type eq "work"].value eq "x"`
 * (learn.microsoft.com, "Customize user provisioning attribute-mappings"), which the grammar of RFC 7644 §3.4.2.2
 * does not have. It is `emails[type eq "work" and value eq "x"]`: both are asked of the same element.
 */
export const subAttributeBehindFilter = (tail: string): boolean => tail !== ''

/** A name in `attributes` or `excludedAttributes`, and the text of the filter for the values that it means. */
export interface SelectedName {
  readonly name: string
  readonly filter?: string
}

/** Up to a comma that is not inside of brackets; no two branches can match the same text. */
const SELECTED = /([^,[]+)(?:\[((?:"(?:[^"\\]|\\.)*"|[^"\]])*)\]?([^,[]*))?/g

/**
 * The names in `attributes` and `excludedAttributes`: a filter in brackets, as in `attributes=emails[type eq "work"]`
 * of Microsoft's reference collection (github.com/AzureAD/SCIMReferenceCode), selects the values that match. By
 * RFC 7644 §3.10 that is no name, and selects nothing.
 */
export const attributeNames = (list: string): readonly SelectedName[] =>
  [...list.matchAll(SELECTED)].map(([, name = '', filter, tail = '']) =>
    filter === undefined ? { name } : { name: name.trim() + tail.trim(), filter },
  )

/**
 * Names inside the value of an operation without path are read as paths: `"name.givenName"` and
 * `"emails[type eq \"work\"].value"` with the flag `aadOptscim062020` (learn.microsoft.com, "SCIM 2.0 protocol
 * compliance of the Microsoft Entra provisioning service"). By RFC 7644 §3.5.2.1 they are names of attributes.
 */
export const memberNameIsPath = (name: string): boolean => name !== ''

/**
 * Paths and names that no schema knows change nothing, such as the URNs of Microsoft's ADSCIM schemas and attributes
 * that an administrator mapped at will; one refusal makes Entra repeat the whole object for ever (idp-wire.md of
 * November 2026, §2.3). RFC 7644 §3.12 has `invalidPath` for them.
 */
export const ignoresUnknownPath = (path: string): boolean => path !== ''

/**
 * PATCH bodies without `schemas`, as in the samples of Entra's 2020 format (idp-wire.md of November 2026, §2.3), are
 * taken for what they are; RFC 7644 §3.5.2 requires it.
 */
export const schemasMayBeMissing = (schemas: Json | undefined): boolean => schemas === undefined
