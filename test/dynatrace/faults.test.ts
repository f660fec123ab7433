/** A broken network, a slow or limiting Dynatrace, tokens that expire: what is repeated and what is said. */
import { createServer, type Server } from 'node:net'
import { test } from 'tap'
import type { Binding } from '../../src/dynatrace/dynatrace.ts'
import {
  ACCOUNT,
  CLIENT_ID,
  CLIENT_SECRET,
  CONTEXT,
  empty,
  ok,
  type Reply,
  refusal,
  type Script,
  type Stage,
  stage,
  tokenReply,
} from './scripted-server.ts'

const NOBODY = ok({ count: 0, items: [] })
const page = (status: number): Reply => ({
  status,
  text: '<html><title>Sign in</title><body>Hello</body></html>',
})

test('a refused connection is retried for every verb and ends as unavailable', async t => {
  const apiUrl = await closedPort()
  const { dynatrace, clock, records } = await stage(t, [], { apiUrl })
  await t.rejects(dynatrace.users.list(), { failure: 'unavailable', sent: false, message: /ECONNREFUSED/ })
  await t.rejects(dynatrace.users.invite('a@acme.example'), {
    name: 'UpstreamError',
    failure: 'unavailable',
    retryable: true,
  })
  t.equal(clock.slept.length, 8)
  t.match(
    records.filter(record => record.operation !== 'oauth.token'),
    [
      { operation: 'users.list', status: undefined, outcome: 'unavailable', attempts: 5 },
      { operation: 'users.invite', status: undefined, outcome: 'unavailable', attempts: 5 },
    ],
    'an invitation that never left is not looked for',
  )
})

test('a page for people with status 200 is malformed, for reads and writes', async t => {
  const { dynatrace } = await stage(t, () => page(200))
  const expected = { failure: 'malformed', message: /HTML page/ }
  await t.rejects(dynatrace.users.list(), expected)
  await t.rejects(dynatrace.groups.remove('g1'), expected)
  await t.rejects(dynatrace.users.invite('a@acme.example'), expected)
})

test('an answer that breaks off is malformed, and asked for again where that is safe', async t => {
  const { dynatrace, seen } = await stage(t, ['cut', NOBODY, 'cut', 'cut', 'cut', 'cut', 'cut'])
  t.same(await dynatrace.users.list(), [])
  await t.rejects(dynatrace.users.list(), { failure: 'malformed', message: /no complete answer/ })
  t.equal(seen.length, 7)
})

test('JSON that ends too early is malformed and not quoted', async t => {
  const { dynatrace } = await stage(t, [{ status: 200, text: '{"count":1,"items":[{"uid":"u-secret' }])
  const error = await failureOf(dynatrace.users.list())
  t.match(error, { failure: 'malformed', message: /not complete JSON/ })
  t.notMatch(error.message, /u-secret/)
})

test('a storm of 500 is not retried, of 503 it is', async t => {
  const { dynatrace, seen, records } = await stage(t, ({ path }) =>
    path.endsWith('/users') ? refusal(500, 'payload.map is not a function') : { status: 503, text: '' },
  )
  await t.rejects(dynatrace.users.list(), { failure: 'unavailable', status: 500, message: /payload\.map/ })
  t.equal(seen.length, 1)
  await t.rejects(dynatrace.groups.list(), { name: 'UpstreamError', failure: 'unavailable', status: 503 })
  t.equal(seen.length, 6)
  t.match(records.at(-1), { operation: 'groups.list', status: 503, attempts: 5, outcome: 'unavailable' })
})

test('429 is waited out as long as the server asks, also for a POST', async t => {
  const limited = (after: string): Reply => ({
    status: 429,
    json: { message: 'slow down' },
    headers: { 'retry-after': after },
  })
  const { dynatrace, clock, seen, records } = await stage(t, [
    limited('7'),
    empty(201),
    limited('Sun, 22 Nov 2026 10:00:27 GMT'),
    NOBODY,
    limited('3600'),
    NOBODY,
    {
      status: 429,
      text: '',
      headers: { 'x-ratelimit-reset': String(Date.parse('2026-11-22T10:01:30Z') * 1000) },
    },
    NOBODY,
    { status: 429, text: '' },
    NOBODY,
  ])
  await dynatrace.users.invite('a@acme.example')
  t.match(records.at(-1), { operation: 'users.invite', attempts: 2, outcome: 'ok', durationMs: 7000 })
  for (let count = 0; count < 4; count += 1) await dynatrace.users.list()
  t.same(clock.slept.slice(0, 4), [7_000, 20_000, 60_000, 3_000])
  t.ok((clock.slept[4] ?? 0) >= 250 && (clock.slept[4] ?? 0) <= 500)
  t.equal(seen.length, 10)
})

test('429 without end is reported as such', async t => {
  const { dynatrace, seen } = await stage(t, () => ({ status: 429, text: '' }), { limits: { retries: 2 } })
  await t.rejects(dynatrace.users.invite('a@acme.example'), {
    name: 'UpstreamError',
    failure: 'rate-limited',
    retryable: true,
  })
  t.equal(seen.length, 3)
})

test('a server that never answers is given up', async t => {
  const { dynatrace } = await stage(t, () => 'hang', { timeouts: { total: 60 }, limits: { retries: 1 } })
  await t.rejects(dynatrace.users.list(), { failure: 'unavailable', sent: true, message: /timeout/i })
})

test('every refusal has its name, and carries the words of Dynatrace', async t => {
  const { dynatrace, connection } = await stage(t, [
    refusal(403, 'User not authorized'),
    refusal(400, 'Bad thing'),
    refusal(409, 'Taken'),
    { status: 422, text: 'no' },
    { status: 302, text: '' },
    { status: 404, json: { statusCode: 404, message: `Cannot PUT /iam/v1/accounts/${ACCOUNT}/groups/g1` } },
    page(404),
    refusal(404, 'Group g1 not found'),
  ])
  for (const [failure, message] of [
    ['forbidden', /403: User not authorized\..*scopes/],
    ['rejected', /400: Bad thing\./],
    ['conflict', /409: Taken\./],
    ['rejected', /422: no\./],
    ['malformed', /302/],
    ['malformed', /404: Cannot PUT .*DT_API_URL/],
    ['malformed', /HTML page titled "Sign in"/],
    ['not-found', /Group g1 not found/],
  ] as const) {
    await t.rejects(dynatrace.groups.update(someGroup), { operation: 'groups.update', failure, message })
  }
  t.match(connection.status(), { failure: undefined, lastSuccessAt: String, lastFailureAt: String })
})

test('a page in the place of 404 is not taken for absence', async t => {
  const { dynatrace } = await stage(t, [page(404), page(404), page(404)])
  await t.rejects(dynatrace.users.get('a@acme.example'), { name: 'UpstreamError', failure: 'malformed' })
  await t.rejects(dynatrace.groups.members('g1'), { name: 'UpstreamError', failure: 'malformed' })
  await t.rejects(dynatrace.groups.remove('g1'), { name: 'UpstreamError', failure: 'malformed' })
})

test('a write whose answer was lost is looked for before it fails', async t => {
  const user = (...ids: string[]) =>
    ok({ uid: 'u', email: 'a@acme.example', groups: ids.map(uuid => ({ uuid })) })
  const group = { uuid: 'g1', name: 'n', description: 'd', owner: 'LOCAL' }
  const wire = { permissionName: 'account-viewer', scope: ACCOUNT, scopeType: 'account' }
  const details = { policyUuid: 'p1', boundaries: ['b2', 'b1'], parameters: { x: '1' } }
  const script: readonly (readonly [
    effect: Reply,
    none: Reply,
    write: (stage: Stage) => Promise<unknown>,
  ])[] = [
    [user(), refusal(404, 'User not found'), ({ dynatrace }) => dynatrace.users.invite('a@acme.example')],
    [
      user('g1', 'g2', 'g3'),
      user('g1'),
      ({ dynatrace }) => dynatrace.users.addToGroups('a@acme.example', ['g1', 'g2']),
    ],
    [
      ok({ count: 1, items: [group] }),
      ok({ count: 1, items: [{ ...group, description: 'other' }] }),
      ({ dynatrace }) => dynatrace.groups.create([{ name: 'n', description: 'd' }]),
    ],
    [
      ok({ permissions: [wire] }),
      ok({ permissions: [] }),
      ({ dynatrace }) =>
        dynatrace.permissions.add('g1', [{ role: 'account-viewer', scopeType: 'account', scope: ACCOUNT }]),
    ],
    [
      ok({ policyUuids: ['p1'], bindingsDetails: [details] }),
      ok({ policyUuids: ['p1'], bindingsDetails: [{ ...details, boundaries: [] }] }),
      ({ dynatrace }) => dynatrace.bindings.add(bounded),
    ],
  ]
  for (const [effect, none, write] of script) {
    for (const lost of ['drop', refusal(502, 'Bad gateway')] as const) {
      const done = await stage(t, [lost, effect])
      await write(done)
      t.same(
        done.seen.map(({ method }) => method),
        ['POST', 'GET'],
      )
      const undone = await stage(t, [lost, none])
      await t.rejects(write(undone), { name: 'UpstreamError', failure: 'unavailable' })
      t.same(
        undone.seen.map(({ method }) => method),
        ['POST', 'GET'],
      )
      const blind = await stage(t, [lost, refusal(403, 'no')])
      await t.rejects(write(blind), { name: 'UpstreamError', failure: 'unavailable' })
    }
  }
  const created = await stage(t, [empty(201), ok({ count: 1, items: [group] })])
  t.match(await created.dynatrace.groups.create([{ name: 'n', description: 'd' }]), [{ id: 'g1' }])
})

test('fifty callers share one token, asked for when the first of them leaves', async t => {
  const { dynatrace, tokensAsked, seen, clock } = await stage(t, () => NOBODY)
  t.equal(tokensAsked.length, 0)
  await Promise.all(Array.from({ length: 50 }, () => dynatrace.users.list()))
  t.equal(tokensAsked.length, 1)
  t.equal(seen.length, 50)
  t.same(Object.fromEntries(new URLSearchParams(String(tokensAsked[0]?.body))), {
    grant_type: 'client_credentials',
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    scope: 'account-idm-read account-idm-write account-env-read iam-policies-management',
    resource: `urn:dtaccount:${ACCOUNT}`,
  })
  clock.advance(269_000)
  await dynatrace.users.list()
  t.equal(tokensAsked.length, 1)
  clock.advance(1_000)
  await Promise.all(Array.from({ length: 50 }, () => dynatrace.users.list()))
  t.equal(tokensAsked.length, 2, 'renewed once, 30 s before its end')
  t.equal(seen.at(-1)?.authorization, 'Bearer token-2')
})

test('a call that waited for its turn leaves with a token of that moment', async t => {
  let stage_: Stage | undefined
  const staged = await stage(
    t,
    (_, index) => {
      if (index === 0) stage_?.clock.advance(400_000)
      return NOBODY
    },
    { limits: { inFlight: 1 } },
  )
  stage_ = staged
  await Promise.all([staged.dynatrace.users.list(), staged.dynatrace.groups.list()])
  t.same(
    staged.seen.map(({ authorization }) => authorization),
    ['Bearer token-1', 'Bearer token-2'],
  )
})

test('no more calls are in flight than the limiter allows', async t => {
  let inFlight = 0
  let most = 0
  const { dynatrace } = await stage(t, async () => {
    inFlight += 1
    most = Math.max(most, inFlight)
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    inFlight -= 1
    return NOBODY
  })
  await Promise.all(Array.from({ length: 40 }, () => dynatrace.users.list()))
  t.ok(most > 2 && most <= 10, `${most} in flight`)
})

test('a token refused in mid-flight is replaced once, for a POST as well', async t => {
  const { dynatrace, tokensAsked, records } = await stage(t, ({ authorization }) =>
    authorization === 'Bearer token-1' ? refusal(401, 'Failed to validate access token.') : empty(201),
  )
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => dynatrace.users.invite(`u${index}@acme.example`)),
  )
  t.equal(tokensAsked.length, 2)
  t.match(records.at(-1), { operation: 'users.invite', status: 201, outcome: 'ok' })
  const stubborn = await stage(t, () => refusal(401, 'Failed to validate access token.'))
  await t.rejects(stubborn.dynatrace.users.list(), { failure: 'unauthorized', message: /DT_CLIENT_ID/ })
  t.equal(stubborn.seen.length, 2)
  t.match(stubborn.connection.status().failure, /Failed to validate/)
})

test('the token endpoint: retried when busy, explained when it says no', async t => {
  const busy = await stage(t, () => NOBODY, {
    sso: (_, index) =>
      index === 0
        ? { status: 429, text: '', headers: { 'retry-after': '5' } }
        : index === 1
          ? { status: 503, text: '' }
          : tokenReply('late'),
  })
  await busy.dynatrace.users.list()
  t.equal(busy.clock.slept[0], 5000)
  busy.clock.advance(269_000)
  await busy.dynatrace.users.list()
  t.equal(busy.tokensAsked.length, 3, 'its life counts from the try that brought it')
  t.match(busy.records[0], {
    operation: 'oauth.token',
    method: 'POST',
    path: '/sso/oauth2/token',
    attempts: 3,
  })

  const refused = await stage(t, () => NOBODY, {
    sso: ({ body }) => ({
      status: 400,
      json: {
        error: 'invalid_request',
        error_description: `Unknown scope in ${String(body)} ${CLIENT_SECRET}`,
      },
    }),
  })
  const error = await failureOf(refused.dynatrace.users.invite('a@acme.example'))
  t.match(error, {
    failure: 'unauthorized',
    operation: 'oauth.token',
    message: /invalid_request: Unknown scope/,
  })
  t.notMatch(error.message, /S3CRET/)
  t.same(refused.seen, [])
  t.same(
    refused.records.map(({ operation }) => operation),
    ['oauth.token'],
  )

  for (const reply of [
    page(200),
    { status: 200, text: '{"access_token":"eyJabc.def' },
    ok({ access_token: 'a\nb', expires_in: 300 }),
  ]) {
    const broken = await stage(t, () => NOBODY, { sso: () => reply })
    const error = await failureOf(broken.dynatrace.users.list())
    t.match(error, { failure: 'malformed', operation: 'oauth.token' })
    t.notMatch(error.message, /eyJ/)
  }
})

test('rights that a customer may not have granted are asked for apart, and only with the first call that needs them', async t => {
  const sso: Script = ({ body }, index) => {
    const form = new URLSearchParams(String(body))
    return form.get('scope') === 'account-audit-logs-read'
      ? {
          status: 400,
          json: { error: 'invalid_scope', error_description: 'Scope not granted: account-audit-logs-read' },
        }
      : tokenReply(jwt({ sub: `subject-${index}` }))
  }
  const { connection, tokensAsked, seen, records } = await stage(t, () => NOBODY, { sso })
  const requests = connection.with(CONTEXT)
  t.equal(connection.subject(), undefined, 'nobody has asked yet')
  await requests.users.list()
  t.equal(connection.subject(), 'subject-0')
  t.equal(tokensAsked.length, 1)
  await t.rejects(requests.audit.query({ filter: "user = 'x'", from: new Date(0), atMost: 1 }), {
    failure: 'forbidden',
    operation: 'oauth.token',
    sent: false,
    message: /was not granted the scope account-audit-logs-read, needed to read who changed what/,
  })
  await requests.users.list()
  t.equal(tokensAsked.length, 2, 'the account goes on with the token it has')
  t.equal(connection.status().failure, undefined)
  t.equal(seen.length, 2)
  t.match(records.at(-2), {
    operation: 'oauth.token',
    outcome: 'rejected',
    problem: /account-audit-logs-read/,
  })
})

test('calls of an environment go to its own address, with a token for it alone', async t => {
  const { connection, tokensAsked, seen, records } = await stage(
    t,
    () => ok({ totalCount: 0, apiTokens: [], documents: [] }),
    { environmentUrl: 'http://127.0.0.1:1/e/{id}' },
  )
  t.same([tokensAsked, seen], [[], []])
  const { apiTokens } = connection.with(CONTEXT)
  await t.rejects(apiTokens.list('abc12345'), { name: 'UpstreamError', message: /ECONNREFUSED/ })
  t.match(new URLSearchParams(String(tokensAsked[0]?.body)).get('resource'), 'urn:dtenvironment:abc12345')
  t.match(records.at(-1), { environment: 'abc12345', operation: /^apiTokens/ })
  await t.rejects(apiTokens.list('evil.example/'), { code: 'dynatrace-bad-id' })
  t.equal(connection.subject(), undefined)
})

test('every cause of a refusal is told with the thing it is about and the remedy', async t => {
  const subject = '8d7c2b3a-0000-4000-8000-0000000000aa'
  const sso = () => tokenReply(jwt({ sub: subject }))
  const forbidden = await stage(t, () => refusal(403, 'User not authorized'), { sso })
  const { message } = await failureOf(forbidden.dynatrace.users.list())
  for (const part of [subject, 'account-user-management', ACCOUNT, 'DT_ACCOUNT_UUID', 'account-idm-read']) {
    t.ok(message.includes(part), `${part} in: ${message}`)
  }
  const wrong = await stage(t, () => refusal(404, 'Cannot get requested resource.'), { sso })
  t.match(
    (await failureOf(wrong.dynatrace.users.list())).message,
    new RegExp(`DT_ACCOUNT_UUID: ${ACCOUNT} is no account`),
  )
  t.notMatch((await failureOf(wrong.dynatrace.groups.update(someGroup))).message, /DT_ACCOUNT_UUID/)

  for (const [description, expected] of [
    [
      'Scope not granted: iam-policies-management',
      /not granted the scope iam-policies-management, needed to/,
    ],
    [
      'The scopes "account-idm-read", "account-env-read" are invalid.',
      /the scopes account-idm-read, account-env-read/,
    ],
    ['Invalid scope', /at least one of the scopes account-idm-read, account-idm-write/],
    [
      'Client authentication failed',
      /400 .*DT_CLIENT_SECRET.*DT_ACCOUNT_UUID.*urn:dtaccount.*subject user is active/,
    ],
  ] as const) {
    const json = { error: 'invalid_request', error_description: description }
    const refused = await stage(t, () => NOBODY, { sso: () => ({ status: 400, json }) })
    t.match(await failureOf(refused.dynatrace.users.list()), {
      failure: 'unauthorized',
      sent: false,
      message: expected,
    })
  }
})

test('a call is recorded with an id, the instant it left, and what Dynatrace calls it', async t => {
  const nobody = { status: 200, json: { count: 0, items: [] } }
  const { dynatrace, records } = await stage(t, [
    { ...nobody, headers: { 'x-request-id': 'dt-req-42' } },
    { status: 503, text: '' },
    { ...nobody, headers: { traceresponse: '<script>' } },
    refusal(400, 'No'),
  ])
  await dynatrace.users.list()
  await dynatrace.users.list()
  await failureOf(dynatrace.users.list())
  const [, first, second, third] = records
  t.match(first, {
    id: /^call-[\da-f]{16}$/,
    startedAt: '2026-11-22T10:00:00.000Z',
    upstreamId: 'dt-req-42',
    problem: undefined,
    environment: undefined,
  })
  t.match(second, { attempts: 2, upstreamId: undefined, outcome: 'ok' })
  t.match(third, { outcome: 'rejected', problem: /400: No/ })
  t.equal(new Set(records.map(({ id }) => id)).size, 4)
})

test('secrets reach neither errors nor logs, even when an answer repeats them', async t => {
  const secret = 'eyJhbGciOi.eyJzdWIi.c2ln'
  const { dynatrace, logged, records } = await stage(
    t,
    ({ authorization }) =>
      refusal(400, `Bad header ${authorization} and ${CLIENT_SECRET} and dt0c01.AAAAAAAABBBBBBBB.CCCCDDDD`),
    { sso: () => tokenReply(secret) },
  )
  const error = await failureOf(dynatrace.users.list())
  t.match(error.message, /Bad header Bearer \*\*\* and \*\*\* and \*\*\*/)
  for (const text of [error.message, logged(), JSON.stringify(records), String(error.cause)]) {
    t.notMatch(text, /eyJ|S3CRET|CCCCDDDD/)
  }
  t.match(
    logged(),
    /"runId":"run-1","requestIds":\["req-1","req-2"\],"call":"call-[\da-f]{16}","operation":"users\.list"/,
  )
})

test('a write that may have arrived once is never said to have been kept back', async t => {
  const server = createServer(socket => {
    socket.once('data', () => {
      server.close()
      socket.destroy()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const unlucky = await stage(t, [], { apiUrl: urlOf(server) })
  t.match(await failureOf(unlucky.dynatrace.groups.remove('g1')), { message: /ECONNREFUSED/, sent: true })

  const refused = await stage(t, ['drop', refusal(401, 'expired')], {
    sso: (_, index) => (index === 0 ? tokenReply('first') : refusal(400, 'client is disabled')),
  })
  t.match(await failureOf(refused.dynatrace.groups.remove('g1')), { failure: 'unauthorized', sent: true })

  const closed = await stage(t, () => 'hang')
  const pending = failureOf(closed.dynatrace.groups.remove('g1'))
  while (closed.seen.length === 0) await new Promise(setImmediate)
  await closed.connection.close()
  t.match(await pending, { failure: 'unavailable', sent: true })
})

test('closing ends what is in flight and what waits for another try', async t => {
  const { dynatrace, connection } = await stage(t, () => 'hang')
  const pending = failureOf(dynatrace.users.list())
  await new Promise(setImmediate)
  await connection.close()
  t.match(await pending, { failure: 'unavailable' })
  await t.rejects(dynatrace.users.list(), { name: 'UpstreamError', failure: 'unavailable' })
})

const jwt = (claims: object): string =>
  ['{"alg":"none"}', JSON.stringify(claims), 'signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.')

const someGroup = {
  id: 'g1',
  name: '',
  description: '',
  owner: 'LOCAL',
  federatedAttributeValues: [],
  createdAt: undefined,
} as const

const bounded: Binding = {
  level: { kind: 'account' },
  policyId: 'p1',
  groupId: 'g1',
  parameters: { x: '1' },
  metadata: {},
  boundaryIds: ['b1', 'b2'],
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof Error) return error
  throw new Error('It was expected to fail')
}

async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = urlOf(server)
  await new Promise(resolve => server.close(resolve))
  return url
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server had no port')
  return `http://127.0.0.1:${address.port}`
}
