/** SCIM over HTTP, on a real database: resources, lists, errors, bad input. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import { type Test, test } from 'tap'
import { BridgeError } from '../../src/lib/errors.ts'
import { type ScimApp, scimApp, token } from '../support/scim-app.ts'

const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

test('users', async t => {
  const { send, changes } = await scimApp(t)
  const created = await send('POST', '/Users', user('Ada@Acme.example', { password: 'secret', groups: [] }))
  t.equal(created.statusCode, 201)
  const { id, meta } = created.json()
  t.equal(created.headers.location, meta.location)
  t.equal(created.headers.etag, meta.version)
  t.match(created.headers['content-type'], /^application\/scim\+json/)
  t.match(meta, { resourceType: 'User', location: `http://localhost:80/scim/v2/Users/${id}` })
  t.notMatch(created.body, /secret|password/)

  t.test('are read, found and listed', async t => {
    t.same((await send('GET', `/Users/${id}`)).json(), created.json())
    for (const filter of [
      'userName eq "ADA@ACME.EXAMPLE"',
      'externalId eq "x-Ada@Acme.example"',
      'emails[type eq "work" and primary eq "True"]',
      `id eq "${id}"`,
    ]) {
      const response = await send('GET', `/Users?filter=${encodeURIComponent(filter)}&count=5`)
      t.match(
        response.json(),
        { totalResults: 1, itemsPerPage: 1, startIndex: 1, Resources: [{ id }] },
        filter,
      )
    }
    const nobody = await send('GET', '/Users?filter=userName+eq+%22nobody%22&unknown=1')
    t.equal(nobody.statusCode, 200)
    t.same(nobody.json().Resources, [])
    t.equal(nobody.json().totalResults, 0)
  })

  t.test('are unique by name in any case', async t => {
    isError(t, await send('POST', '/Users', user('ADA@acme.EXAMPLE')), 409, 'uniqueness')
  })

  t.test('take attributes and excludedAttributes on every answer', async t => {
    const shown = (await send('GET', `/Users/${id}?attributes=userName`)).json()
    t.same(Object.keys(shown).sort(), ['id', 'schemas', 'userName'])
    const patched = await send(
      'PATCH',
      `/Users/${id}?attributes=title`,
      patch({ op: 'add', path: 'title', value: 'x' }),
    )
    t.same(patched.json().title, 'x')
    t.notOk(patched.json().userName)
    t.notOk((await send('GET', '/Users?excludedAttributes=emails,meta')).json().Resources[0].emails)
    isError(t, await send('GET', `/Users/${id}?attributes=a&excludedAttributes=b`), 400, 'invalidValue')
    t.equal((await send('GET', `/Users?attributes=emails[type%20eq%20%22work%22]`)).statusCode, 200)
    const many = [
      { value: 'w', type: 'work' },
      { value: 'h', type: 'home' },
    ]
    const asked = `?attributes=${encodeURIComponent('emails[type eq "home"].value')}`
    const made = (await send('POST', `/Users${asked}`, user('filtered', { emails: many }))).json()
    t.same(made.emails, [{ value: 'h' }])
    const hidden = `?excludedAttributes=${encodeURIComponent('emails[type eq "home"],groups')}`
    t.match((await send('GET', `/Users/${made.id}${hidden}`)).json().emails, [{ value: 'w' }])
    await send('DELETE', `/Users/${made.id}`)
  })

  t.test('PUT takes an echoed answer and does not bring a leaver back', async t => {
    const off = await send('PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' }))
    t.equal(off.statusCode, 200)
    t.equal(off.json().active, false)
    const { active, ...echo } = off.json()
    const put = await send('PUT', `/Users/${id}`, { ...echo, title: null, displayName: 'Ada' })
    t.equal(put.statusCode, 200)
    t.match(put.json(), { id, active: false, displayName: 'Ada' })
    t.notOk('title' in put.json())
    isError(t, await send('PUT', '/Users/nobody', user('n')), 404)
  })

  t.test('a PATCH that changes nothing leaves the version', async t => {
    const before = (await send('GET', `/Users/${id}`)).json()
    const after = await send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { displayName: 'Ada' } }))
    t.same(after.json().meta, before.meta)
  })

  t.test('a PATCH of which one operation fails changes nothing', async t => {
    const before = (await send('GET', `/Users/${id}`)).json()
    const response = await send(
      'PATCH',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'title', value: 'y' }, { op: 'replace', path: 'id', value: 'z' }),
    )
    isError(t, response, 400, 'mutability')
    t.same((await send('GET', `/Users/${id}`)).json(), before)
  })

  t.test('honour versions', async t => {
    const { version } = (await send('GET', `/Users/${id}`)).json().meta
    t.equal((await send('GET', `/Users/${id}`, undefined, { 'if-none-match': version })).statusCode, 304)
    const stale = { 'if-match': 'W/"0"' }
    isError(
      t,
      await send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { title: 'q' } }), stale),
      412,
    )
    isError(t, await send('PUT', `/Users/${id}`, user('Ada@Acme.example'), stale), 412)
    isError(t, await send('DELETE', `/Users/${id}`, undefined, stale), 412)
  })

  t.test('are gone after DELETE, and their name is free', async t => {
    const before = changes()
    const gone = await send('DELETE', `/Users/${id}`)
    t.equal(gone.statusCode, 204)
    t.equal(changes(), before + 1)
    isError(t, await send('DELETE', `/Users/${id}`), 404)
    isError(t, await send('GET', `/Users/${id}`), 404)
    isError(t, await send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: true } })), 404)
    t.equal((await send('GET', '/Users')).json().totalResults, 0)
    t.equal((await send('POST', '/Users', user('ada@acme.example'))).statusCode, 201)
  })
})

test('lists keep their order and their promises about pages', async t => {
  const { send } = await scimApp(t)
  for (let n = 0; n < 7; n += 1) await send('POST', '/Users', user(`u${n}`))
  const seen: string[] = []
  for (const startIndex of [1, 4, 7]) {
    const page = (await send('GET', `/Users?startIndex=${startIndex}&count=3`)).json()
    t.match(page, { totalResults: 7, startIndex })
    seen.push(...page.Resources.map((each: { userName: string }) => each.userName))
  }
  t.same(seen, ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6'])
  t.match((await send('GET', '/Users?count=0')).json(), { totalResults: 7, itemsPerPage: 0, Resources: [] })
  t.match((await send('GET', '/Users?startIndex=99')).json(), {
    totalResults: 7,
    startIndex: 99,
    Resources: [],
  })
  t.match((await send('GET', '/Users?startIndex=-5&count=2')).json(), { startIndex: 1, itemsPerPage: 2 })
  isError(t, await send('GET', '/Users?count=many'), 400, 'invalidValue')
  const search = { filter: 'userName sw "u"', startIndex: 2, count: 2, attributes: ['userName'] }
  const found = (await send('POST', '/Users/.search', search)).json()
  t.match(found, { totalResults: 7, startIndex: 2, itemsPerPage: 2, Resources: [{ userName: 'u1' }, {}] })
  isError(t, await send('POST', '/Users/.search', { filter: 7 }), 400, 'invalidValue')
  isError(t, await send('POST', '/Users/.search', '[]'), 400, 'invalidSyntax')
})

test('groups', async t => {
  const { send } = await scimApp(t)
  const ids: string[] = []
  for (const name of ['a', 'b', 'c']) ids.push((await send('POST', '/Users', user(name))).json().id)
  const [a = '', b = '', c = ''] = ids
  const created = await send('POST', '/Groups', {
    displayName: 'Team',
    members: [{ value: a, display: 'x' }],
  })
  t.equal(created.statusCode, 201)
  const { id } = created.json()
  t.match(created.json().members, [
    { value: a, display: 'a', type: 'User', $ref: `http://localhost:80/scim/v2/Users/${a}` },
  ])

  async function membersNow(): Promise<readonly string[]> {
    const group = (await send('GET', `/Groups/${id}`)).json()
    return (group.members ?? []).map((member: { value: string }) => member.value).sort()
  }
  async function change(...operations: object[]): Promise<readonly string[]> {
    const response = await send('PATCH', `/Groups/${id}`, patch(...operations))
    t.equal(response.statusCode, 204, response.body)
    return membersNow()
  }

  t.test('change their members one by one', async t => {
    t.same(await change({ op: 'Add', path: 'members', value: [{ $ref: null, value: b }] }), [a, b].sort())
    t.same(await change({ op: 'add', path: 'members', value: [{ value: b }] }), [a, b].sort())
    t.same(await change({ op: 'Remove', path: 'members', value: [{ $ref: null, value: a }] }), [b])
    t.same(
      await change(
        { op: 'remove', path: `members[value eq "${b}"]` },
        { op: 'add', path: 'members', value: [{ value: c, display: 'c' }] },
      ),
      [c],
    )
    t.same(
      await change({ op: 'replace', path: 'members', value: [{ value: a }, { value: b }] }),
      [a, b].sort(),
    )
    t.same(await change({ op: 'replace', value: { id, displayName: 'Renamed' } }), [a, b].sort())
    t.same(await change({ op: 'remove', path: 'members', value: [] }), [a, b].sort())
    t.same(await change({ op: 'remove', path: `members[display eq "A"]` }), [b])
    t.same(await change({ op: 'remove', path: 'members' }), [])
    t.same(await change({ op: 'replace', path: 'members', value: [] }), [])
    t.same(await change({ op: 'add', path: 'members', value: [{ value: a }] }), [a])
  })

  t.test('are left as they are by a shape nobody knows', async t => {
    for (const value of ['x', [{ id: a }], 7]) {
      const response = await send(
        'PATCH',
        `/Groups/${id}`,
        patch({ op: 'replace', path: 'displayName', value: 'No' }, { op: 'replace', path: 'members', value }),
      )
      isError(t, response, 400, 'invalidValue')
    }
    t.same(await membersNow(), [a])
    t.equal((await send('GET', `/Groups/${id}`)).json().displayName, 'Renamed')
  })

  t.test('answer a PATCH with a body when attributes are asked for', async t => {
    const response = await send(
      'PATCH',
      `/Groups/${id}?attributes=displayName`,
      patch({ op: 'replace', path: 'displayName', value: 'Team' }),
    )
    t.equal(response.statusCode, 200)
    t.equal(response.json().displayName, 'Team')
  })

  t.test('show a user the groups it is in', async t => {
    t.match((await send('GET', `/Users/${a}`)).json().groups, [
      { value: id, display: 'Team', type: 'direct' },
    ])
    t.notOk((await send('GET', `/Users/${b}`)).json().groups)
    t.match((await send('GET', '/Users')).json().Resources[0].groups, [{ value: id }])
  })

  t.test('PUT is the whole group', async t => {
    const put = await send('PUT', `/Groups/${id}`, { id, displayName: 'Team', members: [{ value: c }] })
    t.equal(put.statusCode, 200)
    t.match(put.json().members, [{ value: c }])
    const silent = await send('PUT', `/Groups/${id}`, { displayName: 'Team' })
    t.same(silent.json().members.length, 1, 'members that are not mentioned are kept')
    t.notOk((await send('PUT', `/Groups/${id}`, { displayName: 'Team', members: [] })).json().members)
  })

  t.test('are unique by name in any case, found by name, and deleted', async t => {
    isError(t, await send('POST', '/Groups', { displayName: 'TEAM' }), 409, 'uniqueness')
    const found = await send('GET', `/Groups?filter=${encodeURIComponent('displayName eq "team"')}`)
    t.equal(found.json().totalResults, 1)
    t.equal((await send('DELETE', `/Groups/${id}`)).statusCode, 204)
    isError(t, await send('GET', `/Groups/${id}`), 404)
    isError(t, await send('DELETE', `/Groups/${id}`), 404)
  })
})

test('a member that is not there yet is kept and shows up later', async t => {
  const { send } = await scimApp(t)
  const group = (await send('POST', '/Groups', { displayName: 'g', members: [{ value: 'later' }] })).json()
  t.same(group.members[0].value, 'later')
})

test('members are not read for answers that do not show them', async t => {
  let reads = 0
  const { send } = await scimApp(t, directory => ({
    ...directory,
    fewMembersOf: (ids, limit) => {
      reads += 1
      return directory.fewMembersOf(ids, limit)
    },
  }))
  const { id } = (await send('POST', '/Groups?excludedAttributes=members', { displayName: 'g' })).json()
  await send('GET', '/Groups?excludedAttributes=members')
  await send('GET', `/Groups/${id}?excludedAttributes=members`)
  await send('GET', `/Groups/${id}?attributes=displayName`)
  await send('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value: 'x' }] }))
  t.equal(reads, 0)
  await send('GET', `/Groups/${id}`)
  t.equal(reads, 1)
})

test('membership changes that arrive at the same time are all kept', async t => {
  const { send } = await scimApp(t)
  const { id } = (await send('POST', '/Groups', { displayName: 'g' })).json()
  const names = Array.from({ length: 40 }, (_, n) => `u${n}`)
  await Promise.all(
    names.map(value =>
      send('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value }] })),
    ),
  )
  t.equal((await send('GET', `/Groups/${id}`)).json().members.length, 40)
})

test('discovery', async t => {
  const { send } = await scimApp(t)
  const config = await send('GET', '/ServiceProviderConfig?count=1')
  t.equal(config.statusCode, 200)
  t.notOk('Resources' in config.json())
  t.equal((await send('GET', '/ResourceTypes')).json().totalResults, 2)
  t.equal((await send('GET', '/ResourceTypes/user')).json().endpoint, '/Users')
  t.equal((await send('GET', '/Schemas')).json().totalResults, 4)
  const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
  t.equal((await send('GET', `/Schemas/${urn}`)).json().id, urn)
  isError(t, await send('GET', '/Schemas/urn:none'), 404)
  isError(t, await send('GET', '/Schemas?filter=id+pr'), 403)
  for (const url of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', `/Schemas/${urn}`]) {
    const refused = await send('POST', url, {})
    isError(t, refused, 405)
    t.equal(refused.headers.allow, 'GET, HEAD')
  }
})

test('who may come in', async t => {
  const { app, send } = await scimApp(t)
  const wrong = [
    '',
    'Bearer',
    'Bearer x',
    `Basic ${token}`,
    `Bearer ${token}x`,
    `Bearer ${token} x`,
    'Bearer ',
  ]
  for (const authorization of wrong) {
    for (const url of ['/scim/v2/Users', '/scim/v2/Schemas', '/scim/v2/nothing']) {
      const response = await app.inject({ url, headers: { authorization } })
      isError(t, response, 401)
      t.match(response.headers['www-authenticate'], /^Bearer/)
      t.notMatch(response.body, token)
    }
  }
  isError(t, await app.inject({ url: '/scim/v2/Users' }), 401)
  for (const authorization of [token, `bearer ${token}`, `Bearer  ${token}`]) {
    t.equal(
      (await send('GET', '/Users', undefined, { authorization })).statusCode,
      200,
      authorization.slice(0, 7),
    )
  }
})

test('bad input gets a SCIM error, and the server lives on', async t => {
  const { app, send } = await scimApp(t)
  const text = { 'content-type': 'text/plain' }
  const plain = { 'content-type': 'application/json' }
  const cases: readonly [string, Promise<LightMyRequestResponse>, number, string?][] = [
    ['malformed JSON', send('POST', '/Users', '{"userName":'), 400, 'invalidSyntax'],
    ['malformed JSON of a password', send('POST', '/Users', '{"password":"hunter2"'), 400, 'invalidSyntax'],
    ['no body', send('POST', '/Users', ''), 400, 'invalidSyntax'],
    ['a list as body', send('POST', '/Users', '[]', plain), 400, 'invalidSyntax'],
    [
      'a prototype as body',
      send('POST', '/Users', '{"__proto__":{"a":1},"userName":"x"}'),
      400,
      'invalidSyntax',
    ],
    ['a wrong content type', send('POST', '/Users', 'x', text), 415],
    ['a wrong content type for a PATCH', send('PATCH', '/Users/x', 'x', text), 415],
    ['a body over 1 MiB', send('POST', '/Users', user('x', { title: 'x'.repeat(1_048_576) })), 413],
    ['an unknown route', send('GET', '/Devices'), 404],
    ['an unknown route below a user', send('GET', '/Users/x/y'), 404],
    ['a method a list lacks', send('DELETE', '/Users'), 405],
    ['a method a group lacks', send('POST', '/Groups/x', '{', plain), 405],
    ['a method nobody has', send('OPTIONS', '/Users'), 405],
    ['a malformed URL', send('GET', '/Users/%zz'), 400, 'invalidSyntax'],
    ['an id that no database holds', send('GET', '/Users/%00'), 404],
    ['an absurd id', send('GET', `/Users/${'x'.repeat(3000)}`), 414],
    ['an absurd filter', send('GET', `/Users?filter=${'('.repeat(50_000)}`), 400, 'invalidFilter'],
    ['an unclosed filter', send('GET', `/Users?filter=a+eq+%22${'%0A'.repeat(60)}`), 400, 'invalidFilter'],
    ['an empty filter', send('GET', '/Users?filter='), 400, 'invalidFilter'],
    ['an operation without meaning', send('PATCH', '/Users/x', patch({ op: 'twist' })), 400, 'invalidSyntax'],
    ['an unknown user', send('PATCH', '/Users/x', patch({ op: 'replace', value: { title: 'x' } })), 404],
    ['/Me', send('GET', '/Me'), 501],
    ['a Bulk without schemas', send('POST', '/Bulk', { Operations: [] }), 400, 'invalidSyntax'],
  ]
  for (const [name, response, status, scimType] of cases) {
    await t.test(name, async t => isError(t, await response, status, scimType))
  }
  t.notMatch((await send('POST', '/Users', '{"password":"hunter2"')).body, 'hunter2')

  t.test('bytes that would be read as other names are refused', async t => {
    const raw = (payload: Buffer, headers = {}) =>
      app.inject({
        method: 'POST',
        url: '/scim/v2/Users',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', ...headers },
        payload,
      })
    const body = '{"userName":"Jürgen@acme.example"}'
    isError(t, await raw(Buffer.from(body, 'latin1')), 400, 'invalidSyntax')
    const packed = await raw(gzipSync(body), { 'content-encoding': 'gzip' })
    isError(t, packed, 415)
    t.match(packed.json().detail, /Content-Encoding/)
    const plain = await raw(Buffer.from(body), { 'content-encoding': 'identity' })
    t.match(plain.json(), { userName: 'Jürgen@acme.example' })
  })
  t.equal((await send('DELETE', '/Users')).headers.allow, 'GET, POST, HEAD')

  t.test('slashes too many and media types of all kinds are no error', async t => {
    t.equal((await send('GET', '//Users/')).statusCode, 200)
    t.equal((await send('GET', '/Users//?count=1')).statusCode, 200)
    for (const type of [
      'application/json',
      'application/scim+json',
      'application/json; charset=ISO-8859-1',
    ]) {
      t.equal((await send('POST', '/Users', user(type), { 'content-type': type })).statusCode, 201, type)
    }
    isError(t, await send('DELETE', '/Users/none', undefined, { 'content-type': 'application/json' }), 404)
  })

  t.test('outside of SCIM errors are plain JSON', async t => {
    const response = await app.inject({ url: '/nothing' })
    t.equal(response.statusCode, 404)
    t.match(response.json().error, { message: /nothing/, requestId: response.headers['x-request-id'] })
  })

  t.test('a request id is taken when it is sane', async t => {
    const idOf = async (id: string) =>
      (await send('GET', '/Users', undefined, { 'x-request-id': id })).headers['x-request-id']
    t.equal(await idOf('okta-123.4'), 'okta-123.4')
    t.not(await idOf('a b{}'), 'a b{}')
    t.not(await idOf('x'.repeat(200)), 'x'.repeat(200))
  })
})

test('what is not HTTP, or has too many headers, is answered all the same', async t => {
  const { app } = await scimApp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('The app does not listen on a port.')
  const { port } = address
  async function raw(text: string): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', data => {
      answer += data
    })
    socket.write(text)
    await once(socket, 'close')
    return answer
  }
  t.match(
    await raw('nonsense\r\n\r\n'),
    /^HTTP\/1\.1 400 [\s\S]*x-request-id: [\s\S]*scim\+json[\s\S]*"status":"400"/i,
  )
  const headers = `GET /scim/v2/Users HTTP/1.1\r\nx: ${'y'.repeat(80_000)}\r\n\r\n`
  t.match(await raw(headers), /^HTTP\/1\.1 431 [\s\S]*"status":"431"/)
})

test('a request that never ends does not keep the server from closing', async t => {
  const { app } = await scimApp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('The app does not listen on a port.')
  const socket = connect(address.port, '127.0.0.1').on('error', () => {})
  const arrived = once(app.server, 'request')
  socket.write(
    `POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
      'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"userName":',
  )
  await arrived
  const begun = performance.now()
  await app.close()
  t.ok(performance.now() - begun < 5_000)
})

test('failures of ours do not tell what happened inside', async t => {
  const failing = async (t: Test, error: Error): Promise<ScimApp> =>
    scimApp(t, directory => ({ ...directory, findUser: async () => Promise.reject(error) }))

  t.test('a programming error', async t => {
    const { send } = await failing(t, new TypeError('secret detail'))
    const response = await send('GET', '/Users/x')
    isError(t, response, 500)
    t.notMatch(response.body, 'secret detail')
  })

  t.test('a database that is away', async t => {
    const { send } = await failing(t, new BridgeError('store-unavailable', 'db host 10.0.0.1 is down'))
    const response = await send('GET', '/Users/x')
    isError(t, response, 503)
    t.match(response.headers['retry-after'], /^\d+$/)
    t.notMatch(response.body, '10.0.0.1')
  })
})

function user(userName: string, more: object = {}): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    externalId: `x-${userName}`,
    active: true,
    emails: [{ value: `${userName}@mail.example`, type: 'work', primary: true }],
    ...more,
  }
}

function patch(...operations: readonly object[]): object {
  return { schemas: [patchOp], Operations: operations }
}

function isError(t: Test, response: LightMyRequestResponse, status: number, scimType?: string): void {
  t.equal(response.statusCode, status, response.body.slice(0, 200))
  t.match(response.headers['content-type'], /^application\/scim\+json/)
  const body = response.json()
  t.same(body.schemas, ['urn:ietf:params:scim:api:messages:2.0:Error'])
  t.equal(body.status, String(status))
  t.equal(body.scimType, scimType)
  t.type(body.detail, 'string')
}
