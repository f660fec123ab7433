/** Every way that leads, or could lead, from the person to what is asked for. */
import { foldKey } from '../../lib/fold.ts'
import type { Work } from '../../lib/turns.ts'
import type { DesiredLevel } from '../desired-group.ts'
import type { Place } from '../impact/side.ts'
import { accountUserLink } from './account-user-link.ts'
import { askedLink, heldBindingLink, levelIn } from './binding-link.ts'
import { environmentLinks } from './environment-link.ts'
import { groupLink } from './group-link.ts'
import { countOf, type Link, unknown, type Way } from './link.ts'
import { idpGroupLink, noGroupLink, ruleLink, userLink } from './person-links.ts'
import type { Entry, PossibleBinding, PossibleGroup } from './possible.ts'
import { type ExplainFacts, isIn, type Question } from './question.ts'
import { reachLinks } from './reach-links.ts'

export interface FoundWay extends Way {
  /** Undefined for a rule that takes no IdP group there is. */
  readonly idpGroup: string | undefined
  /** Whether the person is in that IdP group. */
  readonly isOwn: boolean
  readonly group: string
  readonly policy: string
}

/** The best come first: least broken, then least unknown, then through IdP groups of the person. */
export function* waysTo(question: Question, facts: ExplainFacts): Work<readonly FoundWay[]> {
  const ways: FoundWay[] = []
  for (const group of facts.possible.groups) {
    yield
    for (const binding of group.bindings) {
      const reach = reachLinks(binding.filled, levelFor(binding, question.place), question, facts)
      if (reach === undefined) continue
      const entries = entriesOf(group, binding, facts)
      for (const entry of entries) ways.push(wayThrough(entry, group, binding, { question, facts, reach }))
    }
  }
  for (const way of idleWays(question, facts)) ways.push(way)
  return ways
    .map(way => ({ way, rank: rankOf(way) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ way }) => way)
}

interface Through {
  readonly question: Question
  readonly facts: ExplainFacts
  readonly reach: readonly Link[]
}

function wayThrough(
  entry: Entry,
  group: PossibleGroup,
  binding: PossibleBinding,
  { question, facts, reach }: Through,
): FoundWay {
  const user = userLink(facts)
  const idpGroup = idpGroupLink(entry, facts)
  const rule = ruleLink(entry, group.name, facts)
  const isDue = [user, idpGroup, rule].every(({ state }) => state === 'ok')
  // What Dynatrace has of people and groups that are not due is no link of this way.
  const accountUser = isDue ? accountUserLink(facts) : undefined
  const dynatraceGroup = groupLink(group.name, isDue, facts)
  const asked = askedLink(binding, question.place, facts)
  const level = levelIn(binding.levels, question.place)
  const isThere = isDue && [dynatraceGroup, asked].every(({ state }) => state === 'ok')
  const held =
    isThere && level !== undefined
      ? heldBindingLink(group.name, { ...binding.filled, level, rules: [binding.rule.name] }, facts)
      : undefined
  const links = [
    user,
    idpGroup,
    rule,
    ...(accountUser === undefined ? [] : [accountUser]),
    dynatraceGroup,
    held ?? asked,
    ...reach,
    ...environmentLinks(question.place, facts),
  ]
  const isOwn = isIn(entry.source.idpGroupId, facts)
  return {
    links,
    idpGroup: entry.source.idpGroupName,
    isOwn,
    group: group.name,
    policy: binding.filled.policy,
  }
}

/** All through which the person comes; of the others those whose rule asks for the binding, or else any. */
function entriesOf(
  { entries }: PossibleGroup,
  { rule }: PossibleBinding,
  facts: ExplainFacts,
): readonly Entry[] {
  const own = entries.filter(({ source }) => isIn(source.idpGroupId, facts))
  if (own.length > 0) return own
  const direct = entries.filter(entry => entry.rule === rule)
  return direct.length > 0 ? direct : entries
}

/** Policies whose names hold variables are not known without an IdP group. */
function idleWays(question: Question, facts: ExplainFacts): readonly FoundWay[] {
  return facts.possible.idle.flatMap(rule =>
    rule.groups.flatMap(group =>
      group.bindings.flatMap(template => {
        const level = levelFor({ levels: [] }, question.place)
        const reach = facts.view.texts.statements(template.policy, level)
        const allows = reach?.some(
          ({ effect, permissions }) => effect === 'ALLOW' && permissions.includes(question.permission),
        )
        if (allows !== true) return []
        const links = [
          userLink(facts),
          noGroupLink(rule),
          unknown('rule', rule.name, 'It takes no IdP group there is.'),
          unknown('dynatrace-group', group.name, 'It is made for an IdP group that the rule takes.'),
        ]
        return [{ links, idpGroup: undefined, isOwn: false, group: group.name, policy: template.policy }]
      }),
    ),
  )
}

/** The level at which the policy is looked for. */
const levelFor = ({ levels }: Pick<PossibleBinding, 'levels'>, place: Place): DesiredLevel =>
  levelIn(levels, place) ?? (place.kind === 'account' ? place : { kind: 'environment', id: place.id })

const rankOf = (way: FoundWay): number =>
  countOf(way, 'broken') * 1_000 + countOf(way, 'unknown') * 10 + (way.isOwn ? 0 : 1)

/** The way as it is told, without what it was found by. */
export const toldWay = ({ links }: FoundWay): Way => ({ links })

/** The same way with one link replaced. */
export const withLink = (way: FoundWay, link: Link): FoundWay => ({
  ...way,
  links: way.links.map(each => (each.kind === link.kind ? link : each)),
})

/** Whether two ways lead through the same Dynatrace group. */
export const isThrough = (way: FoundWay, group: string): boolean => foldKey(way.group) === foldKey(group)
