import { systemClock } from '../../src/lib/clock.ts'
import { addressOf, type BridgeClient, bridgeClient } from '../support/bridge-client.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/processes.ts'
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts'
import { isInStep, makePlace, recreated } from './place.ts'

const LIVES = 5
const WORKERS = 8
const TEAMS = ['dt-a', 'dt-b', 'dt-c', 'dt-d'] as const

eachDatabase({
  async 'nothing acknowledged is lost when the process is killed under SCIM load'(t, database) {
    const random = seededRandom()
    t.comment(`TEST_SEED=${random.seed}`)
    const place = await makePlace(t, database)
    const facts: Facts = new Map()
    const wrong: string[] = []
    const known = new Map<string, string>()
    let acknowledged = 0

    for (let life = 0; life < LIVES; life += 1) {
      const bridge = await place.start()
      const client = bridgeClient(bridge)
      wrong.push(...(await settleFacts(client, facts)))
      const enough = random.between(20, 150)
      const delay = random.between(0, 20)
      const load = startLoad({ client, facts, life, random, ids: await idsOf(client) })
      await eventually(
        `${enough} changes are acknowledged`,
        () => load.acknowledged() >= enough || load.refused.length > 0,
      )
      await systemClock.sleep(delay)
      await bridge.end('SIGKILL')
      await load.ended
      wrong.push(...load.refused)
      acknowledged += load.acknowledged()
      wrong.push(...(await recreated(place.account, known)))
    }

    const bridge = await place.start()
    wrong.push(...(await settleFacts(bridgeClient(bridge), facts)))
    t.same(wrong, [], `every acknowledged change is there (TEST_SEED=${random.seed})`)
    t.ok(acknowledged >= 20 * LIVES, `${acknowledged} changes were acknowledged`)
    await isInStep(t, place, bridge)
    t.same(await recreated(place.account, known), [], 'no group was made twice')
  },
})

/**
 * What may be true of the directory, by the thing a request changes. One value is certain; a request that was
 * not answered adds the one it would have brought about.
 */
type Facts = Map<string, ReadonlySet<string>>

const ABSENT = 'absent'

/** Compares the directory with what may be true of it, and takes what it finds for certain from then on. */
async function settleFacts(client: BridgeClient, facts: Facts): Promise<readonly string[]> {
  const found = new Map<string, string>()
  const users = await client.all('Users')
  const names = new Map(users.map(user => [user.id, user.userName]))
  for (const user of users) found.set(user.userName, user.active ? 'active' : 'inactive')
  for (const group of await client.all('Groups')) {
    found.set(group.displayName, 'there')
    for (const { value } of group.members ?? [])
      found.set(`${group.displayName}/${names.get(value)}`, 'member')
  }
  const wrong: string[] = []
  for (const key of new Set([...facts.keys(), ...found.keys()])) {
    const value = found.get(key) ?? ABSENT
    const possible = [...(facts.get(key) ?? [ABSENT])]
    if (!possible.includes(value)) wrong.push(`${key}: ${value} instead of ${possible.join(' or ')}`)
    facts.set(key, new Set([value]))
  }
  return wrong
}

async function idsOf(client: BridgeClient): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const user of await client.all('Users')) ids.set(user.userName, user.id)
  for (const group of await client.all('Groups')) ids.set(group.displayName, group.id)
  return ids
}

interface Load {
  readonly client: BridgeClient
  readonly facts: Facts
  readonly life: number
  readonly random: SeededRandom
  /** Of users by userName, and of groups by displayName. */
  readonly ids: Map<string, string>
}

/** Several provisioning jobs at a time, each over people of its own, until the bridge answers no more. */
function startLoad(load: Load) {
  let acknowledged = 0
  const refused: string[] = []
  const run = async (worker: number) => {
    for (let count = 0; ; count += 1) {
      const change = nextChange(load, worker, count)
      const before = load.facts.get(change.key) ?? new Set([ABSENT])
      // Before it is sent: nobody can tell when it takes effect.
      load.facts.set(change.key, new Set([...before, change.value]))
      const answer = await change.send().catch(() => undefined)
      if (answer === undefined) return
      if (answer.status < 200 || answer.status > 299) {
        refused.push(`${change.key} to ${change.value}: ${answer.status} ${JSON.stringify(answer.body)}`)
        return
      }
      load.facts.set(change.key, new Set([change.value]))
      if (answer.status === 201) load.ids.set(change.key, answer.body.id)
      acknowledged += 1
    }
  }
  return {
    acknowledged: () => acknowledged,
    refused,
    ended: Promise.all(Array.from({ length: WORKERS }, (_, worker) => run(worker))),
  }
}

interface Change {
  readonly key: string
  readonly value: string
  send(): Promise<{ readonly status: number; readonly body: { readonly id: string } }>
}

function nextChange({ client, facts, life, random, ids }: Load, worker: number, count: number): Change {
  const [first, ...more] = [...ids.keys()].filter(key => key.startsWith(`crash-${worker}-`))
  const team = TEAMS[worker]
  if (team !== undefined && !ids.has(team)) {
    return { key: team, value: 'there', send: () => client.createGroup(team) }
  }
  const kind = random.pick(['create', 'join', 'join', 'leave', 'active'])
  const [firstTeam, ...teams] = TEAMS.filter(name => ids.has(name))
  if (kind === 'create' || first === undefined || firstTeam === undefined) {
    const name = `crash-${worker}-${life}-${count}`
    return { key: addressOf(name), value: 'active', send: () => client.createUser(name) }
  }
  const person = random.pick([first, ...more])
  if (kind === 'active') {
    const active = facts.get(person)?.has('inactive') === true
    const operation = { op: 'Replace', path: 'active', value: active }
    return {
      key: person,
      value: active ? 'active' : 'inactive',
      send: () => client.patch(`/Users/${ids.get(person)}`, operation),
    }
  }
  const group = random.pick([firstTeam, ...teams])
  const operation =
    kind === 'join'
      ? { op: 'Add', path: 'members', value: [{ value: ids.get(person) }] }
      : { op: 'remove', path: `members[value eq "${ids.get(person)}"]` }
  return {
    key: `${group}/${person}`,
    value: kind === 'join' ? 'member' : ABSENT,
    send: () => client.patch(`/Groups/${ids.get(group)}`, operation),
  }
}
