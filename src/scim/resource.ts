/** Resources as they are answered: with `id`, `meta` and the attributes that are derived (RFC 7643 §3.1). */
import type { Json, JsonObject } from './json.ts'
import type { ResourceType } from './schema/attribute.ts'

/** What directory rows of users and groups have in common. */
export interface StoredResource {
  readonly id: string
  readonly attributes: JsonObject
  readonly version: number
  readonly createdAt: string
  readonly modifiedAt: string
}

/** `base` is the URL of the SCIM service, without a slash at the end. */
export function toResource(
  stored: StoredResource,
  type: ResourceType,
  base: string,
  derived: Readonly<Record<string, Json>> = {},
  version = versionOf(stored),
): JsonObject {
  const { schemas, ...attributes } = stored.attributes
  const extensions = Object.keys(derived).filter(name => name.startsWith('urn:'))
  return {
    schemas: [...(Array.isArray(schemas) ? (schemas as readonly Json[]) : [type.schema.id]), ...extensions],
    id: stored.id,
    ...attributes,
    ...derived,
    meta: metaOf(stored, type, base, version),
  }
}

/** The `meta` of a resource (RFC 7643 §3.1). */
export const metaOf = (
  stored: Omit<StoredResource, 'attributes'>,
  type: ResourceType,
  base: string,
  version = versionOf(stored),
): JsonObject => ({
  resourceType: type.name,
  created: stored.createdAt,
  lastModified: stored.modifiedAt,
  location: locationOf(stored.id, type, base),
  version,
})

export const locationOf = (id: string, type: ResourceType, base: string): string =>
  `${base}${type.endpoint}/${encodeURIComponent(id)}`

/** The weak ETag, equal in header and `meta.version` (RFC 7644 §3.14). */
export const versionOf = (stored: { readonly version: number }): string => `W/"${stored.version}"`

/** Whether an If-Match or If-None-Match header names the version; weak and strong forms compare alike. */
export function namesVersion(header: string, version: string): boolean {
  const wanted = opaque(version)
  return header.split(',').some(tag => tag.trim() === '*' || opaque(tag.trim()) === wanted)
}

const opaque = (tag: string): string => tag.replace(/^W\//i, '')
