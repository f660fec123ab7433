import { randomUUID } from 'node:crypto'
import { test } from 'tap'
import { manualClock, type Send, startAccount } from './account-client.ts'

test('token endpoint', async t => {
  const time = manualClock()
  const { account, credentials, raw, simulator, tokenRequest, withToken } = await startAccount(
    t,
    'sample',
    time.clock,
  )
  const users = `${account}/users`

  t.test('grants everything the client has when nothing is asked for', async t => {
    const answer = await tokenRequest(credentials)
    t.equal(answer.status, 200)
    t.match(answer.body, {
      token_type: 'Bearer',
      expires_in: 300,
      scope: /account-idm-read.*account-idm-write/,
    })
    t.equal(answer.body.resource, `urn:dtaccount:${simulator.accountUuid}`)
  })
  t.test('takes credentials as Basic too', async t => {
    const basic = Buffer.from(`${simulator.clientId}:${simulator.clientSecret}`).toString('base64')
    const answer = await tokenRequest(
      { grant_type: 'client_credentials' },
      { authorization: `Basic ${basic}` },
    )
    t.equal(answer.status, 200)
  })
  t.test(
    'refuses a wrong secret and a scope that was not granted, in the shape of single sign-on',
    async t => {
      const wrong = await tokenRequest({ ...credentials, client_secret: 'dt0s02.X.Y' })
      t.equal(wrong.status, 400)
      t.match(wrong.body, { error: 'invalid_client', error_description: String })
      const scope = await tokenRequest({ ...credentials, scope: 'account-idm-read account-uac-read' })
      t.equal(scope.status, 400)
      t.match(scope.body.error_description, /account-uac-read/)
    },
  )
  t.test('a narrow token opens only what its scopes open', async t => {
    const { body } = await tokenRequest({ ...credentials, scope: 'account-idm-read' })
    const narrow = withToken(body.access_token)
    t.equal((await narrow('GET', users)).status, 200)
    const refused = await narrow('POST', users, { email: 'a@acme.example' })
    t.equal(refused.status, 403)
    t.same(refused.body, { error: true, message: 'User not authorized', payload: null })
  })
  t.test('a token lives 300 seconds', async t => {
    const { body } = await tokenRequest(credentials)
    const send = withToken(body.access_token)
    time.pass(299_000)
    t.equal((await send('GET', users)).status, 200)
    time.pass(2_000)
    const late = await send('GET', users)
    t.equal(late.status, 401)
    t.same(late.body, { error: true, message: 'Failed to validate access token.', payload: null })
  })
  t.test('an API token is named as the wrong kind', async t => {
    const answer = await raw('GET', users, { authorization: 'Api-Token dt0c01.X.Y' }, undefined)
    t.equal(answer.status, 401)
    t.equal(answer.body.message, 'Incorrect Authorization header in request - expected `Bearer`!')
    t.equal((await raw('GET', users, {}, undefined)).status, 401)
  })
  t.test("another account's paths are closed", async t => {
    const { body } = await tokenRequest(credentials)
    t.equal((await withToken(body.access_token)('GET', `/iam/v1/accounts/${randomUUID()}/users`)).status, 403)
  })
})

test('users and memberships', async t => {
  const { account, api } = await startAccount(t)
  const users = `${account}/users`

  t.test('service users are hidden unless asked for', async t => {
    const people = await api('GET', users)
    const everyone = await api('GET', `${users}?service-users=true`)
    t.equal(everyone.body.count - people.body.count, 2)
    t.equal(people.body.items.length, people.body.count)
    t.notOk(people.body.items.some((user: { email: string }) => user.email.includes('service.sso')))
  })
  t.test(
    'an invited stranger is PENDING, has the group of all users, and is found in any letter case',
    async t => {
      const created = await api('POST', users, { email: 'Zoe.Vega@acme.example' })
      t.equal(created.status, 201)
      const read = await api('GET', `${users}/zoe.vega%40ACME.example`)
      t.match(read.body, {
        uid: created.body.userUuid,
        email: 'Zoe.Vega@acme.example',
        userStatus: 'PENDING',
      })
      t.match(read.body.groups, [
        { groupName: 'Default group with all users', owner: 'ALL_USERS', uuid: String },
      ])
      t.equal(read.body.groups.length, 1)
      const listed = await api('GET', users)
      const item = listed.body.items.find((user: { uid: string }) => user.uid === read.body.uid)
      t.notOk('userLoginMetadata' in item)
    },
  )
  t.test('inviting twice is refused, whatever the letter case', async t => {
    const again = await api('POST', users, { email: 'ANA.KOS@acme.example' })
    t.equal(again.status, 400)
    t.same(again.body, { error: true, message: 'User already exists', payload: null })
  })
  t.test('unknown users are 404 by the e-mail as sent, a uid is 400', async t => {
    const unknown = await api('GET', `${users}/No.Body@acme.example`)
    t.equal(unknown.status, 404)
    t.equal(unknown.body.message, 'User No.Body@acme.example not found')
    const uid = await api('GET', `${users}/${randomUUID()}`)
    t.equal(uid.status, 400)
    t.equal(uid.body.message, 'Expected email to be email')
  })
  t.test('memberships are added and removed one by one, all or nothing', async t => {
    const [a, b] = await createGroups(api, account, ['m1', 'm2'])
    const ben = `${users}/ben.okafor@acme.example`
    t.equal((await api('POST', ben, [a, b])).status, 201)
    t.equal((await api('POST', ben, [a])).status, 201, 'again is no error')
    t.ok((await groupIds(api, ben)).includes(b ?? ''))
    const partly = await api('DELETE', `${ben}/groups?group-uuid=${a}&group-uuid=${randomUUID()}`)
    t.equal(partly.status, 404)
    t.ok((await groupIds(api, ben)).includes(a ?? ''), 'nothing was applied')
    t.equal((await api('DELETE', `${ben}/groups?group-uuid=${a}&group-uuid=${b}`)).status, 200)
    t.notOk((await groupIds(api, ben)).includes(a ?? ''))
  })
  t.test('bodies must be arrays, of at most 200 groups', async t => {
    const ben = `${users}/ben.okafor@acme.example`
    const object = await api('POST', ben, { groups: [] })
    t.equal(object.status, 500)
    t.equal(object.body.message, 'payload.map is not a function')
    const many = await api(
      'POST',
      ben,
      Array.from({ length: 201 }, () => randomUUID()),
    )
    t.equal(many.status, 400)
  })
  t.test(
    'nobody leaves the group of all users; replacing all groups spares it and those of SCIM',
    async t => {
      const all = await api('GET', `${account}/groups`)
      const everybody = all.body.items.find((group: { owner: string }) => group.owner === 'ALL_USERS').uuid
      const emma = `${users}/emma.lind@acme.example`
      t.equal((await api('DELETE', `${emma}/groups?group-uuid=${everybody}`)).status, 400)
      t.equal((await api('PUT', `${emma}/groups`, [])).status, 200)
      t.same(await groupIds(api, emma), [everybody])
      const members = await api('GET', `${account}/groups/${everybody}/users`)
      t.ok(members.body.items.some((user: { email: string }) => user.email === 'emma.lind@acme.example'))
    },
  )
  t.test('a removed user is gone, comes back with the same uid and is ACTIVE at once', async t => {
    const before = await api('GET', `${users}/carla.rossi@acme.example`)
    t.equal((await api('DELETE', `${users}/carla.rossi@acme.example`)).status, 200)
    t.equal((await api('GET', `${users}/carla.rossi@acme.example`)).status, 404)
    t.equal((await api('DELETE', `${users}/carla.rossi@acme.example`)).status, 404)
    const again = await api('POST', users, { email: 'carla.rossi@acme.example' })
    t.equal(again.body.userUuid, before.body.uid)
    const after = await api('GET', `${users}/carla.rossi@acme.example`)
    t.match(after.body, { userStatus: 'ACTIVE' })
    t.equal(after.body.groups.length, 1, 'memberships do not come back')
  })
  t.test('a plus in an e-mail survives as %2B', async t => {
    await api('POST', users, { email: 'ops+eu@acme.example' })
    t.equal((await api('GET', `${users}/ops%2Beu%40acme.example`)).body.email, 'ops+eu@acme.example')
  })
  t.test('the account owner cannot be removed', async t => {
    t.equal((await api('DELETE', `${users}/owner@acme.example`)).status, 400)
  })
})

test('groups', async t => {
  const { account, api, repo } = await startAccount(t)
  const groups = `${account}/groups`

  t.test('creating takes and gives arrays in order', async t => {
    const answer = await api('POST', groups, [
      { name: 'g1' },
      { name: 'g2', federatedAttributeValues: ['x'] },
    ])
    t.equal(answer.status, 201)
    t.match(answer.body, [
      { name: 'g1', owner: 'LOCAL' },
      { name: 'g2', owner: 'SAML', federatedAttributeValues: ['x'] },
    ])
    t.notOk('description' in answer.body[0], 'an empty description is left out')
    const object = await api('POST', groups, { name: 'g3' })
    t.equal(object.status, 500)
    t.equal(object.body.message, 'payload.map is not a function')
    t.equal((await api('POST', groups, [{ name: 'g3', description: 'x'.repeat(256) }])).status, 400)
  })
  t.test('a taken name is 409 and then none of the list is created', async t => {
    const answer = await api('POST', groups, [{ name: 'fresh' }, { name: 'break-glass' }])
    t.equal(answer.status, 409)
    const all = await api('GET', groups)
    t.notOk(all.body.items.some((group: { name: string }) => group.name === 'fresh'))
  })
  t.test('there is no single read and no way to change members here', async t => {
    const [id] = await createGroups(api, account, ['single'])
    const get = await api('GET', `${groups}/${id}`)
    t.equal(get.status, 404)
    t.same(get.body, { statusCode: 404, message: `Cannot GET ${groups}/${id}`, error: 'Not Found' })
    t.equal((await api('POST', `${groups}/${id}/users`, [])).status, 404)
  })
  t.test('replacing without federated values makes a SAML group LOCAL and keeps its members', async t => {
    const id = 'cccccccc-0000-4000-8000-000000000004'
    t.equal((await api('PUT', `${groups}/${id}`, { name: 'idp-developers', description: 'd' })).status, 200)
    const { body } = await api('GET', `${groups}/${id}/permissions`)
    t.match(body, { owner: 'LOCAL', federatedAttributeValues: [], permissions: [] })
    t.equal((await api('GET', `${groups}/${id}/users`)).body.count, 2)
  })
  t.test('replacing with federated values makes a LOCAL group SAML and drops its members', async t => {
    const id = 'cccccccc-0000-4000-8000-000000000002'
    const put = { name: 'finance reports', description: '', federatedAttributeValues: ['fin'] }
    t.equal((await api('PUT', `${groups}/${id}`, put)).status, 200)
    t.equal((await api('GET', `${groups}/${id}/users`)).body.count, 0)
    t.equal((await api('PUT', `${groups}/${id}`, { ...put, name: 'break-glass' })).status, 409)
  })
  t.test('deleting takes memberships, permissions and bindings along; twice is 404', async t => {
    const id = 'cccccccc-0000-4000-8000-000000000003'
    t.equal((await api('DELETE', `${groups}/${id}`)).status, 200)
    const again = await api('DELETE', `${groups}/${id}`)
    t.equal(again.status, 404)
    t.equal(again.body.message, `Group ${id} not found`)
    const env = await api('GET', '/iam/v1/repo/environment/abc12345/bindings')
    t.same(env.body.policyBindings, [])
    t.equal((await api('GET', `${repo}/bindings/groups/${id}`)).status, 404)
    t.equal((await api('GET', `${groups}/${id}/permissions`)).status, 404)
  })
  t.test('the group of all users cannot be edited or deleted', async t => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001'
    t.equal((await api('PUT', `${groups}/${id}`, { name: 'x' })).status, 400)
    t.equal((await api('DELETE', `${groups}/${id}`)).status, 400)
  })
})

test('SCIM groups are closed to the API but for permissions', async t => {
  const { account, api, control } = await startAccount(t, 'empty')
  await control('POST', '/_simulator/seed', {
    groups: [{ name: 'scim devs', owner: 'SCIM' }],
    users: [{ email: 'ida@acme.example', status: 'ACTIVE', groups: ['scim devs'] }],
  })
  const [id] = await groupIds(api, `${account}/users/ida@acme.example`, 'scim devs')
  t.equal((await api('PUT', `${account}/groups/${id}`, { name: 'x' })).status, 400)
  t.equal((await api('DELETE', `${account}/groups/${id}`)).status, 400)
  t.equal((await api('POST', `${account}/users/owner@acme.example`, [id])).status, 400)
  t.equal((await api('DELETE', `${account}/users/ida@acme.example/groups?group-uuid=${id}`)).status, 400)
  t.equal((await api('PUT', `${account}/users/ida@acme.example/groups`, [])).status, 200)
  t.ok((await groupIds(api, `${account}/users/ida@acme.example`)).includes(id ?? ''), 'it stays')
  const permission = { permissionName: 'tenant-viewer', scope: 'abc12345', scopeType: 'tenant' }
  t.equal((await api('POST', `${account}/groups/${id}/permissions`, [permission])).status, 201)
})

test('role permissions', async t => {
  const { account, api, simulator } = await startAccount(t)
  const [id] = await createGroups(api, account, ['roles'])
  const path = `${account}/groups/${id}/permissions`
  const viewer = { permissionName: 'tenant-viewer', scope: 'abc12345', scopeType: 'tenant' }
  const zone = { permissionName: 'tenant-logviewer', scope: 'abc12345:1', scopeType: 'management-zone' }
  const admin = { permissionName: 'account-viewer', scope: simulator.accountUuid, scopeType: 'account' }

  t.equal((await api('POST', path, [viewer, zone])).status, 201)
  t.equal((await api('POST', path, [viewer])).status, 201, 'appending again adds no second one')
  t.match((await api('GET', path)).body, { name: 'roles', permissions: [viewer, zone] })
  t.equal((await api('PUT', path, [admin])).status, 200)
  t.match((await api('GET', path)).body.permissions, [admin])
  const gone = await api('DELETE', `${path}?scope=abc12345&permission-name=tenant-viewer&scope-type=tenant`)
  t.equal(gone.status, 404)
  t.match(gone.body.message, /^Permission .* not found$/)
  const query = `scope=${simulator.accountUuid}&permission-name=account-viewer&scope-type=account`
  t.equal((await api('DELETE', `${path}?${query}`)).status, 200)
  t.same((await api('GET', path)).body.permissions, [])
  t.equal((await api('DELETE', `${path}?scope=abc12345`)).status, 400)
  t.equal((await api('POST', path, [{ ...viewer, permissionName: 'tenant-king' }])).status, 400)
  t.equal((await api('POST', path, [{ ...viewer, scope: 'nowhere1' }])).status, 400)
  t.equal((await api('POST', path, viewer)).status, 500)
  t.equal((await api('PUT', path, null)).status, 500, 'null is not the empty list')
  const reference = await api('GET', '/ref/v1/account/permissions')
  t.ok(reference.body.some((role: { id: string }) => role.id === 'account-user-management'))
})

test('a client whose subject user loses its role has locked itself out', async t => {
  const { account, api, credentials, tokenRequest } = await startAccount(t)
  const helper = `${account}/groups/aaaaaaaa-0000-4000-8000-000000000002`
  const subject = `${account}/users/55555555-0000-4000-8000-000000000001@service.sso.dynatrace.com`
  t.equal((await api('GET', subject)).body.groups.length, 2)
  t.equal((await api('PUT', `${helper}/permissions`, [])).status, 200)
  t.equal((await api('GET', subject)).status, 403)
  t.equal((await tokenRequest(credentials)).status, 200, 'tokens are still issued')
})

test('service users and limits', async t => {
  const { account, api, repo } = await startAccount(t)
  const path = `${account}/service-users`
  const page = await api('GET', `${path}?page-size=1`)
  t.match(page.body, { totalCount: 2, nextPageKey: String, results: [{ name: 'scim-bridge' }] })
  const next = await api('GET', `${path}?page-size=1&page-key=${page.body.nextPageKey}`)
  t.match(next.body.results, [{ name: 'ci-deployer' }])
  t.notOk('nextPageKey' in next.body)
  t.same((await api('GET', `${path}?page-size=1&page=2`)).body, next.body)
  const created = await api('POST', path, { name: 'ci-deployer' })
  t.equal(created.status, 201, 'names may repeat')
  t.equal(created.body.email, `${created.body.uid}@service.sso.dynatrace.com`)
  const groups = await api('GET', `${account}/groups`)
  t.match(
    groups.body.items.find((group: { uuid: string }) => group.uuid === created.body.groupUuid),
    { name: `service_user_group_${created.body.uid}` },
  )
  t.equal((await api('PUT', `${path}/${created.body.uid}`, { name: 'cd' })).status, 200)
  t.match((await api('GET', `${path}/${created.body.uid}`)).body, { name: 'cd', description: '' })
  t.equal((await api('DELETE', `${path}/${created.body.uid}`)).status, 200)
  const missing = await api('GET', `${path}/${created.body.uid}`)
  t.equal(missing.status, 404)
  t.equal(missing.body.message, 'Requested service user not found')
  const numbers = await api('GET', `${account}/limits`)
  t.match(numbers.body.results, [{ limitType: 'users', currentValue: Number, limitValue: 10_000 }])
  const strings = await api('GET', `${repo}/limits`)
  t.match(strings.body, { policies: { count: 2, limit: '200' }, boundaries: { count: 4, limit: '2000' } })
})

test('environments', async t => {
  const { api, simulator } = await startAccount(t)
  const v2 = await api('GET', `/env/v2/accounts/${simulator.accountUuid}/environments`)
  t.match(v2.body.data, [
    { id: 'abc12345', name: 'prod', active: true, url: 'https://abc12345.live.dynatrace.com' },
    { id: 'def67890', name: 'stage', active: true },
    { active: false },
  ])
  const v1 = await api('GET', `/env/v1/accounts/${simulator.accountUuid}/environments`)
  t.equal(v1.body.tenantResources.length, 3)
  t.match(v1.body.managementZoneResources, [{ parent: 'abc12345', name: 'Payments' }])
  const inactive = await api('GET', '/iam/v1/repo/environment/old00001/bindings')
  t.equal(inactive.status, 403)
  t.match(inactive.body, { error: { code: 403, message: String } })
  t.equal((await api('GET', '/iam/v1/repo/environment/nowhere1/bindings')).status, 404)
})

async function createGroups(api: Send, account: string, names: readonly string[]): Promise<string[]> {
  const answer = await api(
    'POST',
    `${account}/groups`,
    names.map(name => ({ name })),
  )
  return answer.body.map((group: { uuid: string }) => group.uuid)
}

async function groupIds(api: Send, user: string, name?: string): Promise<string[]> {
  const { body } = await api('GET', user)
  const groups: { uuid: string; groupName: string }[] = body.groups
  return groups.filter(group => name === undefined || group.groupName === name).map(group => group.uuid)
}
