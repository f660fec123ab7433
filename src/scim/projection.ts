/** Which attributes an answer shows (RFC 7644 §3.9). */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './normalise.ts'
import type { ResourceType } from './schema/attribute.ts'

/** Names are in lower case, with a dot before every member, also after the URN of an extension. */
export type Projection =
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'without'; readonly names: ReadonlySet<string> }

const ALWAYS = new Set(['id', 'schemas'])

/** Lists of names as query parameters have them, separated by commas, or as `.search` has them. */
export function parseProjection(
  attributes: string | readonly string[] | undefined,
  excluded: string | readonly string[] | undefined,
  type: ResourceType,
  dialects: Dialects = lenient,
): Projection {
  const only = namesIn(attributes, type, dialects)
  const without = namesIn(excluded, type, dialects)
  if (only.size > 0 && without.size > 0) {
    throw new ScimError(
      400,
      'invalidValue',
      'Give attributes or excludedAttributes, not both: either names what the answer shows or what it leaves out.',
    )
  }
  if (only.size > 0) return { kind: 'only', names: only }
  return without.size > 0 ? { kind: 'without', names: without } : { kind: 'all' }
}

function namesIn(
  list: string | readonly string[] | undefined,
  type: ResourceType,
  dialects: Dialects,
): ReadonlySet<string> {
  if (list === undefined) return new Set()
  const core = `${type.schema.id.toLowerCase()}:`
  const extensions = type.extensions.map(({ id }) => id.toLowerCase())
  const names = (typeof list === 'string' ? [list] : list)
    .flatMap(text => dialects.attributeNames(text))
    .map(name => name.trim().toLowerCase())
    .map(name => (name.startsWith(core) ? name.slice(core.length) : name))
    .map(name => {
      const urn = extensions.find(id => name.startsWith(`${id}:`))
      return urn === undefined ? name : `${urn}.${name.slice(urn.length + 1)}`
    })
  return new Set(names.filter(name => name !== ''))
}

/** Whether an answer shows the attribute or a part of it, so that what nobody sees need not be read. */
export function shows(projection: Projection, attribute: string): boolean {
  const name = attribute.toLowerCase()
  switch (projection.kind) {
    case 'all':
      return true
    case 'only':
      return projection.names.has(name) || startsAny(projection.names, `${name}.`)
    case 'without':
      return !projection.names.has(name)
  }
}

/** Whether the attribute or a part of it is asked for by name: what is `returned` on request shows only then. */
export const asksFor = (projection: Projection, attribute: string): boolean =>
  projection.kind === 'only' && shows(projection, attribute)

export function project(resource: JsonObject, projection: Projection): JsonObject {
  if (projection.kind === 'all') return resource
  const choose = projection.kind === 'only' ? chosen : left
  return Object.fromEntries(
    Object.entries(resource).flatMap(([name, value]) => {
      const shown = ALWAYS.has(name) ? value : choose(name.toLowerCase(), value, projection.names)
      return shown === undefined ? [] : [[name, shown] as const]
    }),
  )
}

/** What `attributes` leaves of a value: all of it, some of its members, or nothing. */
function chosen(path: string, value: Json, names: ReadonlySet<string>): Json | undefined {
  if (names.has(path)) return value
  if (!startsAny(names, `${path}.`)) return undefined
  return insideOf(value, path, names, chosen)
}

/** What `excludedAttributes` leaves of it. */
function left(path: string, value: Json, names: ReadonlySet<string>): Json | undefined {
  return names.has(path) ? undefined : insideOf(value, path, names, left)
}

function insideOf(
  value: Json,
  path: string,
  names: ReadonlySet<string>,
  choose: typeof chosen,
): Json | undefined {
  if (Array.isArray(value)) {
    const elements = (value as readonly Json[]).flatMap(element => {
      const shown = insideOf(element, path, names, choose)
      return shown === undefined ? [] : [shown]
    })
    return elements.length === 0 ? undefined : elements
  }
  if (!isObject(value)) return value
  const members = Object.entries(value).flatMap(([name, member]) => {
    const shown = choose(`${path}.${name.toLowerCase()}`, member, names)
    return shown === undefined ? [] : [[name, shown] as const]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

function startsAny(names: ReadonlySet<string>, prefix: string): boolean {
  for (const name of names) if (name.startsWith(prefix)) return true
  return false
}
