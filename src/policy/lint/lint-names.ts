/** Permissions and conditions the catalogue does not have, and conditions and operators a permission does not know. */
import {
  catalogueOrigin,
  conditionsOf,
  isGlobalCondition,
  isKnownCondition,
  isKnownPermission,
  nearestCondition,
  nearestPermission,
  operatorsOf,
  supports,
} from '../catalogue.ts'
import { wordOf } from '../operator-word.ts'
import type { PlacedCondition, PlacedStatement } from '../source.ts'
import type { Lint } from './lint.ts'
import { lintValues } from './lint-value.ts'
import { listing } from './listing.ts'
import { hasSecurityContext, managementZone } from './tables.ts'

const sinceThen = `the catalogue of ${catalogueOrigin.date} does not have it`

/** The lints on the names and values of one statement. */
export const lintNames = (statement: PlacedStatement): readonly Lint[] => [
  ...statement.permissions.flatMap((permission, at) =>
    isKnownPermission(permission) ? [] : [unknownPermission(permission, statement.permissionSpans[at])],
  ),
  ...statement.conditions.flatMap(condition => lintCondition(condition, statement.permissions)),
]

/** The lints on one condition of a statement with these permissions. */
function lintCondition(condition: PlacedCondition, permissions: readonly string[]): readonly Lint[] {
  const values = lintValues(condition, permissions)
  const unknown = unknownCondition(condition, permissions[0])
  if (unknown !== undefined) return [unknown, ...values]
  return [...notTaken(condition, permissions), ...lintOperator(condition, permissions), ...values]
}

const unknownPermission = (permission: string, span: Lint['span']): Lint => {
  const meant = nearestPermission(permission)
  return {
    id: 'unknown-permission',
    severity: 'warning',
    message: `the permission ${permission} is not known: ${sinceThen}`,
    remedy:
      meant === undefined ? 'look it up in the policy reference of Dynatrace' : `did you mean ${meant}?`,
    span,
  }
}

/** The lint on a condition that the catalogue does not have. */
export function unknownCondition({ name, nameSpan }: PlacedCondition, permission?: string): Lint | undefined {
  if (isKnownCondition(name)) return undefined
  const meant = nearestCondition(name, permission) ?? nearestCondition(name)
  return {
    id: 'unknown-condition',
    severity: 'warning',
    message: `the condition ${name} is not known: ${sinceThen}`,
    remedy:
      meant === undefined ? 'look it up in the policy reference of Dynatrace' : `did you mean ${meant}?`,
    span: nameSpan,
  }
}

function notTaken({ name, nameSpan }: PlacedCondition, permissions: readonly string[]): readonly Lint[] {
  const without = permissions.filter(
    permission => isKnownPermission(permission) && !supports(permission, name),
  )
  if (without.length === 0) return []
  const zoned = without.filter(hasSecurityContext)
  if (name === managementZone && zoned.length > 0) return [zoneInStatement(zoned, nameSpan)]
  return [
    {
      id: 'condition-not-taken',
      severity: 'warning',
      message: `${listing(without)} ${without.length === 1 ? 'does' : 'do'} not know the condition ${name}`,
      remedy:
        without.length < permissions.length
          ? 'split the statement, so that each condition stands with permissions that know it'
          : conditionsRemedy(without),
      span: nameSpan,
    },
  ]
}

const zoneInStatement = (zoned: readonly string[], span: Lint['span']): Lint => ({
  id: 'zone-beside-grail',
  severity: 'warning',
  message: `management zones do not restrict data in Grail, and ${listing(zoned)} ${zoned.length === 1 ? 'is' : 'are'} in the statement`,
  remedy: 'put these permissions into a statement of their own WHERE storage:dt.security_context = "…"',
  span,
})

function conditionsRemedy(permissions: readonly string[]): string {
  const common = (conditionsOf(permissions[0] ?? '') ?? []).filter(name =>
    permissions.every(permission => supports(permission, name)),
  )
  return common.length === 0
    ? 'use a global: condition: these are all that fit'
    : `use what fits: ${listing(common)}, or a global: condition`
}

function lintOperator(condition: PlacedCondition, permissions: readonly string[]): readonly Lint[] {
  const { name, operator, operatorSpan } = condition
  const refusing = permissions.flatMap(permission => {
    const taken = operatorsOf(permission, name)
    return taken === undefined || taken.includes(operator) ? [] : [{ permission, taken }]
  })
  const [first] = refusing
  if (first === undefined) return []
  const scope = isGlobalCondition(name) ? '' : ` for ${listing(refusing.map(({ permission }) => permission))}`
  return [
    {
      id: 'operator-not-taken',
      severity: 'warning',
      message: `${name} does not take ${wordOf(operator)}${scope}`,
      remedy: `use ${first.taken.map(wordOf).join(', ')}`,
      span: operatorSpan,
    },
  ]
}
