/** What of the account is neither user, group nor right: the exact requests, and what is made of the documented answers. */
import fc from 'fast-check'
import { test } from 'tap'
import { auditText } from '../../src/dynatrace/audit.ts'
import type { Level } from '../../src/dynatrace/dynatrace.ts'
import { isServiceUser } from '../../src/dynatrace/types/user.ts'
import { ACCOUNT, empty, ok, type Reply, refusal, stage } from './scripted-server.ts'

const AT_ACCOUNT: Level = { kind: 'account' }
const SERVICE_USERS = `/iam/v1/accounts/${ACCOUNT}/service-users`
const TOKENS = `/iam/v1/accounts/${ACCOUNT}/platform-tokens`
const REPO = `/iam/v1/repo/account/${ACCOUNT}`
const AUDIT = `/audit/v1/accounts/${ACCOUNT}`

test('users are listed with service users on request', async t => {
  const service = { uid: 's1', email: 'S1@service.sso.dynatrace.com' }
  const { dynatrace, seen } = await stage(t, [
    ok({ count: 2, items: [{ uid: 'u1', email: 'a@acme.example' }, service] }),
    ok({ count: 0, items: [] }),
  ])
  const users = await dynatrace.users.list({ serviceUsers: true })
  t.same(users.map(isServiceUser), [false, true])
  await dynatrace.users.list({ serviceUsers: false })
  t.same(
    seen.map(call => call.query),
    ['service-users=true', ''],
  )
})

test('service users come by page key until there is none', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({ results: [serviceUser('s1')], nextPageKey: 'k=1', totalCount: 2 }),
    ok({ results: [{ ...serviceUser('s2'), surname: '', description: null }], totalCount: 2 }),
    ok({ results: [], nextPageKey: '' }),
  ])
  t.match(await dynatrace.serviceUsers.list(), [
    { uid: 's1', email: 's1@service.sso.dynatrace.com', name: 'ci', description: 'deploys' },
    { uid: 's2', description: '' },
  ])
  t.same(
    seen.map(({ method, path, query }) => [method, path, query]),
    [
      ['GET', SERVICE_USERS, 'page-size=500'],
      ['GET', SERVICE_USERS, 'page-size=500&page-key=k%3D1'],
    ],
  )
  t.same(await dynatrace.serviceUsers.list(), [])
})

test('pages by key that lose items or turn in circles are no list', async t => {
  const short = await stage(t, [ok({ results: [serviceUser('s1')], totalCount: 2 })])
  await t.rejects(short.dynatrace.serviceUsers.list(), { failure: 'malformed', message: /2 items/ })
  const round = await stage(t, () => ok({ results: [serviceUser('s1')], nextPageKey: 'again' }))
  await t.rejects(round.dynatrace.serviceUsers.list(), { name: 'UpstreamError', failure: 'malformed' })
  t.equal(round.seen.length, 2)
  await t.rejects(
    stage(t, [ok({ results: null })]).then(({ dynatrace }) => dynatrace.serviceUsers.list()),
    { name: 'UpstreamError', failure: 'malformed' },
  )
})

test('one service user is read, renamed and removed', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({ ...serviceUser('s1'), groupUuid: 'g1' }),
    ok(serviceUser('s2')),
    refusal(404, 'Requested service user not found'),
    empty(204),
    ok({}, 201),
    empty(200),
    refusal(404, 'Requested service user not found'),
  ])
  t.match(await dynatrace.serviceUsers.get('s1'), { uid: 's1', groupId: 'g1' })
  t.match(await dynatrace.serviceUsers.get('s2'), { uid: 's2', groupId: undefined })
  t.equal(await dynatrace.serviceUsers.get('s3'), undefined)
  const changed = { uid: 's1', name: 'deployer', description: '' }
  await dynatrace.serviceUsers.update(changed)
  await dynatrace.serviceUsers.update(changed)
  await dynatrace.serviceUsers.remove('s1')
  await dynatrace.serviceUsers.remove('s1')
  t.match(seen[3], {
    method: 'PUT',
    path: `${SERVICE_USERS}/s1`,
    body: { name: 'deployer', description: '' },
  })
  t.match(seen[5], { method: 'DELETE', path: `${SERVICE_USERS}/s1` })
})

test('a lost answer to the creation of a service user is settled by listing, never by a second one', async t => {
  const older = serviceUser('old')
  const made = serviceUser('new')
  const page = (...results: object[]) => ok({ results, totalCount: results.length })
  const wanted = { name: 'ci', description: 'deploys' }
  const fine = await stage(t, [page(older), ok({ ...made, groupUuid: 'g1' }, 201)])
  t.match(await fine.dynatrace.serviceUsers.create(wanted), { uid: 'new', groupId: 'g1' })
  t.match(fine.seen[1], { method: 'POST', path: SERVICE_USERS, body: wanted })
  for (const lost of ['drop', { status: 503 }, { status: 201, text: '<html>' }] satisfies Reply[]) {
    const { dynatrace, seen } = await stage(t, [page(older), lost, page(older, made)])
    t.match(await dynatrace.serviceUsers.create(wanted), { uid: 'new', groupId: undefined })
    t.equal(seen.filter(call => call.method === 'POST').length, 1)
  }
  const failed = await stage(t, [page(older), 'drop', page(older)])
  await t.rejects(failed.dynatrace.serviceUsers.create(wanted), {
    name: 'UpstreamError',
    failure: 'unavailable',
  })
  const unread = await stage(t, [page(older), 'drop', refusal(403, 'Forbidden')])
  await t.rejects(unread.dynatrace.serviceUsers.create(wanted), {
    name: 'UpstreamError',
    failure: 'unavailable',
  })
  const busy = await stage(t, [page(older), { status: 429 }, ok(made, 201)])
  t.match(await busy.dynatrace.serviceUsers.create(wanted), { uid: 'new' }, 'a 429 was never acted upon')
})

test('platform tokens are complete whether pages count from 1 or from 0', async t => {
  const all = Array.from({ length: 250 }, (_, index) => ({ tokenId: `dt0s16.T${index}`, name: 'x' }))
  const page = (query: string, first: number) => {
    const given = new URLSearchParams(query)
    const size = Number(given.get('size'))
    const start = Math.max(0, Number(given.get('page')) - first) * size
    return ok({
      pageSize: size,
      pageNumber: 0,
      total: all.length,
      results: all.slice(start, start + size),
    })
  }
  for (const first of [0, 1]) {
    const { dynatrace, seen } = await stage(t, call => page(call.query, first))
    const tokens = await dynatrace.platformTokens.list()
    t.equal(new Set(tokens.map(token => token.id)).size, 250)
    t.equal(tokens.length, 250)
    t.match(seen[0], { method: 'GET', path: TOKENS, query: 'page=1&size=100' })
    t.equal(seen.length, first === 1 ? 3 : 4)
  }
  const few = await stage(t, call => ok({ total: 1, results: call.query.includes('page=0') ? [all[0]] : [] }))
  t.equal((await few.dynatrace.platformTokens.list()).length, 1)
  t.equal(few.seen.length, 2)
  const short = await stage(t, () => ok({ total: 3, results: [all[0]] }))
  await t.rejects(short.dynatrace.platformTokens.list(), { failure: 'malformed', message: /3 tokens/ })
  const none = await stage(t, [ok({ total: 0, results: [] })])
  t.same(await none.dynatrace.platformTokens.list(), [])
})

test('platform tokens are complete for every number of them and every size of a page', async t => {
  let server = { count: 0, largest: 100, first: 1 }
  const { dynatrace, seen } = await stage(t, ({ query }) => {
    const given = new URLSearchParams(query)
    const size = Math.min(server.largest, Number(given.get('size')))
    const start = Math.max(0, Number(given.get('page')) - server.first) * size
    const results = Array.from({ length: server.count }, (_, index) => ({ tokenId: `dt0s16.T${index}` }))
    return ok({ total: server.count, results: results.slice(start, start + size) })
  })
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        count: fc.nat({ max: 400 }),
        largest: fc.integer({ min: 40, max: 150 }),
        first: fc.constantFrom(0, 1),
      }),
      async given => {
        server = given
        seen.length = 0
        const found = await dynatrace.platformTokens.list()
        const pages = Math.ceil(given.count / Math.min(100, given.largest))
        return (
          found.length === given.count &&
          new Set(found.map(({ id }) => id)).size === given.count &&
          // One more where the count from 0 has to be found out.
          seen.length <= Math.max(1, pages) + 1
        )
      },
    ),
    { numRuns: 60 },
  )
  t.pass()
})

test('platform tokens are told with what is known of them', async t => {
  const { dynatrace } = await stage(t, [
    ok({
      total: 2,
      results: [
        {
          tokenId: 'dt0s16.A',
          accountUuid: 7,
          name: 'export',
          description: 'nightly',
          scope: ['storage:logs:read'],
          resource: ['urn:dtenvironment:abc12345'],
          tags: ['ci'],
          expirationDate: '2027-01-01T00:00:00Z',
          userUuid: 'u1',
          metadata: { lastUsedAt: '2026-11-01T00:00:00Z' },
          status: 'INACTIVE',
          createdAt: '2026-01-01T00:00:00Z',
          owner: 'ana@acme.example',
        },
        { tokenId: 'dt0s16.B', status: 'NEW_ONE', scope: null, metadata: 'odd' },
      ],
    }),
  ])
  t.same(await dynatrace.platformTokens.list(), [
    {
      id: 'dt0s16.A',
      name: 'export',
      description: 'nightly',
      ownerUid: 'u1',
      status: 'INACTIVE',
      scopes: ['storage:logs:read'],
      resources: ['urn:dtenvironment:abc12345'],
      tags: ['ci'],
      createdAt: '2026-01-01T00:00:00Z',
      expiresAt: '2027-01-01T00:00:00Z',
      lastUsedAt: '2026-11-01T00:00:00Z',
    },
    {
      id: 'dt0s16.B',
      name: '',
      description: '',
      ownerUid: undefined,
      status: 'UNKNOWN',
      scopes: [],
      resources: [],
      tags: [],
      createdAt: undefined,
      expiresAt: undefined,
      lastUsedAt: undefined,
    },
  ])
})

test('platform tokens are disabled, ended and removed', async t => {
  const { dynatrace, seen } = await stage(t, [
    { status: 503 },
    empty(204),
    empty(200),
    empty(204),
    refusal(404, 'Token not found'),
  ])
  await dynatrace.platformTokens.setStatus('dt0s16.A', 'INACTIVE')
  await dynatrace.platformTokens.setExpiration('dt0s16.A', new Date('2027-01-01T00:00:00Z'))
  await dynatrace.platformTokens.remove('dt0s16.A')
  await dynatrace.platformTokens.remove('dt0s16.A')
  t.match(seen.slice(1), [
    { method: 'PUT', path: `${TOKENS}/dt0s16.A/status`, body: { status: 'INACTIVE' } },
    {
      method: 'PUT',
      path: `${TOKENS}/dt0s16.A/expiration-date`,
      body: { expirationDate: '2027-01-01T00:00:00.000Z' },
    },
    { method: 'DELETE', path: `${TOKENS}/dt0s16.A` },
    { method: 'DELETE' },
  ])
})

test('effective permissions are read until a page is short', async t => {
  const rights = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ permission: `a:b:${from + index}`, effects: [] }))
  const { dynatrace, seen } = await stage(t, [
    ok({ effectivePermissions: rights(0, 100) }),
    ok({ items: rights(100, 200), total: 201 }),
    ok({ effectivePermissions: rights(200, 201), total: null }),
    refusal(404, 'Entity not found'),
  ])
  const found = await dynatrace.effectivePermissions.list(AT_ACCOUNT, { kind: 'user', uid: 'u1' }, 'a')
  t.equal(found?.length, 201)
  t.same(
    seen.map(call => [call.path, call.query]),
    [1, 2, 3].map(page => [
      `/iam/v1/resolution/account/${ACCOUNT}/effectivepermissions`,
      `entityId=u1&entityType=user&services=a&page=${page}&size=100`,
    ]),
  )
  const environment = { kind: 'environment', id: 'abc12345' } as const
  t.equal(await dynatrace.effectivePermissions.list(environment, { kind: 'group', id: 'g1' }), undefined)
  t.match(seen[3], {
    path: '/iam/v1/resolution/environment/abc12345/effectivepermissions',
    query: 'entityId=g1&entityType=group&page=1&size=100',
  })
  const same = await stage(t, () => ok({ effectivePermissions: rights(0, 100) }))
  await t.rejects(same.dynatrace.effectivePermissions.list(AT_ACCOUNT, { kind: 'user', uid: 'u1' }), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
  const short = await stage(t, [ok({ effectivePermissions: rights(0, 3), total: 4 })])
  await t.rejects(short.dynatrace.effectivePermissions.list(AT_ACCOUNT, { kind: 'user', uid: 'u1' }), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
  const odd = await stage(t, [ok({ permissions: [] })])
  await t.rejects(odd.dynatrace.effectivePermissions.list(AT_ACCOUNT, { kind: 'user', uid: 'u1' }), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
})

test('effective permissions name the policy, the group and the levels they come from', async t => {
  const source = {
    policy: { uuid: 'p1', name: 'logs', statementQuery: 'ALLOW a:b:c;', levelType: 'account', levelId: 'x' },
    binding: { groupUuid: 'g1', levelType: 'environment', levelId: 'abc12345' },
  }
  const answer = (effect: string) =>
    ok({
      effectivePermissions: [
        {
          permission: 'storage:logs:read',
          effects: [
            {
              effect,
              conditions: [{ name: 'storage:bucket-name', operator: 'EQ', values: 'team_a' }],
              effectivePolicies: [source],
            },
            { effect: 'DENY', conditions: null },
          ],
        },
      ],
    })
  const { dynatrace } = await stage(t, [answer('ALLOW'), answer('MAYBE')])
  t.same(await dynatrace.effectivePermissions.list(AT_ACCOUNT, { kind: 'user', uid: 'u1' }), [
    {
      permission: 'storage:logs:read',
      effects: [
        {
          effect: 'ALLOW',
          conditions: [{ name: 'storage:bucket-name', operator: 'EQ', values: ['team_a'] }],
          sources: [
            {
              policy: { id: 'p1', name: 'logs', level: { kind: 'account' } },
              binding: { groupId: 'g1', level: { kind: 'environment', id: 'abc12345' } },
            },
          ],
        },
        { effect: 'DENY', conditions: [], sources: [] },
      ],
    },
  ])
  await t.rejects(dynatrace.effectivePermissions.list(AT_ACCOUNT, { kind: 'user', uid: 'u1' }), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
})

test('limits of the account are numbers, however the page around them looks', async t => {
  const users = { limitType: 'users', currentValue: 812, limitValue: 10_000 }
  const { dynatrace, seen } = await stage(t, [
    ok({ pageSize: 50, pageNumber: 0, total: 1, results: [users] }),
    ok({ results: [{ ...users, limitValue: '10000' }], total: '1' }),
    ok({ results: [users], total: 2 }),
    ok({ results: [{ ...users, currentValue: null }] }),
  ])
  const expected = [{ type: 'users', count: 812, limit: 10_000 }]
  t.same(await dynatrace.limits.account(), expected)
  t.same(await dynatrace.limits.account(), expected)
  t.match(seen[0], { method: 'GET', path: `/iam/v1/accounts/${ACCOUNT}/limits`, query: '' })
  await t.rejects(dynatrace.limits.account(), { failure: 'malformed', message: /more limits/ })
  await t.rejects(dynatrace.limits.account(), { name: 'UpstreamError', failure: 'malformed' })
})

test('policies that can be bound at a level are told with the level where they live', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({
      policyOverviewList: [
        { uuid: 'p1', name: 'Standard User', levelType: 'global', levelId: 'global' },
        { uuid: 'p2', name: 'team', description: 'x', levelType: 'account', levelId: ACCOUNT },
        { uuid: 'p3', name: 'old', levelType: 'environment', levelId: 'abc12345' },
      ],
    }),
    ok({ policyOverviewList: [{ uuid: 'p1', name: 'x' }] }),
  ])
  t.same(await dynatrace.policies.aggregate({ kind: 'environment', id: 'abc12345' }), [
    { id: 'p1', name: 'Standard User', level: { kind: 'global' } },
    { id: 'p2', name: 'team', level: { kind: 'account' } },
    { id: 'p3', name: 'old', level: { kind: 'environment', id: 'abc12345' } },
  ])
  t.match(seen, [{ method: 'GET', path: '/iam/v1/repo/environment/abc12345/policies/aggregate' }])
  await t.rejects(dynatrace.policies.aggregate(AT_ACCOUNT), { name: 'UpstreamError', failure: 'malformed' })
})

test('one boundary is read', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({ uuid: 'b1', name: 'team', boundaryQuery: 'a:b = "c";\n// note', boundaryConditions: [] }),
    refusal(404, 'Boundary not found'),
  ])
  t.same(await dynatrace.boundaries.get('b1'), { id: 'b1', name: 'team', query: 'a:b = "c";\n// note' })
  t.equal(await dynatrace.boundaries.get('b2'), undefined)
  t.match(seen, [{ method: 'GET', path: `${REPO}/boundaries/b1` }, { path: `${REPO}/boundaries/b2` }])
})

test('management zones are joined with the environments that say whether they are active', async t => {
  const { dynatrace } = await stage(t, call =>
    call.path.startsWith('/env/v2')
      ? ok({
          data: [
            { id: 'abc12345', name: 'prod', active: true },
            { id: 'off', active: false },
          ],
        })
      : ok({
          tenantResources: [{ id: 'abc12345', name: 'prod (old name)' }, { id: 'late' }],
          managementZoneResources: [
            { parent: 'abc12345', name: 'Payments', id: '-5577006791947779410' },
            { parent: 'off', name: 'Payments', id: 12 },
            { parent: 'late', name: null, id: '1' },
            { parent: 'lost', name: 'x', id: '2' },
          ],
        }),
  )
  t.same(await dynatrace.environments.managementZones(), [
    {
      environment: { id: 'abc12345', name: 'prod', active: true },
      id: '-5577006791947779410',
      name: 'Payments',
    },
    { environment: { id: 'off', name: 'off', active: false }, id: '12', name: 'Payments' },
    { environment: { id: 'late', name: 'late', active: false }, id: '1', name: '1' },
    { environment: { id: 'lost', name: 'lost', active: false }, id: '2', name: 'x' },
  ])
  const imprecise = await stage(t, call =>
    call.path.startsWith('/env/v2')
      ? ok({ data: [] })
      : {
          status: 200,
          text: '{"tenantResources":[],"managementZoneResources":[{"parent":"a","name":"x","id":-5577006791947779410}]}',
        },
  )
  await t.rejects(imprecise.dynatrace.environments.managementZones(), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
})

test('the reference of role permissions is a bare array', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok([{ id: 'account-viewer', description: 'View account' }, { id: 'tenant-viewer' }]),
    ok({ items: [] }),
  ])
  t.same(await dynatrace.reference.permissions(), [
    { id: 'account-viewer', description: 'View account' },
    { id: 'tenant-viewer', description: '' },
  ])
  t.match(seen, [{ method: 'GET', path: '/ref/v1/account/permissions', query: '' }])
  await t.rejects(dynatrace.reference.permissions(), { name: 'UpstreamError', failure: 'malformed' })
})

test('the audit log is asked with filter, window and all fields that attribution needs', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({
      audits: [
        {
          ...auditEvent('e1', '2026-11-20T09:14:05.120Z'),
          resourceId: 'g1',
          authenticationGrantType: 'AUTHORIZATION_CODE',
          authenticationClientId: '',
          authenticationType: 'OAUTH2',
          originAddress: '203.0.113.7',
          eventOutcome: 'SUCCESS',
          details: { json_before: '{"a":1}', json_after: { a: 2 }, json_patch: '[{"op":"x"}]', note: 'text' },
        },
        { ...auditEvent('e2', '2026-11-20T09:14:04Z'), details: '{"before":["p1"]}' },
        { ...auditEvent('e3', '2026-11-20T09:14:03Z'), details: '{broken', user: 'DYNATRACE' },
        { ...auditEvent('e4', '2026-11-20T09:14:02Z'), details: null, originType: 7 },
      ],
      warnings: [],
    }),
  ])
  const filter = `resource = 'GROUP' and resourceId = ${auditText('g1')}`
  const answer = await dynatrace.audit.query({ filter, from: new Date('2026-11-20T00:00:00Z') })
  t.match(answer, { complete: true, warnings: [] })
  t.match(answer.events, [
    {
      id: 'e1',
      at: '2026-11-20T09:14:05.120Z',
      user: 'ana.kos@acme.example',
      provider: 'IAM',
      type: 'UPDATE',
      resource: 'GROUP',
      resourceName: 'sre',
      resourceId: 'g1',
      grantType: 'AUTHORIZATION_CODE',
      clientId: undefined,
      authentication: 'OAUTH2',
      outcome: 'SUCCESS',
    },
    { id: 'e2' },
    { id: 'e3', user: 'DYNATRACE' },
    { id: 'e4', originType: undefined },
  ])
  t.same(
    answer.events.map(event => event.details),
    [
      { json_before: { a: 1 }, json_after: { a: 2 }, json_patch: [{ op: 'x' }], note: 'text' },
      { before: ['p1'] },
      { details: '{broken' },
      {},
    ],
  )
  const query = Object.fromEntries(new URLSearchParams(seen[0]?.query))
  t.match(seen, [{ method: 'GET', path: AUDIT }])
  t.match(query, {
    filter,
    startTime: '2026-11-20T00:00:00.000Z',
    endTime: '2026-11-22T10:00:00.000Z',
    limit: '1000',
    resultSizeLimitMegabyte: '15',
  })
  for (const field of ['details', 'authenticationGrantType', 'authenticationClientId', 'originAddress'])
    t.ok(query.addFields?.split(',').includes(field))
})

test('the audit log is paged by narrowing the window, nothing twice and nothing lost', async t => {
  const start = Date.parse('2026-11-20T00:00:00Z')
  // Several at one instant, across the edges of pages.
  const all = Array.from({ length: 2_500 }, (_, index) =>
    auditEvent(`e${index}`, new Date(start + 1_000 * Math.floor(index / 3)).toISOString()),
  ).reverse()
  for (const inclusive of [true, false]) {
    const { dynatrace, seen } = await stage(t, call => {
      const end = Date.parse(new URLSearchParams(call.query).get('endTime') ?? '')
      const within = all.filter(({ timestamp }) =>
        inclusive ? Date.parse(timestamp) <= end : Date.parse(timestamp) < end,
      )
      const warnings = within.length > 1_000 ? [{ message: 'Your result has been limited to 1000.' }] : []
      return ok({ audits: within.slice(0, 1_000), warnings })
    })
    const answer = await dynatrace.audit.query({ filter: "resource = 'GROUP'", from: new Date(start) })
    t.same(
      answer.events.map(event => event.at),
      all.map(event => event.timestamp),
    )
    t.same(new Set(answer.events.map(event => event.id)).size, 2_500)
    t.match(answer, { complete: true, warnings: [] })
    t.equal(seen.length, 3)
    seen.length = 0
    const some = await dynatrace.audit.query({ filter: 'x', from: new Date(start), atMost: 10 })
    t.match(some, { complete: false })
    t.equal(some.events.length, 10)
    t.equal(seen.length, 1)
  }
})

test('an audit log that cannot be paged to its end says so', async t => {
  const same = Array.from({ length: 1_000 }, (_, index) => auditEvent(`e${index}`, '2026-11-20T00:00:00Z'))
  const from = new Date('2026-11-01T00:00:00Z')
  const stuck = await stage(t, () => ok({ audits: same }))
  await t.rejects(stuck.dynatrace.audit.query({ filter: 'x', from }), {
    name: 'UpstreamError',
    failure: 'malformed',
    message: /same instant/,
  })
  const upwards = same.map((event, index) => ({
    ...event,
    timestamp: new Date(from.getTime() + index).toISOString(),
  }))
  const reversed = await stage(t, () => ok({ audits: upwards }))
  await t.rejects(reversed.dynatrace.audit.query({ filter: 'x', from }), { message: /newest to the oldest/ })
  const warned = await stage(t, [
    ok({ audits: same.slice(0, 3), warnings: [{ message: 'The scan limit was reached.' }] }),
  ])
  const answer = await warned.dynatrace.audit.query({ filter: 'x', from })
  t.match(answer, { complete: false, warnings: ['The scan limit was reached.'] })
  t.equal(answer.events.length, 3)
})

test('a filter that the audit log cannot take is not sent', async t => {
  const { dynatrace, seen } = await stage(t, () => ok({ audits: [], warnings: [] }))
  const from = new Date(0)
  await dynatrace.audit.query({ filter: 'x'.repeat(256), from })
  await t.rejects(dynatrace.audit.query({ filter: 'x'.repeat(257), from }), {
    code: 'dynatrace-bad-filter',
    message: /257 characters/,
  })
  t.equal(seen.length, 1)
  t.throws(() => auditText("o'hara"), { code: 'dynatrace-bad-filter' })
})

function serviceUser(uid: string) {
  return {
    uid,
    email: `${uid}@service.sso.dynatrace.com`,
    name: 'ci',
    surname: '',
    description: 'deploys',
    createdAt: '2026-01-02T03:04:05Z',
  }
}

function auditEvent(eventId: string, timestamp: string) {
  return {
    eventId,
    timestamp,
    user: 'ana.kos@acme.example',
    eventProvider: 'IAM',
    eventType: 'UPDATE',
    resource: 'GROUP',
    resourceName: 'sre',
  }
}
