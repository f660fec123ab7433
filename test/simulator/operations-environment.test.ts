import { test } from 'tap'
import { adminToken } from '../../src/simulator/seed/add-environment-things.ts'
import { fixedId } from '../../src/simulator/seed/fixed-id.ts'
import { manualClock, type Send, startAccount } from './account-client.ts'

const gateway = '/e/abc12345/platform/classic/environment-api/v2/apiTokens'
const documents = '/e/abc12345/platform/document/v1/documents'
const classic = '/e/abc12345/api/v2/apiTokens'

/** Sends with an access token of the environment. */
function withApiToken(raw: Awaited<ReturnType<typeof startAccount>>['raw'], token: string): Send {
  return (method, path, body) =>
    raw(
      method,
      path,
      { authorization: `Api-Token ${token}`, 'content-type': 'application/json' },
      body === undefined ? undefined : JSON.stringify(body),
    )
}

const names = (body: { apiTokens: { name: string }[] }) => body.apiTokens.map(one => one.name).sort()

test('who may call an environment', async t => {
  const { api: accountApi, raw, inEnvironment } = await startAccount(t)
  const api = await inEnvironment()
  const admin = withApiToken(raw, adminToken('abc12345'))

  t.test('the classic address takes access tokens only, the gateway Bearer tokens only', async t => {
    t.equal((await admin('GET', classic)).status, 200)
    t.equal((await api('GET', gateway)).status, 200)
    for (const refused of [await api('GET', classic), await raw('GET', classic, {}, undefined)]) {
      t.equal(refused.status, 401)
      t.match(refused.body, { error: { code: 401, message: String } })
    }
    t.equal((await admin('GET', gateway)).status, 401)
    const elsewhere = [accountApi, await inEnvironment('def67890')]
    for (const send of elsewhere) t.equal((await send('GET', gateway)).status, 403)
    t.equal((await withApiToken(raw, adminToken('def67890'))('GET', classic)).status, 401)
  })
  t.test('an inactive environment answers 403 and an unknown one 404, in the family of the path', async t => {
    const inactive = await api('GET', '/e/old00001/platform/document/v1/documents')
    t.equal(inactive.status, 403)
    t.match(inactive.body, { error: { code: 403, message: /not active/, details: {} } })
    t.equal((await api('GET', '/e/nowhere1/platform/document/v1/documents')).status, 404)
    const unknown = await api('GET', '/e/abc12345/platform/document/v1/nothing')
    t.match([unknown.status, unknown.body], [404, { error: { code: 404, message: /Cannot GET/ } }])
  })
  t.test('a scope that is missing is named', async t => {
    const narrow = await inEnvironment('abc12345', 'environment-api:api-tokens:read')
    t.equal((await narrow('GET', gateway)).status, 200)
    const refused = await narrow('POST', gateway, { name: 'x', scopes: ['a'] })
    t.equal(refused.status, 403)
    t.match(refused.body.error.message, /environment-api:api-tokens:write/)
    t.match(await narrow('GET', documents), { status: 403 })
  })
})

test('API tokens', async t => {
  const time = manualClock()
  const { raw, control } = await startAccount(t, 'sample', time.clock)
  const admin = withApiToken(raw, adminToken('abc12345'))

  t.test('a list shows five fields, and others on demand', async t => {
    const plain = await admin('GET', classic)
    t.equal(plain.body.totalCount, plain.body.apiTokens.length)
    t.match(plain.body, { pageSize: 200, nextPageKey: null })
    t.same(Object.keys(plain.body.apiTokens[1]).sort(), ['creationDate', 'enabled', 'id', 'name', 'owner'])
    const more = await admin('GET', `${classic}?fields=%2Bscopes,-owner`)
    t.match(more.body.apiTokens[1], { scopes: Array, owner: undefined })
    const exact = await admin('GET', `${classic}?fields=name`)
    t.same(Object.keys(exact.body.apiTokens[0]).sort(), ['id', 'name'])
    t.notMatch(plain.text, /NOT0A0REAL0SECRET/)
  })
  t.test('a plus that is not encoded is a field nobody knows', async t => {
    const answer = await admin('GET', `${classic}?fields=+scopes`)
    t.equal(answer.status, 400)
    t.match(answer.body.error, {
      code: 400,
      constraintViolations: [{ path: 'fields', parameterLocation: 'QUERY' }],
    })
  })
  t.test('the selector joins criteria with and, scopes with or, and minds letter case of owners', async t => {
    const select = async (selector: string) =>
      (await admin('GET', `${classic}?apiTokenSelector=${encodeURIComponent(selector)}`)).body
    t.same(names(await select('owner("ben.okafor@acme.example")')), ['Cost report'])
    t.same(names(await select('owner("Ben.Okafor@acme.example")')), [])
    t.same(names(await select('personalAccessToken(true)')), ['On-call script'])
    t.same(names(await select('scope("logs.read","metrics.read")')), [
      'Cost report',
      'Nightly export',
      'On-call script',
    ])
    t.same(names(await select('scope("metrics.read"),owner("former.colleague@acme.example")')), [
      'Nightly export',
    ])
    for (const wrong of ['owner(ana)', 'name("x")', 'owner("a"),', 'personalAccessToken(maybe)']) {
      t.match(await select(wrong), { error: { constraintViolations: [{ path: 'apiTokenSelector' }] } }, wrong)
    }
  })
  t.test('from and to look at the last use', async t => {
    t.same(names((await admin('GET', `${classic}?from=now-3d&to=now-1h`)).body), [
      'Nightly export',
      'On-call script',
    ])
    t.same(names((await admin('GET', `${classic}?from=2026-11-12&to=2026-11-13T00:00:00Z`)).body), [
      'Agent rollout',
    ])
    t.equal((await admin('GET', `${classic}?from=yesterday`)).status, 400)
  })
  t.test('pages continue by their key alone', async t => {
    const apiTokens = Array.from({ length: 230 }, (_, at) => ({
      environment: 'stage',
      name: `bulk ${at}`,
      owner: 'bulk@acme.example',
      scopes: ['metrics.read'],
    }))
    await control('POST', '/_simulator/seed', { apiTokens })
    const stage = withApiToken(raw, adminToken('def67890'))
    const path = '/e/def67890/api/v2/apiTokens'
    const selector = encodeURIComponent('owner("bulk@acme.example")')
    const seen: string[] = []
    let page = await stage('GET', `${path}?pageSize=100&sort=name&apiTokenSelector=${selector}`)
    for (;;) {
      t.equal(page.body.totalCount, 230)
      seen.push(...names(page.body))
      if (page.body.nextPageKey === null) break
      page = await stage('GET', `${path}?nextPageKey=${page.body.nextPageKey}`)
    }
    t.equal(new Set(seen).size, 230)
    const both = await stage('GET', `${path}?nextPageKey=abc&pageSize=100`)
    t.match(both.body.error.constraintViolations, [{ path: 'pageSize' }])
    t.equal((await stage('GET', `${path}?nextPageKey=abc`)).status, 400)
    t.equal((await stage('GET', `${path}?pageSize=99`)).status, 400)
  })
  t.test('a token is made in the name of the caller, works, changes and goes', async t => {
    const made = await admin('POST', classic, { name: 'new', scopes: ['apiTokens.read', 'apiTokens.write'] })
    t.equal(made.status, 201)
    t.match(made.body.token, /^dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}$/)
    t.ok(made.body.token.startsWith(`${made.body.id}.`))
    const own = withApiToken(raw, made.body.token)
    const one = `${classic}/${made.body.id}`
    t.match((await own('GET', one)).body, { owner: 'owner@acme.example', personalAccessToken: false })
    t.match((await own('POST', `${classic}/lookup`, { token: made.body.token })).body, { id: made.body.id })
    t.equal((await own('POST', `${classic}/lookup`, { token: 'dt0c01.A.B' })).status, 404)
    t.match((await own('PUT', one, { enabled: false })).body.error.message, /disable itself/)
    t.match((await own('DELETE', one)).body.error.message, /delete itself/)
    t.equal((await admin('PUT', one, { enabled: false, name: 'off' })).status, 204)
    t.equal((await own('GET', one)).status, 401)
    t.match((await admin('GET', one)).body, { enabled: false, name: 'off', modifiedDate: String })
    t.equal((await admin('DELETE', one)).status, 204)
    t.equal((await admin('DELETE', one)).status, 404)
    t.match((await admin('POST', classic, { name: 'no scopes', scopes: [] })).body, {
      error: { constraintViolations: [{ path: 'scopes', parameterLocation: 'PAYLOAD_BODY' }] },
    })
    const past = { name: 'late', scopes: ['a'], expirationDate: '2020-01-01T00:00:00Z' }
    t.equal((await admin('POST', classic, past)).status, 400)
  })
  t.test('an expired token is shut out', async t => {
    const expirationDate = new Date(time.clock.now().getTime() + 60_000).toISOString()
    const made = await admin('POST', classic, { name: 'short', scopes: ['apiTokens.read'], expirationDate })
    const own = withApiToken(raw, made.body.token)
    t.equal((await own('GET', classic)).status, 200)
    time.pass(61_000)
    t.equal((await own('GET', classic)).status, 401)
  })
  t.test('the audit log of the environment knows who changed which token, without its secret', async t => {
    const log = '/e/abc12345/api/v2/auditlogs'
    const made = await admin('POST', classic, { name: 'traced', scopes: ['metrics.read'] })
    await admin('DELETE', `${classic}/${made.body.id}`)
    const filter = encodeURIComponent(`eventType("CREATE","DELETE"),entityId("${made.body.id}")`)
    const { body, text } = await admin('GET', `${log}?filter=${filter}`)
    t.match(body.auditLogs, [
      { eventType: 'DELETE', category: 'TOKEN', userType: 'PUBLIC_TOKEN_IDENTIFIER', user: /ADMINABC12345/ },
      { eventType: 'CREATE', environmentId: 'abc12345', timestamp: Number, patch: [{ op: 'replace' }] },
    ])
    t.notOk(text.includes(made.body.token))
    t.equal((await admin('GET', `${log}?filter=${encodeURIComponent('colour("red")')}`)).status, 400)
  })
})

test('what remains of somebody who is deleted', async t => {
  const { account, raw, api, control } = await startAccount(t)
  const admin = withApiToken(raw, adminToken('abc12345'))
  const scopes = ['apiTokens.read', 'apiTokens.write']
  await control('POST', '/_simulator/seed', {
    apiTokens: [
      { label: 'GRACE', environment: 'prod', name: 'job', owner: 'grace.mbeki@acme.example', scopes },
      {
        label: 'GRACEPAT',
        environment: 'prod',
        name: 'personal',
        owner: 'grace.mbeki@acme.example',
        scopes,
        personalAccessToken: true,
      },
    ],
    platformTokens: [
      {
        label: 'GRACE',
        user: 'grace.mbeki@acme.example',
        name: 'laptop',
        scope: ['document:documents:read'],
        environments: ['prod'],
      },
    ],
  })
  const secret = (label: string) => `${label.padEnd(24, '0')}.${`NOT0A0REAL0SECRET0${label}`.padEnd(64, '0')}`
  const job = withApiToken(raw, `dt0c01.${secret('GRACE')}`)
  const personal = withApiToken(raw, `dt0c01.${secret('GRACEPAT')}`)
  const platform = (path: string) =>
    raw('GET', path, { authorization: `Bearer dt0s16.${secret('GRACE')}` }, undefined)

  t.test('while the owner is there everything works within its limits', async t => {
    t.equal((await job('GET', classic)).status, 200)
    t.equal((await platform(documents)).status, 200)
    t.equal((await platform('/e/def67890/platform/document/v1/documents')).status, 403)
    t.equal((await platform(`${account}/users`)).status, 401, 'never at the account API')
    const other = await personal('DELETE', `${classic}/dt0c01.PRODBEN1${'0'.repeat(16)}`)
    t.match([other.status, other.body], [403, { error: { message: /another user/ } }])
  })
  t.test('afterwards API tokens go on, personal and platform tokens do not', async t => {
    t.equal((await api('DELETE', `${account}/users/grace.mbeki@acme.example`)).status, 200)
    t.equal((await job('GET', classic)).status, 200)
    t.equal((await personal('GET', classic)).status, 401)
    t.equal((await platform(documents)).status, 403)
    const selector = encodeURIComponent('owner("grace.mbeki@acme.example")')
    t.same(names((await admin('GET', `${classic}?apiTokenSelector=${selector}`)).body), ['job', 'personal'])
    const listed = (await api('GET', `${account}/platform-tokens?searchTerm=laptop`)).body.results
    t.ok(listed.some((one: { userUuid: string }) => one.userUuid === fixedId('0', 8)))
  })
})

test('an administrator can give away what somebody left behind', async t => {
  const { account, api: accountApi, inEnvironment } = await startAccount(t)
  const api = await inEnvironment()
  const one = `${documents}/${fixedId('d', 2)}`
  await accountApi('DELETE', `${account}/users/ben.okafor@acme.example`)
  t.equal((await api('GET', `${one}/metadata?admin-access=true`)).body.owner, fixedId('0', 3))
  const transfer = { newOwnerId: fixedId('0', 2) }
  t.equal((await api('POST', `${one}:transfer-owner?admin-access=true`, transfer)).status, 204)
  t.equal(
    (await api('POST', `${one}:transfer-owner?admin-access=true`, { newOwnerId: fixedId('0', 3) })).status,
    400,
  )
})

test('the control plane tells the admin token of each environment', async t => {
  const { control, raw } = await startAccount(t, 'empty')
  await control('POST', '/_simulator/seed', { environments: [{ id: 'ghi00001', name: 'more' }] })
  const { environments } = (await control('GET', '/_simulator')).body
  t.equal(environments.length, 4)
  for (const { id, active, apiToken } of environments) {
    const answer = await withApiToken(raw, apiToken)('GET', `/e/${id}/api/v2/apiTokens`)
    t.equal(answer.status, active ? 200 : 403, id)
  }
})

test('documents', async t => {
  const { raw, credentials, tokenRequest, inEnvironment } = await startAccount(t)
  const api = await inEnvironment()
  const [ana, ben] = [fixedId('0', 2), fixedId('0', 3)]
  const ofBen = encodeURIComponent(`owner == '${ben}'`)
  const listed = (body: { documents: { name: string }[] }) => body.documents.map(one => one.name).sort()

  t.test('without admin access only what is shared shows; with it everything', async t => {
    t.same(listed((await api('GET', documents)).body), ['Getting started', 'Pager duty', 'Payments overview'])
    t.same(listed((await api('GET', `${documents}?admin-access=true&filter=${ofBen}`)).body), [
      'Cost per team',
      'Cost study',
    ])
    t.equal((await api('GET', `${documents}/${fixedId('d', 2)}/metadata`)).status, 403)
    const reader = await inEnvironment('abc12345', 'document:documents:read')
    const refused = await reader('GET', `${documents}?admin-access=true`)
    t.match([refused.status, refused.body.error.message], [403, /document:documents:admin/])
  })
  t.test('filters nest, compare and are refused where they cannot be read', async t => {
    const find = async (filter: string) =>
      api('GET', `${documents}?admin-access=true&filter=${encodeURIComponent(filter)}`)
    t.same(listed((await find("name contains 'COST' and not type = 'notebook'")).body), ['Cost per team'])
    t.same(listed((await find("type in ('notebook', 'launchpad') or name starts-with 'pager'")).body), [
      'Cost study',
      'Getting started',
      'Pager duty',
    ])
    t.same(listed((await find('originExtensionId exists')).body), ['Getting started'])
    t.same(listed((await find("name = 'cost study'")).body), [], 'equality minds letter case')
    t.equal((await find("version >= 2 or modificationInfo.createdTime < '2020-01-01'")).body.totalCount, 0)
    const wrong = [
      "colour = 'red'",
      "name like 'x'",
      "name = 'x",
      "name = 'a' and",
      "((((name = 'a'))))",
      "version = 'x'",
      "name = 'a' name = 'b'",
      `name = '${'x'.repeat(1_030)}'`,
    ]
    for (const filter of wrong) {
      const answer = await find(filter)
      t.match([answer.status, answer.body], [400, { error: { code: 400, details: {} } }], filter)
    }
  })
  t.test('pages continue by page-key, sorted', async t => {
    const first = await api('GET', `${documents}?admin-access=true&page-size=4&sort=-name`)
    t.equal(first.body.documents.length, 4)
    t.equal(first.body.documents[0].name, 'Payments overview')
    const second = await api(
      'GET',
      `${documents}?admin-access=true&page-key=${encodeURIComponent(first.body.nextPageKey)}`,
    )
    const alone = await api('GET', `${documents}?page-key=${encodeURIComponent(first.body.nextPageKey)}`)
    t.same(alone.body, second.body, 'the key is enough')
    t.equal(second.body.documents.length, first.body.totalCount - 4)
    t.notOk('nextPageKey' in second.body)
    t.equal((await api('GET', `${documents}?page-size=1001`)).status, 400)
    t.equal((await api('GET', `${documents}?page-key=nonsense`)).status, 400)
  })
  t.test('ownership moves at once, not to a stranger, and ready-made documents stay', async t => {
    const one = `${documents}/${fixedId('d', 2)}`
    const transfer = `${one}:transfer-owner?admin-access=true&send-notification=false`
    t.equal((await api('POST', `${one}:transfer-owner`, { newOwnerId: ana })).status, 403)
    t.equal((await api('POST', transfer, { newOwnerId: fixedId('f', 1) })).status, 400)
    t.equal((await api('POST', transfer, {})).status, 400)
    t.equal((await api('POST', transfer, { newOwnerId: ana })).status, 204)
    t.equal((await api('GET', `${one}/metadata?admin-access=true`)).body.owner, ana)
    t.same(listed((await api('GET', `${documents}?admin-access=true&filter=${ofBen}`)).body), ['Cost study'])
    const readyMade = `${documents}/${fixedId('d', 7)}:transfer-owner?admin-access=true`
    t.equal((await api('POST', readyMade, { newOwnerId: ben })).status, 403)
    const missing = `${documents}/${fixedId('d', 99)}:transfer-owner?admin-access=true`
    t.equal((await api('POST', missing, { newOwnerId: ben })).status, 404)
  })
  t.test('create, read, change and delete as forms with a version', async t => {
    const token = await tokenRequest({ ...credentials, resource: 'urn:dtenvironment:abc12345' })
    const send = async (method: string, path: string, fields: Record<string, string>) => {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) {
        if (name === 'content') form.append(name, new Blob([value]), 'content.json')
        else form.append(name, value)
      }
      const encoded = new Response(form)
      const headers = {
        authorization: `Bearer ${token.body.access_token}`,
        'content-type': encoded.headers.get('content-type') ?? '',
      }
      return raw(method, path, headers, await encoded.text())
    }
    const made = await send('POST', documents, { name: 'Mine', type: 'dashboard', content: '{"tiles":[]}' })
    t.match(
      [made.status, made.body],
      [201, { name: 'Mine', version: 1, isPrivate: true, access: ['read', 'write'] }],
    )
    const one = `${documents}/${made.body.id}`
    const whole = await api('GET', one)
    t.match(whole.headers['content-type'], /^multipart\/form-data; boundary=/)
    t.match(whole.text, /name="metadata".*"name":"Mine".*name="content".*\{"tiles":\[\]\}/s)
    const changed = await send('PATCH', `${one}?optimistic-locking-version=1`, {
      name: 'Ours',
      isPrivate: 'false',
    })
    t.match(
      [changed.status, changed.body],
      [200, { documentMetadata: { name: 'Ours', version: 2, isPrivate: false } }],
    )
    t.equal((await send('PATCH', `${one}?optimistic-locking-version=1`, { name: 'x' })).status, 409)
    t.equal((await api('PATCH', `${one}?optimistic-locking-version=2`, { name: 'x' })).status, 415)
    t.equal((await api('DELETE', `${one}?optimistic-locking-version=1`)).status, 409)
    t.equal((await api('DELETE', one)).status, 400)
    t.equal((await api('DELETE', `${one}?optimistic-locking-version=2`)).status, 204)
    t.equal((await api('GET', `${one}/metadata`)).status, 404)
    const trashed = `/e/abc12345/platform/document/v1/trash/documents/${made.body.id}`
    t.equal((await api('DELETE', trashed)).status, 204)
    t.equal((await api('DELETE', trashed)).status, 404)
    t.equal((await send('POST', documents, { name: 'no type' })).status, 400)
  })
  t.test('deletes up to a hundred at once, all or none', async t => {
    const path = `${documents}:delete?admin-access=true`
    t.equal((await api('POST', path, { ids: [fixedId('d', 3), 'nothing'] })).status, 404)
    t.equal((await api('GET', `${documents}/${fixedId('d', 3)}/metadata?admin-access=true`)).status, 200)
    t.equal((await api('POST', path, { ids: [fixedId('d', 3)] })).status, 204)
    t.equal((await api('POST', path, { ids: Array(101).fill('x') })).status, 400)
  })
})

test('the people of an environment', async t => {
  const { inEnvironment, simulator } = await startAccount(t)
  const api = await inEnvironment()
  const level = `/e/abc12345/platform/iam/v1/organizational-levels/account/${simulator.accountUuid}`
  t.match((await api('GET', `${level}/users?partialString=OKAFOR`)).body, {
    totalCount: 1,
    results: [{ email: 'ben.okafor@acme.example' }],
  })
  t.match((await api('GET', `${level}/groups?partialGroupName=break`)).body, {
    results: [{ groupName: 'break-glass', type: 'LOCAL' }],
  })
  t.equal((await api('GET', `${level}/service-users?uuid=${fixedId('5', 2)}`)).body.totalCount, 1)
  const missing = await api('GET', `${level}/groups`)
  t.match(
    [missing.status, missing.body.error.message],
    [400, 'Mandatory query param partialGroupName or uuid was not provided'],
  )
  t.equal((await api('GET', `${level}/groups?partialGroupName=ab`)).status, 400)
  t.equal((await api('GET', level.replace('account/', 'planet/').concat('/users?uuid=x'))).status, 404)
})
