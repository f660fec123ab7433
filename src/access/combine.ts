/**
 * The desired state from what each IdP group brings to it. What was settled before is settled still where nothing
 * that was asked for has changed; the results are the same either way.
 */
import type { Finding } from '../lib/finding.ts'
import type { Work } from '../lib/turns.ts'
import type { CompiledModel } from './compile-model.ts'
import type { Contribution, KeyedWish } from './contribution.ts'
import type { Desired } from './desired.ts'
import { type BoundaryAsk, type SettledBoundary, settleBoundary } from './expand-boundaries.ts'
import { type Merged, mergeWishes } from './merge.ts'
import { excludedRule, idleRule, noEnvironment, unmatchedGroups, unsafeValue } from './rule-findings.ts'

/** What was asked for under a key, and what came of it; in the order of the keys. */
type Settled<Ask, Result> = ReadonlyMap<string, { readonly asks: readonly Ask[]; readonly result: Result }>

export interface Combined {
  readonly desired: Desired
  readonly groups: Settled<KeyedWish, Merged>
  readonly boundaries: Settled<BoundaryAsk, SettledBoundary | undefined>
}

export const nothingCombined: Pick<Combined, 'groups' | 'boundaries'> = {
  groups: new Map(),
  boundaries: new Map(),
}

/** Contributions are sorted by name. */
export function* combine(
  model: CompiledModel,
  contributions: readonly Contribution[],
  before: Pick<Combined, 'groups' | 'boundaries'>,
): Work<Combined> {
  const wishes = new Map<string, KeyedWish[]>()
  const asks = new Map<string, BoundaryAsk[]>()
  const refused: KeyedWish[] = []
  for (const ask of model.fixedBoundaries) push(asks, ask.key, ask)
  for (const { takes } of contributions) {
    for (const take of takes) {
      for (const ask of take.boundaries) push(asks, ask.key, ask)
      for (const wish of take.wishes) {
        if (wish.unsafe === undefined) push(wishes, wish.key, wish)
        else refused.push(wish)
      }
    }
  }
  yield
  refused.sort(inRuleOrder)
  for (const ofGroup of wishes.values()) if (ofGroup.length > 1) ofGroup.sort(inRuleOrder)
  const boundaries = yield* settle(asks, before.boundaries, settleBoundary)
  const groups = yield* settle(wishes, before.groups, mergeWishes)
  const findings = [
    ...ruleFindings(model, contributions),
    ...unmatchedGroups(contributions.filter(({ takes }) => takes.length === 0).map(({ group }) => group)),
    ...refused.flatMap(({ source, unsafe }) => (unsafe === undefined ? [] : unsafeValue(source, unsafe))),
  ]
  return { desired: assemble(model, { groups, boundaries, refused, findings }), groups, boundaries }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const there = map.get(key)
  if (there === undefined) map.set(key, [item])
  else there.push(item)
}

const inRuleOrder = (a: KeyedWish, b: KeyedWish): number => a.rule - b.rule

function* settle<Ask, Result>(
  asked: ReadonlyMap<string, readonly Ask[]>,
  before: Settled<Ask, Result>,
  work: (asks: readonly Ask[]) => Result,
): Work<Settled<Ask, Result>> {
  // What was sorted before stays so: sorting again costs little.
  const known = [...before.keys()].filter(key => asked.has(key))
  const keys = [...known, ...[...asked.keys()].filter(key => !before.has(key))].sort(compare)
  const settled = new Map<string, { readonly asks: readonly Ask[]; readonly result: Result }>()
  for (const key of keys) {
    const asks = asked.get(key) ?? []
    const last = before.get(key)
    if (last !== undefined && sameItems(last.asks, asks)) settled.set(key, last)
    else {
      yield
      settled.set(key, { asks, result: work(asks) })
    }
  }
  return settled
}

/** In the order of the rules: those that are idle, and environments that are not there. */
function ruleFindings(model: CompiledModel, contributions: readonly Contribution[]): readonly Finding[] {
  const taken = new Set<number>()
  const excluded = new Map<number, string[]>()
  /** By rule and selector, the IdP groups that asked. */
  const blanks = new Map<number, Map<string, string[]>>()
  for (const { group, takes, excludedBy } of contributions) {
    for (const rule of excludedBy) {
      const there = excluded.get(rule)
      if (there === undefined) excluded.set(rule, [group.displayName])
      else there.push(group.displayName)
    }
    for (const { rule, wishes } of takes) {
      taken.add(rule)
      for (const selector of new Set(wishes.flatMap(wish => wish.blanks))) {
        const ofRule = blanks.get(rule) ?? new Map<string, string[]>()
        blanks.set(rule, ofRule)
        if (ofRule.get(selector)?.at(-1) !== group.displayName) push(ofRule, selector, group.displayName)
      }
    }
  }
  return model.rules.flatMap(({ rule }, at) => {
    if (taken.has(at)) {
      return [...(blanks.get(at) ?? [])].map(([selector, askers]) => noEnvironment(rule, selector, askers))
    }
    const left = excluded.get(at)
    return left === undefined ? idleRule(rule) : excludedRule(rule, left)
  })
}

/** A group that only refused wishes ask for is withheld: it may be there since its source had another name. */
function assemble(
  model: CompiledModel,
  parts: Omit<Combined, 'desired'> & {
    readonly refused: readonly KeyedWish[]
    readonly findings: readonly Finding[]
  },
): Desired {
  const merged = [...parts.groups.values()].map(({ result }) => result)
  const settled = [...parts.boundaries.values()].flatMap(({ result }) => result ?? [])
  const unasked = new Map(parts.refused.map(({ key, groupName }) => [key, groupName]))
  for (const key of parts.groups.keys()) unasked.delete(key)
  return {
    groups: merged.flatMap(each => (each.kind === 'agreed' ? each.group : [])),
    policies: model.policies,
    boundaries: settled
      .flatMap(each => (each.kind === 'made' ? each.boundary : []))
      .sort((a, b) => compare(a.name, b.name)),
    withheldBoundaries: settled.flatMap(each => (each.kind === 'withheld' ? each.names : [])).sort(),
    findings: [
      ...parts.findings,
      ...settled.flatMap(each => (each.kind === 'withheld' ? each.finding : [])),
      ...merged.flatMap(each => each.findings),
    ],
    withheld: [
      ...[...unasked.values()].sort(),
      ...merged.flatMap(each => (each.kind === 'withheld' ? each.name : [])),
    ],
  }
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at])
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
