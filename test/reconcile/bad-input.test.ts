/** What people get wrong: each mistake names the thing, the cause and the remedy, and leaves the account no worse. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Test, test } from 'tap'
import { request } from 'undici'
import { silentLog } from '../../src/lib/log.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, type TestClock, testClock, type World } from '../support/world.ts'

const STRANGER = '7f1c2b3a-0000-4000-8000-00000000ffff'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings:
      - { policy: team data, level: account, parameters: { team: "{team}" }, boundaries: [ "team {team}" ] }
      - { policy: Standard User, level: account }
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`

test('a wrong account UUID', async t => {
  const world = await worldOf(t, { accountUuid: STRANGER })
  await world.group('dt-payments', [await world.user('ana')])
  const before = await world.state()
  const run = await world.apply()
  t.equal(run.status, 'failed')
  t.match(told(run), STRANGER, 'the account is named')
  t.match(told(run), /Check .*DT_ACCOUNT_UUID/, 'and the setting')
  t.same(await world.state(), before)
})

test('credentials', async t => {
  t.test('revoked before a pass', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    const before = await world.state()
    await world.client({ active: false })
    const run = await world.apply()
    t.equal(run.status, 'failed')
    t.match(told(run), 'gives no access token to the OAuth client dt0s02.SIMULATR')
    t.match(told(run), /Check DT_CLIENT_ID and DT_CLIENT_SECRET/)
    t.notMatch(told(run), world.simulator.clientSecret)
    t.same(await world.state(), before)
  })

  t.test('revoked in the middle of a pass: what was done stays, the rest says why not', async t => {
    const middle = middleman(/\/groups$/)
    const clock = testClock()
    const world = await worldOf(t, { clock, through: url => middle.start(t, url) })
    await world.group('dt-payments', [await world.user('ana'), await world.user('bo')])
    const before = await world.state()
    middle.after(() => world.client({ active: false }))
    const run = await world.apply()
    t.equal(run.status, 'partial', told(run))
    t.match(told(run), /Check DT_CLIENT_ID and DT_CLIENT_SECRET/)
    t.equal(middle.hits(), 1, 'nobody goes on creating')
    await world.client({ active: true })
    unharmed(t, before, await world.state())
    // A refusal stands for some seconds.
    clock.advance(60_000)
    t.equal((await world.apply()).status, 'in-step')
    t.same((await world.plan()).plan.steps, [], 'the next pass makes up for it')
    unharmed(t, before, await world.state())
  })

  t.test('tokens that expire in the middle of a pass are replaced, and nobody notices', async t => {
    const clock = testClock()
    const middle = middleman(/\/groups$/)
    const world = await worldOf(t, { clock, through: url => middle.start(t, url) })
    await world.group('dt-payments', [await world.user('ana'), await world.user('bo')])
    const before = await world.state()
    middle.after(async () => clock.advance(400_000))
    for (const path of ['/users$', '/bindings/', '/groups$'])
      await world.fault({ match: { method: 'POST', path }, fault: 'expired-token', times: 1 })
    const run = await world.apply()
    t.equal(run.status, 'in-step', told(run))
    t.same(membersOf(await world.state(), 'team payments'), ['ana@acme.example', 'bo@acme.example'])
    unharmed(t, before, await world.state())
  })
})

test('one missing scope: it is named, with what it is needed for', async t => {
  for (const scope of [
    'account-idm-read',
    'account-idm-write',
    'account-env-read',
    'iam-policies-management',
  ]) {
    t.test(scope, async t => {
      const world = await worldOf(t)
      await world.group('dt-payments', [await world.user('ana')])
      const before = await world.state()
      const { scopes } = await world.simulated('GET', '/client')
      await world.client({ scopes: scopes.filter((each: string) => each !== scope) })
      const run = await world.apply()
      t.not(run.status, 'in-step')
      t.match(told(run), new RegExp(`scope ${scope}, needed to .*: give it to the client`))
      t.same(await world.state(), before, 'nothing was begun')
    })
  }
})

test('a subject user without permission', async t => {
  const world = await worldOf(t)
  await world.group('dt-payments', [await world.user('dora')])
  const before = await world.state()
  await world.client({ subject: 'ben.okafor@acme.example' })
  const run = await world.apply()
  t.equal(run.status, 'failed')
  t.match(told(run), 'the subject user 00000000-0000-4000-8000-000000000003')
  t.match(told(run), 'account-user-management')
  t.same(await world.state(), before)
})

test('an account over its limits', async t => {
  const world = await worldOf(t, {
    rules: `${RULES}
policies:
  - { name: one more, statement: "ALLOW storage:logs:read;" }
  - { name: another one, statement: "ALLOW storage:logs:read;" }
`,
  })
  await world.simulated('POST', '/seed', {
    policies: Array.from({ length: 197 }, (_, index) => ({
      name: `policy ${index}`,
      statement: 'ALLOW storage:logs:read;',
    })),
  })
  const before = await world.state()
  const run = await world.apply()
  t.match(told(run), /The account has 199 of at most 200 policies, and this plan adds 2/)
  t.match(told(run), 'Delete policies that nobody needs')
  const after = await world.state()
  t.ok(after.policies.length <= before.policies.length + 1)
  unharmed(t, before, after)
})

test('names', async t => {
  t.test('a policy that is there twice is not guessed at', async t => {
    const world = await worldOf(t)
    await world.edit({ do: 'create-policy', policy: 'Standard User', statement: 'ALLOW storage:logs:read;' })
    await world.group('dt-payments', [await world.user('ana')])
    const before = await world.state()
    const run = await world.apply()
    t.match(told(run), /Standard User/)
    t.match(told(run), /The account has 2 .*Rename all but one of them in Dynatrace/)
    const after = await world.state()
    t.notOk(
      after.bindings.some(
        (each: { group: string; policy: string }) =>
          each.group === 'team payments' && each.policy === 'Standard User',
      ),
      'neither is bound',
    )
    unharmed(t, before, after)
  })

  t.test('a boundary in use stays, and who uses it is told', async t => {
    const boundary = `
boundaries: [ { name: ours, query: 'storage:dt.security_context = "x";' } ]
`
    const world = await worldOf(t, { rules: RULES + boundary })
    t.equal((await world.apply()).status, 'in-step')
    await world.edit({
      do: 'add-binding',
      group: 'finance reports',
      policy: 'Standard User',
      boundaries: ['ours'],
    })
    const before = await world.state()
    world.configure(RULES)
    const run = await world.apply()
    t.match(told(run), /boundary "?ours/)
    t.match(told(run), '"finance reports"')
    t.match(told(run), 'Remove these bindings')
    t.same(await world.state(), before)
  })

  t.test('a group that was renamed by hand to a name we need is left alone', async t => {
    const world = await worldOf(t)
    await world.edit({ do: 'rename-group', group: 'on-call pager', name: 'Team Payments' })
    await world.group('dt-payments', [await world.user('ana')])
    const before = await world.state()
    const run = await world.apply()
    t.match(told(run), /"?team payments"?/i)
    t.match(told(run), /did not make|not ours|somebody else/)
    t.match(told(run), /Rename/)
    unharmed(t, before, await world.state())
    t.same(
      (await world.state()).bindings.filter((each: { group: string }) => each.group === 'Team Payments'),
      before.bindings.filter((each: { group: string }) => each.group === 'Team Payments'),
    )
  })

  t.test('our own group, renamed by hand to what another rule needs, is set right', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    t.equal((await world.apply()).status, 'in-step')
    await world.edit({ do: 'rename-group', group: 'team payments', name: 'team checkout' })
    const other = await world.user('bo')
    await world.group('dt-checkout', [other])
    for (let pass = 0; pass < 3; pass += 1) await world.apply()
    const state = await world.state()
    t.same(membersOf(state, 'team payments'), ['ana@acme.example'])
    t.same(membersOf(state, 'team checkout'), ['bo@acme.example'])
    t.same((await world.plan()).plan.steps, [])
  })
})

test('e-mail addresses', async t => {
  const odd = [
    'with+plus@acme.example',
    'with/slash@acme.example',
    'With.CAPITALS@Acme.Example',
    "o'brien%25@acme.example",
    'hash#query?x=1@acme.example',
  ]
  t.test('odd ones are invited, put into groups and taken out again', async t => {
    const world = await worldOf(t)
    const before = await world.state()
    const ids: string[] = []
    for (const email of odd) {
      const { status, body } = await world.scim('POST', '/Users', { schemas: [USER], userName: email })
      t.equal(status, 201, `${email}: ${JSON.stringify(body)}`)
      ids.push(body.id)
    }
    const group = await world.group('dt-payments', ids)
    const run = await world.apply()
    t.equal(run.status, 'in-step', told(run))
    t.same(
      membersOf(await world.state(), 'team payments')
        .map(lower)
        .toSorted(),
      odd.map(lower).toSorted(),
    )
    t.same((await world.plan()).plan.steps, [], 'quiet when in step')
    unharmed(t, before, await world.state())
    await world.patch(`/Groups/${group}`, { op: 'replace', path: 'members', value: [] })
    t.equal((await world.apply()).status, 'in-step')
    t.same(membersOf(await world.state(), 'team payments'), [])
  })

  t.test(
    'so are those beyond ASCII; one that Dynatrace refuses is named, and disturbs nobody else',
    async t => {
      const world = await worldOf(t)
      const before = await world.state()
      const emails = ['jürgen@acme.example', 'ana@münchen.example', 'bo@acme.example']
      const ids: string[] = []
      for (const userName of emails) {
        const { status, body } = await world.scim('POST', '/Users', { schemas: [USER], userName })
        t.equal(status, 201, `${userName}: ${JSON.stringify(body)}`)
        ids.push(body.id)
      }
      await world.group('dt-payments', ids)
      await world.fault({
        match: { method: 'POST', path: '/users$' },
        fault: 'status',
        status: 400,
        times: 1,
      })
      const run = await world.apply()
      t.equal(run.status, 'partial')
      const members = membersOf(await world.state(), 'team payments')
      t.equal(members.length, 2, 'the others have their access')
      const [refused = ''] = emails.filter(email => !members.includes(email))
      const [step] = run.plan.steps.filter(each => run.results[each.id]?.kind === 'failed')
      t.match(step?.title, `invite ${refused}`)
      t.match(told(run), 'users.invite failed: Dynatrace answered 400')
      t.equal((await world.apply()).status, 'in-step')
      t.same(membersOf(await world.state(), 'team payments'), emails.toSorted())
      t.same((await world.plan()).plan.steps, [])
      unharmed(t, before, await world.state())
    },
  )
})

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'

async function worldOf(
  t: Test,
  options: {
    readonly rules?: string
    readonly accountUuid?: string
    readonly clock?: TestClock
    readonly through?: (url: string) => Promise<string>
  } = {},
): Promise<World> {
  const { rules = RULES, clock = testClock(), ...more } = options
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules, clock, ...more })
  t.teardown(() => store.close())
  return world
}

/** Everything that a run tells people. */
function told(run: Run): string {
  const steps = run.plan.steps.map(({ id, title, verdict }) => {
    const result = run.results[id]
    return [
      title,
      'reason' in verdict ? verdict.reason : '',
      result !== undefined && 'reason' in result ? result.reason : '',
    ].join(': ')
  })
  const findings = run.findings.map(each => `${each.subject}: ${each.message} ${each.remedy}`)
  return [run.status, ...run.problems, ...steps, ...findings].join('\n')
}

interface Account {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly [kind: string]: unknown
}

/** Everything that was there before is there still, unchanged but for memberships in groups of ours. */
function unharmed(t: Test, before: Account, after: Account): void {
  for (const kind of ['environments', 'groups', 'permissions', 'policies', 'boundaries', 'bindings']) {
    const there = new Set(listed(after[kind]))
    t.same(
      listed(before[kind]).filter(each => !there.has(each)),
      [],
      `${kind} that were there are there still`,
    )
  }
  for (const user of before.users) {
    const now = after.users.find(each => each.email === user.email)
    const lost = user.groups.filter(name => now?.groups.includes(name) !== true)
    if (lost.length > 0) t.fail(`${user.email} lost ${lost.join(', ')}`)
  }
}

function listed(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(each => JSON.stringify(each)) : []
}

function membersOf(state: Account, group: string): readonly string[] {
  return state.users
    .filter(user => user.groups.includes(group))
    .map(user => user.email)
    .toSorted()
}

function lower(text: string): string {
  return text.toLowerCase()
}

/** Stands between bridge and account, and lets something happen right after the first POST to such a path. */
function middleman(path: RegExp) {
  let then: (() => Promise<unknown>) | undefined
  let hits = 0
  return {
    after: (action: () => Promise<unknown>) => {
      then = action
    },
    hits: () => hits,
    start: async (t: Test, target: string): Promise<string> => {
      const server = createServer((incoming, outgoing) => {
        void (async () => {
          const body: Buffer[] = []
          for await (const piece of incoming) body.push(piece)
          const { host: _, 'content-length': __, 'transfer-encoding': ___, ...headers } = incoming.headers
          const answer = await request(`${target}${incoming.url}`, {
            method: incoming.method as 'GET',
            headers,
            body: body.length === 0 ? null : Buffer.concat(body),
          })
          const text = await answer.body.text()
          if (incoming.method === 'POST' && path.test(incoming.url ?? '')) {
            hits += 1
            await then?.()
            then = undefined
          }
          outgoing.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(text)
        })()
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      t.teardown(() => {
        server.closeAllConnections()
        server.close()
      })
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
    },
  }
}
