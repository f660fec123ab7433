/** What an operation of a Bulk request is about: its method and the type and id in its path (RFC 7644 §3.7). */
import { type BulkOperation, quoted } from './bulk-request.ts'
import { ScimError } from './error.ts'
import type { ResourceType } from './schema/attribute.ts'

export type BulkTarget =
  | { readonly kind: 'create'; readonly type: ResourceType }
  | {
      readonly kind: 'replace' | 'patch' | 'remove'
      readonly type: ResourceType
      /** Decoded; it may be a reference such as `bulkId:qwerty`. */
      readonly id: string
    }

const KINDS: ReadonlyMap<string, BulkTarget['kind']> = new Map([
  ['POST', 'create'],
  ['PUT', 'replace'],
  ['PATCH', 'patch'],
  ['DELETE', 'remove'],
])

/**
 * The path may also be a whole URL of this service, or begin with the path of `base`, as that of a location
 * does. Throws `ScimError` 400 for what is malformed, 404 for another endpoint, 405 for a method it lacks.
 */
export function bulkTarget(
  { method, path, bulkId }: BulkOperation,
  base: string,
  types: readonly ResourceType[],
): BulkTarget {
  const kind = KINDS.get(method)
  if (kind === undefined)
    throw invalid(`${quoted(method)} is not possible in a Bulk: send POST, PUT, PATCH or DELETE.`)
  if (/[?#]/.test(path)) throw invalid(`The path ${quoted(path)} must not have a query.`)
  const [endpoint = '', encoded, ...more] = relative(path, base)
    .split('/')
    .filter(segment => segment !== '')
  const type = types.find(candidate => candidate.endpoint === `/${endpoint}`)
  if (type === undefined || more.length > 0) {
    const known = types.map(candidate => candidate.endpoint).join(' and ')
    throw new ScimError(
      404,
      undefined,
      `There is nothing for a Bulk at ${quoted(path)}: it reaches ${known}.`,
    )
  }
  if (kind === 'create') {
    if (encoded !== undefined)
      throw notHere(method, path, `to create a ${type.name}, POST to ${type.endpoint}`)
    if (bulkId === undefined) throw invalid('A POST needs a bulkId that is unique within the request.')
    return { kind, type }
  }
  if (encoded === undefined) throw notHere(method, path, `name one ${type.name}, as ${type.endpoint}/{id}`)
  return { kind, type, id: decoded(encoded, path) }
}

function relative(path: string, base: string): string {
  const trimmed = path.trim()
  const service = new URL(base)
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) return withoutPrefix(trimmed, service.pathname) ?? trimmed
  const [origin = ''] = /^[^/]*\/\/[^/]*/.exec(trimmed) ?? []
  const inside = isOrigin(origin, service)
    ? withoutPrefix(trimmed.slice(origin.length), service.pathname)
    : undefined
  if (inside !== undefined) return inside
  throw new ScimError(400, 'invalidValue', `The path ${quoted(path)} is not below ${base}.`)
}

/** Whatever the letter case, with the port spelled out or not. */
const isOrigin = (origin: string, service: URL): boolean =>
  URL.canParse(origin) && new URL(origin).origin === service.origin

const withoutPrefix = (path: string, prefix: string): string | undefined =>
  path === prefix || path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined

function decoded(segment: string, path: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    throw new ScimError(400, 'invalidSyntax', `The path ${quoted(path)} is not well formed.`, {
      cause: error,
    })
  }
}

const invalid = (detail: string): ScimError => new ScimError(400, 'invalidSyntax', detail)

const notHere = (method: string, path: string, remedy: string): ScimError =>
  new ScimError(405, undefined, `${method} is not possible at ${quoted(path)}: ${remedy}.`)
