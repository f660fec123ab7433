/**
 * Resources as JSON text, cut together from the text that is stored: parsing it and printing it again for every
 * answer would cost more than everything else about a list.
 */
import type { Json, JsonObject } from './json.ts'
import { type Projection, project } from './projection.ts'
import { metaOf, type StoredResource, toResource, versionOf } from './resource.ts'
import type { ResourceType } from './schema/attribute.ts'

/** `text` is the JSON text of `attributes`. */
export interface StoredText extends StoredResource {
  readonly text: string
}

/** What is shown beside the stored attributes. */
export interface Beside {
  /** The version to show; by default that of the stored resource. */
  readonly version?: string
  /** Attributes that follow from elsewhere, such as the groups of a user, by name. */
  readonly derived?: Readonly<Record<string, Json>>
}

/** One resource for an answer; `base` is the URL of the service, without a slash at the end. */
export function resourceText(
  stored: StoredText,
  type: ResourceType,
  base: string,
  projection: Projection,
  { version = versionOf(stored), derived = {} }: Beside = {},
): string {
  if (!leavesStored(projection, type)) {
    return JSON.stringify(project(toResource(stored, type, base, derived, version), projection))
  }
  const meta = JSON.stringify(metaOf(stored, type, base, version))
  let beside = ''
  for (const [name, value] of Object.entries(project(derived, projection))) {
    beside += `,${JSON.stringify(name)}:${JSON.stringify(value)}`
  }
  return `{"id":${JSON.stringify(stored.id)},${stored.text.slice(1, -1)}${beside},"meta":${meta}}`
}

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
      return true
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
