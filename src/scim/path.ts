/**
 * PATCH paths (RFC 7644 §3.5.2, figure 7) and what they point at in the schemas.
 *
 *   emails[type eq "work"].value          attribute, filter, sub-attribute
 *   name.givenName                        attribute, sub-attribute
 *   urn:…:enterprise:2.0:User:department  attribute of an extension
 *   urn:…:enterprise:2.0:User             the extension as a whole
 */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { ScimError } from './error.ts'
import { type Filter, parseFilter } from './filter.ts'
import { checkFilter } from './query-filter.ts'
import { type Attribute, findAttribute, type ResourceType, type Schema } from './schema/attribute.ts'

export type PatchTarget =
  | {
      readonly kind: 'attribute'
      /** The extension that the attribute belongs to; undefined for the resource itself. */
      readonly extension: Schema | undefined
      readonly attribute: Attribute
      readonly filter: Filter | undefined
      readonly sub: Attribute | undefined
    }
  | { readonly kind: 'extension'; readonly extension: Schema }
  /** The URN of the core schema: the resource itself. */
  | { readonly kind: 'resource' }
  /** Well formed, but no schema knows it: where dialects allow, it changes nothing. */
  | { readonly kind: 'unknown' }

const MAX_LENGTH = 8192
const NAMES = /^\$?[a-z][\w$-]*(?:\.\$?[a-z][\w$-]*)?$/i
const FOREIGN_URN = /^(?:urn|https?):[\w.:/#-]+$/i
const FILTERED = /^(?<names>[^[]*)\[(?<filter>(?:[^"\]]|"(?:[^"\\]|\\.)*")*)\](?<sub>\..*)?$/

/** Throws `ScimError` 400 `invalidPath`, or `invalidFilter` for what stands in the brackets. */
export function parsePath(text: string, type: ResourceType, dialects: Dialects = lenient): PatchTarget {
  if (text.length > MAX_LENGTH) throw malformed(text)
  const filtered = FILTERED.exec(text)?.groups
  if (filtered === undefined && /["[\]]/.test(text)) throw malformed(text)
  const names = filtered === undefined ? text : `${filtered.names}${filtered.sub ?? ''}`
  const target = resolve(names, text, type)
  if (target.kind === 'unknown' && !dialects.ignoresUnknownPath(text)) {
    throw new ScimError(
      400,
      'invalidPath',
      `The path ${quoted(text)} names no attribute of a ${type.name}: see /Schemas for those that there are.`,
    )
  }
  if (filtered === undefined) return target
  const filter = parseFilter(filtered.filter ?? '', dialects)
  if (target.kind === 'unknown') return target
  if (target.kind !== 'attribute' || !target.attribute.multiValued) {
    throw new ScimError(
      400,
      'invalidPath',
      `The path ${quoted(text)} filters an attribute with one value: leave the part in brackets out.`,
    )
  }
  const { subAttributes = [] } = target.attribute
  checkFilter(filter, path => findAttribute(subAttributes, path), dialects)
  return { ...target, filter }
}

function resolve(names: string, text: string, type: ResourceType): PatchTarget {
  const folded = names.toLowerCase()
  if (folded === type.schema.id.toLowerCase()) return { kind: 'resource' }
  for (const extension of type.extensions) {
    const urn = extension.id.toLowerCase()
    if (folded === urn) return { kind: 'extension', extension }
    if (folded.startsWith(`${urn}:`)) return within(extension, names.slice(urn.length + 1), text, type)
  }
  const core = `${type.schema.id.toLowerCase()}:`
  if (folded.startsWith(core)) return within(undefined, names.slice(core.length), text, type)
  if (!NAMES.test(names) && FOREIGN_URN.test(names)) return { kind: 'unknown' }
  return within(undefined, names, text, type)
}

function within(extension: Schema | undefined, names: string, text: string, type: ResourceType): PatchTarget {
  if (!NAMES.test(names)) throw malformed(text)
  const [name = '', subName] = names.split('.')
  const attribute = findAttribute(extension?.attributes ?? type.attributes, name)
  if (attribute === undefined) return { kind: 'unknown' }
  const target = { kind: 'attribute', extension, attribute, filter: undefined } as const
  if (subName === undefined) return { ...target, sub: undefined }
  const sub = findAttribute(attribute.subAttributes ?? [], subName)
  return sub === undefined ? { kind: 'unknown' } : { ...target, sub }
}

function malformed(text: string): ScimError {
  return new ScimError(
    400,
    'invalidPath',
    `The path ${quoted(text)} cannot be read: write it as in name.givenName or emails[type eq "work"].value.`,
  )
}

const quoted = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
