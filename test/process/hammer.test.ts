/**
 * Two bridges on one database, and many connections that change one group through both at once: in the end the
 * members are exactly what the acknowledged calls say.
 */
import type { Test } from 'tap'
import { type BridgeClient, bridgeClient } from '../support/bridge-client.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'
import { type BridgeProcess, eventually } from '../support/processes.ts'
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts'
import { makePlace, type Place } from './place.ts'

const CONNECTIONS = 16
/** Each member belongs to one connection, whose calls follow each other: its last acknowledged call decides. */
const OWN_MEMBERS = 4
const CALLS = 12

eachDatabase({
  async 'two processes that change one group at once'(t, database) {
    const random = seededRandom()
    t.comment(`TEST_SEED=${random.seed}`)
    const pair = await startPair(t, database)
    await t.test('lose nothing and invent nothing', t => changesAtOnce(t, pair, random))
    await t.test('show one full list or another, never a mixture', t => listsAtOnce(t, pair))
    await t.test('keep what was acknowledged when one is killed', t => killedUnderWay(t, pair, random))
  },
})

async function changesAtOnce(t: Test, pair: Pair, random: SeededRandom): Promise<void> {
  const { clients } = pair
  const group = await groupOf(pair, 'changed')
  const owners = pair.people.map(own => owner({ clients, group, own, random }))
  const wrong: string[] = []
  await Promise.all(
    owners.map(async (one, at) => {
      for (let call = 0; call < CALLS; call += 1) {
        const told = await one.change(at + call)
        if (told.kind === 'failed') wrong.push(told.why)
        if (call % 5 === at % 5) wrong.push(...(await one.compareAt(at + call + 1)))
      }
    }),
  )
  t.same(wrong, [], 'every call is acknowledged, and seen at once by the other process')
  const expected = owners.flatMap(({ certain }) => certain()).sort()
  for (const client of clients) t.same(await membersAt(client, group), expected)
  t.same(await membersByUsers(clients, group), expected, 'and users name the group likewise')
}

async function listsAtOnce(t: Test, pair: Pair): Promise<void> {
  const { clients, people } = pair
  const group = await groupOf(pair, 'listed')
  const lists = people.slice(0, 6).map((own, at) => [...own, ...(people[at + 1] ?? [])].sort())
  const refused: string[] = []
  const seen: string[][] = []
  await Promise.all(
    lists.map(async (list, at) => {
      for (let call = 0; call < 6; call += 1) {
        const value = list.map(id => ({ value: id }))
        const operation = { op: 'replace', path: 'members', value }
        const answer = await turn(clients, at + call).patch(`/Groups/${group}`, operation)
        if (answer.status !== 204) refused.push(`${answer.status} ${JSON.stringify(answer.body)}`)
        seen.push(await membersAt(turn(clients, at + call + 1), group))
      }
    }),
  )
  t.same(refused, [])
  const allowed = new Set(lists.map(String))
  const mixed = seen.filter(members => !allowed.has(String(members)))
  t.same(mixed, [], 'every reader sees one of the lists, whole')
  const [one, other] = await Promise.all(clients.map(client => membersAt(client, group)))
  t.same(one, other, 'both processes agree')
}

async function killedUnderWay(t: Test, pair: Pair, random: SeededRandom): Promise<void> {
  const { clients, people } = pair
  const group = await groupOf(pair, 'survives')
  const owners = people.map(own => owner({ clients, group, own, random }))
  const refused: string[] = []
  let acknowledged = 0
  let killed = false
  const enough = random.between(30, 120)
  const load = Promise.all(
    owners.map(async (one, at) => {
      for (let call = 0; call < CALLS; call += 1) {
        const told = await one.change(killed ? 0 : at + call)
        if (told.kind === 'acknowledged') acknowledged += 1
        if (told.kind === 'failed') refused.push(told.why)
      }
    }),
  )
  await eventually(`${enough} changes are acknowledged`, () => acknowledged >= enough)
  killed = true
  await pair.second.end('SIGKILL')
  await load
  t.same(refused, [], 'the other one refuses nothing')
  for (const client of [turn(clients, 0), bridgeClient(await pair.place.start())]) {
    const found = new Set(await membersAt(client, group))
    const wrong = owners.flatMap(one => one.contradictions(found))
    t.same(wrong, [], `of ${acknowledged} acknowledged changes`)
    t.ok(found.isSubsetOf(new Set(people.flat())), 'nobody else is a member')
  }
}

interface Pair {
  readonly place: Place
  readonly clients: readonly BridgeClient[]
  readonly second: BridgeProcess
  /** Ids of users, by the connection that owns them. */
  readonly people: readonly (readonly string[])[]
}

async function startPair(t: Test, database: TestDatabase): Promise<Pair> {
  const place = await makePlace(t, database)
  // What becomes of it in the account is another test's affair.
  await place.configure('version: 1\nmode: observe\nrules: []\n')
  const first = await place.start()
  const second = await place.start()
  const clients = [first, second].map(bridge => bridgeClient(bridge))
  const created = await Promise.all(
    Array.from({ length: CONNECTIONS * OWN_MEMBERS }, (_, at) =>
      turn(clients, at).createUser(`hammer-${at}`),
    ),
  )
  const ids: string[] = created.map(({ body }) => body.id)
  const people = Array.from({ length: CONNECTIONS }, (_, at) =>
    ids.slice(at * OWN_MEMBERS, (at + 1) * OWN_MEMBERS),
  )
  return { place, clients, second, people }
}

async function groupOf({ clients }: Pair, displayName: string): Promise<string> {
  return (await turn(clients, 1).createGroup(displayName)).body.id
}

type Told =
  | { readonly kind: 'acknowledged' }
  /** Refused, or answered with something else than expected. */
  | { readonly kind: 'failed'; readonly why: string }
  /** No answer came: it may have taken effect, or not. */
  | { readonly kind: 'unknown' }

/** One connection of an identity provider with members that nobody else touches. */
function owner(load: {
  readonly clients: readonly BridgeClient[]
  readonly group: string
  readonly own: readonly string[]
  readonly random: SeededRandom
}) {
  const { clients, group, own, random } = load
  /** What may be true of each member. */
  const possible = new Map<string, ReadonlySet<boolean>>(own.map(id => [id, new Set([false])]))
  const [first = '', ...others] = own

  async function change(at: number): Promise<Told> {
    const joins = random.pick([true, false])
    // Often several at once, and often ones that are there, or are not, already.
    const some = own.filter(() => random.pick([true, false]))
    const ids = some.length === 0 ? [random.pick([first, ...others])] : some
    const before = ids.map(id => [...(possible.get(id) ?? [])])
    ids.forEach((id, index) => {
      possible.set(id, new Set([...(before[index] ?? []), joins]))
    })
    const answer = await turn(clients, at)
      .scim('PATCH', `/Groups/${group}`, { schemas: [PATCH_OP], Operations: operations(ids, joins, random) })
      .catch(() => undefined)
    if (answer === undefined) return { kind: 'unknown' }
    if (answer.status !== 204) {
      return { kind: 'failed', why: `${answer.status} ${JSON.stringify(answer.body)}` }
    }
    for (const id of ids) possible.set(id, new Set([joins]))
    return { kind: 'acknowledged' }
  }

  const contradictions = (found: ReadonlySet<string>): readonly string[] =>
    own
      .filter(id => possible.get(id)?.has(found.has(id)) !== true)
      .map(id => `${id} ${found.has(id) ? 'is' : 'is no'} member`)

  return {
    change,
    contradictions,
    /** What the process whose turn it is shows of the own members, against what was acknowledged. */
    async compareAt(at: number): Promise<readonly string[]> {
      return contradictions(new Set(await membersAt(turn(clients, at), group)))
    },
    certain: (): readonly string[] => own.filter(id => possible.get(id)?.has(true) === true),
  }
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** One change in the words of one of the identity providers. */
function operations(ids: readonly string[], joins: boolean, random: SeededRandom): readonly object[] {
  const value = ids.map(id => ({ value: id }))
  if (joins) {
    return random.pick([
      [{ op: 'add', path: 'members', value }], // Okta, and Entra with the 2020 flag
      ids.map(id => ({ op: 'Add', path: 'members', value: [{ value: id }] })), // Entra without
      [{ op: 'add', value: { members: value } }],
    ])
  }
  return random.pick([
    ids.map(id => ({ op: 'remove', path: `members[value eq "${id}"]` })), // Okta, and Entra with the 2020 flag
    [{ op: 'Remove', path: 'members', value }], // Entra without
    [{ op: 'remove', path: `members[${ids.map(id => `value eq "${id}"`).join(' or ')}]` }],
  ])
}

async function membersAt(client: BridgeClient, group: string): Promise<string[]> {
  const { status, body } = await client.scim('GET', `/Groups/${group}`)
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return (body.members ?? []).map((member: { value: string }) => member.value).sort()
}

/** Ids of the users that say of themselves that they are in the group. */
async function membersByUsers(clients: readonly BridgeClient[], group: string): Promise<string[]> {
  const users = await turn(clients, 0).all('Users')
  return users
    .filter(user => (user.groups ?? []).some((each: { value: string }) => each.value === group))
    .map(user => user.id)
    .sort()
}

function turn(clients: readonly BridgeClient[], at: number): BridgeClient {
  const client = clients[at % clients.length]
  if (client === undefined) throw new Error('there is no client')
  return client
}
