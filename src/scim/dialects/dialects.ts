/**
 * The habits of identity providers that are understood although the RFCs have it otherwise, as one record of
 * functions: `lenient` takes them as they are meant, `strict` does what the RFCs say.
 */
import type { Filter, Value } from '../filter.ts'
import type { Json, JsonObject } from '../json.ts'
import * as authentik from './authentik.ts'
import * as entra from './entra.ts'
import * as okta from './okta.ts'

/** What each function does is said where its lenient form is. */
export interface Dialects {
  readonly truthFromText: (value: Json) => boolean | undefined
  readonly truthTextInFilter: (wanted: Value) => boolean
  readonly complexFromShorthand: (value: Json, hasValue: boolean) => Json
  readonly isCleared: (value: Json | undefined) => boolean
  readonly operationName: (op: string) => string
  readonly elementDescribedBy: (filter: Filter) => JsonObject | undefined
  readonly subAttributeBehindFilter: (tail: string) => boolean
  readonly attributeNames: (list: string) => readonly entra.SelectedName[]
  readonly memberNameIsPath: (name: string) => boolean
  readonly ignoresUnknownPath: (path: string) => boolean
  readonly schemasMayBeMissing: (schemas: Json | undefined) => boolean
  readonly skipsReadOnly: (mutability: string) => boolean
  readonly tokenIn: (authorization: string) => string
  readonly valuesToRemove: (value: Json | undefined) => readonly Json[] | undefined
}

export const lenient: Dialects = {
  truthFromText: entra.truthFromText,
  truthTextInFilter: entra.truthTextInFilter,
  complexFromShorthand: entra.complexFromShorthand,
  isCleared: entra.isCleared,
  operationName: entra.operationName,
  elementDescribedBy: entra.elementDescribedBy,
  subAttributeBehindFilter: entra.subAttributeBehindFilter,
  attributeNames: entra.attributeNames,
  memberNameIsPath: entra.memberNameIsPath,
  ignoresUnknownPath: entra.ignoresUnknownPath,
  schemasMayBeMissing: entra.schemasMayBeMissing,
  skipsReadOnly: okta.skipsReadOnly,
  tokenIn: okta.tokenIn,
  valuesToRemove: authentik.valuesToRemove,
}

export const strict: Dialects = {
  truthFromText: value => (typeof value === 'boolean' ? value : undefined),
  truthTextInFilter: () => false,
  complexFromShorthand: value => value,
  isCleared: isUnassigned,
  operationName: op => op,
  elementDescribedBy: () => undefined,
  subAttributeBehindFilter: () => false,
  attributeNames: list => list.split(',').map(name => ({ name })),
  memberNameIsPath: () => false,
  ignoresUnknownPath: () => false,
  schemasMayBeMissing: () => false,
  skipsReadOnly: () => false,
  tokenIn: authorization => /^Bearer +(.+)$/i.exec(authorization.trim())?.[1] ?? '',
  valuesToRemove: () => undefined,
}

/** No value by RFC 7643 §2.5: absent, null or an empty list. */
export function isUnassigned(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
