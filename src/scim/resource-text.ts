/**
 * Resources as JSON text, cut together from the text that is stored: parsing it and printing it again for every
 * answer would cost more than everything else about a list.
 */
import type { Json, JsonObject } from './json.ts'
import { type Projection, project } from './projection.ts'
import { locationOf, toResource, versionOf } from './resource.ts'
import type { ResourceType } from './schema/attribute.ts'

/** A resource as a database holds it. */
export interface StoredText {
  readonly id: string
  /** The JSON text of its attributes, `schemas` among them. */
  readonly resource: string
  readonly version: number
  readonly createdAt: string
  readonly modifiedAt: string
}

/** What is shown beside the stored attributes. */
export interface Beside {
  /** The version to show, as an ETag. */
  readonly version: string
  /** Attributes that follow from elsewhere, such as the groups of a user, by name. */
  readonly derived: Readonly<Record<string, Json>>
}

export type ResourceWriter = (stored: StoredText, beside?: Beside) => string

/** Writes resources for one answer; `base` is the URL of the service, without a slash at the end. */
export function resourceWriter(type: ResourceType, base: string, projection: Projection): ResourceWriter {
  if (!leavesStored(projection, type)) {
    return (stored, { version, derived } = besideOf(stored)) => {
      const attributes = JSON.parse(stored.resource) as JsonObject // written by the directory
      return JSON.stringify(
        project(toResource({ ...stored, attributes }, type, base, derived, version), projection),
      )
    }
  }
  const location = JSON.stringify(locationOf('', type, base)).slice(0, -1)
  return (stored, { version, derived } = besideOf(stored)) => {
    const { id, resource, createdAt, modifiedAt } = stored
    let beside = ''
    for (const [name, value] of Object.entries(project(derived, projection))) {
      beside += `,${JSON.stringify(name)}:${JSON.stringify(value)}`
    }
    // Ids and instants are our own and hold nothing that JSON would write in another way.
    return `{"id":"${id}",${resource.slice(1, -1)}${beside},"meta":{"resourceType":"${type.name}","created":"${createdAt}","lastModified":"${modifiedAt}","location":${location}${encodeURIComponent(id)}","version":${JSON.stringify(version)}}}`
  }
}

const besideOf = (stored: StoredText): Beside => ({ version: versionOf(stored), derived: {} })

/** The text of a resource with one more attribute, whose value may come in pieces. */
export async function* withAttribute(
  text: string,
  name: string,
  pieces: AsyncIterable<string>,
): AsyncGenerator<string> {
  yield `${text.slice(0, -1)},${JSON.stringify(name)}:`
  yield* pieces
  yield '}'
}

/** Whether everything that is stored is shown: nothing is left out, or only what comes from elsewhere. */
function leavesStored(projection: Projection, type: ResourceType): boolean {
  switch (projection.kind) {
    case 'all':
      return true
    case 'only':
      return false
    case 'without':
      for (const name of projection.names) if (!isDerived(name, type)) return false
      return projection.parts.every(({ attribute }) => isDerived(attribute, type))
  }
}

const derivedNames = { User: /^groups(?:\.|$)/, Group: /^members(?:\.|$)/ } as const

const isDerived = (name: string, { name: type }: ResourceType): boolean => derivedNames[type].test(name)

/** What a projection leaves of the values of one derived attribute. */
export function derivedValue(
  name: string,
  values: readonly JsonObject[],
  projection: Projection,
): readonly Json[] {
  if (projection.kind === 'all') return values
  const shown = project({ [name]: values }, projection)[name]
  return Array.isArray(shown) ? (shown as readonly Json[]) : []
}
