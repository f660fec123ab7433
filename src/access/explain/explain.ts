/** "Can this person do that there, and why": the answer for one place. Pure; it reads nothing and changes nothing. */

import type { Work } from '../../lib/turns.ts'
import { alternativesText, type Extent, extentOf } from '../evaluate/extent.ts'
import type { GrantedStatement } from '../evaluate/granted.ts'
import type { Place } from '../impact/side.ts'
import { type Besides, besidesOf, type Comparison, comparisonOf } from './compare.ts'
import { type Held, heldStatements } from './held.ts'
import { firstBroken, type Link, type Way } from './link.ts'
import { applies, missed, textOf } from './missed.ts'
import type { ExplainFacts, Question } from './question.ts'
import { type FoundWay, isThrough, toldWay, waysTo } from './ways.ts'

/** `unknown`: only policies that nobody could read might allow it. */
export type Verdict = 'allowed' | 'allowed-if' | 'denied' | 'unknown'

/** A statement that counts, and where it comes from. */
export interface Deciding {
  readonly effect: 'ALLOW' | 'DENY'
  readonly statement: string
  readonly policy: string
  readonly group: string
}

export interface Explanation {
  readonly place: Place
  readonly verdict: Verdict
  /** Of `allowed-if`: any of these must hold; none means everywhere but … */
  readonly conditions: readonly string[]
  /** … where one of these holds. */
  readonly except: readonly string[]
  readonly decidedBy: readonly Deciding[]
  /** Those that lead there; of a denial the nearest miss. The first is the best; at most five. */
  readonly ways: readonly Way[]
  /** Of a denial: the first broken link of the nearest miss. */
  readonly broken: Link | undefined
  /** Of a denial: IdP groups that would give it, at most five, and how many there are. */
  readonly wouldGive: { readonly groups: readonly string[]; readonly count: number }
  /** Names of policies and boundaries that nobody could read and that might change the answer. */
  readonly unread: readonly string[]
  /** What groups give that the bridge does not manage. */
  readonly besides: readonly Besides[]
  readonly dynatrace: Comparison
}

const mostNamed = 5

export function* explaining(question: Question, facts: ExplainFacts): Work<Explanation> {
  const held = heldStatements(question, facts)
  const extent = extentOf(held.statements, question.where)
  const verdict = verdictOf(extent, held, question)
  const ways = yield* waysTo(question, facts)
  const open = ways.filter(way => firstBroken(way) === undefined)
  const told = verdict === 'denied' ? missed(ways, held, question, facts) : leading(open, extent)
  const missing = ways.filter(way => !way.isOwn && hasOnlyItsGroupMissing(way))
  const names = [...new Set(missing.flatMap(({ idpGroup }) => idpGroup ?? []))].sort()
  return {
    place: question.place,
    verdict,
    conditions: verdict === 'allowed-if' ? alternativesText(extent.any).filter(text => text !== '') : [],
    except: verdict === 'allowed-if' ? alternativesText(extent.except) : [],
    decidedBy: decidedBy(extent, held, question),
    ways: told.slice(0, mostNamed).map(toldWay),
    broken: verdict === 'denied' ? told.flatMap(way => firstBroken(way) ?? [])[0] : undefined,
    wouldGive:
      verdict === 'denied'
        ? { groups: names.slice(0, mostNamed), count: names.length }
        : { groups: [], count: 0 },
    unread: [...new Set(held.unknown.map(({ policy }) => policy))].sort(),
    besides: besidesOf(question, facts),
    dynatrace: comparisonOf(question, facts),
  }
}

function verdictOf(extent: Extent, { statements, unknown }: Held, { permission, where }: Question): Verdict {
  if (extent.kind === 'always') return 'allowed'
  if (extent.kind === 'where') return 'allowed-if'
  if (unknown.length === 0) return 'denied'
  const denials = statements.filter(({ effect }) => effect === 'DENY')
  const all = { effect: 'ALLOW' as const, permission, conditions: [] }
  return extentOf([all, ...denials], where).kind === 'never' ? 'denied' : 'unknown'
}

/** Ways whose group and policy are among the statements that count; without any, all that are open. */
function leading(open: readonly FoundWay[], { any }: Extent<GrantedStatement>): readonly FoundWay[] {
  const own = open.filter(way =>
    any.some(({ of }) => isThrough(way, of.group) && of.binding.policy === way.policy),
  )
  return own.length > 0 ? own : open
}

/** A person outside the IdP group, and nothing else in the way. */
const hasOnlyItsGroupMissing = ({ links }: Way): boolean =>
  links.every(({ kind, state }) =>
    kind === 'idp-group' ? state === 'broken' : kind === 'user' || state !== 'broken',
  )

function decidedBy(
  extent: Extent<GrantedStatement>,
  { statements }: Held,
  { where }: Question,
): readonly Deciding[] {
  const counting =
    extent.kind === 'never'
      ? statements.filter(({ effect }) => effect === 'DENY').filter(one => applies(one, where))
      : [...extent.any, ...extent.except].map(({ of }) => of)
  return [
    ...new Map(counting.map(one => [`${one.group} ${one.binding.policy} ${textOf(one)}`, one])).values(),
  ].map(one => ({ effect: one.effect, statement: textOf(one), policy: one.binding.policy, group: one.group }))
}
