import { setTimeout as later } from 'node:timers/promises'
import { test } from 'tap'
import { manualClock, startAccount } from './account-client.ts'

const ana = 'ana.kos@acme.example'

test('the control plane tells how to connect, for either seed', async t => {
  for (const seed of ['sample', 'empty'] as const) {
    const { control, simulator } = await startAccount(t, seed)
    const { body } = await control('GET', '/_simulator')
    t.match(body, {
      accountUuid: simulator.accountUuid,
      clientId: simulator.clientId,
      clientSecret: simulator.clientSecret,
      tokenUrl: `${simulator.url}/sso/oauth2/token`,
      owner: 'owner@acme.example',
      subjectUser: /@service\.sso\.dynatrace\.com$/,
      environments: [{ id: 'abc12345', name: 'prod', active: true }, { name: 'stage' }, { active: false }],
    })
  }
})

test('state', async t => {
  const { account, api, control } = await startAccount(t)

  t.test('is the same text in every run and after a change is undone', async t => {
    const other = await startAccount(t)
    const before = await control('GET', '/_simulator/state')
    t.equal((await other.control('GET', '/_simulator/state')).text, before.text)
    const created = await api('POST', `${account}/groups`, [{ name: 'passing' }])
    t.not((await control('GET', '/_simulator/state')).text, before.text)
    await api('DELETE', `${account}/groups/${created.body[0].uuid}`)
    t.equal((await control('GET', '/_simulator/state')).text, before.text)
  })
  t.test('names things', async t => {
    const { body } = await control('GET', '/_simulator/state')
    t.match(
      body.users.find((user: { email: string }) => user.email === ana),
      { status: 'ACTIVE', groups: ['Account Admins', 'break-glass'] },
    )
    t.match(
      body.bindings.find((one: { policy: string }) => one.policy === 'finance dashboards'),
      { group: 'finance reports', boundaries: ['production only'], parameters: {}, level: /^account\// },
    )
    t.ok(body.permissions.some((one: { group: string }) => one.group === 'break-glass'))
  })
})

test('seeding', async t => {
  const { account, api, control, simulator } = await startAccount(t, 'empty')

  t.test('adds objects by name, without a trace in the audit trail', async t => {
    const answer = await control('POST', '/_simulator/seed', {
      groups: [{ name: 'crew', description: 'd' }],
      users: [{ email: 'ida@acme.example', groups: ['crew'], status: 'ACTIVE' }],
      policies: [{ name: 'p', level: 'stage', statement: 'ALLOW storage:logs:read;' }],
      boundaries: [{ name: 'b', query: 'storage:host.name = "h";' }],
      bindings: [{ policy: 'p', group: 'crew', level: 'def67890', boundaries: ['b'] }],
      permissions: [{ group: 'crew', role: 'tenant-logviewer', level: 'prod:Payments' }],
      environments: [{ id: 'new00001', name: 'new' }],
    })
    t.equal(answer.status, 200)
    const { body } = await control('GET', '/_simulator/state')
    t.match(body.bindings, [{ policy: 'p', group: 'crew', level: 'environment/def67890', boundaries: ['b'] }])
    const permissions: { group: string; scope: string }[] = body.permissions
    t.match(permissions.find(one => one.group === 'crew')?.scope, 'abc12345:-5577006791947779410')
    const audit = await api('GET', `/audit/v1/accounts/${simulator.accountUuid}`)
    t.same(audit.body.audits, [])
  })
  t.test('refuses what it does not know', async t => {
    t.equal((await control('POST', '/_simulator/seed', { groops: [] })).status, 400)
    t.equal(
      (await control('POST', '/_simulator/seed', { memberships: [{ user: 'x@y', group: 'crew' }] })).status,
      400,
    )
  })
  t.test('a whole seed replaces the account', async t => {
    t.equal((await control('POST', '/_simulator/seed', { seed: 'sample' })).status, 200)
    const groups = await api('GET', `${account}/groups`)
    t.ok(groups.body.items.some((group: { name: string }) => group.name === 'break-glass'))
    t.notOk(groups.body.items.some((group: { name: string }) => group.name === 'crew'))
  })
})

test('edits of a person', async t => {
  const { control } = await startAccount(t)
  const edit = (change: object) => control('POST', '/_simulator/edit', { as: ana, ...change })
  const done = async (change: object) => t.equal((await edit(change)).status, 200, JSON.stringify(change))
  const state = async () => (await control('GET', '/_simulator/state')).body
  const bindings = async (group: string) =>
    (await state()).bindings.filter((one: { group: string }) => one.group === group)

  await done({ do: 'create-group', name: 'foreign', description: 'by hand' })
  await done({ do: 'add-member', user: 'BEN.okafor@acme.example', group: 'foreign' })
  await done({ do: 'remove-member', user: 'ben.okafor@acme.example', group: 'finance reports' })
  await done({ do: 'add-binding', policy: 'Pro User', group: 'foreign', boundaries: ['team payments'] })
  await done({ do: 'change-boundaries', policy: 'Pro User', group: 'foreign', boundaries: [] })
  await done({
    do: 'change-boundaries',
    policy: 'team data',
    group: 'on-call pager',
    level: 'prod',
    parameters: { team: 'payments' },
    boundaries: ['team payments'],
  })
  await done({ do: 'remove-binding', policy: 'Read Logs', group: 'on-call pager', level: 'abc12345' })
  await done({ do: 'rename-group', group: 'foreign', name: 'still foreign' })
  await done({ do: 'describe-group', group: 'still foreign', description: 'described' })
  await done({ do: 'add-permission', group: 'still foreign', role: 'tenant-viewer', level: 'stage' })
  await done({ do: 'remove-permission', group: 'break-glass', role: 'account-user-management' })
  await done({ do: 'add-user', user: 'late@acme.example' })
  await done({ do: 'accept-invitation', user: 'new.joiner@acme.example' })
  await done({ do: 'deactivate-user', user: 'farid.haddad@acme.example' })
  await done({ do: 'remove-user', user: 'grace.mbeki@acme.example' })
  await done({ do: 'create-policy', policy: 'mine', statement: 'ALLOW storage:logs:read;' })
  await done({ do: 'change-policy', policy: 'mine', statement: 'ALLOW storage:spans:read;' })
  await done({ do: 'delete-policy', policy: 'mine' })
  await done({ do: 'create-boundary', boundary: 'mine', query: 'storage:host.name = "a";' })
  await done({ do: 'change-boundary', boundary: 'mine', query: 'storage:host.name = "b";' })
  await done({ do: 'rename-boundary', boundary: 'mine', name: 'mine too' })
  await done({ do: 'delete-boundary', boundary: 'mine too' })
  await done({ do: 'federate-group', group: 'finance reports', values: ['fin'] })

  const after = await state()
  const user = (email: string) => after.users.find((one: { email: string }) => one.email === email)
  t.match(user('ben.okafor@acme.example').groups, ['Environment Users', 'still foreign'])
  t.match(user('New.Joiner@acme.example'), { status: 'ACTIVE' })
  t.match(user('farid.haddad@acme.example'), { status: 'INACTIVE' })
  t.match(user('late@acme.example'), { status: 'PENDING' })
  t.equal(user('grace.mbeki@acme.example'), undefined)
  t.match(await bindings('still foreign'), [{ policy: 'Pro User', boundaries: [] }])
  t.match(await bindings('on-call pager'), [
    { parameters: { team: 'checkout' }, boundaries: [] },
    { parameters: { team: 'payments' }, boundaries: ['team payments'] },
  ])
  const group = (name: string) => after.groups.find((one: { name: string }) => one.name === name)
  t.match(group('still foreign'), { description: 'described', owner: 'LOCAL' })
  t.match(group('finance reports'), { owner: 'SAML' })

  const misses: readonly (readonly [object, RegExp])[] = [
    [{ do: 'add-member', user: 'no@body', group: 'foreign' }, /no user no@body/],
    [{ do: 'delete-group', group: 'nowhere' }, /no group nowhere/],
    [{ do: 'add-binding', policy: 'Nope', group: 'break-glass' }, /no policy Nope/],
    [{ do: 'add-binding', policy: 'Pro User', group: 'break-glass', level: 'mars' }, /no environment mars/],
    [{ do: 'add-binding', policy: 'Pro User', group: 'break-glass', boundaries: ['x'] }, /no boundary x/],
    [{ do: 'remove-binding', policy: 'Pro User', group: 'break-glass' }, /is not bound/],
    [
      { do: 'change-boundaries', policy: 'team data', group: 'on-call pager', level: 'prod', boundaries: [] },
      /more than one binding/,
    ],
    [{ do: 'sing' }, /do: /],
    [{ do: 'delete-policy', policy: 'Pro User' }, /no policy Pro User/],
  ]
  const calm = (await control('GET', '/_simulator/state')).text
  for (const [change, message] of misses) {
    const answer = await edit(change)
    t.equal(answer.status, 400, JSON.stringify(change))
    t.match(answer.body.error, message)
  }
  t.equal((await control('GET', '/_simulator/state')).text, calm, 'a refused edit changes nothing')
})

test('the audit trail', async t => {
  const time = manualClock()
  const { account, api, control, simulator } = await startAccount(t, 'sample', time.clock)
  const path = `/audit/v1/accounts/${simulator.accountUuid}`
  const more = 'addFields=resourceId,details,authenticationClientId,authenticationGrantType'
  const query = (filter: string) => `${path}?${more}&filter=${encodeURIComponent(filter)}`

  const created = await api('POST', `${account}/groups`, [{ name: 'audited' }])
  const id: string = created.body[0].uuid
  time.pass(1_000)
  await api('POST', `${account}/users/ben.okafor@acme.example`, [id])
  time.pass(1_000)
  await control('POST', '/_simulator/edit', {
    as: ana,
    do: 'add-binding',
    policy: 'Pro User',
    group: 'audited',
    boundaries: ['team payments'],
  })

  t.test('shows seven fields unless more are asked for, newest first', async t => {
    const { body } = await api('GET', path)
    t.same(
      body.audits.map((event: { eventType: string }) => event.eventType),
      ['UPDATE_POLICIES', 'UPDATE_MEMBERS', 'CREATE'],
    )
    t.same(Object.keys(body.audits[0]).sort(), [
      'eventId',
      'eventProvider',
      'eventType',
      'resource',
      'resourceName',
      'timestamp',
      'user',
    ])
    t.same(body.warnings, [])
  })
  t.test('tells the client from the person', async t => {
    const { body } = await api('GET', query(`resource = 'GROUP' and resourceId = '${id}'`))
    const [binding, member, creation] = body.audits
    t.match(binding, { user: ana, authenticationGrantType: 'AUTHORIZATION_CODE', authenticationClientId: '' })
    t.match(JSON.parse(binding.details.json_after), [{ policy: 'Pro User', boundaries: ['team payments'] }])
    t.same(JSON.parse(binding.details.json_before), [])
    t.match(member, {
      user: /@service\.sso\.dynatrace\.com$/,
      authenticationGrantType: 'CLIENT_CREDENTIALS',
      authenticationClientId: simulator.clientId,
      resourceName: 'audited',
    })
    t.same(JSON.parse(member.details.json_after), { members: ['ben.okafor@acme.example'] })
    t.equal(creation.details.json_before, 'null')
  })
  t.test('filters by comparisons and by time', async t => {
    const count = async (url: string) => (await api('GET', url)).body.audits.length
    t.equal(await count(query(`authenticationClientId != '${simulator.clientId}'`)), 1)
    t.equal(await count(query(`resource = 'group' AND user == '${ana}'`)), 1)
    t.equal(await count(query(`resourceName starts-with 'aud' and eventType = 'CREATE'`)), 1)
    t.equal(await count(`${path}?startTime=2026-11-22T10:00:01Z`), 2)
    t.equal(await count(`${path}?startTime=now()-1s&endTime=now()`), 2)
    t.equal(await count(`${path}?endTime=${Date.parse('2026-11-22T10:00:00Z')}`), 1)
    const limited = await api('GET', `${path}?limit=2`)
    t.equal(limited.body.audits.length, 2)
    t.same(limited.body.warnings, [{ message: 'Your result has been limited to 2.' }])
  })
  t.test('refuses what it does not understand', async t => {
    for (const url of [
      query(`resource = 'GROUP' or`),
      query(`details = 'x'`),
      query('x'.repeat(257)),
      `${path}?startTime=yesterday`,
      `${path}?addFields=colour`,
    ]) {
      const answer = await api('GET', url)
      t.equal(answer.status, 400, url)
      t.match(answer.body, { error: true, message: String, payload: null })
    }
  })
  t.test('a call that changes nothing leaves no trace', async t => {
    const before = (await api('GET', `${path}?limit=1000`)).body.audits.length
    await api('POST', `${account}/users/ben.okafor@acme.example`, [id])
    await api('DELETE', `${account}/groups/${simulator.accountUuid}`)
    t.equal((await api('GET', `${path}?limit=1000`)).body.audits.length, before)
  })
})

test('calls are counted by operation, tokens apart', async t => {
  const { account, api, control, credentials, repo, tokenRequest } = await startAccount(t)
  await control('DELETE', '/_simulator/calls')
  t.same((await control('GET', '/_simulator/calls')).body, {
    total: 0,
    writes: 0,
    tokens: 0,
    byOperation: {},
  })
  await tokenRequest(credentials)
  await api('POST', `${account}/groups`, [{ name: 'counted' }])
  await api('GET', `${account}/users/ana.kos@acme.example`)
  await api('GET', `${account}/users/ben.okafor@acme.example`)
  await api('GET', `${repo}/bindings`)
  await api('PATCH', `${account}/users`, {})
  t.same((await control('GET', '/_simulator/calls')).body, {
    total: 5,
    writes: 2,
    tokens: 1,
    byOperation: {
      'GET /iam/v1/accounts/{account}/users/{email}': 2,
      'GET /iam/v1/repo/{levelType}/{levelId}/bindings': 1,
      'PATCH (unknown)': 1,
      'POST /iam/v1/accounts/{account}/groups': 1,
    },
  })
})

test('faults', async t => {
  const time = manualClock()
  const { account, api, control, credentials, repo, tokenRequest } = await startAccount(
    t,
    'sample',
    time.clock,
  )
  const users = `${account}/users`
  const order = async (fault: object) =>
    t.equal((await control('POST', '/_simulator/faults', fault)).status, 201)
  const groupCount = async () => (await api('GET', `${account}/groups`)).body.count

  t.test('a status hits as often as ordered, in the envelope of the path', async t => {
    await order({ match: { method: 'GET', path: users }, fault: 'status', status: 503, times: 2 })
    t.equal((await api('GET', `${account}/groups`)).status, 200)
    t.same((await api('GET', users)).body, { error: true, message: 'Injected failure', payload: null })
    t.equal((await api('GET', users)).status, 503)
    t.equal((await api('GET', users)).status, 200)
    await order({ match: { path: '/repo/.*/bindings$' }, fault: 'status' })
    t.match((await api('GET', `${repo}/bindings`)).body, { error: { code: 500 } })
  })
  t.test('rate limit says when to come back', async t => {
    await order({ fault: 'rate-limit', retryAfter: 7 })
    const answer = await api('GET', users)
    t.equal(answer.status, 429)
    t.equal(answer.headers['retry-after'], '7')
  })
  t.test('the token endpoint is only hit by name', async t => {
    await order({ match: { path: '/sso/' }, fault: 'status', status: 503 })
    t.match((await tokenRequest(credentials)).body, { error: 'server_error' })
    await order({ fault: 'status' })
    t.equal((await tokenRequest(credentials)).status, 200)
    t.equal((await api('GET', users)).status, 500)
  })
  t.test('html and truncated answers are no JSON', async t => {
    await order({ fault: 'html' })
    const html = await api('GET', users)
    t.equal(html.status, 200)
    t.match(html.headers['content-type'], /text\/html/)
    await order({ fault: 'truncate' })
    const half = await api('GET', users)
    t.equal(half.status, 200)
    t.match(half.text, /^{"count":/)
    t.equal(half.body, undefined)
  })
  t.test('cut does nothing, cut-after-write does it', async t => {
    const before = await groupCount()
    await order({ match: { method: 'POST' }, fault: 'cut' })
    await t.rejects(api('POST', `${account}/groups`, [{ name: 'lost' }]))
    t.equal(await groupCount(), before)
    await order({ match: { method: 'POST' }, fault: 'cut-after-write' })
    await t.rejects(api('POST', `${account}/groups`, [{ name: 'kept' }]))
    t.equal(await groupCount(), before + 1)
    await order({ match: { method: 'DELETE' }, fault: 'cut-after-write' })
    await t.rejects(api('DELETE', `${users}/ben.okafor@acme.example`), 'answers without a body too')
  })
  t.test('a short list keeps its count', async t => {
    await order({ match: { path: users }, fault: 'short-list' })
    const short = await api('GET', users)
    t.equal(short.body.items.length, Math.floor(short.body.count / 2))
  })
  t.test('slow waits on the clock', async t => {
    const before = time.clock.now().getTime()
    await order({ fault: 'slow', delayMs: 100 })
    t.equal((await api('GET', users)).status, 200)
    t.equal(time.clock.now().getTime() - before, 100)
  })
  t.test('can be listed and cleared', async t => {
    await order({ fault: 'status', times: 5 })
    t.match((await control('GET', '/_simulator/faults')).body.faults, [{ fault: 'status', times: 5 }])
    t.equal((await control('DELETE', '/_simulator/faults')).status, 204)
    t.equal((await api('GET', users)).status, 200)
    t.equal((await control('POST', '/_simulator/faults', { fault: 'gremlins' })).status, 400)
  })
})

test('malformed input is answered, not obeyed', async t => {
  const { account, api, credentials, raw, tokenRequest } = await startAccount(t)
  const token = (await tokenRequest(credentials)).body.access_token
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const broken = await raw('POST', `${account}/users`, headers, '{"email":')
  t.match(broken.body, { statusCode: 400, message: String, error: 'Bad Request' })
  const text = await raw('POST', `${account}/users`, { ...headers, 'content-type': 'text/csv' }, 'a,b')
  t.match(text.body, { statusCode: 415, error: 'Unsupported Media Type' })
  t.equal((await api('POST', `${account}/users`, { mail: 'x' })).status, 400)
  t.equal((await raw('DELETE', `${account}/users/farid.haddad@acme.example`, headers, undefined)).status, 200)
})

test('closing does not wait for connections that are kept alive', async t => {
  const { control, simulator } = await startAccount(t)
  await control('GET', '/_simulator')
  const closed = await Promise.race([
    simulator.close().then(() => 'closed'),
    later(2_000, 'hung', { ref: false }),
  ])
  t.equal(closed, 'closed')
})

test('a person edits bindings, policies, environments and service users as well', async t => {
  const { account, api, control } = await startAccount(t)
  const edit = (change: object) => control('POST', '/_simulator/edit', { as: ana, ...change })
  const done = async (change: object) => {
    const answer = await edit(change)
    t.equal(answer.status, 200, `${JSON.stringify(change)} ${answer.text}`)
  }
  const state = async () => (await control('GET', '/_simulator/state')).body
  const pager = { policy: 'team data', group: 'on-call pager', level: 'prod' }

  await done({
    do: 'change-binding',
    ...pager,
    parameters: { team: 'payments' },
    to: { metadata: { by: 'x' } },
  })
  await done({
    do: 'change-binding',
    ...pager,
    metadata: { by: 'x' },
    to: { parameters: { team: 'search' }, boundaries: ['team search'] },
  })
  await done({ do: 'add-binding', policy: 'Pro User', group: 'on-call pager', metadata: { note: 'n' } })
  await done({ do: 'remove-binding', policy: 'Pro User', group: 'on-call pager', metadata: { note: 'n' } })
  await done({ do: 'rename-policy', policy: 'finance dashboards', name: 'cost dashboards' })
  await done({ do: 'describe-policy', policy: 'cost dashboards', description: 'Costs' })
  await done({ do: 'set-emergency-contact', user: 'ben.okafor@acme.example', on: true })
  await done({ do: 'create-service-user', name: 'robot', description: 'Nightly' })
  await done({ do: 'add-member', user: 'robot', group: 'on-call pager' })
  await done({ do: 'delete-service-user', user: 'ci-deployer' })
  await done({
    do: 'add-environment',
    id: 'new00001',
    environment: 'trial',
    managementZones: [{ id: '7', name: 'Shop' }],
  })
  await done({ do: 'add-permission', group: 'on-call pager', role: 'tenant-viewer', level: 'trial:Shop' })
  await done({ do: 'deactivate-environment', environment: 'stage' })
  await done({ do: 'activate-environment', environment: 'legacy' })

  const after = await state()
  t.match(
    after.bindings.filter(
      (one: { group: string; policy: string }) => one.group === 'on-call pager' && one.policy === 'team data',
    ),
    [
      { parameters: { team: 'checkout' }, metadata: {}, boundaries: [] },
      { parameters: { team: 'search' }, metadata: { by: 'x' }, boundaries: ['team search'] },
    ],
  )
  t.match(
    after.policies.find((one: { name: string }) => one.name === 'cost dashboards'),
    { description: 'Costs', statementQuery: 'ALLOW document:documents:read; ALLOW storage:bizevents:read;' },
  )
  t.match(after.environments, [
    { name: 'prod', active: true },
    { name: 'stage', active: false },
    { name: 'trial', active: true },
    { name: 'legacy', active: true },
  ])
  const user = (email: RegExp) => after.users.filter((one: { email: string }) => email.test(one.email))
  t.match(user(/^ben\./), [{ emergencyContact: true }])
  const { body } = await api('GET', `${account}/service-users`)
  t.same(
    body.results.map((one: { name: string }) => one.name),
    ['scim-bridge', 'robot'],
  )
  t.ok(after.permissions.some((one: { scope: string }) => one.scope === 'new00001:7'))

  for (const [change, message] of [
    [{ do: 'delete-group', group: 'finance report' }, /did you mean finance reports/],
    [{ do: 'remove-user', user: 'ben.okafr@acme.example' }, /did you mean ben\.okafor@acme\.example/],
    [{ do: 'delete-boundary', boundary: 'team paymnts' }, /did you mean team payments/],
    [{ do: 'change-policy', policy: 'cost dashboard', statement: 'x' }, /did you mean cost dashboards/],
    [{ do: 'activate-environment', environment: 'stge' }, /did you mean stage/],
    [
      { do: 'add-permission', group: 'break-glass', role: 'tenant-viewer', level: 'trial:Shp' },
      /did you mean Shop/,
    ],
    [{ do: 'delete-service-user', user: 'robt' }, /did you mean robot/],
    [{ do: 'dance' }, /These are: add-member, .*deactivate-environment/],
  ] as const) {
    const answer = await edit(change)
    t.equal(answer.status, 400)
    t.match(answer.body.error, message)
  }
  const { apiUrl, controls, environments } = (await control('GET', '/_simulator')).body
  t.match(controls, { 'POST /_simulator/edit': String })
  t.match(
    environments.find((one: { id: string }) => one.id === 'new00001'),
    { url: `${apiUrl}/e/new00001`, apiToken: /^dt0c01\./ },
  )
})
