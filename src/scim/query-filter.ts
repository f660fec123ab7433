/** The `filter` of a list request: read, and checked against the schemas (RFC 7644 §3.4.2.2). */
import { type Filter, InvalidFilter, parseFilter } from './filter.ts'
import { type Attribute, findAttribute, type ResourceType } from './schema/attribute.ts'
import { attributeAt } from './schema/attribute-at.ts'

/** Throws `InvalidFilter` also where an order is asked of what has none, such as `active gt true`. */
export function parseQueryFilter(text: string, type: ResourceType): Filter {
  const filter = parseFilter(text)
  check(filter, path => attributeAt(path, type))
  return filter
}

type Find = (path: string) => Attribute | undefined

function check(filter: Filter, find: Find): void {
  switch (filter.op) {
    case 'and':
    case 'or':
      for (const inner of filter.filters) check(inner, find)
      return
    case 'not':
      check(filter.filter, find)
      return
    case 'has': {
      const outer = find(filter.path)
      check(filter.filter, path => findAttribute(outer?.subAttributes ?? [], path))
      return
    }
    case 'pr':
      return
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le': {
      const kind = find(filter.path)?.type
      if (typeof filter.value === 'boolean' || kind === 'boolean' || kind === 'binary') {
        throw new InvalidFilter(`${filter.path} has no order: ${filter.op} cannot be asked of it.`)
      }
      return
    }
    default:
      if (typeof filter.value === 'string' && filter.value.includes('\0')) {
        throw new InvalidFilter(`The value for ${filter.path} holds a character that no attribute can have.`)
      }
  }
}
