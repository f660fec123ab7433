/** What can be said of a policy by its text alone. */

import { contradictionIn } from '../contradiction.ts'
import type { PlacedStatement } from '../source.ts'
import type { Lint } from './lint.ts'
import { lintNames } from './lint-names.ts'
import { listing } from './listing.ts'
import { bucketPermission, hasSecurityContext, isTable, managementZone } from './tables.ts'
import { lintEffect } from './without-effect.ts'

/** The lints of a policy, in the order of the text; those on the text as a whole come last. */
export function lintPolicy(statements: readonly PlacedStatement[]): readonly Lint[] {
  const placed = [
    ...statements.flatMap(lintNames),
    ...statements.flatMap(unconditionalDeny),
    ...zoneBesideTables(statements),
    ...lintEffect(statements),
  ]
  const ordered = placed.sort((one, other) => (one.span?.start ?? 0) - (other.span?.start ?? 0))
  return [...ordered, ...tableWithoutBucket(statements)]
}

function unconditionalDeny({ effect, permissions, conditions, span }: PlacedStatement): readonly Lint[] {
  if (effect === 'ALLOW' || conditions.length > 0) return []
  return [
    {
      id: 'unconditional-deny',
      severity: 'warning',
      message: `${listing(permissions)} ${permissions.length === 1 ? 'is' : 'are'} denied without condition: no other policy of any group or level can allow it`,
      remedy: 'remove the statement and whatever allows it, or add a condition',
      span,
    },
  ]
}

/** Tables that stand open beside statements that management zones restrict. */
function zoneBesideTables(statements: readonly PlacedStatement[]): readonly Lint[] {
  const allowing = statements.filter(({ effect }) => effect === 'ALLOW')
  const zoned = allowing.some(({ conditions }) => conditions.some(({ name }) => name === managementZone))
  if (!zoned) return []
  return allowing.flatMap(({ permissions, conditions, permissionSpans }) => {
    if (conditions.length > 0) return []
    const open = permissions.filter(hasSecurityContext)
    if (open.length === 0) return []
    return [
      {
        id: 'zone-beside-grail',
        severity: 'warning',
        message: `the policy restricts by management zone, and leaves ${listing(open)} open: Grail knows no management zones`,
        remedy: 'restrict these by WHERE storage:dt.security_context = "…"',
        span: permissionSpans[permissions.indexOf(open[0] ?? '')],
      },
    ]
  })
}

function tableWithoutBucket(statements: readonly PlacedStatement[]): readonly Lint[] {
  const working = statements.filter(
    ({ effect, conditions }) => effect === 'ALLOW' && contradictionIn(conditions) === undefined,
  )
  if (working.some(({ permissions }) => permissions.includes(bucketPermission))) return []
  const tables = working.flatMap(({ permissions }) => permissions.filter(isTable))
  if (tables.length === 0) return []
  const first = working.find(({ permissions }) => permissions.some(isTable))
  return [
    {
      id: 'table-without-bucket',
      severity: 'warning',
      message: `${listing(tables)} ${new Set(tables).size === 1 ? 'reads' : 'read'} nothing without ${bucketPermission}, which this policy does not allow`,
      remedy: `add ALLOW ${bucketPermission};, or bind a policy that has it to the same groups`,
      span: first?.permissionSpans[first.permissions.findIndex(isTable)],
    },
  ]
}
