/** Which attributes an answer shows (RFC 7644 §3.9). */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './normalise.ts'
import type { ResourceType } from './schema/attribute.ts'
import { isNone, type Selection, selectionIn } from './selection.ts'

export type Projection =
  | { readonly kind: 'all' }
  | ({ readonly kind: 'only' } & Selection)
  | ({ readonly kind: 'without' } & Selection)

const ALWAYS = new Set(['id', 'schemas'])

/** Lists of names as query parameters have them, separated by commas, or as `.search` has them. */
export function parseProjection(
  attributes: string | readonly string[] | undefined,
  excluded: string | readonly string[] | undefined,
  type: ResourceType,
  dialects: Dialects = lenient,
): Projection {
  const only = selectionIn(attributes, type, dialects)
  const without = selectionIn(excluded, type, dialects)
  if (!isNone(only) && !isNone(without)) {
    throw new ScimError(
      400,
      'invalidValue',
      'Give attributes or excludedAttributes, not both: either names what the answer shows or what it leaves out.',
    )
  }
  if (!isNone(only)) return { kind: 'only', ...only }
  return isNone(without) ? { kind: 'all' } : { kind: 'without', ...without }
}

/** Whether an answer shows the attribute or a part of it, so that what nobody sees need not be read. */
export function shows(projection: Projection, attribute: string): boolean {
  const name = attribute.toLowerCase()
  switch (projection.kind) {
    case 'all':
      return true
    case 'only':
      return (
        projection.names.has(name) ||
        startsAny(projection.names, `${name}.`) ||
        projection.parts.some(({ attribute }) => attribute === name)
      )
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
      const shown = ALWAYS.has(name) ? value : choiceOf(name.toLowerCase(), value, projection, choose)
      return shown === undefined ? [] : [[name, shown] as const]
    }),
  )
}

/** An attribute with filters in its names is chosen from value by value. */
function choiceOf(
  name: string,
  value: Json,
  { names, parts }: Selection,
  choose: typeof chosen,
): Json | undefined {
  const filtered = parts.filter(({ attribute }) => attribute === name)
  if (filtered.length === 0) return choose(name, value, names)
  const elements = (Array.isArray(value) ? (value as readonly Json[]) : [value]).flatMap(element => {
    const meant = filtered.filter(({ matches }) => matches(element)).map(part => part.name)
    const shown = choose(name, element, new Set([...names, ...meant]))
    return shown === undefined ? [] : [shown]
  })
  if (elements.length === 0) return undefined
  return Array.isArray(value) ? elements : elements[0]
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
