/** What becomes of a policy once it is bound with boundaries and parameters. */
import { conditionsOf } from '../catalogue.ts'
import type { PlacedStatement } from '../source.ts'
import { allowedBy, type BindingLint, fitting, type LintedBinding, type LintedBoundary } from './bound.ts'
import { lintParameters } from './lint-parameters.ts'
import { lintShut } from './lint-shut.ts'
import { lintUnion } from './lint-union.ts'
import { listing, quoted } from './listing.ts'
import { hasSecurityContext, managementZone } from './tables.ts'

/** The lints of one binding, beyond those of the texts by themselves. */
export function lintBinding(bound: LintedBinding): readonly BindingLint[] {
  const { policy, boundaries } = bound
  const allowed = allowedBy(policy.statements)
  const unbounded = boundaries.map(boundary =>
    allowed.filter(permission => fitting(permission, boundary).length === 0),
  )
  return [
    ...boundaries.flatMap((boundary, index): readonly BindingLint[] => {
      const alone = (unbounded[index] ?? []).filter(permission =>
        unbounded.every(open => open.includes(permission)),
      )
      return withoutEffect(policy, { boundary, index, alone, allowed })
    }),
    ...lintUnion({ boundaries, allowed, unbounded }),
    ...lintShut(bound),
    ...lintParameters(bound),
  ]
}

interface Unbounded {
  readonly boundary: LintedBoundary
  readonly index: number
  /** Permissions that neither this boundary nor another one of the binding restricts. */
  readonly alone: readonly string[]
  readonly allowed: readonly string[]
}

function withoutEffect(
  policy: { readonly name: string; readonly statements: readonly PlacedStatement[] },
  { boundary, index, alone, allowed }: Unbounded,
): readonly BindingLint[] {
  const about = { kind: 'boundary', index } as const
  const span = boundary.conditions[0]?.nameSpan
  if (policy.statements.every(({ effect }) => effect === 'DENY')) {
    return [
      {
        id: 'boundary-without-effect',
        severity: 'error',
        message: `the policy ${quoted(policy.name)} only denies, and boundaries do not touch DENY`,
        remedy: 'take the boundary off the binding, and put the condition into the policy',
        span,
        about,
      },
    ]
  }
  const zone = boundary.conditions.find(({ name }) => name === managementZone)
  const grail = zone === undefined ? [] : alone.filter(hasSecurityContext)
  const others = alone.filter(permission => !grail.includes(permission))
  const all = alone.length === allowed.length
  return [
    ...(grail.length === 0
      ? []
      : [
          {
            id: 'zone-beside-grail',
            severity: all ? 'error' : 'warning',
            message: `management zones do not restrict data in Grail, so the boundary ${quoted(boundary.name)} leaves ${listing(grail)} as open as the policy has ${grail.length === 1 ? 'it' : 'them'}`,
            remedy:
              'add the lines storage:dt.security_context = "…"; and settings:dt.security_context = "…"; to the boundary',
            span: zone?.nameSpan,
            about,
          } as const,
        ]),
    ...(others.length === 0
      ? []
      : [
          {
            id: 'boundary-without-effect',
            severity: all ? 'error' : 'warning',
            message: `no condition of the boundary ${quoted(boundary.name)} fits ${listing(others)}, which ${others.length === 1 ? 'stays' : 'stay'} as open as the policy has ${others.length === 1 ? 'it' : 'them'}`,
            remedy: boundaryRemedy(others),
            span,
            about,
          } as const,
        ]),
  ]
}

function boundaryRemedy(permissions: readonly string[]): string {
  const [first = ''] = permissions.filter(permission => (conditionsOf(permission) ?? []).length > 0)
  const taken = conditionsOf(first) ?? []
  if (taken.length === 0) return 'use a global: condition, or bind these permissions by a policy of their own'
  return `add a line that fits: ${first} takes ${listing(taken)}`
}
