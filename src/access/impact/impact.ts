/**
 * What another access model would change for people: who gains and who loses what, where. Worked out from rules and
 * directory, once for all people who are in the same groups.
 */
import type { DirectorySnapshot, Person } from '../../directory/snapshot.ts'
import type { Work } from '../../lib/turns.ts'
import type { DesiredGroup } from '../desired-group.ts'
import { type Change, changeBetween, noChange, type Piece } from './change.ts'
import { classesOf } from './people.ts'
import { type Rights, rightsKey, rightsOf } from './right.ts'
import { type Place, placesOf, type Side } from './side.ts'

/** How many people gain and lose one thing in one place. */
export interface ImpactLine {
  readonly place: Place
  readonly what: string
  readonly gaining: number
  readonly losing: number
}

export interface PersonalImpact {
  readonly userName: string
  readonly changes: readonly (Change & { readonly place: Place })[]
}

export interface Impact {
  /** Active people of the directory that Dynatrace can know. */
  readonly people: number
  /** People who gain anything anywhere; some may lose something, too. */
  readonly gaining: number
  readonly losing: number
  /** By place, then by name. */
  readonly lines: readonly ImpactLine[]
  /** Everybody who gains or loses, by userName. */
  readonly persons: readonly PersonalImpact[]
}

export function* impactOf(before: Side, after: Side, snapshot: DirectorySnapshot): Work<Impact> {
  const places = placesOf(before, after)
  const compare = comparer(before, after, places)
  const tally = new Map<string, { place: Place; what: string; gaining: number; losing: number }>()
  const persons: PersonalImpact[] = []
  let [people, gaining, losing] = [0, 0, 0]
  for (const { people: those, ...groups } of yield* classesOf(before, after, snapshot)) {
    people += those.length
    const changes: (Change & { readonly place: Place })[] = []
    // Most people are in groups that stay what they are.
    if (compare.isSame(groups.before, groups.after)) continue
    for (const place of places) {
      yield
      const change = compare.at(groups.before, groups.after, place)
      if (change.gains.length + change.losses.length > 0) changes.push({ place, ...change })
    }
    if (changes.length === 0) continue
    if (changes.some(({ gains }) => gains.length > 0)) gaining += those.length
    if (changes.some(({ losses }) => losses.length > 0)) losing += those.length
    for (const { place, gains, losses } of changes) {
      count(tally, place, gains, 'gaining', those.length)
      count(tally, place, losses, 'losing', those.length)
    }
    persons.push(...those.map(({ userName }: Person) => ({ userName, changes })))
  }
  const order = new Map(places.map((place, index) => [place, index]))
  const lines = [...tally.values()].sort(
    (a, b) => (order.get(a.place) ?? 0) - (order.get(b.place) ?? 0) || (a.what < b.what ? -1 : 1),
  )
  return {
    people,
    gaining,
    losing,
    lines,
    persons: persons.sort((a, b) => (a.userName < b.userName ? -1 : 1)),
  }
}

interface Comparing {
  /** Whether nothing can differ in any place. */
  readonly isSame: (had: readonly DesiredGroup[], has: readonly DesiredGroup[]) => boolean
  readonly at: (had: readonly DesiredGroup[], has: readonly DesiredGroup[], place: Place) => Change
}

/** Each pair of sets of rights is compared once, however many people have it in however many environments. */
function comparer(before: Side, after: Side, places: readonly Place[]): Comparing {
  const numbers = new Map<string, number>()
  const oldRights = numbered(before, numbers)
  const newRights = numbered(after, numbers)
  const known = new Map<string, Change>()
  const oldWhole = everywhere(places, oldRights)
  const newWhole = everywhere(places, newRights)
  return {
    isSame: (had, has) => distinctText(had.map(oldWhole)) === distinctText(has.map(newWhole)),
    at(had, has, place) {
      const old = had.map(group => oldRights(group, place))
      const now = has.map(group => newRights(group, place))
      const [oldKey, newKey] = [keyOf(old), keyOf(now)]
      if (oldKey === newKey) return noChange
      const key = `${oldKey}|${newKey}`
      const change = known.get(key) ?? changeBetween(rightsIn(old), rightsIn(now))
      known.set(key, change)
      return change
    },
  }
}

/** The same text for groups that grant the same in every place, on either side. */
function everywhere(
  places: readonly Place[],
  rights: (group: DesiredGroup, place: Place) => NumberedRights,
): (group: DesiredGroup) => string {
  const known = new Map<DesiredGroup, string>()
  return group => {
    const before = known.get(group)
    if (before !== undefined) return before
    const text = places.map(place => rights(group, place).number).join()
    known.set(group, text)
    return text
  }
}

const distinctText = (texts: readonly string[]): string => [...new Set(texts)].sort().join('|')

interface NumberedRights {
  readonly rights: Rights
  /** The same for equal rights, of either side and in any place. */
  readonly number: number
}

function numbered(
  side: Side,
  numbers: Map<string, number>,
): (group: DesiredGroup, place: Place) => NumberedRights {
  const known = new Map<DesiredGroup, Map<Place, NumberedRights>>()
  return (group, place) => {
    const own = known.get(group) ?? new Map<Place, NumberedRights>()
    known.set(group, own)
    const before = own.get(place)
    if (before !== undefined) return before
    const rights = rightsOf(group, place, side)
    const key = rightsKey(rights)
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    const found = { rights, number }
    own.set(place, found)
    return found
  }
}

const keyOf = (all: readonly NumberedRights[]): string =>
  [...new Set(all.map(({ number }) => number))].sort((a, b) => a - b).join()

const rightsIn = (all: readonly NumberedRights[]): readonly Rights[] => all.map(({ rights }) => rights)

function count(
  tally: Map<string, { place: Place; what: string; gaining: number; losing: number }>,
  place: Place,
  pieces: readonly Piece[],
  which: 'gaining' | 'losing',
  people: number,
): void {
  for (const what of new Set(pieces.map(piece => piece.what))) {
    const key = `${place.kind === 'account' ? '' : place.id} ${what}`
    const line = tally.get(key) ?? { place, what, gaining: 0, losing: 0 }
    line[which] += people
    tally.set(key, line)
  }
}
