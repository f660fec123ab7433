/**
 * The bindings and roles of several wishes for one group, each once and in order: by level, then by name. Most groups
 * have nothing twice, and this is done for thousands of groups with dozens of environments each: what differs at all
 * levels is not compared at each.
 */
import type { RankedLevel } from './choose-level.ts'
import type { DesiredBinding, DesiredLevel, DesiredPermission } from './desired-group.ts'
import type { BindingWish, PermissionWish, Wish } from './wish.ts'

export interface BindingAsk {
  readonly binding: BindingWish
  readonly wish: Wish
}

/** The same is asked for with different boundaries. */
export interface Conflict {
  readonly level: DesiredLevel
  readonly first: BindingAsk
  readonly second: BindingAsk
}

export function mergeBindings(wishes: readonly Wish[]): {
  readonly merged: readonly DesiredBinding[]
  readonly conflicts: readonly Conflict[]
} {
  const asks = wishes.flatMap(wish => wish.bindings.map(binding => ({ binding, wish })))
  const isOnce = new Set(asks.map(({ binding }) => binding.alike)).size === asks.length
  if (!isOnce) {
    const conflicts = byLevel(asks, levelsOfBinding).flatMap(conflictsAt)
    if (conflicts.length > 0) return { merged: [], conflicts }
  }
  const ordered = asks.toSorted((a, b) => compare(a.binding.key, b.binding.key))
  const merged = byLevel(ordered, levelsOfBinding).flatMap(({ level, asks: all }) =>
    isOnce ? all.map(({ binding }) => bindingAt(level, binding, binding.filled.rules)) : unite(level, all),
  )
  return { merged, conflicts: [] }
}

export function mergePermissions(wishes: readonly Wish[]): readonly DesiredPermission[] {
  const asks = wishes.flatMap(({ permissions, source }) =>
    permissions.map(permission => ({ permission, rule: source.rule })),
  )
  if (asks.length === 0) return []
  const byRole = [...Map.groupBy(asks, ({ permission }) => permission.role)]
  return byRole
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([role, ofRole]) =>
      byLevel(ofRole, ({ permission }) => permission.levels).flatMap(({ level, asks: all }) =>
        zonesAt(all).map(({ zone, rules }) => ({ role, level, zone, rules })),
      ),
    )
}

interface AtLevel<Ask> {
  readonly rank: number
  readonly level: DesiredLevel
  readonly asks: Ask[]
}

const levelsOfBinding = ({ binding }: BindingAsk): readonly RankedLevel[] => binding.levels

/** In the order of levels; within each as they come. */
function byLevel<Ask>(
  asks: readonly Ask[],
  levelsOf: (ask: Ask) => readonly RankedLevel[],
): readonly AtLevel<Ask>[] {
  const found = new Map<number, AtLevel<Ask>>()
  for (const ask of asks) {
    for (const { rank, level } of levelsOf(ask)) {
      const there = found.get(rank)
      if (there === undefined) found.set(rank, { rank, level, asks: [ask] })
      else there.asks.push(ask)
    }
  }
  return [...found.values()].sort((a, b) => a.rank - b.rank)
}

/** Names of policies are found without letter case: two bindings that are only alike may be of one policy. */
function conflictsAt({ level, asks }: AtLevel<BindingAsk>): readonly Conflict[] {
  const firsts = new Map<string, BindingAsk>()
  const conflicts = new Map<string, Conflict>()
  for (const ask of asks) {
    const { alike, filled } = ask.binding
    const first = firsts.get(alike)
    if (first === undefined) firsts.set(alike, ask)
    else if (!conflicts.has(alike) && !sameNames(first.binding.filled.boundaries, filled.boundaries)) {
      conflicts.set(alike, { level, first, second: ask })
    }
  }
  return [...conflicts].sort(([a], [b]) => compare(a, b)).map(([, conflict]) => conflict)
}

function unite(level: DesiredLevel, asks: readonly BindingAsk[]): readonly DesiredBinding[] {
  return [...Map.groupBy(asks, ({ binding }) => binding.key).values()].flatMap(same => {
    const rules = [...new Set(same.flatMap(({ binding }) => binding.filled.rules))]
    return same.slice(0, 1).map(({ binding }) => bindingAt(level, binding, rules))
  })
}

function bindingAt(level: DesiredLevel, { filled }: BindingWish, rules: readonly string[]): DesiredBinding {
  const { policy, parameters, boundaries } = filled
  return { policy, level, parameters, boundaries, rules }
}

/** A role for the whole level and for a zone of it are two permissions. */
function zonesAt(
  asks: readonly { readonly permission: PermissionWish; readonly rule: string }[],
): readonly { readonly zone: string | undefined; readonly rules: readonly string[] }[] {
  const rules = new Map<string | undefined, Set<string>>()
  for (const { permission, rule } of asks) {
    for (const zone of permission.zones) {
      const there = rules.get(zone)
      if (there === undefined) rules.set(zone, new Set([rule]))
      else there.add(rule)
    }
  }
  return [...rules]
    .map(([zone, names]) => ({ zone, rules: [...names] }))
    .sort((a, b) => compare(a.zone ?? '', b.zone ?? ''))
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
