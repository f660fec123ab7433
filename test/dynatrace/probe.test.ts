/** What a probe sees of an account that is well, and of each thing that can be wrong with it. Never a write. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Test, test } from 'tap'
import { request } from 'undici'
import { ASSUMPTIONS } from '../../src/dynatrace/probe/assumptions.ts'
import type { Check, Section, Verdict } from '../../src/dynatrace/probe/check.ts'
import { NEEDS } from '../../src/dynatrace/probe/needs.ts'
import { type ProbeOptions, probeAccount } from '../../src/dynatrace/probe/probe.ts'
import { READS } from '../../src/dynatrace/probe/reads.ts'
import { GRANTS } from '../../src/dynatrace/scopes.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { readContract } from '../support/contract.ts'

const STRANGER = '7f1c2b3a-0000-4000-8000-00000000ffff'

test('the table of needs', async t => {
  const contract = readContract()
  t.same(
    NEEDS.map(need => need.scope).toSorted(),
    Object.values(GRANTS)
      .flatMap(grant => grant.scopes)
      .toSorted(),
    'it has every scope that the client asks for, and no other',
  )
  const reading = contract.operations.filter(each => each.method === 'GET').map(each => each.operationId)
  t.same(
    READS.map(each => each.operation).toSorted(),
    reading.toSorted(),
    'every read of the contract is looked at',
  )
  const looks = [...READS, ...ASSUMPTIONS.map(({ operation, scope }) => ({ operation, scopes: [scope] }))]
  for (const { operation, scopes } of looks) {
    const known = contract.operations.find(each => each.operationId === operation)?.['x-scopes'] ?? []
    t.ok(
      scopes.some(scope => known.includes(scope)),
      `${operation} needs ${scopes.join(', ')}`,
    )
  }
})

test('an account that is well', async t => {
  const account = await simulated(t)
  await account.control('POST', '/edit', {
    as: 'ana.kos@acme.example',
    do: 'describe-group',
    group: 'on-call pager',
    description: 'a',
  })
  await account.control('POST', '/edit', {
    as: 'ana.kos@acme.example',
    do: 'describe-group',
    group: 'on-call pager',
    description: 'b',
  })
  const before = await account.control('GET', '/state')
  const sections = await probed(t, account.options)
  const unwell = checks(sections).filter(each => each.verdict !== 'ok')
  t.same(unwell, [], 'everything is as it should be')
  t.match(check(sections, 'subject').says, 'the service user "scim-bridge"')
  t.match(check(sections, 'environment.old00001').says, 'inactive: skipped')
  t.equal(check(sections, 'assumption.audit.query').verdict, 'ok', 'two entries show the order')
  t.same(await account.control('GET', '/state'), before, 'the account is as before')
  const calls = await account.control('GET', '/calls')
  t.equal(calls.writes, 0, JSON.stringify(calls))
})

test('scopes', async t => {
  const account = await simulated(t)
  const { scopes } = await account.control('GET', '/client')
  const without = (...missing: readonly string[]) =>
    account.control('PUT', '/client', { scopes: scopes.filter((each: string) => !missing.includes(each)) })

  for (const { scope, feature, grant } of NEEDS) {
    t.test(`${scope} is missing: it alone is named, with the feature that needs it`, async t => {
      await without(scope)
      const sections = await probed(t, account.options)
      const missing = checks(sections).filter(each => each.id.startsWith('scope.') && each.verdict !== 'ok')
      t.match(missing, [
        {
          id: `scope.${scope}`,
          verdict: grant === 'account' ? 'error' : 'warning',
          says: `${scope} is missing, needed for ${feature}: without it `,
          remedy: `Give ${scope} to the OAuth client`,
        },
      ])
      const others = checks(sections).filter(
        each => each.verdict === 'error' && !each.id.startsWith('scope.'),
      )
      t.same(others, [], 'nothing else is blamed')
      t.notOk(
        checks(sections).some(each => each.id.startsWith('read.') && each.says.includes('403')),
        'what needs the scope is not called',
      )
    })
  }

  t.test('several at once are all found', async t => {
    const missing = ['account-env-read', 'account-audit-logs-read', 'document:documents:admin']
    await without(...missing)
    const sections = await probed(t, account.options)
    const named = checks(sections).filter(
      each => each.id.startsWith('scope.') && /is missing/.test(each.says),
    )
    t.same(named.map(each => each.id).toSorted(), ['scope.account-audit-logs-read', 'scope.account-env-read'])
    t.equal(
      check(sections, 'scope.document:documents:admin').verdict,
      'unseen',
      'nobody knows an environment to ask for',
    )
  })

  t.test('finer scopes in the place of the coarse one are told', async t => {
    await without('iam-policies-management')
    const { remedy } = check(await probed(t, account.options), 'scope.iam-policies-management')
    t.match(remedy, 'The client has iam:policies:read, iam:policies:write')
  })
})

test('the subject user', async t => {
  const account = await simulated(t)
  const subjectIs = (subject: string) => account.control('PUT', '/client', { subject })

  t.test('a person is a risk', async t => {
    await subjectIs('ana.kos@acme.example')
    const sections = await probed(t, account.options)
    t.match(check(sections, 'subject'), { verdict: 'warning', says: 'ana.kos@acme.example, a person' })
    t.match(check(sections, 'subject.groups').says, 'It lives on "Account Admins", "break-glass"')
  })

  t.test('without the permission: the scope is there, and the user is named', async t => {
    await subjectIs('ben.okafor@acme.example')
    const sections = await probed(t, account.options)
    const uid = '00000000-0000-4000-8000-000000000003'
    t.match(check(sections, 'scope.account-idm-read').verdict, 'ok')
    t.match(check(sections, 'subject.permission'), {
      verdict: 'error',
      says: `The subject user ${uid} may not see the users of the account, though the scope account-idm-read is there`,
      remedy: 'Give it the permission account-user-management',
    })
    const refused = checks(sections).filter(each => each.id.startsWith('read.') && each.verdict === 'error')
    t.equal(refused.length, 0, 'one line says what follows from it')
    t.match(check(sections, 'refused.account-viewer'), { remedy: 'account-viewer' })
    t.equal(check(sections, 'read.users.list').because, 'it is refused')
  })

  t.test('one who is inactive', async t => {
    await subjectIs('ana.kos@acme.example')
    await account.control('POST', '/edit', {
      as: 'owner@acme.example',
      do: 'deactivate-user',
      user: 'ana.kos@acme.example',
    })
    const [only] = checks(await probed(t, account.options))
    t.match(only, { id: 'credentials', verdict: 'error', remedy: 'its subject user is not active' })
  })
})

test('credentials and addresses', async t => {
  const account = await simulated(t)
  const { options } = account
  const only = async (changed: Partial<ProbeOptions>) => {
    const sections = await probed(t, { ...options, ...changed })
    const bad = checks(sections).filter(each => each.verdict !== 'ok')
    t.equal(bad.length, 1, JSON.stringify(bad))
    t.notMatch(JSON.stringify(sections), options.clientSecret, 'no secret is told')
    return bad[0]
  }

  t.test('another account', async t => {
    t.match(await only({ accountUuid: STRANGER }), {
      id: 'account',
      verdict: 'error',
      says: `not for the account ${STRANGER}: it belongs to the account ${options.accountUuid}`,
      remedy: `Set DT_ACCOUNT_UUID to ${options.accountUuid}`,
    })
  })

  t.test('a wrong secret, and a client that was revoked', async t => {
    const wrong = { id: 'credentials', verdict: 'error', remedy: 'correct DT_CLIENT_ID and DT_CLIENT_SECRET' }
    t.match(await only({ clientSecret: `${options.clientSecret.slice(0, -4)}WRNG` }), wrong)
    await account.control('PUT', '/client', { active: false })
    t.match(await only({}), wrong)
    await account.control('PUT', '/client', { active: true })
  })

  t.test('nobody listens, no such name', async t => {
    const dead = await closedPort()
    t.match(await only({ ssoUrl: dead }), {
      id: 'sso',
      says: 'Nobody listens at',
      remedy: 'Correct DT_SSO_URL',
    })
    t.match(await only({ apiUrl: dead }), {
      id: 'api',
      says: 'Nobody listens at',
      remedy: 'Correct DT_API_URL',
    })
    t.match(await only({ ssoUrl: 'http://sso.dynatrace.invalid' }), {
      id: 'sso',
      says: 'The name sso.dynatrace.invalid cannot be resolved',
      remedy: 'DNS',
    })
  })

  t.test('no safe connection', async t => {
    const plain = new URL(await answering(t, 200, '{}'))
    t.match(await only({ ssoUrl: `https://${plain.host}` }), {
      id: 'sso',
      says: 'No safe connection to',
      remedy: 'NODE_EXTRA_CA_CERTS',
    })
  })

  t.test('a page of a proxy, a wrong server, an outage', async t => {
    const page = await answering(t, 200, '<html><title>Sign in to ACME</title></html>')
    t.match(await only({ ssoUrl: page }), { id: 'sso', says: 'titled "Sign in to ACME"', remedy: 'A proxy' })
    t.match(await only({ apiUrl: page }), {
      id: 'api',
      says: 'titled "Sign in to ACME"',
      remedy: 'DT_API_URL',
    })
    t.match(await only({ ssoUrl: await answering(t, 200, '{"hello":1}') }), { says: 'without a token' })
    t.match(await only({ apiUrl: await answering(t, 404, '{"message":"Cannot GET /env/v2/x"}') }), {
      says: 'knows no account API',
    })
    t.match(await only({ apiUrl: await answering(t, 404, '{"message":"no such account"}') }), {
      id: 'account',
      remedy: 'Correct DT_ACCOUNT_UUID',
    })
    t.match(await only({ ssoUrl: await answering(t, 302, '') }), { says: 'leads elsewhere (302)' })
    t.match(await only({ apiUrl: await answering(t, 407, '') }), { says: 'wants credentials' })
    t.match(await only({ apiUrl: await answering(t, 401, '{"message":"nope"}') }), {
      remedy: 'belong together',
    })
    t.match(await only({ apiUrl: await answering(t, 503, '{"message":"later"}') }), { says: '503' })
  })
})

test('the clock', async t => {
  const { options } = await simulated(t)
  const shifted = (ms: number) => ({ ...systemClock, now: () => new Date(Date.now() + ms) })
  const clockOf = async (ms: number) => check(await probed(t, { ...options, clock: shifted(ms) }), 'clock')
  t.match(await clockOf(0), { verdict: 'ok', says: 'Clocks agree.' })
  t.match(await clockOf(30_000), { verdict: 'ok', says: 'Clocks agree within ' })
  t.match(await clockOf(-90_000), { verdict: 'warning', says: 's behind that of Dynatrace', remedy: 'NTP' })
  t.match(await clockOf(90_000), { verdict: 'warning', says: 's ahead of that of Dynatrace' })
})

test('what the API answers', async t => {
  const account = await simulated(t)
  const faulty = async (fault: object) => {
    await account.control('DELETE', '/faults')
    await account.control('POST', '/faults', { times: 100, ...fault })
    return await probed(t, account.options)
  }

  t.test('an answer that is not what is promised is a difference', async t => {
    const sections = await faulty({ match: { path: '/boundaries' }, fault: 'short-list' })
    t.match(check(sections, 'read.boundaries.list'), { verdict: 'error', says: 'It differs: ' })
    t.match(check(sections, 'read.policies.list').verdict, 'ok')
  })

  t.test('no answer is no verdict, and yet not all is well', async t => {
    const sections = await faulty({ match: { path: '/limits$' }, fault: 'status', status: 503 })
    t.match(check(sections, 'read.limits.account'), { verdict: 'warning', says: '503', remedy: 'again' })
    t.match(check(sections, 'limits.people.account'), { verdict: 'warning', remedy: 'again' })
  })

  t.test('a refusal in spite of scope and permission is told once', async t => {
    const sections = await faulty({ match: { path: '/audit/' }, fault: 'status', status: 403 })
    t.match(check(sections, 'refused.account-viewer'), { verdict: 'warning', says: 'audit.query' })
  })
})

test('use of limits', async t => {
  t.test('a warning from 80 %, an error when it is full', async t => {
    const account = await simulated(t)
    await account.control('POST', '/seed', {
      policies: Array.from({ length: 170 }, (_, index) => ({
        name: `policy ${index}`,
        statement: 'ALLOW storage:logs:read;',
      })),
    })
    t.match(check(await probed(t, account.options), 'limits.policies.account.policies'), {
      verdict: 'warning',
      says: 'Account: policies 172 of 200 (86 %).',
      remedy: 'Delete policies that nobody needs',
    })
    await account.control('POST', '/seed', {
      policies: Array.from({ length: 28 }, (_, index) => ({
        name: `more ${index}`,
        statement: 'ALLOW storage:logs:read;',
      })),
    })
    t.match(check(await probed(t, account.options), 'limits.policies.account.policies'), {
      verdict: 'error',
      says: 'Account: policies 200 of 200. It is full',
    })
  })
})

async function simulated(t: Test) {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  t.teardown(() => simulator.close())
  const { url, accountUuid, clientId, clientSecret } = simulator
  const options: ProbeOptions = {
    ...{ accountUuid, clientId, clientSecret },
    ...{ apiUrl: url, ssoUrl: url, environmentUrl: `${url}/e/{id}` },
    clock: { ...systemClock, sleep: async () => undefined },
  }
  async function control(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) {
    const answer = await request(`${url}/_simulator${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  return { options, control }
}

async function probed(t: Test, options: ProbeOptions): Promise<readonly Section[]> {
  const probe = await probeAccount(options)
  t.teardown(() => probe.close())
  return probe.sections
}

function checks(sections: readonly Section[]): readonly Check[] {
  return sections.flatMap(each => each.checks)
}

function check(sections: readonly Section[], id: string): Check {
  const found = checks(sections).find(each => each.id === id)
  return found ?? { id, verdict: 'unseen' satisfies Verdict, says: `there is no check ${id}` }
}

async function answering(t: Test, status: number, text: string): Promise<string> {
  const server = createServer((_, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json' }).end(text)
  })
  return await listening(t, server)
}

async function listening(t: Test, server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  await new Promise(resolve => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
