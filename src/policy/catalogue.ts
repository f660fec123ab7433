/**
 * The permissions of the vendor's policy reference, the conditions each knows and the operators these take. The list
 * grows, so a name that is not in it is a doubt and no error.
 */
import { z } from 'zod'
import { nearest } from '../lib/nearest.ts'
import reference from './permission-reference.json' with { type: 'json' }
import type { Operator } from './statement.ts'

const operator = z.enum(['EQ', 'NEQ', 'IN', 'NOT_IN', 'STARTS_WITH', 'NOT_STARTS_WITH', 'MATCH', 'LT', 'GT'])
const operators = z.string().transform(text => z.array(operator).parse(text.split(' ')))
const conditions = z
  .record(z.string(), operators)
  .transform((byName): ReadonlyMap<string, readonly Operator[]> => new Map(Object.entries(byName)))

const catalogue = z
  .object({
    source: z.string(),
    date: z.iso.date(),
    globalConditions: conditions,
    permissions: z.record(z.string(), conditions).transform(all => new Map(Object.entries(all))),
  })
  .parse(reference)

const conditionNames = new Set([
  ...catalogue.globalConditions.keys(),
  ...[...catalogue.permissions.values()].flatMap(known => [...known.keys()]),
])

const takenAnywhere = new Map<string, readonly Operator[]>()
for (const known of catalogue.permissions.values()) {
  for (const [name, taken] of known) {
    takenAnywhere.set(name, [...new Set([...(takenAnywhere.get(name) ?? []), ...taken])])
  }
}

/** Where the catalogue comes from and the day it was taken. */
export const catalogueOrigin: { readonly source: string; readonly date: string } = catalogue

/** Whether the reference has this permission. */
export const isKnownPermission = (permission: string): boolean => catalogue.permissions.has(permission)

/** Whether the reference has this condition for any permission at all. */
export const isKnownCondition = (name: string): boolean => conditionNames.has(name)

/** Global conditions, such as `global:week-day`, fit every permission. */
export const isGlobalCondition = (name: string): boolean => name.startsWith('global:')

/**
 * Whether a condition fits a permission, which decides what a boundary does to it. Of a permission the reference
 * does not have, the conditions of its service are taken to fit.
 */
export function supports(permission: string, condition: string): boolean {
  if (isGlobalCondition(condition)) return true
  const known = catalogue.permissions.get(permission)
  return known === undefined ? serviceOf(permission) === serviceOf(condition) : known.has(condition)
}

/** The operators a condition takes on a permission; undefined when the reference does not say. */
export const operatorsOf = (permission: string, condition: string): readonly Operator[] | undefined =>
  catalogue.globalConditions.get(condition) ?? catalogue.permissions.get(permission)?.get(condition)

/** The operators that a condition takes on any permission at all; none when the reference does not have it. */
export const operatorsAnywhere = (condition: string): readonly Operator[] =>
  catalogue.globalConditions.get(condition) ?? takenAnywhere.get(condition) ?? []

/** The conditions of its own that a permission knows; undefined when the reference does not have it. */
export function conditionsOf(permission: string): readonly string[] | undefined {
  const known = catalogue.permissions.get(permission)
  return known === undefined ? undefined : [...known.keys()]
}

/** The permission most likely meant by a name the reference does not have. */
export const nearestPermission = (permission: string): string | undefined =>
  nearest(permission, catalogue.permissions.keys())

/** The condition most likely meant, of those that fit this permission or, without one, of all. */
export function nearestCondition(name: string, permission?: string): string | undefined {
  const own = permission === undefined ? undefined : catalogue.permissions.get(permission)
  return nearest(
    name,
    own === undefined ? conditionNames : [...own.keys(), ...catalogue.globalConditions.keys()],
  )
}

/** The service in front of a permission or condition: `storage` of `storage:logs:read`. */
export const serviceOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')))
