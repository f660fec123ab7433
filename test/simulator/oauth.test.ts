/** The OAuth client of the simulator: tokens, what they open, and what becomes of them when the client changes. */
import { test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { createApp } from '../../src/simulator/app.ts'
import { createCalls } from '../../src/simulator/calls.ts'
import { initialClient } from '../../src/simulator/client.ts'
import { contractOperations } from '../../src/simulator/control/contract.ts'
import { createFaults } from '../../src/simulator/faults.ts'
import { seeded } from '../../src/simulator/seed/seed.ts'
import { createSimulation } from '../../src/simulator/simulation.ts'
import { defaultSwitches } from '../../src/simulator/switches.ts'
import { createTokens } from '../../src/simulator/tokens.ts'
import { manualClock, type Send, startAccount } from './account-client.ts'

const documents = '/e/abc12345/platform/document/v1/documents'

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

test('what a token request may ask for', async t => {
  const { account, credentials, inEnvironment, raw, simulator, tokenRequest, withToken, control } =
    await startAccount(t)
  const { clientId, clientSecret } = simulator
  const own = `urn:dtaccount:${simulator.accountUuid}`

  t.test('credentials are taken from the body or as Basic, also encoded as in a form', async t => {
    const grant = { grant_type: 'client_credentials' }
    t.equal((await tokenRequest(credentials)).status, 200)
    for (const [id, secret] of [
      [clientId, clientSecret],
      [encodeURIComponent(clientId), clientSecret.replaceAll('.', '%2E')],
    ]) {
      const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
      t.equal((await tokenRequest(grant, { authorization })).status, 200)
    }
    for (const text of [`${clientId}:wrong`, `${clientId}:%zz`, clientId, '']) {
      const authorization = `Basic ${Buffer.from(text).toString('base64')}`
      const refused = await tokenRequest(grant, { authorization })
      t.match([refused.status, refused.body], [400, { error: 'invalid_client', error_description: String }])
    }
  })
  t.test('each refusal has the code and the shape of single sign-on', async t => {
    const refused = async (form: Record<string, string>, error: string, description: RegExp) => {
      const answer = await tokenRequest(form)
      t.equal(answer.status, 400)
      t.match(answer.body, { error, error_description: description })
      t.same(Object.keys(answer.body), ['error', 'error_description'])
    }
    await refused({}, 'invalid_request', /grant_type/)
    await refused({ ...credentials, grant_type: 'password' }, 'unsupported_grant_type', /password/)
    await refused({ grant_type: 'client_credentials' }, 'invalid_request', /client_id/)
    await refused({ ...credentials, client_secret: 'x' }, 'invalid_client', /authentication failed/)
    await refused({ ...credentials, client_id: 'dt0s02.OTHER' }, 'invalid_client', /authentication failed/)
    await refused(
      { ...credentials, scope: 'account-idm-read account-uac-read nonsense' },
      'invalid_scope',
      /: account-uac-read nonsense$/,
    )
    for (const resource of [
      'urn:dtaccount:other',
      'urn:dtenvironment:nowhere1',
      'urn:dtenvironment:old00001',
      'x',
    ]) {
      await refused({ ...credentials, resource }, 'invalid_request', /is not granted/)
    }
  })
  t.test('scopes go with their resource, and none of the other kind may be asked for', async t => {
    const forAccount = await tokenRequest(credentials)
    const forEnvironment = await tokenRequest({ ...credentials, resource: 'urn:dtenvironment:abc12345' })
    t.equal(forAccount.body.resource, own)
    t.equal(forEnvironment.body.resource, 'urn:dtenvironment:abc12345')
    t.match(forAccount.body.scope, /iam-policies-management/)
    t.notMatch(forAccount.body.scope, /document:/)
    t.match(forEnvironment.body.scope, /document:documents:admin/)
    t.notMatch(forEnvironment.body.scope, /account-idm|iam:policies/)
    const crossed = [
      { resource: 'urn:dtenvironment:abc12345', scope: 'account-idm-read' },
      { scope: 'document:documents:read' },
    ]
    for (const asked of crossed) {
      const answer = await tokenRequest({ ...credentials, ...asked })
      t.match(answer.body, { error: 'invalid_scope', error_description: new RegExp(asked.scope) })
    }
  })
  t.test('a token opens its resource only', async t => {
    const account1 = withToken((await tokenRequest(credentials)).body.access_token)
    const [prod, stage] = [await inEnvironment('abc12345'), await inEnvironment('def67890')]
    t.equal((await account1('GET', `${account}/users`)).status, 200)
    t.equal((await prod('GET', documents)).status, 200)
    for (const send of [account1, stage]) {
      const refused = await send('GET', documents)
      t.match([refused.status, refused.body], [403, { error: { code: 403, message: /Token is for/ } }])
    }
    const refused = await prod('GET', `${account}/users`)
    t.match([refused.status, refused.body], [403, { error: true, message: /Token is for urn:dtenvironment/ }])
  })
  t.test('the token is a JWT that says whom it acts as and until when', async t => {
    const { body } = await tokenRequest({ ...credentials, scope: 'account-idm-read' })
    const { subject } = (await control('GET', '/_simulator/client')).body
    const user = await withToken(body.access_token)('GET', `${account}/users/${encodeURIComponent(subject)}`)
    const claims = claimsOf(body.access_token)
    t.match(claims, { sub: user.body.uid, scope: 'account-idm-read', resource: own })
    t.equal(claims.exp - claims.iat, body.expires_in)
  })
  t.test('without a token nothing of the account opens', async t => {
    for (const { method, path } of contractOperations()) {
      if (path.startsWith('/sso/')) continue
      const filled = `${path.startsWith('/platform') || path.startsWith('/api') ? '/e/abc12345' : ''}${filledIn(path)}`
      const answer = await raw(method, filled, {}, undefined)
      t.equal(answer.status, 401, `${method} ${filled}`)
    }
  })

  /** The path with what the simulator has in it, as far as authorization looks at it. */
  function filledIn(path: string): string {
    return path
      .replace('{account}', simulator.accountUuid)
      .replace('{environment}', 'abc12345')
      .replaceAll(/\{\w+\}/g, 'x')
  }
})

test('what becomes of tokens when the client changes', async t => {
  const time = manualClock()
  const { account, control, credentials, tokenRequest, withToken } = await startAccount(
    t,
    'sample',
    time.clock,
  )
  const change = (body: object) => control('PUT', '/_simulator/client', body)
  const token = async (form: Record<string, string> = credentials) => {
    const answer = await tokenRequest(form)
    t.equal(answer.status, 200, JSON.stringify(answer.body))
    return withToken(answer.body.access_token)
  }
  const opens = async (send: Send) => (await send('GET', `${account}/users`)).status

  t.test('a token ends after 300 seconds of the clock', async t => {
    const send = await token()
    time.pass(299_999)
    t.equal(await opens(send), 200)
    time.pass(1)
    t.equal(await opens(send), 401)
  })
  t.test('a secret that was replaced gets no tokens, those it got live until they end', async t => {
    const send = await token()
    const { body } = await change({ secret: 'dt0s02.SIMULATR.NEW' })
    t.equal(body.secret, 'dt0s02.SIMULATR.NEW')
    t.equal((await control('GET', '/_simulator')).body.clientSecret, 'dt0s02.SIMULATR.NEW')
    t.equal((await tokenRequest(credentials)).body.error, 'invalid_client')
    t.equal(await opens(send), 200)
    t.equal(await opens(await token({ ...credentials, client_secret: 'dt0s02.SIMULATR.NEW' })), 200)
    t.equal((await control('DELETE', '/_simulator/tokens')).status, 204)
    t.equal(await opens(send), 401)
    await change({ secret: credentials.client_secret })
  })
  t.test('a scope that is taken away fails requests that name it and is missing from the others', async t => {
    const { scopes } = (await control('GET', '/_simulator/client')).body
    const before = await token()
    await change({ scopes: scopes.filter((scope: string) => scope !== 'account-idm-write') })
    const asked = await tokenRequest({ ...credentials, scope: 'account-idm-read account-idm-write' })
    t.match(asked.body, { error: 'invalid_scope', error_description: /: account-idm-write$/ })
    const invite = (send: Send, email: string) => send('POST', `${account}/users`, { email })
    const narrow = await token()
    t.equal((await invite(narrow, 'one@acme.example')).status, 403)
    t.equal(await opens(narrow), 200)
    t.equal((await invite(before, 'two@acme.example')).status, 201, 'granted when the token was made')
    await change({ scopes })
    const wrong = await change({ scopes: ['account-idm-raed'] })
    t.match([wrong.status, wrong.body.error], [400, /account-idm-raed.*did you mean account-idm-read\?/])
    t.same((await control('GET', '/_simulator/client')).body.scopes, scopes)
  })
  t.test('a revoked client gets no tokens, and those it has end', async t => {
    const send = await token()
    await change({ active: false })
    t.equal(await opens(send), 401)
    t.equal((await tokenRequest(credentials)).body.error, 'invalid_client')
    await change({ active: true })
    t.equal(await opens(await token()), 200)
  })
  t.test('the token acts as its subject: another one has other rights and another name', async t => {
    const before = await token()
    const { subject } = (await control('GET', '/_simulator/client')).body
    t.equal((await change({ subject: 'nobody@acme.example' })).status, 400)
    await change({ subject: 'ben.okafor@acme.example' })
    const ben = await token()
    t.equal(await opens(ben), 403, 'Ben cannot manage users')
    t.equal(await opens(before), 200, 'made for the subject of before')
    await change({ subject: 'Ana.Kos@acme.example' })
    const ana = await token()
    t.equal((await ana('POST', `${account}/users`, { email: 'three@acme.example' })).status, 201)
    const { audits } = (await ana('GET', `/audit/v1/accounts/${account.split('/').at(-1)}?limit=1`)).body
    t.equal(audits[0].user, 'ana.kos@acme.example')
    await change({ subject })
  })
  t.test('a subject that loses its role opens nothing more, with the token it has', async t => {
    const send = await token()
    const { permissions } = (await control('GET', '/_simulator/state')).body
    const own = permissions.find(
      (one: { group: string; permissionName: string }) =>
        one.group.startsWith('service_user_group_') && one.permissionName === 'account-user-management',
    )
    const role = { group: own.group, role: 'account-user-management', level: 'account' }
    const edit = (what: string) =>
      control('POST', '/_simulator/edit', { as: 'owner@acme.example', do: what, ...role })
    t.equal((await edit('remove-permission')).status, 200)
    t.equal(await opens(send), 403)
    t.equal((await edit('add-permission')).status, 200)
    t.equal(await opens(send), 200)
  })
  t.test('a subject that is deactivated opens nothing and gets no token', async t => {
    await change({ subject: 'ana.kos@acme.example' })
    const send = await token()
    const edit = { as: 'owner@acme.example', do: 'deactivate-user', user: 'ana.kos@acme.example' }
    t.equal((await control('POST', '/_simulator/edit', edit)).status, 200)
    t.equal(await opens(send), 403)
    t.equal((await send('GET', '/ref/v1/account/permissions')).status, 403, 'nor what needs no role')
    const refused = await tokenRequest(credentials)
    t.match(refused.body, { error: 'invalid_client', error_description: /not active/ })
  })
})

test('each route asks for the scopes that the contract names', async t => {
  const routes = await routeScopes()
  for (const { operation, method, path, scopes } of contractOperations()) {
    const found = routes.get(`${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
    if (t.ok(found, `${operation} has a route`))
      t.same([...(found ?? [])].sort(), [...scopes].sort(), operation)
  }
  for (const [route, scopes] of routes) {
    // The caller of a lookup has the secret already.
    if (!/ \/sso\/|\/lookup$/.test(route)) t.not(scopes.length, 0, `${route} asks for a scope`)
    // The classic addresses of environments take access tokens, whose scopes are no OAuth scopes.
    if (route.includes(' /api/')) continue
    for (const scope of scopes) t.ok(initialClient.scopes.includes(scope), `${route}: ${scope} is granted`)
  }
})

/** The scopes of every route of the simulator, by method and shape of the path. */
async function routeScopes(): Promise<ReadonlyMap<string, readonly string[]>> {
  const routes = new Map<string, readonly string[]>()
  const simulation = createSimulation({
    account: seeded('empty', systemClock),
    switches: defaultSwitches,
    clock: systemClock,
    log: silentLog,
    tokens: createTokens(systemClock),
    calls: createCalls(),
    faults: createFaults(),
  })
  const app = createApp(simulation, () => '')
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) routes.set(`${one} ${shape(url)}`, config?.scopes ?? [])
  })
  await app.ready()
  await app.close()
  return routes
}

/** A path of a route without the names of its parameters, in which contract and routes need not agree. */
const shape = (path: string): string =>
  path
    .replace(/^\/e\/:\w+/, '')
    .replaceAll(/(?<!:):\w+(\([^)]*\))?/g, '{}')
    .replaceAll('::', ':')
