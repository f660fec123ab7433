/**
 * Which group of ours each desired group is: by name first, then by the IdP groups behind it, since an IdP group that is
 * called otherwise gives its groups other names. Pure.
 */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import { foldKey } from '../lib/fold.ts'
import { cautiousRules } from './cautious-rules.ts'
import { makersOf } from './makers.ts'
import type { OwnedGroup } from './ownership.ts'

/**
 * A row that lost its name goes to the desired group that shares most IdP groups with it: of the rule that may have made
 * it, if there is one, else of any other. But a group does not pass from one rule to another where either is more
 * cautious than the file: that would be written to the group of a rule that only observes.
 */
export function pairWithRows(
  desired: readonly DesiredGroup[],
  owned: readonly OwnedGroup[],
  /** With the rules that have ended. */
  model: Pick<AccessModel, 'mode' | 'rules'>,
): ReadonlyMap<DesiredGroup, OwnedGroup> {
  const pairs = new Map<DesiredGroup, OwnedGroup>()
  const free = new Map(owned.map(row => [row.nameKey, row]))
  for (const group of desired) {
    const row = free.get(foldKey(group.name))
    if (row === undefined) continue
    pairs.set(group, row)
    free.delete(row.nameKey)
  }
  if (free.size === 0 || pairs.size === desired.length) return pairs
  const bySource = new Map<string, OwnedGroup[]>()
  for (const row of free.values()) {
    for (const id of row.sources) bySource.set(id, [...(bySource.get(id) ?? []), row])
  }
  const { isKin, mayPass } = kinship(model)
  for (const suits of [isKin, mayPass]) {
    for (const group of desired) {
      if (pairs.has(group)) continue
      const shared = new Map<OwnedGroup, number>()
      for (const id of new Set(group.sources.map(source => source.idpGroupId))) {
        for (const row of bySource.get(id) ?? []) {
          if (free.has(row.nameKey) && suits(row, group)) shared.set(row, (shared.get(row) ?? 0) + 1)
        }
      }
      const [best] = [...shared].sort(([, a], [, b]) => b - a)
      if (best === undefined) continue
      pairs.set(group, best[0])
      free.delete(best[0].nameKey)
    }
  }
  return pairs
}

type Suits = (row: OwnedGroup, group: DesiredGroup) => boolean

function kinship(model: Pick<AccessModel, 'mode' | 'rules'>): {
  /** Whether a rule behind the group may have made what is in the row. */
  readonly isKin: Suits
  readonly mayPass: Suits
} {
  const cautious = cautiousRules(model)
  const makers = makersOf(model.rules)
  const known = new Map<OwnedGroup, ReadonlySet<string>>()
  const madeBy = (row: OwnedGroup): ReadonlySet<string> => {
    const rules = known.get(row) ?? new Set(makers(row.name))
    known.set(row, rules)
    return rules
  }
  return {
    isKin: (row, { sources }) => sources.some(({ rule }) => madeBy(row).has(rule)),
    mayPass: (row, { sources }) =>
      cautious.size === 0 ||
      ![...madeBy(row), ...sources.map(({ rule }) => rule)].some(rule => cautious.has(rule)),
  }
}
