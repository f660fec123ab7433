import { test } from 'tap'
import { fixedId } from '../../src/simulator/seed/fixed-id.ts'
import { manualClock, startAccount } from './account-client.ts'

test('every documented operation has a route', async t => {
  const { api, simulator } = await startAccount(t)
  const uuid = simulator.accountUuid
  const accounts = `/iam/v1/accounts/${uuid}`
  const repo = `/iam/v1/repo/account/${uuid}`
  const [user, group, policy] = [`${accounts}/users/nobody@acme.example`, fixedId('f', 1), fixedId('f', 2)]
  const operations = [
    ...[`${accounts}/limits`, `${accounts}/users`, user, `${accounts}/groups`].map(path => ['GET', path]),
    ['POST', `${accounts}/users`],
    ['POST', user],
    ['DELETE', user],
    ['PUT', `${user}/groups`],
    ['DELETE', `${user}/groups`],
    ['POST', `${accounts}/groups`],
    ['PUT', `${accounts}/groups/${group}`],
    ['DELETE', `${accounts}/groups/${group}`],
    ['GET', `${accounts}/groups/${group}/users`],
    ...['GET', 'POST', 'PUT', 'DELETE'].map(method => [method, `${accounts}/groups/${group}/permissions`]),
    ['GET', `${accounts}/service-users`],
    ['POST', `${accounts}/service-users`],
    ...['GET', 'PUT', 'DELETE'].map(method => [method, `${accounts}/service-users/${group}`]),
    ['GET', `${accounts}/platform-tokens`],
    ['POST', `${accounts}/platform-tokens`],
    ['DELETE', `${accounts}/platform-tokens/dt0s16.X`],
    ['PUT', `${accounts}/platform-tokens/dt0s16.X/status`],
    ['PUT', `${accounts}/platform-tokens/dt0s16.X/expiration-date`],
    ['GET', `${repo}/policies`],
    ['POST', `${repo}/policies`],
    ['GET', `${repo}/policies/aggregate`],
    ['POST', `${repo}/policies/validation`],
    ['POST', `${repo}/policies/validation/${policy}`],
    ...['GET', 'PUT', 'DELETE'].map(method => [method, `${repo}/policies/${policy}`]),
    ['GET', `${repo}/bindings`],
    ['DELETE', `/iam/v1/repo/environment/def67890/bindings`],
    ['GET', `${repo}/bindings/groups/${group}`],
    ['PUT', `${repo}/bindings/groups/${group}`],
    ['GET', `${repo}/bindings/descendants/${policy}`],
    ...['GET', 'POST', 'DELETE'].map(method => [method, `${repo}/bindings/${policy}`]),
    ...['GET', 'POST', 'PUT', 'DELETE'].map(method => [method, `${repo}/bindings/${policy}/${group}`]),
    ['GET', `${repo}/boundaries`],
    ['POST', `${repo}/boundaries`],
    ...['GET', 'PUT', 'DELETE'].map(method => [method, `${repo}/boundaries/${policy}`]),
    ['GET', `${repo}/limits`],
    ['GET', `/env/v1/accounts/${uuid}/environments`],
    ['GET', `/env/v2/accounts/${uuid}/environments`],
    ['GET', `/env/v2/accounts/${uuid}/clusters`],
    ['GET', `/env/v1/accounts/${uuid}/environments/abc12345/ip-allowlist`],
    ['PUT', `/env/v1/accounts/${uuid}/environments/abc12345/ip-allowlist`],
    ['GET', '/ref/v1/account/permissions'],
    ['GET', `/audit/v1/accounts/${uuid}`],
  ]
  for (const [method = '', path = ''] of operations) {
    const { body, text } = await api(method, path)
    t.notMatch(text, /Cannot (GET|PUT|POST|DELETE|PATCH) /, `${method} ${path}`)
    t.not(body?.statusCode, 500, `${method} ${path}`)
  }
  t.test('and what does not exist is not there', async t => {
    for (const [method, path] of [
      ['GET', `${accounts}/groups/${group}`],
      ['GET', `${user}/groups`],
      ['POST', `${accounts}/groups/${group}/users`],
      ['POST', `${repo}/bindings`],
      ['GET', `${accounts}/platform-tokens/dt0s16.X`],
      ['PATCH', user],
    ] as const) {
      const answer = await api(method, path)
      t.match(
        [answer.status, answer.body],
        [404, { statusCode: 404, message: /^Cannot / }],
        `${method} ${path}`,
      )
    }
  })
})

test('calls that overwrite do what they are feared for', async t => {
  const { account, api, repo } = await startAccount(t)
  const finance = fixedId('c', 2)
  const detailed = `${repo}/bindings/groups/${finance}?details=true`

  t.test('setting the policies of a group loses the boundaries of those that stay', async t => {
    t.match((await api('GET', detailed)).body.bindingsDetails, [{ boundaries: [fixedId('9', 4)] }])
    const body = { policyUuids: [fixedId('3', 2)] }
    t.equal((await api('PUT', `${repo}/bindings/groups/${finance}`, body)).status, 204)
    t.same((await api('GET', detailed)).body.bindingsDetails[0].boundaries ?? [], [])
  })
  t.test('setting the permissions of a group drops the others', async t => {
    const path = `${account}/groups/${fixedId('b', 4)}/permissions`
    const scope = account.split('/').at(-1)
    const body = [{ permissionName: 'account-viewer', scope, scopeType: 'account' }]
    t.equal((await api('PUT', path, body)).status, 200)
    t.equal((await api('GET', path)).body.permissions.length, 1)
  })
  t.test('setting the groups of a user leaves the group of all users alone', async t => {
    const user = `${account}/users/ben.okafor@acme.example`
    t.equal((await api('PUT', `${user}/groups`, [])).status, 200)
    const { groups } = (await api('GET', user)).body
    t.same(
      groups.map((one: { owner: string }) => one.owner),
      ['ALL_USERS'],
    )
  })
  t.test('deleting the bindings of a level wipes it', async t => {
    const level = '/iam/v1/repo/environment/abc12345/bindings'
    t.not((await api('GET', level)).body.policyBindings.length, 0)
    t.equal((await api('DELETE', level)).status, 204)
    t.equal((await api('GET', level)).body.policyBindings.length, 0)
  })
})

test('platform tokens', async t => {
  const { account, api, control } = await startAccount(t)
  const path = `${account}/platform-tokens`
  const form = {
    name: 'ours',
    scope: ['storage:logs:read'],
    resource: ['urn:dtenvironment:abc12345'],
    tags: [],
    expirationDate: '2030-01-01T00:00:00Z',
    userUuid: fixedId('5', 1),
  }

  t.test('every page counts the whole, by either pair of parameters', async t => {
    const first = await api('GET', `${path}?page=1&size=1`)
    const second = await api('GET', `${path}?page=2&size=1`)
    t.match(first.body, { pageSize: 1, pageNumber: 1, total: 2, results: [{ name: 'dtctl on my laptop' }] })
    t.match(second.body, { pageNumber: 2, total: 2, results: [{ name: 'cost notebook' }] })
    t.same((await api('GET', `${path}?pageNumber=1&pageSize=1`)).body.results, second.body.results)
    t.same((await api('GET', `${path}?page=0&size=1`)).body.results, first.body.results)
    t.same((await api('GET', `${path}?page=3&size=1`)).body.results, [])
    t.equal((await api('GET', `${path}?page=x`)).status, 400)
  })
  t.test('are searched by name, id, owner and scope, and by status', async t => {
    const found = async (query: string) => (await api('GET', `${path}?${query}`)).body.total
    t.equal(await found('searchTerm=NOTEBOOK'), 1)
    t.equal(await found('searchTerm=dt0s16.EMMA'), 1)
    t.equal(await found('searchTerm=ben.okafor'), 1)
    t.equal(await found('searchTerm=storage:logs'), 1)
    t.equal(await found('status=INACTIVE'), 0)
    t.equal((await api('GET', `${path}?status=LOST`)).status, 400)
  })
  t.test('are created for the caller only, the secret once', async t => {
    const made = await api('POST', path, form)
    t.equal(made.status, 200)
    t.match(made.body, { name: 'ours', token: /^dt0s16\.[A-Z0-9]{24}\.[A-Z0-9]{64}$/ })
    t.ok(made.body.token.startsWith(`${made.body.tokenId}.`))
    t.notOk((await api('GET', path)).text.includes(made.body.token))
    const foreign = await api('POST', path, { ...form, userUuid: fixedId('0', 2) })
    t.match([foreign.status, foreign.body], [403, { error: true, payload: null }])
    const { tags, ...incomplete } = form
    t.same(tags, [])
    t.equal((await api('POST', path, incomplete)).status, 400)
    t.equal((await api('POST', path, { ...form, name: 'x'.repeat(256) })).status, 400)
    for (let at = 1; at < 10; at += 1) t.equal((await api('POST', path, form)).status, 200)
    t.match((await api('POST', path, form)).body.message, /Limit of 10/)
  })
  t.test('are disabled, postponed and deleted', async t => {
    const one = `${path}/dt0s16.BEN1${'0'.repeat(20)}`
    t.equal((await api('PUT', `${one}/status`, { status: 'INACTIVE' })).status, 204)
    t.equal((await api('PUT', `${one}/status`, { status: 'GONE' })).status, 400)
    const expirationDate = '2031-01-01T00:00:00+01:00'
    t.equal((await api('PUT', `${one}/expiration-date`, { expirationDate })).status, 200)
    t.match((await api('GET', `${path}?status=INACTIVE`)).body.results, [
      { name: 'cost notebook', expirationDate: '2030-12-31T23:00:00.000Z' },
    ])
    t.equal((await api('DELETE', one)).status, 200)
    const again = await api('DELETE', one)
    t.match([again.status, again.body], [404, { error: true, payload: null }])
  })
  t.test('leave no trace in the audit log of the account', async t => {
    const { body } = await api('GET', account.replace('/iam/', '/audit/'))
    t.same(body, { audits: [], warnings: [] })
    t.equal((await control('GET', '/_simulator/state')).status, 200)
  })
})

test('service users come in pages by number and by key', async t => {
  const { account, api, control } = await startAccount(t)
  const path = `${account}/service-users`
  const serviceUsers = Array.from({ length: 5 }, (_, at) => ({ name: `robot ${at}` }))
  await control('POST', '/_simulator/seed', { serviceUsers })
  const collect = async (next: (page: number, key: string) => string) => {
    const uids: string[] = []
    let key = ''
    for (let page = 1; page < 10; page += 1) {
      const { body } = await api('GET', `${path}?page-size=3${next(page, key)}`)
      t.equal(body.totalCount, 7)
      uids.push(...body.results.map((one: { uid: string }) => one.uid))
      if (body.nextPageKey === undefined) return uids
      key = body.nextPageKey
    }
    return uids
  }
  const byNumber = await collect(page => `&page=${page}`)
  t.equal(new Set(byNumber).size, 7)
  t.same(await collect((_page, key) => (key === '' ? '' : `&page-key=${key}`)), byNumber)
  t.equal((await api('GET', `${path}?page-key=nonsense`)).status, 400)
  t.equal((await api('GET', `${path}?page-size=0`)).status, 400)
})

test('validation of policies keeps nothing and announces its end', async t => {
  const time = manualClock('2027-01-10T23:59:00.000Z')
  const { api, repo, credentials, tokenRequest, withToken } = await startAccount(t, 'sample', time.clock)
  const path = `${repo}/policies/validation`
  const policy = { name: 'new', description: '', statementQuery: 'ALLOW storage:logs:read;' }
  const before = (await api('GET', `${repo}/policies`)).body
  const valid = await api('POST', path, policy)
  t.match([valid.status, valid.body], [200, { warnings: [] }])
  t.match(valid.headers, { deprecation: /^@\d+$/, sunset: /^Mon, 11 Jan 2027/ })
  t.equal((await api('POST', path, { ...policy, statementQuery: 'ALLOW' })).status, 400)
  t.equal(
    (await api('POST', `${path}/${fixedId('3', 2)}`, { ...policy, name: 'finance dashboards' })).status,
    200,
  )
  t.equal((await api('POST', `${path}/${fixedId('f', 9)}`, policy)).status, 404)
  t.equal((await api('POST', '/iam/v1/repo/global/global/policies/validation', policy)).status, 404)
  t.same((await api('GET', `${repo}/policies`)).body, before)
  time.pass(61_000)
  const { body } = await tokenRequest(credentials)
  t.equal((await withToken(body.access_token)('POST', path, policy)).status, 410)
})

test('the IP allowlist of an environment', async t => {
  const { api, simulator } = await startAccount(t)
  const path = `/env/v1/accounts/${simulator.accountUuid}/environments/abc12345/ip-allowlist`
  t.same((await api('GET', path)).body, { enabled: false, allowWebhookOverride: false, allowlist: [] })
  const office = {
    enabled: true,
    allowWebhookOverride: false,
    allowlist: [{ name: 'office', ipRange: '203.0.113.0/24' }],
  }
  t.equal((await api('PUT', path, office)).status, 201)
  t.same((await api('GET', path)).body, office)
  t.equal((await api('PUT', path, { ...office, allowlist: [] })).status, 400)
  for (const ipRange of ['office', '203.0.113.0/33', '::/129', '1.2.3.4/8/8']) {
    t.equal((await api('PUT', path, { ...office, allowlist: [{ name: 'x', ipRange }] })).status, 400, ipRange)
  }
  t.equal((await api('GET', path.replace('abc12345', 'nowhere1'))).status, 404)
})

test('the audit log', async t => {
  const time = manualClock()
  const { account, api, control, simulator } = await startAccount(t, 'sample', time.clock)
  const log = `/audit/v1/accounts/${simulator.accountUuid}`
  const edit = (change: object) =>
    control('POST', '/_simulator/edit', { as: 'ana.kos@acme.example', ...change })
  await edit({ do: 'create-group', name: 'auditors' })
  time.pass(60_000)
  await edit({ do: 'add-member', user: 'ben.okafor@acme.example', group: 'auditors' })
  await edit({ do: 'add-permission', group: 'auditors', role: 'account-viewer' })
  await edit({ do: 'add-binding', policy: 'Standard User', group: 'auditors' })
  time.pass(60_000)
  await edit({ do: 'describe-group', group: 'auditors', description: "people's accounts" })
  await api('DELETE', `${account}/users/carla.rossi@acme.example`)
  const find = async (query: string) => (await api('GET', `${log}?${query}`)).body
  const types = async (filter: string) =>
    (await find(`filter=${encodeURIComponent(filter)}`)).audits.map(
      (one: { eventType: string }) => one.eventType,
    )

  t.test('is newest first and shows seven fields unless asked for more', async t => {
    const { audits, warnings } = await find('')
    t.equal(audits[0].eventType, 'DELETE')
    t.same(warnings, [])
    t.same(Object.keys(audits[0]).sort(), [
      'eventId',
      'eventProvider',
      'eventType',
      'resource',
      'resourceName',
      'timestamp',
      'user',
    ])
    const more = await find('addFields=details,resourceId&addFields=authenticationGrantType&limit=2')
    t.same(more.warnings, [{ message: 'Your result has been limited to 2.' }])
    const [, described] = more.audits
    t.match(described, { resourceId: String, authenticationGrantType: 'AUTHORIZATION_CODE' })
    t.equal(JSON.parse(described.details.json_after).description, "people's accounts")
    t.match(JSON.parse(described.details.json_patch), [
      { op: 'replace', path: '/description', value: "people's accounts" },
    ])
    t.match(await find('addFields=colour'), { error: true, message: /colour/, payload: null })
  })
  t.test('relations of a group have types of their own', async t => {
    const filter = "resource = 'Group' and resourceName == 'auditors' and eventType starts-with 'update_'"
    t.same(await types(filter), ['UPDATE_POLICIES', 'UPDATE_ROLES', 'UPDATE_MEMBERS'])
  })
  t.test('filters join with and, or, not, in and brackets', async t => {
    t.same(await types("resource = 'USER' or eventType = 'CREATE'"), ['DELETE', 'CREATE'])
    t.same(
      await types(
        "not (eventType contains 'UPDATE') and (user ends-with '@acme.example' or resource in ('POLICY'))",
      ),
      ['CREATE'],
    )
    t.same(await types("eventType in ('UPDATE_ROLES', 'DELETE') and user != 'ana.kos@acme.example'"), [
      'DELETE',
    ])
    t.same(await types("timestamp > '2026-11-22T10:01:30Z' and not resource = 'USER'"), ['UPDATE'])
    t.equal((await types("authenticationToken = '' and not not resource != 'POLICY'")).length, 6)
  })
  t.test('a filter that cannot be read is refused', async t => {
    for (const filter of [
      "details contains 'x'",
      "eventId = 'x'",
      "user > 'a'",
      'user = "a"',
      "timestamp contains '2026'",
      "timestamp > 'noon'",
      "(user = 'a'",
      "user in 'a'",
      "user in ('a'",
      "user = 'a' or",
      'not',
      `user = '${'x'.repeat(250)}'`,
    ]) {
      const answer = await api('GET', `${log}?filter=${encodeURIComponent(filter)}`)
      t.match([answer.status, answer.body], [400, { error: true, payload: null }], filter)
    }
  })
  t.test('times come as ISO, in milliseconds and relative to now', async t => {
    const count = async (query: string) => (await find(query)).audits.length
    t.equal(await count('startTime=now()-90s'), 5)
    t.equal(await count('startTime=2026-11-22T10:01:30Z'), 2)
    t.equal(await count(`endTime=${Date.parse('2026-11-22T10:00:30Z')}`), 1)
    t.equal(await count('startTime=now()-2d&endTime=now()'), 6)
    for (const wrong of ['startTime=yesterday', 'endTime=now-2d', 'limit=0', 'resultSizeLimitMegabyte=16']) {
      t.match(await find(wrong), { error: true }, wrong)
    }
  })
})
