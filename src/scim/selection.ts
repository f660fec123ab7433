/** What `attributes` and `excludedAttributes` name (RFC 7644 §3.9): attributes, members of them, values that match a filter. */
import { caseExactIn } from './case-exact.ts'
import type { Dialects } from './dialects/dialects.ts'
import { evaluateFilter } from './evaluate.ts'
import type { Json } from './json.ts'
import { parseQueryFilter } from './query-filter.ts'
import type { ResourceType } from './schema/attribute.ts'

/** Names are in lower case, with a dot before every member, also after the URN of an extension. */
export interface Selection {
  readonly names: ReadonlySet<string>
  readonly parts: readonly Part[]
}

/** A name that means the values of an attribute that match a filter, or a member of those. */
interface Part {
  readonly attribute: string
  readonly name: string
  readonly matches: (element: Json) => boolean
}

/**
 * Lists of names as query parameters have them, separated by commas, or as `.search` has them. Throws `ScimError` 400
 * `invalidFilter` for brackets that cannot be read.
 */
export function selectionIn(
  list: string | readonly string[] | undefined,
  type: ResourceType,
  dialects: Dialects,
): Selection {
  const selected = (typeof list === 'string' ? [list] : (list ?? []))
    .flatMap(text => dialects.attributeNames(text))
    .map(({ name, filter }) => ({ name: pathOf(name, type), filter }))
  return {
    names: new Set(selected.flatMap(({ name, filter }) => (name === '' || filter !== undefined ? [] : name))),
    parts: selected.flatMap(({ name, filter }) =>
      filter === undefined ? [] : partOf(name, filter, type, dialects),
    ),
  }
}

function pathOf(text: string, type: ResourceType): string {
  const core = `${type.schema.id.toLowerCase()}:`
  const name = text.trim().toLowerCase()
  if (name.startsWith(core)) return name.slice(core.length)
  const urn = type.extensions.map(({ id }) => id.toLowerCase()).find(id => name.startsWith(`${id}:`))
  return urn === undefined ? name : `${urn}.${name.slice(urn.length + 1)}`
}

/** Throws `ScimError` 400 `invalidFilter`. */
function partOf(name: string, text: string, type: ResourceType, dialects: Dialects): Part {
  const [attribute = ''] = name.split('.')
  const filter = parseQueryFilter(`${attribute}[${text}]`, type, dialects)
  const caseExact = caseExactIn(type)
  const matches = (element: Json): boolean => evaluateFilter(filter, { [attribute]: [element] }, caseExact)
  return { attribute, name, matches }
}

/** Whether nothing is named. */
export const isNone = ({ names, parts }: Selection): boolean => names.size === 0 && parts.length === 0
