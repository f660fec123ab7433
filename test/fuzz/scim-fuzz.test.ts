/**
 * Random requests over real sockets to the server on a real database. `FUZZ_REQUESTS` says how many;
 * `FUZZ_SEED` sends those of a failed run again.
 */
import fc from 'fast-check'
import { test } from 'tap'
import { Client } from 'undici'
import { scimApp, token } from '../support/scim-app.ts'
import { liveHeap } from './heap.ts'
import { decoded, isPolluted, wrongWith } from './laws.ts'
import { watchMemberships } from './memberships.ts'
import { type FuzzRequest, fuzzRequest } from './requests.ts'
import { type Answer, ask, prepare, type SentRequest } from './wire.ts'

const count = Number(process.env.FUZZ_REQUESTS ?? 3_000)
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** Ids that requests name; the oldest are forgotten, so that a long run stays as fast as a short one. */
const KNOWN = 24
/** After that many everything is warm: what grows from then on would grow for ever. */
const WARM = 20_000
const GROWTH_MIB = 16

test('whatever is asked', { timeout: 170_000 + count * 20 }, async t => {
  const { app, directory } = await scimApp(t)
  const client = new Client(await app.listen({ host: '127.0.0.1', port: 0 }), { headersTimeout: 20_000 })
  t.teardown(() => client.destroy())
  const known = { users: [] as string[], groups: [] as string[] }
  const watch = watchMemberships(directory)
  const statuses = new Map<number, number>()
  let asked = 0
  let warmHeap: number | undefined
  const began = performance.now()

  await t.test('every answer is a SCIM answer, and nothing changes that was not meant', async t => {
    await fc.assert(
      fc.asyncProperty(fuzzRequest, async request => {
        const { sent, answer } = await exchange(request)
        asked += 1
        if (asked === WARM) warmHeap = liveHeap()
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        const wrong =
          wrongWith(sent, answer) ??
          (isPolluted() ? 'a prototype is polluted' : undefined) ??
          (await watch.check(known.groups, sent, answer))
        if (wrong !== undefined) throw new Error(`${wrong}\n${describe(sent, answer)}`)
        learn(sent, answer)
      }),
      { numRuns: count, seed, endOnFailure: true },
    )
    t.comment(`seed ${seed}, ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`)
    const seconds = (performance.now() - began) / 1_000
    t.comment(`${Math.round(seconds)} s, ${Math.round(asked / seconds)} requests a second`)
    if (warmHeap !== undefined && count >= 2.5 * WARM) {
      const heap = liveHeap()
      t.comment(`heap: ${warmHeap.toFixed(1)} MiB when warm, ${heap.toFixed(1)} MiB in the end`)
      t.ok(heap - warmHeap < GROWTH_MIB, 'memory does not grow')
    }
    for (const status of count < 1_000 ? [] : [200, 201, 204, 400, 401, 404, 405, 409, 415, 501]) {
      t.ok(statuses.has(status), `some answers are ${status}`)
    }
  })

  await t.test('afterwards the directory lists and takes a new user and group', async t => {
    for (const list of ['/Users', '/Groups']) {
      const answer = await plain('GET', `${list}?count=500`)
      t.equal(answer.status, 200, answer.body.slice(0, 300))
    }
    const user = await plain('POST', '/Users', { userName: `last-${seed}@acme.example` })
    t.equal(user.status, 201, user.body)
    const members = [{ value: JSON.parse(user.body).id }]
    const group = await plain('POST', '/Groups', { displayName: `last ${seed}`, members })
    t.equal(group.status, 201, group.body)
    t.match(JSON.parse(group.body).members, members)
  })

  async function exchange(request: FuzzRequest): Promise<{ sent: SentRequest; answer: Answer }> {
    const sent = prepare(request, known, token)
    return { sent, answer: await ask(client, sent) }
  }

  async function plain(method: string, url: string, body?: object): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
    return ask(client, {
      method,
      url: `/scim/v2${url}`,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  }

  function learn(sent: SentRequest, answer: Answer): void {
    for (const ids of [known.users, known.groups]) {
      if (answer.status === 204 && sent.method === 'DELETE') {
        const gone = ids.findIndex(id => decoded(sent.url).includes(id))
        if (gone >= 0) ids.splice(gone, 1)
      }
    }
    if (answer.status !== 201) return
    const { id, meta } = JSON.parse(answer.body) as { id: string; meta?: { location?: string } }
    const ids = (meta?.location ?? sent.url).includes('/Groups') ? known.groups : known.users
    ids.push(id)
    if (ids.length > KNOWN) ids.shift()
  }
})

function describe({ method, url, headers, body }: SentRequest, answer: Answer): string {
  const asked = `${method} ${url} ${JSON.stringify(headers)}\n${body ?? ''}`
  return `${asked.slice(0, 4_000)}\n→ ${answer.status} ${answer.type} ${answer.body.slice(0, 1_000)}`
}
