/** What HTTP allows or forbids around SCIM: over real sockets, byte by byte where clients would not say it so. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { BridgeError } from '../../src/lib/errors.ts'
import { scimApp, token } from '../support/scim-app.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const authorized = `authorization: Bearer ${token}\r\n`
const noChange = patch({ op: 'replace', value: { displayName: 'x' } })

test('what the HTTP parser would answer itself', async t => {
  const { app } = await scimApp(t)
  const port = await listening(app)
  const body = JSON.stringify({ schemas: [core], userName: 'ana@acme.example' })
  const withBody = `${authorized}content-type: application/json\r\ncontent-length: ${body.length}\r\n`

  t.test('a request without Host is refused in SCIM (RFC 9112 §3.2)', async t => {
    const answer = await raw(port, `GET /scim/v2/Users HTTP/1.1\r\n${authorized}connection: close\r\n\r\n`)
    t.match(answer, /^HTTP\/1\.1 400 [\s\S]*scim\+json[\s\S]*Host header/)
  })
  t.test('so is one that is no name of a host', async t => {
    const head = `GET /scim/v2/Users HTTP/1.1\r\nhost: a"b/../\r\n${authorized}connection: close\r\n\r\n`
    t.match(await raw(port, head), /^HTTP\/1\.1 400 [\s\S]*"scimType":"invalidSyntax"/)
  })
  t.test('names, addresses and ports are', async t => {
    for (const host of ['scim.acme.example', 'a_b:8080', '127.0.0.1:1', '[::1]:80', '']) {
      const head = `GET /scim/v2/Users?count=0 HTTP/1.1\r\nhost: ${host}\r\n${authorized}connection: close\r\n\r\n`
      t.match(await raw(port, head), /^HTTP\/1\.1 200 /, host)
    }
  })
  t.test('HTTP/1.0 needs none', async t => {
    t.match(await raw(port, `GET /scim/v2/Users?count=0 HTTP/1.0\r\n${authorized}\r\n`), /^HTTP\/1\.1 200 /)
  })
  t.test('an expectation nobody knows is passed over', async t => {
    const head = `POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\nexpect: banana\r\n${withBody}connection: close\r\n\r\n`
    t.match(await raw(port, head + body), /^HTTP\/1\.1 201 /)
  })
  t.test('methods that no route has are not allowed', async t => {
    const head = `PROPFIND /scim/v2/Users HTTP/1.1\r\nhost: x\r\n${authorized}connection: close\r\n\r\n`
    t.match(await raw(port, head), /^HTTP\/1\.1 405 [\s\S]*allow: GET, HEAD[\s\S]*"status":"405"/)
  })
  t.test('QUERY is known and not allowed', async t => {
    const head = `QUERY /scim/v2/Users HTTP/1.1\r\nhost: x\r\n${authorized}connection: close\r\n\r\n`
    t.match(await raw(port, head), /^HTTP\/1\.1 405 [\s\S]*allow: GET, POST, HEAD/)
  })
})

test('what comes with a DELETE is not looked at', async t => {
  const { send } = await scimApp(t)
  for (const [type, body] of [
    ['application/x-www-form-urlencoded', ''],
    ['text/plain', 'bye'],
    ['application/json', ''],
  ] as const) {
    const { id } = (await send('POST', '/Users', { userName: 'ana@acme.example' })).json()
    t.equal((await send('DELETE', `/Users/${id}`, body, { 'content-type': type })).statusCode, 204, type)
  }
  t.equal((await send('PUT', '/Users/x', 'a=b', { 'content-type': 'text/plain' })).statusCode, 415)
})

test('other versions of the protocol are told apart from addresses that are wrong (RFC 7644 §3.13)', async t => {
  const { app, send } = await scimApp(t)
  for (const url of ['/scim/v1/Users', '/scim/V3', '/scim/v1.1/Users?count=1']) {
    const answer = await app.inject({ url })
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), { scimType: 'invalidVers', detail: /\/scim\/v2/ })
  }
  for (const url of ['/scim', '/scim/Users', '/scim/version']) {
    const answer = await app.inject({ url })
    t.equal(answer.statusCode, 404)
    t.match(answer.json().detail, /\/scim\/v2/)
  }
  t.equal((await send('GET', '/users')).statusCode, 404)
})

test('a change can be made to depend on the version from either side (RFC 9110 §13.1)', async t => {
  const { send } = await scimApp(t)
  const ana = { schemas: [core], userName: 'ana@acme.example' }
  const { id } = (await send('POST', '/Users', ana)).json()
  await send('POST', '/Groups', { displayName: 'g', members: [{ value: id }] })
  const { etag } = (await send('GET', `/Users/${id}`)).headers
  const tag = String(etag)
  t.match(tag, /^W\/"1-/, 'memberships are in the tag')

  for (const wanted of ['*', tag, tag.replace('W/', ''), `"x", ${tag}`]) {
    t.equal((await send('PUT', `/Users/${id}`, ana, { 'if-match': wanted })).statusCode, 200, wanted)
    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
      const body = method === 'PUT' ? ana : method === 'PATCH' ? noChange : undefined
      const refused = await send(method, `/Users/${id}`, body, { 'if-none-match': wanted })
      t.equal(refused.statusCode, 412, `${method} ${wanted}`)
      t.match(refused.json().detail, /If-None-Match/)
    }
    const read = await send('GET', `/Users/${id}`, undefined, { 'if-none-match': wanted })
    t.equal(read.statusCode, 304)
    t.equal(read.body, '')
    t.equal(read.headers.etag, tag)
  }
  t.equal((await send('DELETE', `/Users/${id}`, undefined, { 'if-match': '"7"' })).statusCode, 412)
  t.equal((await send('DELETE', `/Users/${id}`, undefined, { 'if-none-match': '"7"' })).statusCode, 204)
})

test('the words of an error say what to do', async t => {
  const { app, send } = await scimApp(t)
  const { id } = (await send('POST', '/Users', { userName: 'ana@acme.example' })).json()
  const details: readonly (readonly [Promise<{ json(): { detail: string } }>, RegExp])[] = [
    [app.inject({ url: '/scim/v2/Users' }), /missing.*Authorization: Bearer/],
    [
      app.inject({ url: '/scim/v2/Users', headers: { authorization: 'Bearer x' } }),
      /wrong.*BRIDGE_SCIM_TOKEN/,
    ],
    [send('POST', '/Users', { userName: '  ' }), /userName is required/],
    [
      send('POST', '/Users', { userName: 'b', emails: 'b@acme.example' }),
      /emails must be .* a string was sent/,
    ],
    [
      send('POST', '/Users', { userName: 'b', active: [], title: 5 }),
      /title must be a string; a number was sent/,
    ],
    [send('POST', '/Users/.search', { filter: 5 }), /filter must be a string/],
    [send('POST', '/Users/.search'), /SearchRequest/],
    [send('GET', '/Users?filter=userName%20eq%20ana'), /userName eq "ana@example.com"/],
    [send('GET', '/Users?startIndex=x'), /startIndex must be a whole number, such as/],
    [send('PUT', '/Users'), /PUT is not possible here: use GET, POST/],
    [send('PATCH', `/Users/${id}`, patch({ op: 'remove' })), /needs a path that names/],
    [
      send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'id', value: 'x' })),
      /id is read-only: leave/,
    ],
  ]
  for (const [answer, words] of details) t.match((await answer).json().detail, words)
  const secret = await send('POST', '/Users', { userName: 'b', password: 'hunter2', title: { a: 'hunter3' } })
  t.notMatch(secret.body, /hunter/)
})

test('failures of ours carry the id of the request in their words too', async t => {
  const away = new BridgeError('store-unavailable', 'db host 10.0.0.1 is down')
  const down = async () => Promise.reject(away)
  const { send } = await scimApp(t, directory => ({
    ...directory,
    findUser: down,
    listUsers: down,
    listGroups: down,
    createUser: down,
    changeUser: down,
    deleteUser: down,
    createGroup: down,
    changeGroup: down,
    deleteGroup: down,
  }))
  const body = { schemas: [core], userName: 'x', displayName: 'x' }
  const requests = [
    send('GET', '/Users'),
    send('GET', '/Groups?excludedAttributes=members'),
    send('GET', '/'),
    send('POST', '/.search', {}),
    send('POST', '/Groups/.search', {}),
    send('GET', '/Users/x', undefined, { 'x-request-id': 'from-okta' }),
    send('POST', '/Users', body),
    send('PUT', '/Users/x', body),
    send('PATCH', '/Users/x', noChange),
    send('DELETE', '/Users/x'),
    send('POST', '/Groups', body),
    send('PUT', '/Groups/x', body),
    send('PATCH', '/Groups/x', noChange),
    send('DELETE', '/Groups/x'),
  ]
  for (const request of requests) {
    const answer = await request
    t.equal(answer.statusCode, 503)
    t.match(answer.headers['retry-after'], /^\d+$/)
    t.match(answer.headers['content-type'], /^application\/scim\+json/)
    const { detail, Resources } = answer.json()
    t.match(detail, `Request ${answer.headers['x-request-id']}.`)
    t.equal(Resources, undefined)
    t.notMatch(answer.body, '10.0.0.1')
  }
})

test('a database that goes while members are sent cuts the connection, so that no half is taken for a whole', async t => {
  const { app, send } = await scimApp(t, directory => ({
    ...directory,
    fewMembersOf: async () => undefined,
    async *eachMember() {
      yield [{ id: 'm1', kind: 'User' as const, display: 'm1' }]
      await new Promise(resolve => setImmediate(resolve))
      throw new BridgeError('store-unavailable', 'gone')
    },
  }))
  const { id } = (await send('POST', '/Groups?excludedAttributes=members', { displayName: 'g' })).json()
  const port = await listening(app)
  for (const path of [`/Groups/${id}`, '/Groups', '/']) {
    const answer = await raw(port, `GET /scim/v2${path} HTTP/1.1\r\nhost: x\r\n${authorized}\r\n`)
    // A whole answer in chunks ends with an empty one.
    t.notMatch(answer, /\r\n0\r\n\r\n$/, path)
    t.notMatch(answer, /^HTTP\/1\.1 200 [\s\S]*\]\}/, path)
  }
})

test('more requests than are taken at once', async t => {
  const gate = Promise.withResolvers<undefined>()
  const waiting = Promise.withResolvers<undefined>()
  let arrived = 0
  const findUser = async () => {
    arrived += 1
    if (arrived === 2) waiting.resolve(undefined)
    return gate.promise
  }
  const { app } = await scimApp(t, directory => ({ ...directory, findUser }), { requests: 2, bytes: 1_000 })
  const port = await listening(app)
  const list = async () => fetchList(port)

  const stays = raw(
    port,
    `GET /scim/v2/Users/a HTTP/1.1\r\nhost: x\r\n${authorized}connection: close\r\n\r\n`,
  )
  const leaves = connect(port, '127.0.0.1')
  leaves.write(`GET /scim/v2/Users/b HTTP/1.1\r\nhost: x\r\n${authorized}\r\n`)
  await waiting.promise

  const refused = await list()
  t.match(refused, /^HTTP\/1\.1 429 [\s\S]*retry-after: \d+\r\n[\s\S]*scim\+json[\s\S]*"status":"429"/)
  t.match(await raw(port, 'GET /scim/v2/Users HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'), / 401 /)

  const gone = once(app.server, 'request')
  leaves.destroy()
  t.match(await list(), / 429 /, 'who went away still has work going on')
  await gone

  gate.resolve(undefined)
  t.match(await stays, / 404 /)
  t.match(await list(), / 200 /)

  for (let times = 0; times < 5; times++) await halfARequest(app, port)
  t.match(await list(), / 200 /, 'bodies that never came to their end are forgotten')
})

test('bodies that are too much together wait, one alone never does', async t => {
  const { app } = await scimApp(t, directory => directory, { requests: 100, bytes: 1_000 })
  const port = await listening(app)
  const body = JSON.stringify({ displayName: 'g', members: memberList(100) })
  const post = `POST /scim/v2/Groups HTTP/1.1\r\nhost: x\r\n${authorized}content-type: application/json\r\n`
  const whole = `${post}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`

  const arrived = once(app.server, 'request')
  const slow = connect(port, '127.0.0.1').on('error', () => {})
  slow.write(`${post}content-length: 10\r\n\r\n{`)
  const [, response] = await arrived
  t.match(await raw(port, whole), /^HTTP\/1\.1 429 /)
  t.match(await fetchList(port), / 200 /, 'what has no body is not held up')
  const closed = once(response, 'close')
  slow.destroy()
  await closed
  t.match(await raw(port, whole), /^HTTP\/1\.1 201 /)
})

test('a group of 12,000 may be sent whole, and the same again is no change', async t => {
  const { send } = await scimApp(t)
  const group = { displayName: 'g', members: memberList(12_000) }
  t.ok(JSON.stringify(group).length > 1_048_576)
  const { id } = (await send('POST', '/Groups?attributes=id', { displayName: 'g' })).json()
  const first = await send('PUT', `/Groups/${id}?attributes=meta`, group)
  t.equal(first.statusCode, 200)
  const again = await send('PUT', `/Groups/${id}?attributes=meta`, {
    ...group,
    members: group.members.toReversed(),
  })
  t.same(again.json(), first.json())
  t.equal(again.headers.etag, first.headers.etag)
})

function memberList(count: number): readonly object[] {
  return Array.from({ length: count }, (_, n) => ({
    value: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    display: `person.number.${n}@a-rather-long-domain.example`,
  }))
}

/** Sends a part of a body and goes away, and waits until the server has noticed. */
async function halfARequest(app: FastifyInstance, port: number): Promise<void> {
  const arrived = once(app.server, 'request')
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  const head = `POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\n${authorized}content-type: application/json\r\n`
  socket.write(`${head}content-length: 100\r\n\r\n{"userName":`)
  const [, response] = await arrived
  const closed = once(response, 'close')
  socket.destroy()
  await closed
}

function patch(...operations: readonly object[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations }
}

async function listening(app: FastifyInstance): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('The app does not listen on a port.')
  return address.port
}

/** Everything that comes until the server closes the connection. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', data => {
    answer += data
  })
  socket.on('error', () => {})
  socket.write(text)
  await once(socket, 'close')
  return answer
}

function fetchList(port: number): Promise<string> {
  return raw(port, `GET /scim/v2/Users?count=0 HTTP/1.1\r\nhost: x\r\n${authorized}connection: close\r\n\r\n`)
}
