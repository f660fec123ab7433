/** Bulk over HTTP, with the examples of RFC 7644 §3.7 by meaning. */
import { type Test, test } from 'tap'
import { BridgeError } from '../../src/lib/errors.ts'
import { scimApp } from '../support/scim-app.ts'

const bulk = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

test('the examples of §3.7.3: create, replace, patch and delete in one request', async t => {
  const { run, send } = await opened(t)
  const made = await run([user('u1', 'bob'), user('u2', 'dave'), user('u3', 'eve')])
  t.equal(made.status, 200)
  t.same(made.schemas, ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'])
  t.match(made.Operations, [
    {
      method: 'POST',
      bulkId: 'u1',
      status: '201',
      version: /^W\/"/,
      location: /^http:.*\/scim\/v2\/Users\//,
    },
    { bulkId: 'u2', status: '201' },
    { bulkId: 'u3', status: '201' },
  ])
  t.notOk('response' in (made.Operations[0] ?? {}))
  const [bob = '', dave = '', eve = ''] = made.Operations.map(({ location }) => location)
  const path = (location: string) => location.slice(location.indexOf('/Users'))
  const version = made.Operations[0]?.version
  const done = await run([
    user('qwerty', 'Alice'),
    { method: 'put', path: path(bob), version, data: { userName: 'bob2' } },
    { method: 'Patch', path: dave, data: patch({ op: 'add', path: 'nickName', value: 'd' }) },
    { method: 'DELETE', path: `/scim/v2${path(eve)}` },
    { method: 'PATCH', path: path(bob), version, data: patch({ op: 'add', path: 'nickName', value: 'd' }) },
  ])
  t.match(done.Operations, [
    { method: 'POST', bulkId: 'qwerty', status: '201' },
    { method: 'PUT', status: '200', location: bob, version: /^W\// },
    { method: 'PATCH', status: '200', location: dave },
    { method: 'DELETE', status: '204', location: eve },
    { method: 'PATCH', status: '412', location: bob, response: { status: '412' } },
  ])
  t.equal((await send('GET', path(eve))).statusCode, 404)
  t.match((await send('GET', path(bob))).json(), { userName: 'bob2' })
})

test('the example of §3.7.2: a group refers to a user that is created later, a PATCH to both', async t => {
  const { run, get } = await opened(t)
  const { Operations } = await run([
    group('ytrewq', 'Tour Guides', ['bulkId:qwerty']),
    {
      method: 'PATCH',
      path: '/Groups/bulkId:ytrewq',
      data: patch({ op: 'remove', path: 'members[value eq "bulkId:late"]' }),
    },
    user('qwerty', 'Alice'),
    user('late', 'late', {
      [enterprise]: { manager: { value: 'bulkId:qwerty', $ref: '../Users/bulkId:qwerty' } },
    }),
  ])
  t.match(Operations, [{ status: '201' }, { status: '200' }, { status: '201' }, { status: '201' }])
  const [tour, , alice, late] = Operations.map(({ location }) => location)
  t.match((await get(tour)).members, [{ value: idOf(alice), display: 'Alice' }])
  t.match((await get(late))[enterprise], {
    manager: { value: idOf(alice), $ref: `../Users/${idOf(alice)}` },
  })
})

test('circular references: managers are set afterwards, groups cannot contain themselves', async t => {
  const { run, get } = await opened(t)
  const managed = (by: string) => ({ [enterprise]: { manager: { value: `bulkId:${by}` }, department: 'd' } })
  const { Operations } = await run([
    user('a', 'a', managed('b')),
    user('b', 'b', managed('a')),
    user('self', 'self', managed('self')),
    group('x', 'Group A', ['bulkId:y']),
    group('y', 'Group B', ['bulkId:x']),
  ])
  const [a, b, self] = Operations.map(({ location }) => location)
  t.match((await get(a))[enterprise], { manager: { value: idOf(b) }, department: 'd' })
  t.match((await get(b))[enterprise], { manager: { value: idOf(a) } })
  t.match((await get(self))[enterprise], { manager: { value: idOf(self) } })
  t.equal((await get(a)).meta.version, Operations[0]?.version)
  t.match(Operations.slice(3), [
    { bulkId: 'x', status: '400', response: { scimType: 'invalidValue', detail: /contain itself/ } },
    { bulkId: 'y', status: '409', response: { detail: /"x" failed/ } },
  ])
  const failed = await run([user('c', 'c', managed('d')), user('d', 'a', managed('c'))])
  t.match(failed.Operations, [
    { status: '409', location: /Users/, response: { detail: /was created, but without its manager/ } },
    { status: '409', response: { scimType: 'uniqueness' } },
  ])
  t.match(await get(failed.Operations[0]?.location), { userName: 'c' })
})

test('errors are told per operation, and failOnErrors ends the rest', async t => {
  const { run, send } = await opened(t)
  const wrong = [
    user('u', 'u'),
    user('v', 'U'),
    { method: 'POST', path: '/Users', data: { userName: 'w' } },
    { method: 'PATCH', path: '/Users/%zz', data: {} },
    { method: 'DELETE', path: '/Users/__proto__' },
    { method: 'GET', path: '/Users/x' },
    { method: 'PUT', path: '/Users', data: {} },
    { method: 'PUT', path: '/Users/x' },
    { method: 'DELETE', path: 'https://other.example/scim/v2/Users/x' },
    { method: 'DELETE', path: '/Devices/x' },
    group('g', 'g', ['bulkId:nobody']),
    { method: 'POST', path: '/Users/', bulkId: 'deep', data: { userName: nested(80) } },
    user('last', 'last'),
  ]
  const all = await run(wrong)
  t.same(
    all.Operations.map(({ status }) => status),
    ['201', '409', '400', '400', '404', '400', '405', '400', '400', '404', '400', '400', '201'],
  )
  for (const { status, response } of all.Operations)
    if (status > '299') t.match(response, { status, detail: /.+\.$/ })
  t.match(all.Operations[1], { method: 'POST', bulkId: 'v', response: { scimType: 'uniqueness' } })
  t.notOk('location' in (all.Operations[1] ?? {}))

  const few = await run([user('1', 'u'), user('2', 'n1'), user('3', 'u'), user('4', 'n2')], {
    failOnErrors: 2,
  })
  t.same(
    few.Operations.map(({ bulkId }) => bulkId),
    ['1', '2', '3'],
  )
  t.equal((await send('GET', '/Users?filter=userName eq "n2"')).json().totalResults, 0)
})

test('a malformed request changes nothing, and limits are named', async t => {
  const { post, send } = await opened(t)
  const fine = user('1', 'fine')
  for (const [body, detail] of [
    [{ Operations: [fine] }, /schemas must contain/],
    [{ schemas: [bulk] }, /Operations/],
    [{ schemas: [bulk], Operations: [] }, /Operations/],
    [{ schemas: [bulk], Operations: [fine, 'x'] }, /Operations\[1\]/],
    [{ schemas: [bulk], Operations: [fine, { path: '/Users' }] }, /Operations\[1\].method/],
    [{ schemas: [bulk], Operations: [fine, fine] }, /"1" is given twice/],
    [{ schemas: [bulk], Operations: [fine], failOnErrors: 'x' }, /failOnErrors/],
  ] as const) {
    const answer = await post(body)
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), { scimType: 'invalidSyntax', detail })
  }
  const many = await post({ schemas: [bulk], Operations: Array.from({ length: 1001 }, () => fine) })
  t.equal(many.statusCode, 413)
  t.match(many.json().detail, /1001.*1000/)
  const big = await post({ schemas: [bulk], Operations: [user('b', 'x'.repeat(4_194_304))] })
  t.equal(big.statusCode, 413)
  t.match(big.json().detail, /4194304/)
  t.equal(
    (await post({ schemas: [bulk], Operations: [user('b', 'b', { title: 'x'.repeat(2_000_000) })] }))
      .statusCode,
    200,
  )
  t.equal((await send('GET', '/Users?filter=userName eq "fine"')).json().totalResults, 0)
  t.equal((await send('GET', '/Bulk')).statusCode, 405)
  t.match((await send('GET', '/ServiceProviderConfig')).json().bulk, {
    supported: true,
    maxOperations: 1000,
    maxPayloadSize: 4_194_304,
  })
})

test('an operation that the database cannot take is a 503 among the others', async t => {
  const { app } = await opened(t, 'down')
  const answer = await app.send('POST', '/Bulk', {
    schemas: [bulk],
    Operations: [user('1', 'one'), user('2', 'down'), user('3', 'three')],
  })
  t.match(answer.json().Operations, [
    { status: '201' },
    { status: '503', response: { detail: /directory cannot be reached/ } },
    { status: '201' },
  ])
})

interface Result {
  readonly method: string
  readonly bulkId?: string
  readonly status: string
  readonly version?: string
  readonly location?: string
  readonly response?: { readonly detail: string }
}

async function opened(t: Test, broken?: string) {
  const app = await scimApp(t, directory => ({
    ...directory,
    async createUser(attributes, ...rest) {
      if (attributes.userName === broken) throw new BridgeError('store-unavailable', 'gone')
      return directory.createUser(attributes, ...rest)
    },
  }))
  const post = (body: object) => app.send('POST', '/Bulk', body)
  return {
    app,
    send: app.send,
    post,
    async run(Operations: readonly object[], more: object = {}) {
      const answer = await post({ schemas: [bulk], ...more, Operations })
      return {
        ...answer.json<{ readonly schemas: readonly string[]; readonly Operations: readonly Result[] }>(),
        status: answer.statusCode,
      }
    },
    get: async (location = '') =>
      (await app.send('GET', location.slice(location.indexOf('/scim/v2') + 8))).json(),
  }
}

const idOf = (location = '') => location.slice(location.lastIndexOf('/') + 1)

function user(bulkId: string, userName: string, more: object = {}) {
  return { method: 'POST', path: '/Users', bulkId, data: { userName, ...more } }
}

function group(bulkId: string, displayName: string, members: readonly string[]) {
  const data = {
    displayName,
    members: members.map(value => ({ type: bulkId.length === 1 ? 'Group' : 'User', value })),
  }
  return { method: 'POST', path: '/Groups', bulkId, data }
}

function patch(operation: object) {
  return { schemas: [patchOp], Operations: [operation] }
}

function nested(levels: number): object {
  return levels === 0 ? {} : [nested(levels - 1)]
}
