/**
 * From a resource as a client sends it to the one form that is stored: canonical names, only attributes
 * that the schemas know and clients may write, nothing unassigned, every value of the right type.
 */
import { type Dialects, isUnassigned, lenient } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { type Attribute, findAttribute, isReadOnly, type ResourceType } from './schema/attribute.ts'
import { uniteElements } from './unite-elements.ts'

export { isObject }

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/

/**
 * The resource of a POST or PUT. What clients may not write and what no schema knows is left out (RFC 7644
 * §3.3): Okta's PUT echoes whole answers. Members of groups are not in it: see `membersIn`.
 * Throws `ScimError` 400 `invalidValue` that names the attribute.
 */
export function normaliseResource(
  body: Json | undefined,
  type: ResourceType,
  dialects: Dialects = lenient,
): JsonObject {
  if (!isObject(body))
    throw new ScimError(
      400,
      'invalidSyntax',
      `The body must be a JSON object: the ${type.name} with its attributes.`,
    )
  const resource: Record<string, Json> = {}
  for (const [key, value] of Object.entries(body)) {
    const extension = type.extensions.find(({ id }) => id.toLowerCase() === key.toLowerCase())
    if (extension !== undefined) {
      const ignored = value === null || isReadOnly(extension)
      const members = ignored
        ? undefined
        : complexMembers(extension.attributes, value, extension.id, dialects)
      if (members !== undefined) resource[extension.id] = members
      continue
    }
    const attribute = findAttribute(type.attributes, key)
    if (attribute === undefined || !isStored(attribute)) continue
    const normal = normaliseValue(attribute, value, attribute.name, dialects)
    if (normal !== undefined) resource[attribute.name] = normal
  }
  return finishResource(resource, type)
}

/**
 * Whether clients may write the attribute and it is kept with the resource. Memberships are rows of their
 * own; `schemas` follows from what is there. Okta sends a password with every creation, a random one when password
 * sync is off: it is accepted (RFC 7643 §4.1.1) and dropped at the door, for this server signs nobody in.
 */
export const isStored = (attribute: Attribute): boolean =>
  attribute.mutability !== 'readOnly' &&
  attribute.name !== 'password' &&
  attribute.name !== 'members' &&
  attribute.name !== 'schemas'

/** Sets `schemas` to what is really there (RFC 7643 §3) and checks that required attributes have a value. */
export function finishResource(resource: JsonObject, type: ResourceType): JsonObject {
  for (const attribute of type.schema.attributes) {
    if (attribute.required && isEmpty(resource[attribute.name])) {
      throw new ScimError(
        400,
        'invalidValue',
        `${attribute.name} is required: send a ${attribute.type} that is not empty.`,
      )
    }
  }
  const present = type.extensions.filter(({ id }) => Object.hasOwn(resource, id)).map(({ id }) => id)
  return { ...resource, schemas: [type.schema.id, ...present] }
}

/** Blanks are no name: nobody could be found by them, and no e-mail address is made of them. */
const isEmpty = (value: Json | undefined): boolean =>
  isUnassigned(value) || (typeof value === 'string' && value.trim() === '')

/** One value of an attribute, or the list of a multi-valued one; undefined when it is unassigned (§2.5). */
export function normaliseValue(
  attribute: Attribute,
  value: Json,
  path: string,
  dialects: Dialects,
): Json | undefined {
  if (!attribute.multiValued) return normaliseElement(attribute, value, path, dialects)
  if (dialects.isCleared(value)) return undefined
  const given = Array.isArray(value) ? value : [value]
  const found: Json[] = []
  for (const element of given) {
    const normal = normaliseElement(attribute, element, path, dialects)
    if (normal !== undefined) found.push(normal)
  }
  if (found.length === 0) return undefined
  return onePrimary([], uniteElements([], found, attribute))
}

/** One element of a multi-valued attribute, or the value of a single-valued one. */
export function normaliseElement(
  attribute: Attribute,
  value: Json,
  path: string,
  dialects: Dialects,
): Json | undefined {
  if (dialects.isCleared(value)) return undefined
  switch (attribute.type) {
    case 'complex': {
      const subAttributes = attribute.subAttributes ?? []
      const hasValue = !attribute.multiValued && findAttribute(subAttributes, 'value') !== undefined
      return complexMembers(subAttributes, dialects.complexFromShorthand(value, hasValue), path, dialects)
    }
    case 'boolean':
      return dialects.truthFromText(value) ?? wrongType(attribute, path, value)
    case 'integer':
      return Number.isSafeInteger(value) ? value : wrongType(attribute, path, value)
    case 'decimal':
      return typeof value === 'number' ? value : wrongType(attribute, path, value)
    case 'dateTime':
      return typeof value === 'string' && INSTANT.test(value) ? value : wrongType(attribute, path, value)
    case 'string':
    case 'reference':
    case 'binary':
      return typeof value === 'string' ? storableText(value, path) : wrongType(attribute, path, value)
  }
}

/** Members of a complex value as assignments: undefined means that the member is cleared. */
export function complexAssignments(
  attributes: readonly Attribute[],
  value: Json,
  path: string,
  dialects: Dialects,
): ReadonlyMap<string, Json | undefined> {
  if (!isObject(value)) {
    throw new ScimError(
      400,
      'invalidValue',
      `${path} must be a JSON object with its sub-attributes, or several in a list where it has many values; ${shapeOf(value)} was sent.`,
    )
  }
  const assignments = new Map<string, Json | undefined>()
  for (const [key, member] of Object.entries(value)) {
    const found = findAttribute(attributes, key)
    if (found === undefined || found.mutability === 'readOnly') continue
    assignments.set(found.name, normaliseValue(found, member, `${path}.${found.name}`, dialects))
  }
  return assignments
}

function complexMembers(
  attributes: readonly Attribute[],
  value: Json,
  path: string,
  dialects: Dialects,
): JsonObject | undefined {
  const assigned = [...complexAssignments(attributes, value, path, dialects)].filter(
    ([, member]) => member !== undefined,
  )
  return assigned.length === 0 ? undefined : (Object.fromEntries(assigned) as JsonObject)
}

/**
 * At most one element is primary (RFC 7643 §2.4). Of several the last one that was not among `before` stays,
 * so that setting one clears the others (RFC 7644 §3.5.2); when none is new, the first.
 */
export function onePrimary(before: readonly Json[], after: readonly Json[]): readonly Json[] {
  const primaries = after.filter(element => isObject(element) && element.primary === true)
  if (primaries.length < 2) return after
  const known = new Set(before)
  const chosen = primaries.findLast(element => known.size > 0 && !known.has(element)) ?? primaries[0]
  return after.map(element =>
    element !== chosen && isObject(element) && element.primary === true
      ? { ...element, primary: false }
      : element,
  )
}

/** Texts go to databases that hold neither NUL nor half of a surrogate pair. */
export function storableText(text: string, path: string): string {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new ScimError(
      400,
      'invalidValue',
      `${path} holds a NUL character or half of a surrogate pair, which cannot be stored: send it without.`,
    )
  }
  return text
}

function wrongType(attribute: Attribute, path: string, value: Json): never {
  throw new ScimError(
    400,
    'invalidValue',
    `${path} must be ${WANTED[attribute.type] ?? `a ${attribute.type}`}; ${shapeOf(value)} was sent.`,
  )
}

const WANTED: Readonly<Partial<Record<Attribute['type'], string>>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  decimal: 'a number',
  dateTime: 'a date and time such as "2026-01-31T12:00:00Z"',
  reference: 'a string with a URI',
  binary: 'a string in base64',
}

/** What kind of value it is, never the value: errors end up in the logs of identity providers. */
function shapeOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
