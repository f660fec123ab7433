/** Each open question of the account API: the answer it has by default, and what changes with every other one. */
import { randomUUID } from 'node:crypto'
import { type Test, test } from 'tap'
import { openQuestions } from '../../src/simulator/open-questions.ts'
import { fixedId } from '../../src/simulator/seed/fixed-id.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { defaultSwitches, type Switches } from '../../src/simulator/switches.ts'
import { manualClock, startAccount } from './account-client.ts'

const [prod, checkout] = [fixedId('9', 1), fixedId('9', 2)]
/** A policy with a parameter, one without, and groups of the sample account. */
const [teamData, finance] = [fixedId('3', 1), fixedId('3', 2)]
const [viewers, breakGlass, developers] = [fixedId('b', 5), fixedId('c', 1), fixedId('c', 4)]

test('switches are listed and changed all or nothing', async t => {
  const { control } = await startAccount(t, 'empty', undefined, { emailCase: 'lowered' })
  const listed = async () => (await control('GET', '/_simulator/switches')).body.switches
  const valueNow = async (name: string) =>
    (await listed()).find((one: { name: string }) => one.name === name).value

  t.same(
    (await listed()).map((one: { name: string }) => one.name).sort(),
    Object.keys(defaultSwitches).sort(),
  )
  for (const one of await listed()) {
    t.match(one.question, /\?$/)
    const first = Array.isArray(one.values) ? one.values[0] : one.values.minimum
    t.equal(one.default, first, `${one.name} has its first value by default`)
    t.equal(one.value, one.name === 'emailCase' ? 'lowered' : one.default)
  }
  const change = (body: unknown) => control('PUT', '/_simulator/switches', body)
  const changed = await change({ unknownGroup: 'ignore', rateLimit: 5 })
  t.equal(changed.status, 200)
  t.equal(await valueNow('unknownGroup'), 'ignore')
  t.equal(await valueNow('rateLimit'), 5)
  const refusals: [unknown, RegExp][] = [
    [{ rateLimit: 6, unknownGruop: 'ignore' }, /no switch unknownGruop: did you mean unknownGroup\?/],
    [{ rateLimit: 6, xyz: 1 }, /no switch xyz: the switches are groupPoliciesPut, /],
    [{ rateLimit: 6, toString: 1 }, /no switch toString/],
    [
      { rateLimit: 6, emailCase: 'upper' },
      /emailCase cannot be "upper": it takes "as-given" or "exact" or "lowered"/,
    ],
    [{ rateLimit: 6, duplicateUserStatus: '400' }, /it takes 400 or 409/],
    [
      { rateLimit: 6, userReadLag: 2001 },
      /userReadLag cannot be 2001: it takes whole numbers from 0 to 2000/,
    ],
    [[1], /./],
    ['text', /./],
  ]
  for (const [body, message] of refusals) {
    const refused = await change(body)
    t.equal(refused.status, 400, JSON.stringify(body))
    t.match(refused.body.error, message)
  }
  t.equal((await control('PATCH', '/_simulator/switches', { unknownGroup: 'ignore' })).status, 200)
  t.equal(await valueNow('rateLimit'), 5, 'nothing of a refused change is kept')
  await control('POST', '/_simulator/seed', { seed: 'sample' })
  t.equal(await valueNow('unknownGroup'), 'ignore', 'another account keeps the answers')
  await t.rejects(
    startSimulator({ host: '127.0.0.1', port: 0, seed: 'empty', switches: { rateLimit: -1 } }),
    /rateLimit cannot be -1/,
  )
  t.equal(openQuestions.unfittingBoundary.default, 'unconditional')
})

test('bindings', async t => {
  t.test('the policies of a group are set: those that stay lose or keep what they have', async t => {
    for (const answer of ['lose', 'keep'] as const) {
      const { post, put, held } = await bindings(t, { groupPoliciesPut: answer })
      await post(finance, { boundaries: [prod], metadata: { by: 'x' } })
      t.equal((await put('groups', [finance])).status, 204)
      t.same(await held(), [
        answer === 'keep'
          ? { boundaries: [prod], metadata: { by: 'x' }, parameters: {} }
          : { parameters: {} },
      ])
      await post(teamData, { parameters: { team: 'a' } })
      t.equal(
        (await put('groups', [teamData])).status,
        answer === 'keep' ? 204 : 400,
        'a template needs values',
      )
      t.equal((await put('groups', [])).status, 204)
      t.same(await held(), [])
    }
  })
  t.test('the same binding once more', async t => {
    for (const [repeatedBinding, status, count] of [
      ['no-duplicate', 204, 1],
      ['refuse', 409, 1],
      ['duplicate', 204, 2],
    ] as const) {
      const { post, held } = await bindings(t, { repeatedBinding })
      await post(finance, { boundaries: [checkout, prod] })
      t.equal((await post(finance, { boundaries: [prod, checkout] })).status, status)
      t.equal((await held()).length, count, repeatedBinding)
    }
  })
  t.test('a binding that differs in boundaries only', async t => {
    for (const [otherBoundaries, status, expected] of [
      ['refuse', 400, [[prod]]],
      ['merge', 204, [[prod, checkout]]],
      ['keep-both', 204, [[prod], [checkout]]],
    ] as const) {
      const { post, held } = await bindings(t, { otherBoundaries })
      await post(finance, { boundaries: [prod] })
      t.equal((await post(finance, { boundaries: [checkout] })).status, status)
      t.same(
        (await held()).map(one => one.boundaries),
        expected,
      )
    }
  })
  t.test('a change without a filter when several match', async t => {
    for (const [ambiguousBindingPut, status, teams] of [
      ['refuse', 400, ['a', 'b']],
      ['first', 204, ['b', 'c']],
      ['all', 204, ['c']],
    ] as const) {
      const { post, put, held } = await bindings(t, { ambiguousBindingPut })
      for (const team of ['a', 'b']) await post(teamData, { parameters: { team } })
      t.equal((await put(teamData, { parameters: { team: 'c' } })).status, status)
      t.same((await held()).map(one => one.parameters.team).sort(), teams)
    }
  })
  t.test('a removal without force when several match', async t => {
    for (const [ambiguousBindingDelete, status, count] of [
      ['refuse', 400, 2],
      ['all', 204, 0],
    ] as const) {
      for (const whole of [false, true]) {
        const { post, remove, held } = await bindings(t, { ambiguousBindingDelete })
        for (const team of ['a', 'b']) await post(teamData, { parameters: { team } })
        t.equal((await remove(teamData, whole)).status, status)
        t.equal((await held()).length, count)
      }
    }
  })
  t.test('the bindings of a group that is deleted', async t => {
    for (const bindingsOfDeletedGroup of ['removed', 'kept'] as const) {
      const { account, api, control, post, repo } = await bindings(t, { bindingsOfDeletedGroup })
      await post(finance, { boundaries: [checkout] })
      t.equal((await api('DELETE', `${account}/groups/${viewers}`)).status, 200)
      const kept = bindingsOfDeletedGroup === 'kept'
      const listed = (await api('GET', `${repo}/bindings`)).text.includes(viewers)
      t.equal(listed, kept)
      const state = (await control('GET', '/_simulator/state')).body.bindings
      t.equal(
        state.some((binding: { groupUuid: string }) => binding.groupUuid === viewers),
        kept,
      )
      t.equal((await api('DELETE', `${repo}/boundaries/${checkout}`)).status, kept ? 400 : 204)
      t.equal((await api('DELETE', `${repo}/bindings/${finance}/${viewers}`)).status, kept ? 204 : 400)
    }
  })
})

test('duplicates are refused with a status that a switch says', async t => {
  for (const status of [400, 409] as const) {
    const { account, api, repo } = await startAccount(t, 'sample', undefined, {
      duplicateUserStatus: status,
      duplicateGroupStatus: status,
      duplicatePolicyStatus: status,
    })
    const user = await api('POST', `${account}/users`, { email: 'ANA.kos@acme.example' })
    t.match([user.status, user.body.message], [status, 'User already exists'])
    t.equal((await api('POST', `${account}/groups`, [{ name: 'break-glass' }])).status, status)
    t.equal((await api('PUT', `${account}/groups/${viewers}`, { name: 'break-glass' })).status, status)
    const policy = { name: 'team data', description: '', statementQuery: 'ALLOW storage:logs:read;' }
    t.equal((await api('POST', `${repo}/policies`, policy)).status, status)
    t.equal((await api('PUT', `${repo}/policies/${randomUUID()}`, policy)).status, status)
  }
  const { account, api } = await startAccount(t)
  t.equal((await api('POST', `${account}/users`, { email: 'ana.kos@acme.example' })).status, 400)
  t.equal((await api('POST', `${account}/groups`, [{ name: 'break-glass' }])).status, 409)
})

test('memberships', async t => {
  t.test('groups that are not listed when the groups of a user are set', async t => {
    for (const [userGroupsPut, expected] of [
      ['local-and-saml', ['Default group with all users', 'break-glass', 'from scim']],
      ['all', ['Default group with all users', 'break-glass']],
      ['local', ['Default group with all users', 'break-glass', 'from scim', 'idp-developers']],
    ] as const) {
      const { account, api, control } = await startAccount(t, 'sample', undefined, { userGroupsPut })
      const email = 'emma.lind@acme.example'
      const seed = {
        groups: [{ name: 'from scim', owner: 'SCIM' }],
        memberships: [{ user: email, group: 'from scim' }],
      }
      t.equal((await control('POST', '/_simulator/seed', seed)).status, 200)
      t.equal((await api('PUT', `${account}/users/${email}/groups`, [breakGlass])).status, 200)
      const { groups } = (await api('GET', `${account}/users/${email}`)).body
      t.same(groups.map((group: { groupName: string }) => group.groupName).sort(), [...expected].sort())
    }
  })
  t.test('a group that does not exist', async t => {
    for (const [unknownGroup, status, expected] of [
      ['not-found', 404, 1],
      ['bad-request', 400, 1],
      ['ignore', 201, 2],
    ] as const) {
      const { account, api } = await startAccount(t, 'sample', undefined, { unknownGroup })
      const one = `${account}/users/carla.rossi@acme.example`
      const nowhere = randomUUID()
      const added = await api('POST', one, [breakGlass, nowhere])
      t.equal(added.status, status)
      if (status !== 201) t.equal(added.body.message, `Group ${nowhere} not found`)
      const groups = (await api('GET', one)).body.groups.filter(
        (group: { owner: string }) => group.owner === 'LOCAL',
      )
      t.equal(groups.length, expected)
      const ok = status === 201 ? 200 : status
      t.equal((await api('DELETE', `${one}/groups?group-uuid=${nowhere}`)).status, ok)
      t.equal((await api('PUT', `${one}/groups`, [breakGlass, nowhere])).status, ok)
    }
  })
})

test('people', async t => {
  t.test('somebody who is invited again has a uid and a state that switches say', async t => {
    for (const uidAfterReinvite of ['same', 'new'] as const) {
      for (const knownIdentityInvited of ['ACTIVE', 'PENDING'] as const) {
        const switches = { uidAfterReinvite, knownIdentityInvited }
        const { account, api } = await startAccount(t, 'sample', undefined, switches)
        const one = `${account}/users/ben.okafor@acme.example`
        const before = (await api('GET', one)).body
        await api('DELETE', one)
        const { userUuid } = (await api('POST', `${account}/users`, { email: 'ben.okafor@acme.example' }))
          .body
        t.equal(userUuid === before.uid, uidAfterReinvite === 'same')
        t.equal((await api('GET', one)).body.userStatus, knownIdentityInvited)
      }
    }
  })
  t.test('letter case of e-mails', async t => {
    for (const [emailCase, stored, otherCase, again] of [
      ['as-given', 'Zoe.Vega@acme.example', 200, 400],
      ['lowered', 'zoe.vega@acme.example', 200, 400],
      ['exact', 'Zoe.Vega@acme.example', 404, 201],
    ] as const) {
      const { account, api, control } = await startAccount(t, 'sample', undefined, { emailCase })
      const users = `${account}/users`
      await api('POST', users, { email: 'Zoe.Vega@acme.example' })
      t.equal((await api('GET', `${users}/Zoe.Vega@acme.example`)).body.email, stored)
      t.equal((await api('GET', `${users}/zoe.VEGA@acme.example`)).status, otherCase)
      t.equal((await api('POST', users, { email: 'zoe.VEGA@acme.example' })).status, again)
      t.equal((await api('GET', `${users}/new.joiner@acme.example`)).status, otherCase, 'seeded ones alike')
      if (emailCase !== 'exact') continue
      const [one, other] = await Promise.all(
        ['Zoe.Vega', 'zoe.VEGA'].map(
          async name => (await api('GET', `${users}/${name}@acme.example`)).body.uid,
        ),
      )
      t.not(one, other)
      const back = await control('PUT', '/_simulator/switches', { emailCase: 'as-given' })
      t.match([back.status, back.body.error], [400, /Zoe\.Vega@.* differ only in letter case/])
      t.equal((await api('GET', `${users}/zoe.vega@acme.example`)).status, 404, 'refused, so still exact')
      await api('DELETE', `${users}/zoe.VEGA@acme.example`)
      t.equal((await control('PUT', '/_simulator/switches', { emailCase: 'as-given' })).status, 200)
      t.equal((await api('GET', `${users}/zoe.vega@acme.example`)).body.uid, one)
    }
  })
})

test('policies', async t => {
  t.test('a permission that does not exist', async t => {
    for (const [unknownPermission, status] of [
      ['refuse', 400],
      ['accept', 201],
    ] as const) {
      const { api, repo } = await startAccount(t, 'sample', undefined, { unknownPermission })
      const policy = { name: 'new', description: '', statementQuery: 'ALLOW storage:dreams:read;' }
      for (const [method, path] of [
        ['POST', `${repo}/policies`],
        ['PUT', `${repo}/policies/${randomUUID()}`],
      ] as const) {
        const answer = await api(method, path, { ...policy, name: method })
        t.equal(answer.status, status)
        if (status === 400) t.match(answer.body.error.errorsMap.statementQuery, /storage:dreams:read/)
      }
      const put = await api('PUT', `${repo}/policies/${finance}`, policy)
      t.equal(put.status, status === 400 ? 400 : 204)
    }
  })
  t.test('a boundary without a condition that fits', async t => {
    for (const [unfittingBoundary, count] of [
      ['unconditional', 1],
      ['denied', 0],
    ] as const) {
      const { api, post, control, repo } = await bindings(t, { unfittingBoundary })
      const policy = randomUUID()
      const statementQuery = 'ALLOW document:documents:read;'
      await api('PUT', `${repo}/policies/${policy}`, { name: 'read', description: '', statementQuery })
      await post(policy, { boundaries: [checkout] })
      const effective = await control('GET', `/_simulator/effective?group=${viewers}`)
      t.equal(effective.body.statements.length, count)
      const path = `${repo.replace('/repo/', '/resolution/')}/effectivepermissions`
      const asked = await api('GET', `${path}?entityId=${viewers}&entityType=group`)
      t.equal(asked.body.effectivePermissions.length, count)
    }
  })
})

test('the rate limit', async t => {
  const time = manualClock('2026-11-22T10:00:00.250Z')
  const { account, api, control, credentials, tokenRequest } = await startAccount(t, 'sample', time.clock)
  const set = (switches: Partial<Switches>) => control('PUT', '/_simulator/switches', switches)
  const burst = async (count: number) => {
    const answers = []
    for (let at = 0; at < count; at++) answers.push(await api('GET', `${account}/groups`))
    return answers
  }
  const statuses = async (count: number) => (await burst(count)).map(answer => answer.status)

  t.same([...new Set(await statuses(30))], [200], 'off by default')
  await set({ rateLimit: 3 })
  const [, , third, fourth] = await burst(4)
  t.match([third?.status, third?.headers['x-ratelimit-limit']], [200, undefined])
  t.match([fourth?.status, fourth?.headers['retry-after']], [429, '1'])
  t.same(fourth?.body, { error: true, message: 'Too many requests', payload: null })
  t.equal((await tokenRequest(credentials)).status, 200, 'token requests do not count')
  time.pass(749)
  t.same(await statuses(1), [429])
  time.pass(1)
  t.same(await statuses(4), [200, 200, 200, 429], 'a new second')

  await set({ rateLimitRetryAfter: 'off', rateLimitHeaders: 'seconds' })
  time.pass(1_000)
  const [first, , , last] = await burst(4)
  t.match(first?.headers, {
    'x-ratelimit-limit': '3',
    'x-ratelimit-remaining': '2',
    'x-ratelimit-reset': /^\d{10}$/,
  })
  t.equal(Number(last?.headers['x-ratelimit-reset']), Date.parse('2026-11-22T10:00:03Z') / 1_000)
  t.match([last?.status, last?.headers['retry-after']], [429, undefined])
  await set({ rateLimitHeaders: 'microseconds' })
  const [micro] = await burst(1)
  t.equal(Number(micro?.headers['x-ratelimit-reset']), Date.parse('2026-11-22T10:00:03Z') * 1_000)

  await set({ rateLimit: 10, chance: 7 })
  const letThrough = async () => {
    const counts = []
    for (let second = 0; second < 6; second++) {
      time.pass(1_000)
      counts.push((await statuses(11)).filter(status => status === 200).length)
    }
    return counts
  }
  const drawn = await letThrough()
  t.ok(drawn.every(count => count >= 5 && count <= 10) && new Set(drawn).size > 1, String(drawn))
  await set({ chance: 0 })
  t.same(await letThrough(), [10, 10, 10, 10, 10, 10])
  await set({ chance: 7 })
  t.same(await letThrough(), drawn, 'the same seed, the same limits')
})

test('the audit log lags, and says what changed in one of three ways', async t => {
  const time = manualClock()
  const { account, api, control } = await startAccount(t, 'sample', time.clock, { auditLag: 60_000 })
  await control('POST', '/_simulator/edit', {
    as: 'ci@acme.example',
    client: 'dt0s02.OTHER',
    do: 'create-group',
    name: 'audited',
  })
  const log = async () => {
    const fields = 'details,authenticationClientId,authenticationGrantType'
    const path = `/audit/v1/accounts/${account.split('/').at(-1)}`
    return (await api('GET', `${path}?startTime=now()-1h&addFields=${fields}`)).body.audits
  }
  time.pass(59_000)
  t.same(await log(), [])
  time.pass(1_000)
  t.match(await log(), [
    {
      user: 'ci@acme.example',
      authenticationClientId: 'dt0s02.OTHER',
      authenticationGrantType: 'CLIENT_CREDENTIALS',
    },
  ])
  const form = async (auditDetails: string) => {
    await control('PUT', '/_simulator/switches', { auditDetails })
    return (await log())[0].details
  }
  t.match(await form('text'), { json_before: 'null', json_after: /^\{.*"audited"/ })
  t.match(await form('objects'), { json_before: null, json_after: { name: 'audited' } })
  t.equal(await form('none'), undefined)
})

test('reads lag behind writes', async t => {
  const time = manualClock()
  const switches = { groupReadLag: 1_000, userReadLag: 500, bindingReadLag: 2_000 }
  const { account, api, control, repo } = await startAccount(t, 'sample', time.clock, switches)
  const status = async (path: string) => (await api('GET', path)).status

  t.test('a new group is used at once and seen later', async t => {
    const [group] = (await api('POST', `${account}/groups`, [{ name: 'late' }])).body
    const one = `${account}/groups/${group.uuid}`
    const listed = async () => (await api('GET', `${account}/groups`)).text.includes(group.uuid)
    time.pass(400)
    const permission = {
      permissionName: 'account-viewer',
      scope: account.split('/').at(-1),
      scopeType: 'account',
    }
    t.equal((await api('POST', `${one}/permissions`, [permission])).status, 201)
    t.same(
      [await listed(), await status(`${one}/users`), await status(`${one}/permissions`)],
      [false, 404, 404],
    )
    time.pass(599)
    t.equal(await listed(), false)
    time.pass(1)
    t.same([await listed(), await status(`${one}/users`)], [true, 200])
    t.same((await api('GET', `${one}/permissions`)).body.permissions, [], 'made 400 ms later')
    time.pass(400)
    t.equal((await api('GET', `${one}/permissions`)).body.permissions.length, 1)
  })
  t.test('users and their groups', async t => {
    const one = `${account}/users/late.comer@acme.example`
    await api('POST', `${account}/users`, { email: 'late.comer@acme.example' })
    t.same(
      [await status(one), (await api('GET', `${account}/users`)).text.includes('late.comer')],
      [404, false],
    )
    t.equal((await api('POST', one, [breakGlass])).status, 201)
    time.pass(500)
    t.equal((await api('GET', one)).body.groups.length, 2)
    const members = async () =>
      (await api('GET', `${account}/groups/${breakGlass}/users`)).text.includes('late.comer')
    t.equal(await members(), false, 'the lag of groups is longer')
    time.pass(500)
    t.equal(await members(), true)
    await api('DELETE', one)
    t.equal(await status(one), 200)
    time.pass(500)
    t.equal(await status(one), 404)
  })
  t.test('bindings, also those that people change', async t => {
    const pair = `${repo}/bindings/${finance}/${viewers}`
    const bound = async () => {
      const paths = [
        `${repo}/bindings`,
        `${repo}/bindings/${finance}`,
        `${repo}/bindings/groups/${viewers}?details=true`,
        pair,
      ]
      const texts = await Promise.all(paths.map(async path => (await api('GET', path)).text))
      return texts.map(text => text.includes(checkout))
    }
    t.equal((await api('POST', pair, { boundaries: [checkout] })).status, 204)
    time.pass(1_999)
    t.same(await bound(), [false, false, false, false])
    time.pass(1)
    t.same(await bound(), [true, true, true, true])
    const edit = {
      as: 'ana.kos@acme.example',
      do: 'remove-binding',
      policy: 'finance dashboards',
      group: 'Account viewers',
    }
    t.equal((await control('POST', '/_simulator/edit', edit)).status, 200)
    t.same(await bound(), [true, true, true, true])
    time.pass(2_000)
    t.same(await bound(), [false, false, false, false])
  })
  t.test('a seed draws each read a lag of its own, the same ones each time', async t => {
    await control('PUT', '/_simulator/switches', { chance: 11 })
    const seen = async (name: string) => {
      await api('POST', `${account}/groups`, [{ name }])
      time.pass(500)
      const answers = []
      for (let at = 0; at < 20; at++)
        answers.push((await api('GET', `${account}/groups`)).text.includes(name))
      return answers
    }
    const drawn = await seen('drawn once')
    t.equal(new Set(drawn).size, 2, 'some reads see it, some do not yet')
    await control('PUT', '/_simulator/switches', { chance: 12 })
    t.notSame(await seen('drawn otherwise'), drawn)
    await control('PUT', '/_simulator/switches', { chance: 11 })
    t.same(await seen('drawn again'), drawn)
  })
  t.test('another account has no past', async t => {
    await api('POST', `${account}/groups`, [{ name: 'gone with the account' }])
    await control('POST', '/_simulator/seed', { seed: 'sample' })
    const { items } = (await api('GET', `${account}/groups`)).body
    t.ok(items.some((group: { uuid: string }) => group.uuid === developers))
  })
})

/** The sample account under some switches, with calls on the bindings of a group that has none. */
async function bindings(t: Test, switches: Partial<Switches>) {
  const started = await startAccount(t, 'sample', undefined, switches)
  const { api, repo } = started
  const pair = (policy: string) => `${repo}/bindings/${policy}/${viewers}`
  const post = (policy: string, body: object) => api('POST', pair(policy), body)
  const put = (policy: string, body: object) =>
    policy === 'groups'
      ? api('PUT', `${repo}/bindings/groups/${viewers}`, { policyUuids: body })
      : api('PUT', pair(policy), body)
  const remove = (policy: string, whole: boolean) =>
    api('DELETE', whole ? `${repo}/bindings/${policy}` : pair(policy))
  const held = async (): Promise<
    { parameters: Record<string, string>; metadata?: Record<string, string>; boundaries?: string[] }[]
  > => {
    const { bindingsDetails } = (await api('GET', `${repo}/bindings/groups/${viewers}?details=true`)).body
    return bindingsDetails.map(
      ({ policyUuid: _, groups: __, levelType: ___, levelId: ____, ...rest }: Record<string, unknown>) =>
        rest,
    )
  }
  return { ...started, post, put, remove, held }
}
