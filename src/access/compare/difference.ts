/** How two sets of rights differ: permissions, roles, and policies nobody could read. */
import type { Work } from '../../lib/turns.ts'
import type { EffectiveStatement } from '../../policy/effective.ts'
import { type Extent, extentOf, sameExtent } from '../evaluate/extent.ts'

export interface Rights {
  /** DENY included, of all groups that count. */
  readonly statements: readonly EffectiveStatement[]
  /** `tenant-viewer`, `tenant-viewer in zone "Shop"`. */
  readonly roles: readonly string[]
  /** Policies whose text is not known, as they are bound. */
  readonly unknown: readonly string[]
}

export interface PermissionDifference {
  readonly permission: string
  /** At least one of the two is not `never`. */
  readonly one: Extent
  readonly other: Extent
}

export interface Beyond {
  readonly onlyOne: readonly string[]
  readonly onlyOther: readonly string[]
}

export interface Difference {
  /** By name. */
  readonly permissions: readonly PermissionDifference[]
  readonly roles: Beyond
  readonly unknown: Beyond
}

/** Conditions that are written otherwise and mean the same are no difference, as far as that can be proved. */
export function* differenceOf(one: Rights, other: Rights): Work<Difference> {
  const [left, right] = [byPermission(one), byPermission(other)]
  const permissions: PermissionDifference[] = []
  for (const permission of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    yield
    const extents = {
      one: extentOf(left.get(permission) ?? []),
      other: extentOf(right.get(permission) ?? []),
    }
    if (!sameExtent(extents.one, extents.other)) permissions.push({ permission, ...extents })
  }
  return {
    permissions,
    roles: beyond(one.roles, other.roles),
    unknown: beyond(one.unknown, other.unknown),
  }
}

export const isEmpty = ({ permissions, roles, unknown }: Difference): boolean =>
  permissions.length + roles.onlyOne.length + roles.onlyOther.length === 0 &&
  unknown.onlyOne.length + unknown.onlyOther.length === 0

const byPermission = ({ statements }: Rights): ReadonlyMap<string, readonly EffectiveStatement[]> =>
  Map.groupBy(statements, ({ permission }) => permission)

function beyond(one: readonly string[], other: readonly string[]): Beyond {
  const [left, right] = [new Set(one), new Set(other)]
  return {
    onlyOne: [...left.difference(right)].sort(),
    onlyOther: [...right.difference(left)].sort(),
  }
}
