/**
 * Reads the directory, or the part of it that a keyed pass needs, on one state of the database.
 *
 * The part is found from its keys: ten people and two groups of a large directory cost the rows of those,
 * never everybody's memberships.
 */
import { inTurns, type Work } from '../lib/turns.ts'
import type { Reader, Store } from '../store/store.ts'
import { isKeyText } from './key-text.ts'
import { type NestedGroups, nestedGroups } from './nested-groups.ts'
import { type PersonRow, peopleByEmail } from './person-row.ts'
import type {
  Departure,
  DirectorySnapshot,
  IdpGroup,
  Person,
  ReadSnapshot,
  SnapshotScope,
} from './snapshot.ts'
import {
  allDepartures,
  allGroups,
  allLinks,
  allNestings,
  allPeople,
  departuresOf,
  lastChange,
  linksInGroups,
  linksOfUsers,
  type PersonLink,
  peopleWithEmails,
  peopleWithIds,
} from './snapshot-rows.ts'

export const sqlSnapshot =
  (store: Store): ReadSnapshot =>
  scope =>
    store.snapshot(db => (scope.kind === 'full' ? fullSnapshot(db) : keyedSnapshot(db, scope)))

async function fullSnapshot(db: Reader): Promise<DirectorySnapshot> {
  const groups = await allGroups(db)
  const nested = nestedGroups(await allNestings(db))
  const rows = await allPeople(db)
  const people = await inTurns(peopleByEmail(rows))
  const direct = new DirectMembers(await inTurns(countedKeys(rows)))
  for await (const links of allLinks(db)) direct.take(links)
  return {
    groups,
    people,
    departures: departed(await allDepartures(db), people),
    members: await inTurns(direct.within(groups, nested)),
    unreachable: unreachable(rows),
    parked: direct.parked,
    seq: await lastChange(db),
  }
}

async function keyedSnapshot(
  db: Reader,
  scope: Extract<SnapshotScope, { kind: 'keys' }>,
): Promise<DirectorySnapshot> {
  const { groupIds } = scope
  const emails = new Set([...scope.emails].filter(isKeyText))
  const groups = await allGroups(db)
  const nested = nestedGroups(await allNestings(db))
  const wanted = groups.filter(({ id }) => groupIds.has(id))

  const within = await linksInGroups(db, new Set(wanted.flatMap(({ id }) => [...nested.below(id)])))
  const membersFound = await peopleWithIds(db, [...new Set(within.map(({ memberId }) => memberId))])
  // Everybody with one of the addresses: two users may share one.
  const keys = new Set([...emails, ...membersFound.flatMap(({ emailKey }) => emailKey ?? [])])
  const rows = await peopleWithEmails(db, keys)
  const unaddressed = membersFound.filter(({ emailKey }) => emailKey === null)
  const direct = new DirectMembers(await inTurns(countedKeys([...rows, ...unaddressed])))
  direct.take(within)
  const members = new Map(await inTurns(direct.within(wanted, nested)))

  const asked = rows.filter(({ emailKey }) => emailKey !== null && emails.has(emailKey))
  const links = await linksOfUsers(
    db,
    asked.map(({ id }) => id),
  )
  addMemberships(members, await inTurns(countedKeys(asked)), links, nested)

  const people = await inTurns(peopleByEmail(rows))
  return {
    groups,
    people,
    departures: departed(await departuresOf(db, emails, new Set(people.keys())), people),
    members,
    unreachable: unreachable(membersFound),
    parked: new Map([...direct.parked].filter(([groupId]) => groupIds.has(groupId))),
    seq: await lastChange(db),
  }
}

/** Counts people into the groups that hold them and into all groups above those. */
function addMemberships(
  members: Map<string, Set<string>>,
  keys: ReadonlyMap<string, string | null>,
  links: readonly PersonLink[],
  nested: NestedGroups,
): void {
  for (const { groupId, memberId } of links) {
    const key = keys.get(memberId)
    if (key === undefined || key === null) continue
    for (const id of nested.above(groupId)) {
      const known = members.get(id)
      if (known === undefined) members.set(id, new Set([key]))
      else known.add(key)
    }
  }
}

/** Direct memberships, gathered chunk by chunk. */
class DirectMembers {
  readonly #keys: ReadonlyMap<string, string | null>
  readonly #members = new Map<string, Set<string>>()
  readonly parked = new Map<string, string[]>()

  /** `keys` as of `countedKeys`. */
  constructor(keys: ReadonlyMap<string, string | null>) {
    this.#keys = keys
  }

  take(links: readonly PersonLink[]): void {
    for (const { groupId, memberId } of links) {
      const key = this.#keys.get(memberId)
      if (key === undefined) grown(this.parked, groupId, () => []).push(memberId)
      else if (key !== null) grown(this.#members, groupId, () => new Set<string>()).add(key)
    }
  }

  /** Everybody in each of these groups and in those below it. */
  *within(groups: readonly IdpGroup[], nested: NestedGroups): Work<Map<string, Set<string>>> {
    const found = new Map<string, Set<string>>()
    for (const { id } of groups) {
      const below = nested.below(id)
      let all = this.#members.get(id) ?? new Set<string>()
      // The set of its own members serves the groups above too.
      if (below.size > 1) all = new Set(all)
      for (const other of below) {
        if (other === id) continue
        for (const key of this.#members.get(other) ?? []) all.add(key)
        yield
      }
      found.set(id, all)
      yield
    }
    return found
  }
}

/**
 * User id → folded e-mail, or null where memberships count for nobody: without an address, or deactivated
 * while another user with the same address is active, who must not inherit the groups.
 */
function* countedKeys(people: readonly PersonRow[]): Work<ReadonlyMap<string, string | null>> {
  const active = new Set<string | null>()
  for (const person of people) {
    if (person.active === 1) active.add(person.emailKey)
    yield
  }
  const keys = new Map<string, string | null>()
  for (const { id, emailKey, active: isActive } of people) {
    keys.set(id, isActive === 1 || !active.has(emailKey) ? emailKey : null)
    yield
  }
  return keys
}

function grown<Key, Value>(map: Map<Key, Value>, key: Key, empty: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const fresh = empty()
  map.set(key, fresh)
  return fresh
}

const unreachable = (rows: readonly PersonRow[]): readonly string[] =>
  rows
    .filter(({ emailKey }) => emailKey === null)
    .map(({ userName }) => userName)
    .sort()

/** Who came back, or shares the address with somebody who stayed, has not departed. */
const departed = (
  rows: readonly Departure[],
  people: ReadonlyMap<string, Person>,
): ReadonlyMap<string, Departure> =>
  new Map(rows.filter(({ emailKey }) => !people.has(emailKey)).map(row => [row.emailKey, row]))
