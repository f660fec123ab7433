/**
 * References to what another operation of a Bulk request creates (RFC 7644 §3.7.2).
 *
 *   "value": "bulkId:qwerty"              any text that is nothing else, and an id in a path
 *   "$ref": "../Users/bulkId:qwerty"      the end of a URI
 *   "path": "members[value eq \"bulkId:qwerty\"]"   a value in a path of PATCH
 */
import { ScimError } from './error.ts'
import type { Json } from './json.ts'

/** No SCIM resource or PATCH nests deeper than a handful of levels. */
const MAX_DEPTH = 64

/** Every bulkId that the data refers to. Throws `ScimError` 400 for data that nests without measure. */
export function referencesIn(data: Json | undefined): ReadonlySet<string> {
  const found = new Set<string>()
  resolveReferences(data, bulkId => {
    found.add(bulkId)
    return ''
  })
  return found
}

/** The data with an id in place of every reference; what `idOf` throws passes through. */
export function resolveReferences<Data extends Json | undefined>(
  data: Data,
  idOf: (bulkId: string) => string,
): Data
export function resolveReferences(
  data: Json | undefined,
  idOf: (bulkId: string) => string,
): Json | undefined {
  return data === undefined ? undefined : resolved(data, '', idOf, 0)
}

function resolved(value: Json, name: string, idOf: (bulkId: string) => string, depth: number): Json {
  if (typeof value === 'string') return resolvedText(value, name, idOf)
  if (value === null || typeof value !== 'object') return value
  if (depth === MAX_DEPTH) {
    throw new ScimError(400, 'invalidSyntax', `data nests deeper than ${MAX_DEPTH} levels.`)
  }
  if (isList(value)) return value.map(element => resolved(element, name, idOf, depth + 1))
  // Entries become own properties, whatever they are called.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, resolved(member, key, idOf, depth + 1)]),
  )
}

function resolvedText(text: string, name: string, idOf: (bulkId: string) => string): string {
  const whole = bulkIdOf(text)
  if (whole !== undefined) return idOf(whole)
  const inside = patternFor(name)
  return inside === undefined ? text : text.replace(inside, (_, bulkId: string) => idOf(bulkId))
}

/** The bulkId in a text that is a reference and nothing else. */
export function bulkIdOf(text: string): string | undefined {
  return text.startsWith('bulkId:') && text.length > 7 ? text.slice(7) : undefined
}

function patternFor(name: string): RegExp | undefined {
  switch (name.toLowerCase()) {
    case '$ref':
      return /(?<=\/)bulkId:([^/]+)$/
    case 'path':
      return /(?<=")bulkId:([^"\\]+)(?=")/g
    default:
      return undefined
  }
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
