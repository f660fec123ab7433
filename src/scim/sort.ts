/** `sortBy` and `sortOrder` of a list request, and the key a resource is sorted by (RFC 7644 §3.4.2.3). */
import { foldKey } from '../lib/fold.ts'
import { ScimError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './normalise.ts'
import { type Attribute, findAttribute, type ResourceType, type Schema } from './schema/attribute.ts'
import { compareTexts } from './text-order.ts'

/** What resources are sorted by; an attribute is found under the URN of its extension, if it has one. */
export interface Sort {
  readonly extension: string | undefined
  readonly attribute: string
  readonly sub: string | undefined
  readonly caseExact: boolean
  readonly descending: boolean
}

/** Null stands for no value: last when ascending, first when descending. Truth is 0 or 1. */
export type SortKey = string | number | null

/** A place between two resources of a sorted list: behind the one with this key and id. */
export interface Position {
  readonly key: SortKey
  readonly id: string
}

/** Longer texts sort by their beginning, so that a cursor, which holds a key, fits into a URL. */
const LONGEST_KEY = 1000

/** Undefined without `sortBy`; `sortOrder` means nothing then. Throws `ScimError` 400 `invalidValue`. */
export function parseSort(
  sortBy: string | undefined,
  sortOrder: string | undefined,
  type: ResourceType,
): Sort | undefined {
  if (sortBy === undefined || sortBy.trim() === '') return undefined
  return { ...sortedBy(sortBy.trim(), type), descending: isDescending(sortOrder) }
}

function isDescending(sortOrder: string | undefined): boolean {
  switch (sortOrder?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'ascending':
      return false
    case 'descending':
      return true
    default:
      throw new ScimError(400, 'invalidValue', 'sortOrder must be ascending or descending.')
  }
}

function sortedBy(path: string, type: ResourceType): Omit<Sort, 'descending'> {
  const schema = [type.schema, ...type.extensions].find(({ id }) => startsWith(path, `${id}:`))
  const extension = schema === type.schema ? undefined : schema
  const names = (schema === undefined ? path : path.slice(schema.id.length + 1)).split('.')
  const attribute = named(extension?.attributes ?? type.attributes, names[0] ?? '')
  if (attribute === undefined || names.length > 2) throw unknown(path, type)
  const sub = named(attribute.subAttributes ?? [], names[1] ?? 'value')
  if (names.length === 2 && sub === undefined) throw unknown(path, type)
  if (attribute.type === 'complex' && sub === undefined) throw composite(path, attribute)
  return {
    extension: extension?.id,
    attribute: attribute.name,
    sub: sub?.name,
    caseExact: (sub ?? attribute).caseExact,
  }
}

const startsWith = (text: string, beginning: string): boolean =>
  text.slice(0, beginning.length).toLowerCase() === beginning.toLowerCase()

/** What is never returned must not show in the order either. */
function named(attributes: Schema['attributes'], name: string): Attribute | undefined {
  const found = findAttribute(attributes, name)
  return found?.returned === 'never' ? undefined : found
}

/** RFC 7644 table 9 keeps `invalidPath` for PATCH; what a query asks for and cannot have is `invalidValue`. */
const unknown = (path: string, type: ResourceType): ScimError =>
  new ScimError(
    400,
    'invalidValue',
    `sortBy names no attribute of a ${type.name}: ${JSON.stringify(path.slice(0, 100))}.`,
  )

function composite(path: string, attribute: Attribute): ScimError {
  const subs = (attribute.subAttributes ?? []).map(({ name }) => name).join(', ')
  return new ScimError(
    400,
    'invalidValue',
    `sortBy must name one part of ${attribute.name}, such as ${path}.${attribute.subAttributes?.[0]?.name}; it has ${subs}.`,
  )
}

/** The key of a resource in canonical spelling; of several values the primary one counts, else the first. */
export function sortKey(resource: JsonObject, sort: Sort): SortKey {
  const whole = sort.extension === undefined ? resource : resource[sort.extension]
  const value = chosen(isObject(whole) ? whole[sort.attribute] : undefined)
  return keyOf(sort.sub === undefined ? value : isObject(value) ? value[sort.sub] : undefined, sort)
}

function chosen(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return value
  const elements = value as readonly Json[]
  return elements.find(element => isObject(element) && element.primary === true) ?? elements[0]
}

function keyOf(value: Json | undefined, { caseExact }: Sort): SortKey {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value === '') return null
  return (caseExact ? value : foldKey(value)).slice(0, LONGEST_KEY)
}

/** Negative when `left` comes before `right`; equal keys are ordered by id. Descending is the exact reverse. */
export function compareInOrder(left: Position, right: Position, { descending }: Sort): number {
  const ascending = compareKeys(left.key, right.key) || compareTexts(left.id, right.id)
  return descending ? -ascending : ascending
}

function compareKeys(left: SortKey, right: SortKey): number {
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right)
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return rank(left) - rank(right)
}

const rank = (key: SortKey): number => (key === null ? 2 : typeof key === 'string' ? 1 : 0)
