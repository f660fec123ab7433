/**
 * The part of SCIM filters that SQL answers: columns, memberships, and what `and`, `or` and `not` make of those.
 */
import { type RawBuilder, sql } from 'kysely'
import { unreachable } from '../lib/errors.ts'
import { foldKey } from '../lib/fold.ts'
import type { Filter, Value } from '../scim/filter.ts'
import { emailKey } from './email-index.ts'
import { type Column, type Condition, columnCondition, NOTHING, negated } from './filter-column.ts'
import { isKeyText } from './key-text.ts'

export type { Condition } from './filter-column.ts'

/** How the equality of one attribute is asked for. */
export interface Equality {
  /** The value as the column holds it. */
  readonly key: (value: string) => string
  readonly holds: (key: string) => Condition
}

/** By path in lower case and without the core schema. */
export type Equalities = ReadonlyMap<string, Equality>

/** A condition that holds at least where an attribute equals the value; undefined when there is none. */
export type Hint = (value: string) => Condition | undefined

/** What SQL knows of a type of resource. All maps are by path in lower case and without the core schema. */
export interface Queryable {
  readonly table: 'users' | 'groups'
  readonly equalities: Equalities
  readonly columns: ReadonlyMap<string, Column>
  readonly hints: ReadonlyMap<string, Hint>
}

const exact = (value: string): string => value

export const userEqualities: Equalities = new Map([
  ['id', { key: exact, holds: key => sql`users.id = ${key}` }],
  ['externalid', { key: exact, holds: key => sql`users.external_id = ${key}` }],
  ['username', { key: foldKey, holds: key => sql`users.user_name_key = ${key}` }],
  ['groups', { key: exact, holds: inGroup }],
  ['groups.value', { key: exact, holds: inGroup }],
] satisfies [string, Equality][])

export const groupEqualities: Equalities = new Map([
  ['id', { key: exact, holds: key => sql`"groups".id = ${key}` }],
  ['externalid', { key: exact, holds: key => sql`"groups".external_id = ${key}` }],
  ['displayname', { key: foldKey, holds: key => sql`"groups".display_name_key = ${key}` }],
  ['members', { key: exact, holds: hasMember }],
  ['members.value', { key: exact, holds: hasMember }],
] satisfies [string, Equality][])

export const userHints: ReadonlyMap<string, Hint> = new Map([
  ['emails', withEmail],
  ['emails.value', withEmail],
])

export const groupHints: ReadonlyMap<string, Hint> = new Map()

function withEmail(value: string): Condition | undefined {
  const key = emailKey(value)
  if (key === undefined) return undefined
  return sql`users.id in (select user_id from user_emails where value_key = ${key})`
}

function inGroup(id: string): Condition {
  return sql`users.id in (select member_id from members where group_id = ${id})`
}

function hasMember(id: string): Condition {
  return sql`"groups".id in (select group_id from members where member_id = ${id})`
}

function columnsOf(table: 'users' | 'groups'): readonly [string, Column][] {
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${table}.${name}`)
  return [
    ['id', { kind: 'text', column: column('id'), key: exact }],
    ['externalid', { kind: 'text', column: column('externalId'), key: exact }],
    ['meta.created', { kind: 'instant', column: column('createdAt') }],
    ['meta.lastmodified', { kind: 'instant', column: column('modifiedAt') }],
  ]
}

export const userFilterColumns: ReadonlyMap<string, Column> = new Map([
  ...columnsOf('users'),
  ['username', { kind: 'text', column: sql.ref('users.userNameKey'), key: foldKey }],
  // Users are stored with `active`, whether or not the client said it.
  ['active', { kind: 'truth', column: sql.ref('users.active') }],
])

export const groupFilterColumns: ReadonlyMap<string, Column> = new Map([
  ...columnsOf('groups'),
  ['displayname', { kind: 'text', column: sql.ref('groups.displayNameKey'), key: foldKey }],
])

/** A condition that holds exactly where the filter does; undefined when SQL cannot say it. */
export function exactCondition(filter: Filter, known: Queryable): Condition | undefined {
  switch (filter.op) {
    case 'has':
      // members[value eq "x"] is members.value eq "x".
      return filter.filter.op === 'eq' && columnPath(filter.filter.path) === 'value'
        ? exactCondition({ ...filter.filter, path: `${columnPath(filter.path, known.table)}.value` }, known)
        : undefined
    case 'and':
    case 'or': {
      const parts = filter.filters.map(part => exactCondition(part, known))
      return parts.every(part => part !== undefined) ? joined(parts, filter.op) : undefined
    }
    case 'not': {
      const inner = exactCondition(filter.filter, known)
      return inner === undefined ? undefined : negated(inner)
    }
    case 'eq': {
      const equality = known.equalities.get(columnPath(filter.path, known.table))
      if (equality === undefined || typeof filter.value !== 'string') return ofColumn(filter, known)
      return isKeyText(filter.value) ? equality.holds(equality.key(filter.value)) : NOTHING
    }
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
    case 'pr':
      return ofColumn(filter, known)
    default:
      return unreachable(filter)
  }
}

function ofColumn(filter: Parameters<typeof columnCondition>[1], known: Queryable): Condition | undefined {
  const column = known.columns.get(columnPath(filter.path, known.table))
  return column === undefined ? undefined : columnCondition(column, filter)
}

/** A condition that holds at least where the filter does, so that fewer rows need to be looked at. */
export function looseCondition(filter: Filter, known: Queryable): Condition | undefined {
  const whole = exactCondition(filter, known)
  if (whole !== undefined) return whole
  switch (filter.op) {
    case 'and': {
      const parts = filter.filters.map(part => looseCondition(part, known)).filter(part => part !== undefined)
      return parts.length === 0 ? undefined : joined(parts, 'and')
    }
    case 'or': {
      const parts = filter.filters.map(part => looseCondition(part, known))
      return parts.every(part => part !== undefined) ? joined(parts, 'or') : undefined
    }
    case 'has': {
      const { path, filter: inner } = filter
      if (inner.op === 'eq' && columnPath(inner.path) === 'value') {
        return hinted(`${columnPath(path, known.table)}.value`, inner.value, known)
      }
      if (inner.op !== 'and' && inner.op !== 'or') return undefined
      // What holds for one element as a whole holds for it in each part, or in one.
      const filters = inner.filters.map((part): Filter => ({ op: 'has', path, filter: part }))
      return looseCondition({ op: inner.op, filters }, known)
    }
    case 'eq':
      return hinted(columnPath(filter.path, known.table), filter.value, known)
    default:
      return undefined
  }
}

function hinted(path: string, value: Value, { hints }: Queryable): Condition | undefined {
  return typeof value === 'string' ? hints.get(path)?.(value) : undefined
}

/** Whether the filter speaks of this attribute or schema, or of its sub-attributes, anywhere. */
export function mentions(filter: Filter, attribute: string): boolean {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.filters.some(part => mentions(part, attribute))
    case 'not':
      return mentions(filter.filter, attribute)
    default: {
      const path = columnPath(filter.path)
      const name = attribute.toLowerCase()
      return path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}:`)
    }
  }
}

/**
 * The path in lower case, without the URN of the core schema that RFC 7644 §3.10 allows in front: that of the
 * table, or of either. The URN of the other type stays and names nothing.
 */
export const columnPath = (path: string, table?: Queryable['table']): string =>
  path.toLowerCase().replace(table === undefined ? eitherCore : cores[table], '')

const eitherCore = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/
const cores = {
  users: /^urn:ietf:params:scim:schemas:core:2\.0:user:/,
  groups: /^urn:ietf:params:scim:schemas:core:2\.0:group:/,
}

/** As a balanced tree: SQLite refuses expressions that are deeper than a thousand. */
function joined(parts: readonly Condition[], word: 'and' | 'or'): Condition {
  if (parts.length > FLAT) {
    const half = parts.length >> 1
    return joined([joined(parts.slice(0, half), word), joined(parts.slice(half), word)], word)
  }
  return sql`(${sql.join(parts, word === 'and' ? sql` and ` : sql` or `)})`
}

const FLAT = 50
