/** A new e-mail address is a planned rename: at no call does the person have less than before. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Test, test } from 'tap'
import { request } from 'undici'
import type { Run } from '../../src/reconcile/run.ts'
import { eachDatabase, sqliteDatabase, type TestDatabase } from '../support/databases.ts'
import { rulesFor } from '../support/driven-bridge.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

const RULES = `${rulesFor('team')}guards: { removals: { count: 1, percent: 1 }, groupShrink: { percent: 50 } }
`
const TEAMS = ['team payments', 'team search']
const OLD = 'anna.a@acme.example'
const NEW = 'anna.b@acme.example'

eachDatabase({
  'the new user comes first, the old one goes when the new one has everything': async (t, database) => {
    const { world, anna, seen } = await settled(t, database)
    await rename(world, anna, NEW)
    const run = await world.keyed()
    t.equal(run.status, 'in-step', explain(run))
    t.same(
      run.plan.steps.map(step => step.title),
      [
        `invite ${NEW}, who replaces ${OLD}`,
        `add ${NEW} to "team payments"`,
        `add ${NEW} to "team search"`,
        `remove ${OLD}, whom ${NEW} replaces, from "team payments"`,
        `remove ${OLD}, whom ${NEW} replaces, from "team search"`,
        `remove ${OLD}, whom ${NEW} replaces, from the account`,
      ],
    )
    t.match(run.plan.steps.at(-1)?.reason, new RegExp(`^${NEW} replaces ${OLD}: `))
    t.same(await groupsOf(world, NEW), TEAMS)
    t.equal(await groupsOf(world, OLD), undefined)
    never(t, seen)
    t.ok(seen.length > 3)
    t.same((await world.plan()).plan.steps, [])
  },
})

test('a rename', async t => {
  for (const fault of ['status', 'cut', 'cut-after-write'] as const) {
    for (const path of ['/users$', '/users/anna', '/users/anna[^/]*/groups']) {
      for (const method of ['POST', 'GET', 'DELETE'] as const) {
        t.test(`${fault} on ${method} ${path}: nothing is lost, and later passes finish it`, async t => {
          const { world, anna, seen } = await settled(t)
          await rename(world, anna, NEW)
          await world.fault({ match: { method, path }, fault, status: 500, times: 4 })
          for (let n = 0; n < 8; n++) await (n % 2 === 0 ? world.keyed() : world.apply())
          never(t, seen)
          t.same(await groupsOf(world, NEW), TEAMS)
          t.equal(await groupsOf(world, OLD), undefined)
        })
      }
    }
  }

  t.test('that Dynatrace refuses leaves the old user everything, and the run partial', async t => {
    const { world, anna } = await settled(t)
    await rename(world, anna, NEW)
    await world.fault({
      match: { method: 'POST', path: '/users$' },
      fault: 'status',
      status: 403,
      times: 100,
    })
    const run = await world.keyed()
    t.equal(run.status, 'partial')
    t.same(await groupsOf(world, OLD), TEAMS)
    await world.simulated('DELETE', '/faults')
    t.equal((await world.apply()).status, 'in-step')
    t.equal(await groupsOf(world, OLD), undefined)
  })

  t.test('of many is no big removal', async t => {
    const { world } = await settled(t)
    const ids = await Promise.all([1, 2, 3, 4].map(n => world.user(`n${n}`)))
    await world.group('dt-many', ids)
    await world.apply()
    for (const [n, id] of ids.entries()) await rename(world, id, `m${n}@acme.example`)
    const run = await world.apply()
    t.equal(run.status, 'in-step', explain(run))
    t.same(await groupsOf(world, 'm0@acme.example'), ['team many'])
    t.equal(await groupsOf(world, 'n1@acme.example'), undefined)
  })

  t.test('in a chain ends at the last address', async t => {
    const { world, anna, seen } = await settled(t)
    await rename(world, anna, NEW)
    await world.fault({ match: { method: 'DELETE' }, fault: 'status', status: 500, times: 3 })
    await world.keyed()
    await rename(world, anna, 'anna.c@acme.example')
    await world.apply()
    await world.apply()
    t.same(await groupsOf(world, 'anna.c@acme.example'), TEAMS)
    t.equal(await groupsOf(world, NEW), undefined)
    t.equal(await groupsOf(world, OLD), undefined)
    never(t, seen)
  })

  t.test('there and back is nothing', async t => {
    const { world, anna } = await settled(t)
    await rename(world, anna, NEW)
    await rename(world, anna, OLD)
    const run = await world.keyed()
    t.same(run.plan.steps, [])
    t.same(await groupsOf(world, OLD), TEAMS)
  })

  t.test('takes only our memberships from somebody who was in the account before', async t => {
    const { world } = await settled(t)
    const ben = await world.user('ben.okafor')
    await world.group('dt-ben', [ben])
    await world.apply()
    const before = await groupsOf(world, 'ben.okafor@acme.example')
    await rename(world, ben, 'ben.new@acme.example')
    t.equal((await world.keyed()).status, 'in-step')
    t.same(
      await groupsOf(world, 'ben.okafor@acme.example'),
      before?.filter(name => name !== 'team ben'),
    )
    t.same(await groupsOf(world, 'ben.new@acme.example'), ['team ben'])
  })

  t.test('waits for a person while the old user is in groups that are not ours', async t => {
    const { world, anna } = await settled(t)
    await world.edit({ do: 'create-group', name: 'by hand' })
    await world.edit({ do: 'add-member', group: 'by hand', user: OLD })
    await rename(world, anna, NEW)
    const run = await world.keyed()
    t.equal(run.status, 'held', explain(run))
    t.match(run.plan.steps.at(-1), {
      action: { kind: 'remove-user' },
      verdict: { kind: 'hold', guard: 'rename', reason: /"by hand"/ },
    })
    t.same(await groupsOf(world, OLD), ['by hand'])
    await world.approve(run, 'not needed any more')
    t.equal((await world.apply()).status, 'in-step')
    t.equal(await groupsOf(world, OLD), undefined)
  })

  t.test('does not touch the old user in mode upsert, or when it is protected', async t => {
    for (const more of ['mode: upsert', `protect: { users: [ ${OLD} ] }`]) {
      const { world, anna } = await settled(t)
      await rename(world, anna, NEW)
      world.configure(`${RULES}${more}\n`)
      const run = await world.keyed()
      t.equal(run.status, 'held')
      t.same(await groupsOf(world, OLD), TEAMS)
      t.same(await groupsOf(world, NEW), TEAMS)
    }
  })

  t.test('a pass over a group alone leaves the old user in it, who may be all the person has', async t => {
    const { world, anna } = await settled(t)
    await rename(world, anna, NEW)
    await world.feed.settle(await world.feed.pending())
    const groups = (await world.scim('GET', '/Groups?count=100')).body.Resources
    const payments = groups.find((each: { displayName: string }) => each.displayName === 'dt-payments')
    await world.patch(`/Groups/${payments.id}`, {
      op: 'add',
      path: 'members',
      value: [{ value: await world.user('cleo') }],
    })
    await world.keyed()
    t.same(await groupsOf(world, OLD), TEAMS)
    t.equal((await world.apply()).status, 'in-step')
    t.equal(await groupsOf(world, OLD), undefined)
  })
})

interface Settled {
  readonly world: World
  readonly anna: string
  /** What each of Anna's addresses had after every call that may have written. */
  readonly seen: readonly Readonly<Record<string, readonly string[]>>[]
}

/** Anna under her old address in two groups, and somebody else, all in step. */
async function settled(t: Test, given?: TestDatabase): Promise<Settled> {
  const database = given ?? (await sqliteDatabase(t))
  const seen: Record<string, readonly string[]>[] = []
  const world = await makeWorld(t, {
    store: await database.open(),
    rules: RULES,
    clock: testClock(),
    through: url =>
      watched(t, url, users => {
        seen.push(Object.fromEntries(users.filter(isAnna).map(({ email, groups }) => [email, groups])))
      }),
  })
  const anna = await world.user('anna.a')
  const bo = await world.user('bo')
  await world.group('dt-payments', [anna, bo])
  await world.group('dt-search', [anna, bo])
  const run = await world.apply()
  if (run.status !== 'in-step') throw new Error(explain(run))
  seen.length = 0
  return { world, anna, seen }
}

/** At every moment one of the addresses has everything. */
function never(t: Test, seen: Settled['seen']): void {
  for (const each of seen) {
    const whole = Object.values(each).some(groups => TEAMS.every(name => groups.includes(name)))
    if (!whole) t.fail(`somebody had less than before: ${JSON.stringify(each)}`)
  }
  t.pass(`${seen.length} moments looked at`)
}

const rename = (world: World, id: string, userName: string) =>
  world.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: userName })

interface SimulatedUser {
  readonly email: string
  readonly groups: readonly string[]
}

async function groupsOf(world: World, email: string): Promise<readonly string[] | undefined> {
  const { users }: { users: readonly SimulatedUser[] } = await world.state()
  return users.find(user => user.email === email)?.groups
}

function isAnna({ email }: SimulatedUser): boolean {
  return email.startsWith('anna.')
}

/** A proxy that hands calls on one after the other, and looks at the account after each that may write. */
async function watched(
  t: Test,
  url: string,
  look: (users: readonly SimulatedUser[]) => void,
): Promise<string> {
  let last: Promise<void> = Promise.resolve()
  const server = createServer((incoming, outgoing) => {
    last = last.then(() => forward(incoming, outgoing)).catch(() => void outgoing.destroy())
  })
  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { host: _host, connection: _connection, ...headers } = incoming.headers
    const { 'transfer-encoding': _encoding, ...sent } = headers
    const method = incoming.method ?? 'GET'
    try {
      const answer = await request(`${url}${incoming.url}`, {
        method:
          method === 'POST' ? 'POST' : method === 'PUT' ? 'PUT' : method === 'DELETE' ? 'DELETE' : 'GET',
        headers: Object.entries(sent).flatMap(([name, value]) =>
          typeof value === 'string' && name !== 'content-length' ? [name, value] : [],
        ),
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      })
      const body = Buffer.from(await answer.body.arrayBuffer())
      const type = answer.headers['content-type']
      outgoing
        .writeHead(answer.statusCode, typeof type === 'string' ? { 'content-type': type } : {})
        .end(body)
    } finally {
      if (method !== 'GET') {
        const state = await request(`${url}/_simulator/state`)
        look(((await state.body.json()) as { users: readonly SimulatedUser[] }).users)
      }
    }
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port')
  return `http://127.0.0.1:${address.port}`
}

function explain(run: Run): string {
  return JSON.stringify([
    run.problems,
    run.plan.steps.map(step => [step.title, step.verdict, run.results[step.id]]),
  ])
}
