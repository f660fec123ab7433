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
import { expandBoundaries } from './expand-boundaries.ts'
import { expandPolicies } from './expand-policies.ts'
import { foldName } from './folded-name.ts'
import { mergeWishes } from './merge.ts'
import type { AccessModel } from './model.ts'
import { idleRule, unmatchedGroups, unsafeValue } from './rule-findings.ts'
import { compileRule, type Wish } from './wish.ts'

export interface Desired {
  /** Sorted by name. */
  readonly groups: readonly DesiredGroup[]
  /** Sorted by level and name. */
  readonly policies: readonly DesiredPolicy[]
  /** Sorted by name, each name once. */
  readonly boundaries: readonly DesiredBoundary[]
  /**
   * Names of boundaries that rules ask for and that cannot be said: two queries contend for the name, or a captured
   * value would change the meaning. They are not in `boundaries`; a boundary of this name that is there today is
   * not to be touched, nor bound to anything.
   */
  readonly withheldBoundaries: readonly string[]
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
  const refused: Wish[] = []
  const expansion = expandBoundaries(model.boundaries)

  for (const rule of model.rules) {
    const { wishes: wishesOf, findings: findingsOfRule } = compileRule(rule, model.environments)
    let idle = true
    for (const { group, name } of named) {
      yield
      const wished = wishesOf(group, name)
      if (wished === undefined) continue
      idle = false
      matched.add(group)
      for (const wish of wished) {
        expansion.note(rule.name, wish.variables)
        if (wish.unsafe !== undefined) {
          refused.push(wish)
          continue
        }
        const key = foldKey(wish.groupName)
        const others = wishes.get(key)
        if (others === undefined) wishes.set(key, [wish])
        else others.push(wish)
      }
    }
    findings.push(...(idle ? [idleRule(rule)] : findingsOfRule()))
  }
  findings.push(...unmatchedGroups(named.map(({ group }) => group).filter(group => !matched.has(group))))
  findings.push(
    ...refused.flatMap(({ source, unsafe }) => (unsafe === undefined ? [] : unsafeValue(source, unsafe))),
  )
  const boundaries = expansion.result()
  findings.push(...boundaries.findings)
  const merged = yield* collect(wishes, refused)
  return {
    groups: merged.groups,
    policies: expandPolicies(model),
    boundaries: boundaries.boundaries,
    withheldBoundaries: boundaries.withheld,
    findings: [...findings, ...merged.findings],
    withheld: merged.withheld,
  }
}

/** A group that only refused wishes ask for is withheld: it may be there since its source had another name. */
function* collect(
  wishes: ReadonlyMap<string, readonly Wish[]>,
  refused: readonly Wish[],
): Work<Pick<Desired, 'groups' | 'withheld' | 'findings'>> {
  const groups: DesiredGroup[] = []
  const unasked = new Map(refused.map(({ groupName }) => [foldKey(groupName), groupName]))
  for (const key of wishes.keys()) unasked.delete(key)
  const withheld = [...unasked.values()].sort()
  const findings: Finding[] = []
  for (const [, ofGroup] of [...wishes].sort(([a], [b]) => compare(a, b))) {
    yield
    const merged = mergeWishes(ofGroup)
    findings.push(...merged.findings)
    if (merged.kind === 'agreed') groups.push(merged.group)
    else withheld.push(merged.name)
  }
  return { groups, findings, withheld }
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
