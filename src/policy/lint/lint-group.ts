/** The bindings of one group that count in one place: their statements are evaluated together. */
import { contradictionIn } from '../contradiction.ts'
import { fitting, type LintedBinding } from './bound.ts'
import type { Lint } from './lint.ts'
import { listing, quoted } from './listing.ts'
import { bucketPermission, isTable } from './tables.ts'

/** A lint on one of the bindings; the span is in the text of its policy. */
export type GroupLint = Lint & { readonly binding: number }

/** What bindings of one group do to one another. What other groups of a person bring is not known here. */
export function lintGroup(bindings: readonly LintedBinding[]): readonly GroupLint[] {
  const grants = bindings.map(grantsOf)
  return [...voided(bindings, grants), ...tableWithoutBucket(grants)]
}

interface Grant {
  readonly permission: string
  readonly conditional: boolean
  readonly span: Lint['span']
}

function grantsOf({ policy, boundaries }: LintedBinding): readonly Grant[] {
  const bounded = new Map<string, boolean>()
  const isBounded = (permission: string): boolean => {
    const known = bounded.get(permission)
    if (known !== undefined) return known
    const all =
      boundaries.length > 0 && boundaries.every(boundary => fitting(permission, boundary).length > 0)
    bounded.set(permission, all)
    return all
  }
  return policy.statements.flatMap(({ effect, permissions, conditions, permissionSpans }) => {
    if (effect === 'DENY' || contradictionIn(conditions) !== undefined) return []
    return permissions.map((permission, at) => ({
      permission,
      conditional: conditions.length > 0 || isBounded(permission),
      span: permissionSpans[at],
    }))
  })
}

/** Conditions of one binding that an unconditional ALLOW of another makes pointless. */
function voided(
  bindings: readonly LintedBinding[],
  grants: readonly (readonly Grant[])[],
): readonly GroupLint[] {
  const openBy = new Map<string, number>()
  for (const [binding, own] of grants.entries()) {
    for (const { permission, conditional } of own) {
      if (!conditional && !openBy.has(permission)) openBy.set(permission, binding)
    }
  }
  return grants.flatMap((own, binding) => {
    const openHere = new Set(own.flatMap(({ permission, conditional }) => (conditional ? [] : [permission])))
    const lost = own.filter(
      ({ permission, conditional }) => conditional && !openHere.has(permission) && openBy.has(permission),
    )
    const byOther = Map.groupBy(lost, ({ permission }) => openBy.get(permission))
    return [...byOther].map(([other, all]): GroupLint => {
      const permissions = all.map(({ permission }) => permission)
      return {
        id: 'unconditional-allow',
        severity: 'warning',
        message: `the policy ${quoted(bindings[other ?? 0]?.policy.name ?? '')} allows ${listing(permissions)} without condition to the same group, so what restricts ${new Set(permissions).size === 1 ? 'it' : 'them'} here restricts nothing`,
        remedy: 'take that policy off the group, or bind it with a boundary that fits',
        span: all[0]?.span,
        binding,
      }
    })
  })
}

function tableWithoutBucket(grants: readonly (readonly Grant[])[]): readonly GroupLint[] {
  if (grants.some(own => own.some(({ permission }) => permission === bucketPermission))) return []
  return grants.flatMap((own, binding): readonly GroupLint[] => {
    const tables = own.filter(({ permission }) => isTable(permission))
    if (tables.length === 0) return []
    const names = tables.map(({ permission }) => permission)
    return [
      {
        id: 'table-without-bucket',
        severity: 'warning',
        message: `${listing(names)} ${new Set(names).size === 1 ? 'reads' : 'read'} nothing: no policy of the group allows ${bucketPermission}`,
        remedy: `add ALLOW ${bucketPermission}; to the policy, or bind one that has it`,
        span: tables[0]?.span,
        binding,
      },
    ]
  })
}
