/** Several boundaries of one binding: each of them is enough, so that the widest one counts (IAM policy boundaries). */
import { covers } from '../covers.ts'
import { effectiveStatements } from '../effective.ts'
import { type BindingLint, fitting, type LintedBoundary } from './bound.ts'
import { listing, quoted } from './listing.ts'

export interface Union {
  readonly boundaries: readonly LintedBoundary[]
  readonly allowed: readonly string[]
  /** For each boundary the permissions that nothing of it fits. */
  readonly unbounded: readonly (readonly string[])[]
}

/** The lints on boundaries that undo one another. */
export function lintUnion(union: Union): readonly BindingLint[] {
  if (union.boundaries.length < 2) return []
  return [...voided(union), ...overlapping(union)]
}

/** A boundary that leaves open what another one restricts. */
function voided({ boundaries, allowed, unbounded }: Union): readonly BindingLint[] {
  return boundaries.flatMap((boundary, index) => {
    const open = unbounded[index] ?? []
    const lost = open.filter(permission => unbounded.some(other => !other.includes(permission)))
    if (lost.length === 0) return []
    const restricting = boundaries.filter((_, at) => lost.some(one => !unbounded[at]?.includes(one)))
    const names = restricting.map(({ name }) => quoted(name))
    return [
      widened(
        index,
        boundary,
        `each boundary is enough by itself, and ${quoted(boundary.name)} leaves ${listing(lost)} open, so what ${listing(names)} ${names.length === 1 ? 'restricts' : 'restrict'} of ${lost.length === 1 ? 'it' : 'them'} is void`,
        lost.length === allowed.length
          ? `take ${quoted(boundary.name)} off the binding`
          : 'write the lines of both into one boundary, or split the policy',
        'error',
      ),
    ]
  })
}

/** More than these are compared by nobody; they differ by values as a rule. */
const mostCompared = 24

/** Boundaries that restrict the same permission by different conditions, or one of which includes the other. */
function overlapping({ boundaries, allowed }: Union): readonly BindingLint[] {
  const compared = boundaries.slice(0, mostCompared)
  const alike = Map.groupBy(allowed, permission =>
    compared.map(boundary => namesOf(permission, boundary).join(' ')).join('|'),
  )
  const found = new Map<string, BindingLint>()
  for (const permissions of alike.values()) {
    for (const [key, lint] of comparisons(permissions, compared)) if (!found.has(key)) found.set(key, lint)
  }
  return [...found.values()]
}

function comparisons(
  permissions: readonly string[],
  boundaries: readonly LintedBoundary[],
): readonly (readonly [key: string, lint: BindingLint])[] {
  const [permission = ''] = permissions
  const restricting = boundaries.flatMap((boundary, index) => {
    const names = namesOf(permission, boundary)
    return names.length === 0
      ? []
      : [{ boundary, index, names, effective: effectiveOf(permission, boundary) }]
  })
  return restricting.flatMap((one, at) => {
    const other = restricting.slice(0, at).find(({ names }) => differ(names, one.names))
    if (other !== undefined) {
      return [[`${other.index} ${one.index}`, byDifferent(permissions, other, one)] as const]
    }
    const wider = restricting.find(
      ({ effective }, position) =>
        position !== at &&
        covers(effective, one.effective) &&
        (position < at || !covers(one.effective, effective)),
    )
    return wider === undefined
      ? []
      : [[`${wider.index} ${one.index}`, within(permissions, wider, one)] as const]
  })
}

interface Restricting {
  readonly boundary: LintedBoundary
  readonly index: number
  readonly names: readonly string[]
}

const byDifferent = (permissions: readonly string[], one: Restricting, other: Restricting): BindingLint =>
  widened(
    other.index,
    other.boundary,
    `${quoted(one.boundary.name)} restricts ${listing(permissions)} by ${listing(one.names)}, ${quoted(other.boundary.name)} by ${listing(other.names)}: each boundary is enough by itself, they do not add up`,
    'write the lines of both into one boundary if both are to hold',
    'warning',
  )

const within = (permissions: readonly string[], wide: Restricting, narrow: Restricting): BindingLint =>
  widened(
    narrow.index,
    narrow.boundary,
    `for ${listing(permissions)} ${quoted(wide.boundary.name)} lets through all that ${quoted(narrow.boundary.name)} does, and each boundary is enough by itself`,
    `take one of them off the binding: ${quoted(narrow.boundary.name)} restricts nothing here`,
    'warning',
  )

const widened = (
  index: number,
  boundary: LintedBoundary,
  message: string,
  remedy: string,
  severity: 'error' | 'warning',
): BindingLint => ({
  id: 'boundaries-widen',
  severity,
  message,
  remedy,
  span: boundary.conditions[0]?.nameSpan,
  about: { kind: 'boundary', index },
})

const namesOf = (permission: string, boundary: LintedBoundary): readonly string[] =>
  [...new Set(fitting(permission, boundary).map(({ name }) => name))].sort()

const differ = (one: readonly string[], other: readonly string[]): boolean =>
  one.some(name => !other.includes(name)) && other.some(name => !one.includes(name))

const effectiveOf = (permission: string, { conditions }: LintedBoundary) =>
  effectiveStatements({
    statements: [{ effect: 'ALLOW', permissions: [permission], conditions: [] }],
    boundaries: [conditions],
    parameters: {},
  })
