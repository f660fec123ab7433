/**
 * The part of SCIM filters that an index answers: equality of the columns, of memberships, and what
 * `and` and `or` make of those.
 */
import { type RawBuilder, sql } from 'kysely'
import { foldKey } from '../lib/fold.ts'
import type { Filter } from '../scim/filter.ts'
import { isKeyText } from './key-text.ts'

export type Condition = RawBuilder<boolean>

/** How the equality of one attribute is asked for. */
export interface Equality {
  /** The value as the column holds it. */
  readonly key: (value: string) => string
  readonly holds: (key: string) => Condition
}

/** By path in lower case and without the core schema. */
export type Equalities = ReadonlyMap<string, Equality>

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

function inGroup(id: string): Condition {
  return sql`users.id in (select member_id from members where group_id = ${id})`
}

function hasMember(id: string): Condition {
  return sql`"groups".id in (select group_id from members where member_id = ${id})`
}

const NOTHING = sql<boolean>`1 = 0`

/** A condition that holds exactly where the filter does; undefined when SQL cannot say it. */
export function exactCondition(filter: Filter, equalities: Equalities): Condition | undefined {
  switch (filter.op) {
    case 'eq': {
      const equality = equalities.get(columnPath(filter.path))
      if (equality === undefined || typeof filter.value !== 'string') return undefined
      return isKeyText(filter.value) ? equality.holds(equality.key(filter.value)) : NOTHING
    }
    case 'has':
      // members[value eq "x"] is members.value eq "x".
      return filter.filter.op === 'eq' && columnPath(filter.filter.path) === 'value'
        ? exactCondition({ ...filter.filter, path: `${columnPath(filter.path)}.value` }, equalities)
        : undefined
    case 'and':
    case 'or': {
      const parts = filter.filters.map(part => exactCondition(part, equalities))
      return parts.every(part => part !== undefined) ? joined(parts, filter.op) : undefined
    }
    default:
      return undefined
  }
}

/** A condition that holds at least where the filter does, so that fewer rows need to be looked at. */
export function looseCondition(filter: Filter, equalities: Equalities): Condition | undefined {
  const whole = exactCondition(filter, equalities)
  if (whole !== undefined || filter.op !== 'and') return whole
  const parts = filter.filters
    .map(part => looseCondition(part, equalities))
    .filter(part => part !== undefined)
  return parts.length === 0 ? undefined : joined(parts, 'and')
}

/** Whether the filter speaks of this attribute or its sub-attributes anywhere. */
export function mentions(filter: Filter, attribute: string): boolean {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.filters.some(part => mentions(part, attribute))
    case 'not':
      return mentions(filter.filter, attribute)
    default: {
      const path = columnPath(filter.path)
      return path === attribute || path.startsWith(`${attribute}.`)
    }
  }
}

/** The path in lower case, without the URN of the core schema that RFC 7644 §3.10 allows in front. */
export const columnPath = (path: string): string =>
  path.toLowerCase().replace(/^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/, '')

const joined = (parts: readonly Condition[], word: 'and' | 'or'): Condition =>
  sql`(${sql.join(parts, word === 'and' ? sql` and ` : sql` or `)})`
