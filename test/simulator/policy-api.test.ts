import { randomUUID } from 'node:crypto'
import { test } from 'tap'
import { type Send, startAccount } from './account-client.ts'

const standard = '22222222-0000-4000-8000-000000000001'
const pro = '22222222-0000-4000-8000-000000000002'
const teamData = '33333333-0000-4000-8000-000000000001'
const payments = '99999999-0000-4000-8000-000000000001'
const checkout = '99999999-0000-4000-8000-000000000002'
const inUse = '99999999-0000-4000-8000-000000000004'
const users = 'bbbbbbbb-0000-4000-8000-000000000001'
const pager = 'cccccccc-0000-4000-8000-000000000003'

test('policies', async t => {
  const { api, repo } = await startAccount(t)
  const given = { name: 'logs', description: '', statementQuery: 'ALLOW storage:logs:read; // all\n' }

  t.test('lists hold one level without statements; aggregate tells levels', async t => {
    const global = await api('GET', '/iam/v1/repo/global/global/policies')
    t.ok(global.body.policies.some((policy: { name: string }) => policy.name === 'Standard User'))
    const own = await api('GET', `${repo}/policies?name=team%20data`)
    t.same(own.body, {
      policies: [{ uuid: teamData, name: 'team data', description: 'Logs and buckets of one team' }],
    })
    const all = await api('GET', `${repo}/policies/aggregate`)
    t.equal(all.body.policyOverviewList.length, global.body.policies.length + 2)
    t.match(all.body.policyOverviewList[0], { levelType: 'global', levelId: 'global' })
  })
  t.test('statements are kept verbatim and shown parsed', async t => {
    const created = await api('POST', `${repo}/policies`, given)
    t.equal(created.status, 201)
    t.match(created.body, {
      statementQuery: given.statementQuery,
      tags: [],
      statements: [{ effect: 'ALLOW', permissions: ['storage:logs:read'], conditions: [] }],
    })
    const read = await api('GET', `${repo}/policies/${teamData}`)
    t.same(read.body.statements[0].conditions, [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
      { name: 'storage:dt.security_context', operator: 'EQ', values: ['${bindParam:team}'] },
    ])
    t.equal((await api('POST', `${repo}/policies`, given)).status, 409)
    const bad = await api('POST', `${repo}/policies`, { ...given, name: 'x', statementQuery: 'GRANT all' })
    t.equal(bad.status, 400)
    t.match(bad.body, { error: { code: 400, message: String, errorsMap: { statementQuery: String } } })
  })
  t.test('replacing an unknown id creates, a known one updates', async t => {
    const id = randomUUID()
    const created = await api('PUT', `${repo}/policies/${id}`, { ...given, name: 'chosen' })
    t.equal(created.status, 201)
    t.equal(created.body.uuid, id)
    const updated = await api('PUT', `${repo}/policies/${id}`, { ...given, name: 'chosen', description: 'd' })
    t.equal(updated.status, 204)
    t.equal(updated.text, '')
  })
  t.test('a policy is found at its own level only; the global level is read-only', async t => {
    const missing = await api('GET', `${repo}/policies/${standard}`)
    t.equal(missing.status, 404)
    t.same(missing.body, { error: { code: 404, message: `Policy ${standard} not found`, errorsMap: null } })
    t.equal(
      (await api('GET', `${repo}/policies/logs`)).body.error.message,
      'Validation failed (uuid is expected)',
    )
    t.equal((await api('PUT', `/iam/v1/repo/global/global/policies/${standard}`, given)).status, 404)
    t.equal((await api('DELETE', `/iam/v1/repo/global/global/policies/${standard}`)).status, 404)
  })
  t.test('a bound policy keeps its parameters and its existence, unless forced', async t => {
    const template = {
      name: 'team data',
      description: '',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
      statementQuery: 'ALLOW storage:logs:read WHERE storage:host.name = "${bindParam:host}";',
    }
    t.equal((await api('PUT', `${repo}/policies/${teamData}`, template)).status, 400)
    t.equal((await api('DELETE', `${repo}/policies/${teamData}`)).status, 400)
    t.equal((await api('DELETE', `${repo}/policies/${teamData}?force=true`)).status, 204)
    const left = await api('GET', `/iam/v1/repo/environment/abc12345/bindings/groups/${pager}`)
    t.notOk(left.body.policyUuids.includes(teamData))
  })
})

test('bindings', async t => {
  const { account, api, repo } = await startAccount(t)
  const created = await api('POST', `${account}/groups`, [{ name: 'b1' }, { name: 'b2' }])
  const [one, two] = created.body.map((group: { uuid: string }) => group.uuid)
  const environment = '/iam/v1/repo/environment/abc12345'

  t.test('lists fold groups that share everything, details do not', async t => {
    t.equal((await api('POST', `${repo}/bindings/${standard}`, { groups: [one, two] })).status, 204)
    t.equal((await api('POST', `${repo}/bindings/${pro}/${one}`, { boundaries: [payments] })).status, 204)
    const { body } = await api('GET', `${repo}/bindings`)
    t.match(body, { levelType: 'account', levelId: String })
    const folded = body.policyBindings.find((entry: { policyUuid: string }) => entry.policyUuid === standard)
    t.ok([users, one, two].every(group => folded.groups.includes(group)))
    t.same(Object.keys(folded), ['policyUuid', 'groups'], 'what is empty is left out')
    const bare = await api('GET', `${repo}/bindings/groups/${one}`)
    t.same(bare.body, { policyUuids: [standard, pro] })
    const details = await api('GET', `${repo}/bindings/groups/${one}?details=true`)
    t.match(details.body.bindingsDetails, [
      { policyUuid: standard, groups: [one], parameters: {}, levelType: 'account' },
      { policyUuid: pro, groups: [one], boundaries: [payments] },
    ])
    const ofPolicy = await api('GET', `${repo}/bindings/${pro}`)
    t.ok(
      ofPolicy.body.policyBindings.some(
        (entry: { boundaries?: string[] }) => entry.boundaries?.[0] === payments,
      ),
    )
  })
  t.test('the same binding again adds none; with other boundaries it is refused', async t => {
    t.equal((await api('POST', `${repo}/bindings/${pro}/${one}`, { boundaries: [payments] })).status, 204)
    t.equal((await api('POST', `${repo}/bindings/${pro}/${one}`, {})).status, 400)
    const pair = await api('GET', `${repo}/bindings/${pro}/${one}`)
    t.same(pair.body.policyBindings, [{ policyUuid: pro, groups: [one], boundaries: [payments] }])
  })
  t.test('a template needs its parameters and may be bound several times', async t => {
    const path = `${environment}/bindings/${teamData}/${one}`
    t.equal((await api('POST', path, {})).status, 400)
    t.equal((await api('POST', path, { parameters: { team: 'a' }, boundaries: [payments] })).status, 204)
    t.equal((await api('POST', path, { parameters: { team: 'b' }, metadata: null })).status, 204)
    const bare = await api('GET', `${environment}/bindings/groups/${one}`)
    t.same(bare.body.policyUuids, [teamData])
    t.equal((await api('GET', path)).body.policyBindings.length, 2)
  })
  t.test('calls on a pair that is bound several times need a filter or force', async t => {
    const path = `${environment}/bindings/${teamData}/${one}`
    t.equal((await api('PUT', path, { parameters: { team: 'c' } })).status, 400)
    t.equal((await api('DELETE', path)).status, 400)
    const put = await api('PUT', `${path}?parameters%5Bteam%5D=a`, {
      parameters: { team: 'a' },
      boundaries: [checkout],
    })
    t.equal(put.status, 204)
    t.same(await boundariesOf(api, path, 'a'), [checkout])
    t.equal((await api('DELETE', `${path}?parameters%5Bteam%5D=b`)).status, 204)
    t.equal((await api('PUT', path, { parameters: { team: 'a' } })).status, 204)
    t.same(await boundariesOf(api, path, 'a'), [], 'the body replaces boundaries too')
    t.equal((await api('POST', path, { parameters: { team: 'z' } })).status, 204)
    t.equal((await api('DELETE', `${path}?forceMultiple=true`)).status, 204)
    t.same((await api('GET', path)).body.policyBindings, [])
  })
  t.test('deleting a binding that is not there is 400, whatever is missing', async t => {
    for (const path of [`${pro}/${two}`, `${randomUUID()}/${two}`, `${pro}/${randomUUID()}`]) {
      const answer = await api('DELETE', `${repo}/bindings/${path}`)
      t.equal(answer.status, 400)
      t.match(answer.body, { error: { code: 400, message: /is not bound/ } })
    }
    t.equal((await api('DELETE', `${environment}/bindings/${pro}`)).status, 400)
  })
  t.test('unknown policies, groups and boundaries are 404', async t => {
    t.equal((await api('POST', `${repo}/bindings/${randomUUID()}/${one}`, {})).status, 404)
    t.equal((await api('POST', `${repo}/bindings/${standard}/${randomUUID()}`, {})).status, 404)
    t.equal(
      (await api('POST', `${repo}/bindings/${standard}/${two}`, { boundaries: [randomUUID()] })).status,
      404,
    )
  })
  t.test('an environment policy is bound in its own environment only', async t => {
    const policy = { name: 'local', description: '', statementQuery: 'ALLOW storage:logs:read' }
    const { body } = await api('POST', `${environment}/policies`, policy)
    t.equal((await api('POST', `${environment}/bindings/${body.uuid}/${two}`, {})).status, 204)
    const elsewhere = await api('POST', `/iam/v1/repo/environment/def67890/bindings/${body.uuid}/${two}`, {})
    t.equal(elsewhere.status, 400)
    t.match(elsewhere.body.error.message, /can't be bound to levelType: environment, levelId: def67890/)
    const below = await api('GET', `${repo}/bindings/descendants/${teamData}?page=1&size=1`)
    t.match(below.body, { pageSize: 1, pageNumber: 1, totalCount: 1, content: [{ levelId: 'abc12345' }] })
  })
  t.test('setting the policies of a group loses boundaries and spares other levels', async t => {
    t.equal((await api('PUT', `${repo}/bindings/groups/${one}`, { policyUuids: [pro] })).status, 204)
    const after = await api('GET', `${repo}/bindings/groups/${one}?details=true`)
    t.same(after.body.policyUuids, [pro])
    t.notOk('boundaries' in after.body.bindingsDetails[0])
    t.equal((await api('PUT', `${repo}/bindings/groups/${two}`, { policyUuids: [] })).status, 204)
    t.equal((await api('GET', `${environment}/bindings/groups/${two}`)).body.policyUuids.length, 1)
    t.equal((await api('PUT', `${repo}/bindings`, {})).status, 404, 'there is no such call')
  })
  t.test('wiping a level is possible, alas', async t => {
    t.equal((await api('DELETE', `${environment}/bindings`)).status, 204)
    t.same((await api('GET', `${environment}/bindings`)).body.policyBindings, [])
  })
})

test('boundaries', async t => {
  const { api, repo } = await startAccount(t)
  const path = `${repo}/boundaries`

  t.test('are paged from 1', async t => {
    const first = await api('GET', `${path}?page=1&size=3`)
    t.match(first.body, { pageSize: 3, pageNumber: 1, totalCount: 4 })
    const last = await api('GET', `${path}?page=2&size=3`)
    t.equal(first.body.content.length + last.body.content.length, 4)
    t.match(first.body.content[0], {
      name: 'team payments',
      levelType: 'account',
      boundaryConditions: [{ name: 'storage:dt.security_context', operator: 'EQ', values: ['payments'] }],
    })
    t.equal((await api('GET', `${path}?page=0`)).status, 400)
  })
  t.test('names may repeat; replacing creates or updates', async t => {
    const given = { name: 'team payments', boundaryQuery: "storage:host.name IN ('a', 'b');" }
    t.equal((await api('POST', path, given)).status, 201)
    const id = randomUUID()
    t.equal((await api('PUT', `${path}/${id}`, given)).status, 201)
    t.equal((await api('PUT', `${path}/${id}`, { ...given, name: 'n' })).status, 204)
    t.match((await api('GET', `${path}/${id}`)).body, { name: 'n', boundaryConditions: [{ operator: 'IN' }] })
    t.equal((await api('DELETE', `${path}/${id}`)).status, 204)
    t.equal((await api('DELETE', `${path}/${id}`)).status, 404)
    t.equal((await api('POST', path, { name: 'bad', boundaryQuery: 'ALLOW x' })).status, 400)
  })
  t.test('in use they cannot be deleted, and the answer says where', async t => {
    const answer = await api('DELETE', `${path}/${inUse}`)
    t.equal(answer.status, 400)
    t.match(answer.body, {
      error: {
        code: 400,
        message: /^Policy boundary is in use: policy .* to groups: \[cccccccc-.*\]$/,
        errorsMap: { boundary_usage_rule: String },
      },
    })
  })
})

async function boundariesOf(api: Send, path: string, team: string): Promise<readonly string[]> {
  const { body } = await api('GET', path)
  const bindings: { parameters: { team: string }; boundaries?: string[] }[] = body.policyBindings
  return bindings.find(binding => binding.parameters.team === team)?.boundaries ?? []
}
