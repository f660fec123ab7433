// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
import { randomUUID } from 'node:crypto'
import { type Test, test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'
import reference from '../../src/policy/permission-reference.json' with { type: 'json' }
import { addBinding, setPolicies } from '../../src/simulator/account/bindings.ts'
import { createBoundary } from '../../src/simulator/account/boundaries.ts'
import { effectiveOf } from '../../src/simulator/account/effective.ts'
import { accountLevel } from '../../src/simulator/account/levels.ts'
import { limits } from '../../src/simulator/account/limits.ts'
import { createPolicy } from '../../src/simulator/account/policies.ts'
import { levelKey } from '../../src/simulator/account.ts'
import { seeded } from '../../src/simulator/seed/seed.ts'
import { startAccount } from './account-client.ts'

const [prod, stage] = ['abc12345', 'def67890']
const standard = '22222222-0000-4000-8000-000000000001'
const everybody = 'aaaaaaaa-0000-4000-8000-000000000001'
const pager = 'cccccccc-0000-4000-8000-000000000003'
const finance = 'cccccccc-0000-4000-8000-000000000002'
const dmitri = '00000000-0000-4000-8000-000000000005'
const teamData = '33333333-0000-4000-8000-000000000001'
const seed = { kind: 'seed' } as const

interface Effect {
  readonly effect: string
  readonly conditions: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly effectivePolicies: readonly {
    readonly policy: { readonly name: string; readonly levelType: string }
    readonly binding: { readonly groupUuid: string; readonly levelType: string; readonly levelId: string }
  }[]
}

test('effective permissions', async t => {
  const { account, api, control, ask, repo } = await startResolution(t)

  t.test('of a group: policies with parameters, at its environment and the account', async t => {
    const logs = await ask(`environment/${prod}`, `entityType=group&entityId=${pager}&services=storage`)
    t.same(Object.keys(logs), ['storage:buckets:read', 'storage:logs:read'])
    const effects = logs['storage:logs:read'] ?? []
    t.same(
      effects.map(one => [one.effect, one.conditions.map(condition => condition.values)]),
      [
        ['ALLOW', []],
        ['ALLOW', [['payments']]],
        ['ALLOW', [['checkout']]],
      ],
    )
    t.match(effects[1]?.effectivePolicies, [
      {
        policy: { uuid: teamData, name: 'team data', statementQuery: /bindParam:team/, levelType: 'account' },
        binding: { groupUuid: pager, levelType: 'environment', levelId: prod },
      },
    ])
    t.same(await ask(`environment/${stage}`, `entityType=group&entityId=${pager}`), {})
    t.same(await ask('account', `entityType=group&entityId=${pager}`), {})
  })
  t.test('boundaries narrow what fits them', async t => {
    const held = await ask('account', `entityType=group&entityId=${finance}`)
    t.same(held['document:documents:read']?.[0]?.conditions, [
      { name: 'global:environmentId', operator: 'EQ', values: [prod] },
    ])
  })
  t.test('bindings of the account count in every environment', async t => {
    const held = await ask(`environment/${stage}`, `entityType=group&entityId=${finance}`)
    t.match(held['storage:bizevents:read']?.[0]?.effectivePolicies, [{ binding: { levelType: 'account' } }])
  })
  t.test('a user has those of all groups, the one of all users included', async t => {
    const user = `entityType=user&entityId=${dmitri}`
    const before = await ask(`environment/${prod}`, user)
    t.equal(before['storage:logs:read']?.[0]?.effectivePolicies.length, 2, 'from two groups, told apart')
    t.notOk('slo:slos:read' in before)
    const policy = { name: 'p', description: '', statementQuery: 'DENY slo:slos:read; ALLOW slo:slos:read' }
    const { body } = await api('POST', `${repo}/policies`, policy)
    t.equal((await api('POST', `${repo}/bindings/${body.uuid}/${everybody}`, {})).status, 204)
    const after = await ask(`environment/${prod}`, user)
    t.same(
      after['slo:slos:read']?.map(one => one.effect),
      ['DENY', 'ALLOW'],
    )
  })
  t.test('are paged from 1, and without a size cut at 100 in silence', async t => {
    const all = await ask('account', `entityType=user&entityId=${dmitri}&size=1000`)
    const first = await ask('account', `entityType=user&entityId=${dmitri}&size=5`)
    const second = await ask('account', `entityType=user&entityId=${dmitri}&size=5&page=2`)
    t.same(Object.keys({ ...first, ...second }), Object.keys(all).slice(0, 10))
    t.equal(Object.keys(second).length, 5)
    t.same(await ask('account', `entityType=user&entityId=${dmitri}&size=5&page=99`), {})
    const everything = `ALLOW ${[...Object.keys(reference.permissions)].join(', ')};`
    const policy = { name: 'everything', description: '', statementQuery: everything }
    const { body } = await api('POST', `${repo}/policies`, policy)
    const created = await api('POST', `${account}/groups`, [{ name: 'all of it' }])
    const [{ uuid }] = created.body
    await api('POST', `${repo}/bindings/${body.uuid}/${uuid}`, {})
    const held = (query: string) => ask('account', `entityType=group&entityId=${uuid}${query}`)
    t.equal(Object.keys(await held('')).length, 100)
    t.equal(Object.keys({ ...(await held('')), ...(await held('&page=2')) }).length, 160)
  })
  t.test('services may be repeated or separated by commas', async t => {
    const both = await ask('account', `entityType=group&entityId=${finance}&services=storage,document`)
    t.same(Object.keys(both), ['document:documents:read', 'storage:bizevents:read'])
    const repeated = `entityType=group&entityId=${finance}&services=storage&services=slo`
    t.same(Object.keys(await ask('account', repeated)), ['storage:bizevents:read'])
  })
  t.test('wrong questions are refused', async t => {
    const path = `/iam/v1/resolution/environment/${prod}/effectivepermissions`
    for (const [query, status] of [
      ['entityType=user', 400],
      [`entityType=team&entityId=${pager}`, 400],
      [`entityId=${pager}`, 400],
      [`entityType=group&entityId=${randomUUID()}`, 404],
      ['entityType=user&entityId=dmitri.volkov@acme.example', 404],
      [`entityType=group&entityId=${pager}&page=0`, 400],
    ] as const) {
      const answer = await api('GET', `${path}?${query}`)
      t.equal(answer.status, status, query)
      t.match(answer.body, { error: { code: status, message: String } })
    }
    const nowhere = path.replace(prod, 'none')
    t.equal((await api('GET', `${nowhere}?entityType=group&entityId=${pager}`)).status, 404)
  })
  t.test('the control plane shows the statements themselves', async t => {
    const { body } = await control('GET', `/_simulator/effective?group=${pager}&environment=prod`)
    t.equal(body.statements.length, 5)
    t.match(body.statements[0], {
      effect: 'ALLOW',
      permission: 'storage:logs:read',
      conditions: [],
      groupUuid: pager,
      level: { type: 'environment', id: prod },
    })
    t.same((await control('GET', `/_simulator/effective?group=${pager}`)).body, { statements: [] })
    t.ok((await control('GET', `/_simulator/effective?user=${dmitri}`)).body.statements.length > 0)
    t.equal((await control('GET', '/_simulator/effective')).status, 400)
    t.equal((await control('GET', `/_simulator/effective?group=${randomUUID()}`)).status, 404)
  })
})

test('policies and boundaries that cannot be read are refused with the places of their mistakes', async t => {
  const { api, repo } = await startResolution(t)
  const policy = (statementQuery: string) => ({ name: randomUUID(), description: '', statementQuery })
  const text = 'ALLOW storage:logs;\nALLOW storage:logs:read WHERE storage:host.name = x;'
  const message =
    'Invalid statementQuery: line 1, column 7: expected a permission, found "storage:logs"; write service:resource:action, for example storage:logs:read. ' +
    'line 2, column 51: expected a value after =, found "x"; put the value in quotes: "value"'
  const broken = await api('POST', `${repo}/policies`, policy(text))
  t.equal(broken.status, 400)
  t.same(broken.body, { error: { code: 400, message, errorsMap: { statementQuery: message } } })
  const unknown = await api('POST', `${repo}/policies`, policy('ALLOW storage:log:read;'))
  t.equal(unknown.status, 400)
  t.match(unknown.body.error.errorsMap, {
    statementQuery: /permission storage:log:read does not exist, did you mean storage:logs:read/,
  })
  t.equal((await api('PUT', `${repo}/policies/${teamData}`, policy('ALLOW a:b:c'))).status, 400)
  const many = await api('POST', `${repo}/policies`, policy('ALLOW storage:logs:read;'.repeat(101)))
  t.match(many.body.error.message, /101 statements, at most 100/)

  const boundary = (boundaryQuery: string) => ({ name: 'b', boundaryQuery })
  const long = await api('POST', `${repo}/boundaries`, boundary('storage:host.name = "a";'.repeat(11)))
  t.equal(long.status, 400)
  t.match(long.body.error.errorsMap.boundaryQuery, /11 restrictions, at most 10/)
  t.equal((await api('POST', `${repo}/boundaries`, boundary('a:b = "c";'))).status, 201, 'dropped in silence')
})

test('the parameters of a bound policy stay, its other texts may change', async t => {
  const { api, repo } = await startResolution(t)
  const given = (statementQuery: string) => ({ name: 'team data', description: '', statementQuery })
  const put = (text: string) => api('PUT', `${repo}/policies/${teamData}`, given(text))
  const more = await put(
    'ALLOW storage:logs:read WHERE storage:host.name = "${bindParam:host}" AND storage:bucket-name = "${bindParam:team}";',
  )
  t.equal(more.status, 400)
  t.match(more.body.error.message, /is bound: its parameters \(team\) cannot change to \(host, team\)/)
  t.equal((await put('ALLOW storage:logs:read; // ${bindParam:team}')).status, 400, 'a comment names nothing')
  t.equal((await put('ALLOW storage:spans:read WHERE storage:host.name = "${bindParam:team}";')).status, 204)
})

test('the limits of the account hold', async t => {
  const account = seeded('empty', systemClock)
  const level = accountLevel(account)
  const policy = (name: string) =>
    createPolicy(account, seed, level, { name, description: '', statementQuery: 'ALLOW slo:slos:read' })
  for (let count = 0; count < limits.policies; count++) policy(`p${count}`)
  t.throws(() => policy('one more'), { status: 400, message: 'Limit of 200 policies is reached' })
  const boundary = () => createBoundary(account, seed, { name: 'b', boundaryQuery: 'slo:a = "b"' })
  for (let count = 0; count < limits.boundaries; count++) boundary()
  t.throws(boundary, { status: 400, message: 'Limit of 2000 policy boundaries is reached' })

  const pair = { level, policyUuid: standard, groupUuid: everybody }
  const full = { policyUuid: standard, groupUuid: 'g', parameters: {}, metadata: {}, boundaries: [] }
  account.bindings.set(levelKey(level), new Map([['g', Array(limits.bindingsPerLevel).fill(full)]]))
  const refusal = { status: 400, message: 'Limit of 30000 bindings is reached' }
  t.throws(() => addBinding(account, seed, pair, {}), refusal)
  t.throws(() => setPolicies(account, seed, level, everybody, [standard]), refusal)
  addBinding(account, seed, { ...pair, level: { type: 'environment', id: prod } }, {})
})

test('every policy of the seeds can be evaluated, and quickly', async t => {
  const account = seeded('sample', systemClock)
  for (const group of account.groups.keys()) effectiveOf(account, { kind: 'group', uuid: group }, prod)
  const rounds = 200
  const started = performance.now()
  for (let round = 0; round < rounds; round++) {
    effectiveOf(account, { kind: 'group', uuid: 'bbbbbbbb-0000-4000-8000-000000000001' }, prod)
  }
  t.ok(
    (performance.now() - started) / rounds < 1,
    'a group with seven bindings takes less than a millisecond',
  )
})

async function startResolution(t: Test) {
  const started = await startAccount(t)
  const { api, simulator } = started
  /** The effects by permission. `place` is `account` or `environment/<id>`. */
  const ask = async (place: string, query: string): Promise<Record<string, Effect[]>> => {
    const level = place === 'account' ? `account/${simulator.accountUuid}` : place
    const answer = await api('GET', `/iam/v1/resolution/${level}/effectivepermissions?${query}`)
    t.equal(answer.status, 200)
    const found: { permission: string; effects: Effect[] }[] = answer.body.effectivePermissions
    return Object.fromEntries(found.map(({ permission, effects }) => [permission, effects]))
  }
  return { ...started, ask }
}
