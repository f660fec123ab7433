/** What a filter over several types of resources comes to for one of them (RFC 7644 §3.4.2.1). */
import { caseExactIn } from './case-exact.ts'
import { evaluateFilter } from './evaluate.ts'
import type { Filter } from './filter.ts'
import type { ResourceType } from './schema/attribute.ts'
import { attributeAt } from './schema/attribute-at.ts'

/**
 * The part of the filter that has to be asked of resources of the type; true or false when all or none match.
 * An attribute that the type does not have is one without value, also one of the same name in another schema.
 */
export function filterForType(filter: Filter, type: ResourceType): Filter | boolean {
  switch (filter.op) {
    case 'and':
    case 'or':
      return joined(filter.op, filter.filters, type)
    case 'not': {
      const inner = filterForType(filter.filter, type)
      return typeof inner === 'boolean' ? !inner : { op: 'not', filter: inner }
    }
    default:
      return hasAttribute(filter.path, type) ? filter : evaluateFilter(filter, fixed(type), caseExactIn(type))
  }
}

function joined(op: 'and' | 'or', filters: readonly Filter[], type: ResourceType): Filter | boolean {
  const decisive = op === 'or'
  const parts: Filter[] = []
  for (const inner of filters) {
    const part = filterForType(inner, type)
    if (part === decisive) return decisive
    if (typeof part !== 'boolean') parts.push(part)
  }
  const [first, ...more] = parts
  if (first === undefined) return !decisive
  return more.length === 0 ? first : { op, filters: parts }
}

/** All that is known of a resource by its type. */
const fixed = ({ name }: ResourceType) => ({ meta: { resourceType: name } })

function hasAttribute(path: string, type: ResourceType): boolean {
  const name = path.toLowerCase()
  const urns = [type.schema, ...type.extensions].map(({ id }) => id.toLowerCase())
  if (urns.includes(name)) return true
  const urn = name.slice(0, Math.max(name.lastIndexOf(':'), 0))
  if (urn !== '' && !urns.includes(urn)) return false
  return (
    name.slice(urn === '' ? 0 : urn.length + 1) !== 'meta.resourcetype' &&
    attributeAt(path, type) !== undefined
  )
}
