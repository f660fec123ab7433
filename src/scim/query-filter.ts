/** The `filter` of a list request: read, and checked against the schemas (RFC 7644 §3.4.2.2). */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { type Comparison, type Filter, InvalidFilter, parseFilter } from './filter.ts'
import { type Attribute, findAttribute, type ResourceType } from './schema/attribute.ts'
import { attributeAt } from './schema/attribute-at.ts'
import { instantOf } from './text-order.ts'

/**
 * An attribute that no schema knows is one without value, as RFC 7644 §3.4.2.1 has it for queries over several
 * types: `eq` finds nothing, `ne` everything. Throws `InvalidFilter` also where an order is asked of what has
 * none, such as `active gt true`, and where a date is compared with what is none.
 */
export function parseQueryFilter(text: string, type: ResourceType, dialects: Dialects = lenient): Filter {
  const filter = parseFilter(text, dialects)
  checkFilter(filter, path => attributeAt(path, type), dialects)
  return filter
}

type Find = (path: string) => Attribute | undefined

/** The same check for filters inside of PATCH paths, where `find` knows the sub-attributes. */
export function checkFilter(filter: Filter, find: Find, dialects: Dialects): void {
  switch (filter.op) {
    case 'and':
    case 'or':
      for (const inner of filter.filters) checkFilter(inner, find, dialects)
      return
    case 'not':
      checkFilter(filter.filter, find, dialects)
      return
    case 'has': {
      const outer = find(filter.path)
      checkFilter(filter.filter, path => findAttribute(outer?.subAttributes ?? [], path), dialects)
      return
    }
    case 'pr':
      return
    default:
      checkComparison(filter, find(filter.path), dialects)
  }
}

function checkComparison(
  { op, path, value }: Extract<Filter, { op: Comparison }>,
  found: Attribute | undefined,
  dialects: Dialects,
): void {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    throw new InvalidFilter(`The value for ${path} holds a character that no attribute can have.`)
  }
  if (found?.type === 'boolean' && typeof value === 'string' && !dialects.truthTextInFilter(value)) {
    throw new InvalidFilter(`${path} is true or false: write them without quotes.`)
  }
  if (op === 'co' || op === 'sw' || op === 'ew') return
  const orders = op !== 'eq' && op !== 'ne'
  if (orders && (typeof value === 'boolean' || found?.type === 'boolean' || found?.type === 'binary')) {
    throw new InvalidFilter(`${path} has no order: ${op} cannot be asked of it.`)
  }
  if (orders && value === null) throw new InvalidFilter(`${op} cannot be asked of null: use pr.`)
  if (found?.type === 'dateTime' && value !== null && (typeof value !== 'string' || !isInstant(value))) {
    throw new InvalidFilter(`${path} is a date: compare it with one such as "2026-01-31T12:00:00Z".`)
  }
}

const isInstant = (text: string): boolean => instantOf(text) !== undefined
