/**
 * Whether a resource satisfies a filter (RFC 7644 §3.4.2.2).
 *
 * Names are looked up among the own properties of the resource, in any letter case, so that a filter
 * never reaches a prototype. An attribute that the resource does not have counts as one without value.
 */

import { unreachable } from '../lib/errors.ts'
import { foldKey } from '../lib/fold.ts'
import type { CaseExact } from './case-exact.ts'
import { truthFromText } from './dialects/entra.ts'
import type { Comparison, Filter, Value } from './filter.ts'
import type { Json, JsonObject } from './json.ts'
import { compareTexts, instantOf } from './text-order.ts'

const CORE_SCHEMA = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group)$/i

/**
 * `caseExact` is asked with the path as the filter spells it, sub-attributes inside brackets included
 * (`emails.type` for `emails[type eq "work"]`).
 */
export function evaluateFilter(
  filter: Filter,
  resource: JsonObject,
  caseExact: (path: string) => CaseExact,
): boolean {
  return holds(filter, resource, { caseExact, prefix: '' })
}

interface Scope {
  readonly caseExact: (path: string) => CaseExact
  /** The attribute whose element is being looked at, with a dot; empty outside of brackets. */
  readonly prefix: string
}

function holds(filter: Filter, resource: JsonObject, scope: Scope): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every(inner => holds(inner, resource, scope))
    case 'or':
      return filter.filters.some(inner => holds(inner, resource, scope))
    case 'not':
      return !holds(filter.filter, resource, scope)
    case 'has': {
      const inside = { ...scope, prefix: `${scope.prefix}${filter.path}.` }
      return valuesAt(resource, filter.path).some(value => holds(filter.filter, asElement(value), inside))
    }
    case 'pr':
      return valuesAt(resource, filter.path).some(isPresent)
    default:
      return compares(filter, valuesAt(resource, filter.path).map(plainValue), scope)
  }
}

/** All values of an attribute: the elements of a multi-valued one, of its complex parents too. */
function valuesAt(resource: JsonObject, path: string): readonly Json[] {
  const whole = ownValue(resource, path)
  if (whole !== undefined) return elements(whole)
  const colon = path.lastIndexOf(':')
  if (colon === -1) return descend([resource], path.split('.'))
  const schema = path.slice(0, colon)
  const names = path.slice(colon + 1).split('.')
  if (CORE_SCHEMA.test(schema)) return isOf(resource, schema) ? descend([resource], names) : []
  const extension = ownValue(resource, schema)
  return extension === undefined ? [] : descend([extension], names)
}

/** Whether a resource has that core schema; one that does not tell its schemas is taken for any. */
function isOf(resource: JsonObject, schema: string): boolean {
  const schemas = ownValue(resource, 'schemas')
  return !isArray(schemas ?? null) || elements(schemas ?? []).some(urn => isText(urn, schema))
}

const isText = (value: Json, text: string): boolean =>
  typeof value === 'string' && value.toLowerCase() === text.toLowerCase()

function descend(values: readonly Json[], names: readonly string[]): readonly Json[] {
  return names.reduce<readonly Json[]>(
    (found, name) =>
      found.flatMap(value => {
        const next = isObject(value) ? ownValue(value, name) : undefined
        return next === undefined ? [] : elements(next)
      }),
    values,
  )
}

/** The own property of that name, in any letter case; undefined when there is none. */
export function ownValue(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name]
  const folded = name.toLowerCase()
  const key = Object.keys(object).find(candidate => candidate.toLowerCase() === folded)
  return key === undefined ? undefined : object[key]
}

const elements = (value: Json): readonly Json[] => (isArray(value) ? value : [value])
const asElement = (value: Json): JsonObject => (isObject(value) ? value : { value })
/** A complex value stands for its `value`: `emails co "x"` means `emails.value`. */
const plainValue = (value: Json): Json => (isObject(value) ? (ownValue(value, 'value') ?? null) : value)

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value)
const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !isArray(value)

/** Null, an empty text, an empty list and an object without present members are no value (RFC 7643 §2.5). */
function isPresent(value: Json): boolean {
  if (value === null || value === '') return false
  if (isArray(value)) return value.some(isPresent)
  return isObject(value) ? Object.values(value).some(isPresent) : true
}

function compares(
  filter: { readonly op: Comparison; readonly path: string; readonly value: Value },
  values: readonly Json[],
  scope: Scope,
): boolean {
  const present = values.filter(isPresent)
  if (filter.value === null) {
    if (filter.op === 'eq') return present.length === 0
    return filter.op === 'ne' && present.length > 0
  }
  if (filter.op === 'ne' && present.length === 0) return true
  const exact = scope.caseExact(scope.prefix + filter.path)
  const wanted = filter.value
  return present.some(value => holdsFor(filter.op, value, wanted, exact))
}

function holdsFor(op: Comparison, value: Json, wanted: string | number | boolean, exact: CaseExact): boolean {
  switch (op) {
    case 'eq':
      return orderOf(value, wanted, exact) === 0
    case 'ne':
      return orderOf(value, wanted, exact) !== 0
    case 'gt':
      return (orderOf(value, wanted, exact) ?? 0) > 0
    case 'ge':
      return (orderOf(value, wanted, exact) ?? -1) >= 0
    case 'lt':
      return (orderOf(value, wanted, exact) ?? 0) < 0
    case 'le':
      return (orderOf(value, wanted, exact) ?? 1) <= 0
    case 'co':
      return textsHold(value, wanted, exact, (text, part) => text.includes(part))
    case 'sw':
      return textsHold(value, wanted, exact, (text, part) => text.startsWith(part))
    case 'ew':
      return textsHold(value, wanted, exact, (text, part) => text.endsWith(part))
    default:
      return unreachable(op)
  }
}

/** Negative, zero or positive; undefined when the two cannot be compared. */
function orderOf(value: Json, wanted: string | number | boolean, exact: CaseExact): number | undefined {
  if (typeof value === 'boolean' || typeof wanted === 'boolean') {
    // As text, where that is let in: see `truthTextInFilter`.
    const [left, right] = [truthFromText(value), truthFromText(wanted)]
    return left !== undefined && left === right ? 0 : undefined
  }
  if (typeof value === 'number' && typeof wanted === 'number') return value - wanted
  if (typeof value !== 'string' || typeof wanted !== 'string') return undefined
  if (exact === 'instant') {
    const [left, right] = [instantOf(value), instantOf(wanted)]
    return left === undefined || right === undefined ? undefined : left - right
  }
  return exact ? compareTexts(value, wanted) : compareTexts(foldKey(value), foldKey(wanted))
}

function textsHold(
  value: Json,
  wanted: string | number | boolean,
  exact: CaseExact,
  test: (text: string, part: string) => boolean,
): boolean {
  if (typeof value !== 'string' || typeof wanted !== 'string') return false
  return exact === true ? test(value, wanted) : test(foldKey(value), foldKey(wanted))
}
