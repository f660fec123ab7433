/**
 * What the rules wish for, given the groups of the IdP. Pure, and the same whatever order the groups come in.
 *
 *   IdP groups × rules ──match──► wishes ──by group name──► desired groups
 */
import type { IdpGroup } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import { atOnce, type Work } from '../lib/turns.ts'
import type { DesiredBoundary, DesiredPolicy } from './desired-definition.ts'
import type { DesiredGroup } from './desired-group.ts'
import { foldName } from './folded-name.ts'
import { mergeWishes } from './merge.ts'
import type { AccessModel } from './model.ts'
import { idleRule, unmatchedGroups } from './rule-findings.ts'
import { compileRule, type Wish } from './wish.ts'

export interface Desired {
  /** Sorted by name. */
  readonly groups: readonly DesiredGroup[]
  /** Sorted by level and name. */
  readonly policies: readonly DesiredPolicy[]
  /** Sorted by name, each name once. */
  readonly boundaries: readonly DesiredBoundary[]
  readonly findings: readonly Finding[]
  /**
   * Names of Dynatrace groups about which the rules contradict each other, or that cannot exist. They
   * are not in `groups`, and nothing of what they have today is to be touched.
   */
  readonly withheld: readonly string[]
}

export const desiredGroups = (model: AccessModel, groups: readonly IdpGroup[]): Desired =>
  atOnce(desiring(model, groups))

/** The same, for thousands of groups while others wait for the event loop. */
export function* desiring(model: AccessModel, groups: readonly IdpGroup[]): Work<Desired> {
  const named = sortGroups(groups).map(group => ({ group, name: foldName(group.displayName) }))
  const matched = new Set<IdpGroup>()
  const wishes = new Map<string, Wish[]>()
  const findings: Finding[] = []

  for (const rule of model.rules) {
    const { wish, findings: findingsOfRule } = compileRule(rule, model.environments)
    let idle = true
    for (const { group, name } of named) {
      yield
      const wished = wish(group, name)
      if (wished === undefined) continue
      idle = false
      matched.add(group)
      const key = foldKey(wished.groupName)
      const others = wishes.get(key)
      if (others === undefined) wishes.set(key, [wished])
      else others.push(wished)
    }
    findings.push(...(idle ? [idleRule(rule)] : findingsOfRule()))
  }
  findings.push(...unmatchedGroups(named.map(({ group }) => group).filter(group => !matched.has(group))))
  return yield* collect(wishes, findings)
}

function* collect(wishes: ReadonlyMap<string, readonly Wish[]>, found: readonly Finding[]): Work<Desired> {
  const groups: DesiredGroup[] = []
  const withheld: string[] = []
  const findings = [...found]
  for (const [, ofGroup] of [...wishes].sort(([a], [b]) => compare(a, b))) {
    yield
    const merged = mergeWishes(ofGroup)
    findings.push(...merged.findings)
    if (merged.kind === 'agreed') groups.push(merged.group)
    else withheld.push(merged.name)
  }
  return { groups, policies: [], boundaries: [], findings, withheld }
}

/** Names decide, then ids: what a group is called first must not hang on the order of a database. */
function sortGroups(groups: readonly IdpGroup[]): readonly IdpGroup[] {
  return groups
    .map(group => ({ group, key: foldKey(group.displayName) }))
    .sort(
      (a, b) =>
        compare(a.key, b.key) ||
        compare(a.group.displayName, b.group.displayName) ||
        compare(a.group.id, b.group.id),
    )
    .map(({ group }) => group)
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
