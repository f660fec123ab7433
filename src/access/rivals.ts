/**
 * Rules that contradict each other, found before any group is there. Each rule is shown the same made-up IdP groups, and
 * what the rules want is compared as it is with real ones.
 *
 * Only what is certain is told: one IdP group leads to both wishes, or two do whose captures of the same name agree.
 * What else real groups may bring about is found when they do.
 */
import type { IdpGroup } from '../directory/snapshot.ts'
import { foldKey } from '../lib/fold.ts'
import type { RankedLevel } from './choose-level.ts'
import { type CompiledModel, compileModel } from './compile-model.ts'
import type { DesiredLevel } from './desired-group.ts'
import { subjectOf } from './match.ts'
import { boundaryNames } from './merge-findings.ts'
import type { BindingAsk } from './merge-grants.ts'
import type { Environment, Rule } from './model.ts'
import { quote } from './reading.ts'
import type { Variables } from './template.ts'
import { witnesses } from './witnesses.ts'
import type { Written } from './written.ts'

/** Two rules, or one that contradicts itself. */
export interface Rivals {
  /** Places of the rules, in their order. */
  readonly first: number
  readonly second: number
  /** Name of the Dynatrace group. */
  readonly group: string
  /** displayNames (or externalIds) of IdP groups that lead there; they need not exist. */
  readonly idpGroups: readonly [string, string]
  /** What differs, in a sentence without full stop. */
  readonly message: string
}

/** More pairs are the same mistake over again. */
const most = 20
/** Comparisons of two wishes: a few tenths of a second, whatever the file holds. */
const mostTries = 200_000

/** Each pair of rules once. */
export function rivals(model: {
  readonly rules: readonly Rule[]
  readonly environments: readonly Environment[]
}): readonly Rivals[] {
  const compiled = compileModel({ ...model, policies: [], boundaries: [] })
  const found = new Map<string, Rivals>()
  const budget = { tries: mostTries }
  for (const takes of takesByName(compiled, witnesses(model.rules)).values()) {
    if (found.size >= most) break
    if (!mayDiffer(takes)) continue
    for (const asks of Map.groupBy(takes.flatMap(asksOf), ({ binding }) => binding.alike).values()) {
      for (const pair of contradicting(asks, budget)) {
        const rival = describe(pair, model.environments)
        const key = `${rival.first} ${rival.second}`
        if (!found.has(key) && found.size < most) found.set(key, rival)
      }
    }
  }
  return [...found.values()].sort((a, b) => a.first - b.first || a.second - b.second)
}

/** Notes each pair at the later of the two rules. */
export function checkRivals(rules: readonly Written<Rule>[], environments: readonly Environment[]): void {
  for (const rival of rivals({ rules: rules.map(({ value }) => value), environments })) {
    const later = rules[rival.second]
    const itself = rival.first === rival.second
    const remedy = itself
      ? 'ask for the same boundaries in all its groups of this name, or give them different names'
      : 'ask for the same boundaries in both, or let them make groups of different names'
    later?.reading.problem([...later.path, 'name'], rival.message, remedy)
  }
}

/** A rule takes a made-up IdP group, and makes the Dynatrace group of this name of it. */
interface Meeting {
  readonly rule: number
  readonly template: number
  readonly witness: IdpGroup
  readonly variables: Variables
  readonly asks: () => readonly BindingAsk[]
}

type RivalAsk = BindingAsk & { readonly meeting: Meeting }

function takesByName(
  model: CompiledModel,
  groups: readonly IdpGroup[],
): ReadonlyMap<string, readonly Meeting[]> {
  const meetings = new Map<string, Meeting[]>()
  for (const witness of groups) {
    const subject = subjectOf(witness)
    for (const [rule, { take, groups: made }] of model.rules.entries()) {
      const taking = take(subject)
      if (taking.kind !== 'taken') continue
      const { variables } = taking
      for (const [template, { nameFor, wishFor }] of made.entries()) {
        const key = foldKey(nameFor(variables))
        const asks = (): readonly BindingAsk[] => {
          const wish = wishFor(witness, variables)
          return wish.unsafe === undefined ? wish.bindings.map(binding => ({ binding, wish })) : []
        }
        const meeting = { rule, template, witness, variables, asks }
        const there = meetings.get(key)
        if (there === undefined) meetings.set(key, [meeting])
        else there.push(meeting)
      }
    }
  }
  return meetings
}

/** One template alone may differ only between IdP groups, and that is left to real ones. */
function mayDiffer([first, ...others]: readonly Meeting[]): boolean {
  return others.some(({ rule, template }) => rule !== first?.rule || template !== first.template)
}

function asksOf(meeting: Meeting): readonly RivalAsk[] {
  return meeting.asks().map(ask => ({ ...ask, meeting }))
}

/**
 * All ask for one policy with the same parameters. Where two rules agree for some groups and not for others, which
 * groups there are decides.
 */
function contradicting(
  asks: readonly RivalAsk[],
  budget: { tries: number },
): readonly (readonly [RivalAsk, RivalAsk])[] {
  const kinds = [...Map.groupBy(asks, ({ binding }) => JSON.stringify(binding.filled.boundaries)).values()]
  if (kinds.length === 1) return []
  const places = kinds.map(placesOf)
  const agree = (one: number, other: number, rank: number): boolean =>
    places.some(ofRule => ofRule.get(one)?.has(rank) === true && ofRule.get(other)?.has(rank) === true)
  const found = new Map<string, readonly [RivalAsk, RivalAsk]>()
  for (const [at, kind] of kinds.entries()) {
    const others = kinds.slice(at + 1).flat()
    for (const one of kind) {
      for (const other of others) {
        const [first, second] = one.meeting.rule <= other.meeting.rule ? [one, other] : [other, one]
        const key = `${first.meeting.rule} ${second.meeting.rule}`
        if (found.has(key)) continue
        if (budget.tries-- <= 0) return [...found.values()]
        const rank = meetAt(first, second)?.rank
        if (rank === undefined || !isCertain(first.meeting, second.meeting)) continue
        const isOneGroup = first.meeting.witness === second.meeting.witness
        if (isOneGroup || !agree(first.meeting.rule, second.meeting.rule, rank))
          found.set(key, [first, second])
      }
    }
  }
  return [...found.values()]
}

/** Where each rule asks for it, by rank. */
function placesOf(asks: readonly RivalAsk[]): ReadonlyMap<number, ReadonlySet<number>> {
  const places = new Map<number, Set<number>>()
  for (const { meeting, binding } of asks) {
    const ranks = places.get(meeting.rule) ?? new Set<number>()
    places.set(meeting.rule, ranks)
    for (const { rank } of binding.levels) ranks.add(rank)
  }
  return places
}

/** One IdP group leads to both, or two do that share what both rules capture. */
function isCertain(one: Meeting, other: Meeting): boolean {
  if (one.witness === other.witness) return true
  if (one.rule === other.rule) return false
  return Object.entries(one.variables).every(
    ([name, value]) =>
      name === 'displayName' ||
      name === 'externalId' ||
      !Object.hasOwn(other.variables, name) ||
      foldKey(other.variables[name] ?? '') === foldKey(value),
  )
}

const meetAt = (one: RivalAsk, other: RivalAsk): RankedLevel | undefined =>
  one.binding.levels.find(({ rank }) => other.binding.levels.some(each => each.rank === rank))

function describe([one, other]: readonly [RivalAsk, RivalAsk], environments: readonly Environment[]): Rivals {
  const { policy } = one.binding.filled
  const group = one.wish.groupName
  const where = placeName(meetAt(one, other)?.level, environments)
  const [first, second] = [one.wish.source.rule, other.wish.source.rule]
  const who =
    one.meeting.rule === other.meeting.rule
      ? `the rule ${quote(first)} contradicts itself`
      : `the rules ${quote(first)} and ${quote(second)} contradict each other`
  return {
    first: one.meeting.rule,
    second: other.meeting.rule,
    group,
    idpGroups: [nameOf(one), nameOf(other)],
    message:
      `${who} about the group ${quote(group)}: policy ${quote(policy)} in ${where} is asked for with` +
      ` ${boundaryNames(one)} for an IdP group such as ${quote(nameOf(one))}, and with ${boundaryNames(other)}` +
      ` for one such as ${quote(nameOf(other))}`,
  }
}

const nameOf = ({ meeting: { witness } }: RivalAsk): string => witness.externalId ?? witness.displayName

function placeName(level: DesiredLevel | undefined, environments: readonly Environment[]): string {
  if (level === undefined || level.kind === 'account') return 'the account'
  return `environment ${environments.find(({ id }) => id === level.id)?.name ?? level.id}`
}
