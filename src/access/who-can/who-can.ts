/** Who may use a permission, where, and through what. Worked out once for all people who are in the same groups. */
import type { DirectorySnapshot, Person } from '../../directory/snapshot.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Work } from '../../lib/turns.ts'
import type { Attributes } from '../../policy/holds.ts'
import type { DesiredGroup } from '../desired-group.ts'
import { grantedByLevel } from '../evaluate/by-level.ts'
import type { AccessFacts } from '../evaluate/facts.ts'
import type { Texts } from '../evaluate/texts.ts'
import { unknownOf } from '../evaluate/unknown.ts'
import { groupsByPerson } from '../impact/people.ts'
import type { Place } from '../impact/side.ts'
import { type Answer, answersOf, type Holder } from './answer.ts'
import { textsAbout } from './narrow.ts'
import { type Way, waysOf } from './ways.ts'

export interface WhoCanQuestion {
  readonly permission: string
  /** What is known of the thing it is used on; conditions about anything else stay conditions. */
  readonly where: Attributes
  readonly places: readonly Place[]
  /** How many people are told by name. */
  readonly limit: number
  /** Only people whose userName comes after this one (without letter case). */
  readonly after: string | undefined
}

/** How many active people there are of each verdict. */
export interface Tally {
  readonly place: Place
  readonly allowed: number
  readonly allowedIf: number
  readonly unknown: number
}

export interface PersonAnswer extends Omit<Answer, 'carriers' | 'unknown'> {
  readonly through: readonly Way[]
  /** Names of policies that could not be read. */
  readonly unknown: readonly string[]
}

export interface PersonWhoCan {
  readonly userName: string
  readonly email: string
  readonly answers: readonly PersonAnswer[]
}

export interface WhoCan {
  /** Of everybody, whatever page this is. */
  readonly totals: readonly Tally[]
  /** People who can, or may be able to, in at least one place. */
  readonly people: number
  /** By userName. */
  readonly page: readonly PersonWhoCan[]
  /** Pass it as `after`; undefined on the last page. */
  readonly next: string | undefined
  /** What the answer does not know, in sentences. */
  readonly unknown: readonly string[]
}

export function* whoCan(question: WhoCanQuestion, facts: AccessFacts): Work<WhoCan> {
  const { desired, snapshot, texts } = facts
  const holders = yield* holdersOf(desired.groups, textsAbout(question.permission, texts))
  const groupsOf = yield* groupsByPerson(
    holders.map(({ group }) => group),
    snapshot,
  )
  const totals = new Map<Place, Counts>(
    question.places.map(place => [place, { allowed: 0, 'allowed-if': 0, unknown: 0 }]),
  )
  const known = new Map<string, readonly Answer[]>()
  const page = pageAfter(question)
  let people = 0
  for (const [emailKey, indexes] of groupsOf) {
    yield
    const person = snapshot.people.get(emailKey)
    if (person === undefined || !person.active) continue
    const key = indexes.join()
    const answers =
      known.get(key) ??
      answersOf(
        indexes.flatMap(index => holders[index] ?? []),
        question.places,
        question.where,
      )
    known.set(key, answers)
    if (answers.length === 0) continue
    people += 1
    for (const { places, verdict } of answers) for (const place of places) count(totals.get(place), verdict)
    page.add({ person, answers })
  }
  const { found, hasMore } = page.result()
  return {
    totals: [...totals].map(([place, counts]) => ({
      place,
      allowed: counts.allowed,
      allowedIf: counts['allowed-if'],
      unknown: counts.unknown,
    })),
    people,
    page: found.map(each => tellPerson(each, snapshot)),
    next: hasMore ? found.at(-1)?.person.userName : undefined,
    unknown: yield* unknownOf(desired.groups, texts, desired.withheld),
  }
}

type Counts = Record<Answer['verdict'], number>

function count(counts: Counts | undefined, verdict: Answer['verdict']): void {
  if (counts !== undefined) counts[verdict] += 1
}

/** Groups whose policies say something about the permission, or cannot be read. */
function* holdersOf(groups: readonly DesiredGroup[], texts: Texts): Work<readonly Holder[]> {
  const holders: Holder[] = []
  for (const group of groups) {
    yield
    const granted = grantedByLevel(group, texts)
    const says = [granted.account, ...granted.environments.values()].some(
      ({ statements, unknown }) => statements.length + unknown.length > 0,
    )
    if (says) holders.push({ group, granted })
  }
  return holders
}

interface Found {
  readonly person: Person
  readonly answers: readonly Answer[]
}

/** Keeps the first few people by name of all that are added, without putting all in order. */
function pageAfter({ limit, after }: WhoCanQuestion) {
  const start = after === undefined ? undefined : foldKey(after)
  const kept: (Found & { readonly key: string })[] = []
  return {
    add(found: Found): void {
      const key = foldKey(found.person.userName)
      if (start !== undefined && key <= start) return
      const last = kept.at(-1)
      // One more than asked for tells whether there is a next page.
      if (kept.length > limit && last !== undefined && key >= last.key) return
      const at = kept.findLastIndex(other => other.key < key) + 1
      kept.splice(at, 0, { ...found, key })
      if (kept.length > limit + 1) kept.pop()
    },
    result: () => ({ found: kept.slice(0, limit), hasMore: kept.length > limit }),
  }
}

function tellPerson({ person, answers }: Found, snapshot: DirectorySnapshot): PersonWhoCan {
  const { userName, email, emailKey } = person
  return {
    userName,
    email,
    answers: answers.map(({ carriers, unknown, ...answer }) => ({
      ...answer,
      through: carriers.flatMap(carrier => waysOf(carrier, emailKey, snapshot)),
      unknown: [...new Set(unknown.map(({ binding }) => binding.policy))].sort(),
    })),
  }
}
