/** The bridge as a process: what it says, how it fails to start, how it ends, and what it survives. */
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { addressOf, bridgeClient } from '../support/bridge-client.ts'
import { startPostgres } from '../support/databases.ts'
import {
  drivenBridge,
  isFreeOfSecrets,
  PASSWORD,
  placeFor,
  rulesFor,
  TOKENS,
} from '../support/driven-bridge.ts'
import { emptyFolder, eventually, startCli, startServe } from '../support/processes.ts'
import { type SimulatedAccount, simulatedAccount } from '../support/simulated-account.ts'

test('the command line says what it can do', async t => {
  const help = startCli(t, ['--help'])
  t.same(await help.exit, { code: 0, signal: null })
  t.match(help.output(), /serve .*run the bridge/)
})

test('the banner names URLs and token files, and SIGTERM ends the bridge with 0', async t => {
  const folder = await emptyFolder(t)
  const bridge = await startServe(t, { cwd: folder, args: ['--simulator-port', '0'] })
  const [scim, admin] = await Promise.all(['scim', 'admin'].map(name => token(join(folder, 'data'), name)))
  for (const said of [
    `${bridge.url}/scim/v2`,
    'data/scim.token',
    `${bridge.url}/api/v1`,
    'data/admin.token',
    `${bridge.url}/health/ready`,
    'simulated',
    'npm run demo',
  ]) {
    t.ok(bridge.output().includes(said), said)
  }
  const client = bridgeClient(bridge, { scim: scim ?? '', admin: admin ?? '' })
  t.equal((await client.createUser('ada')).status, 201, 'the token in the file opens SCIM')
  t.equal((await client.run('plan')).mode, 'plan', 'the other one opens the operations')
  t.same(await bridge.end('SIGTERM'), { code: 0, signal: null })
  t.notOk(bridge.output().includes(scim ?? '-'), 'the SCIM token is nowhere')
  t.notOk(bridge.output().includes(admin ?? '-'), 'nor is the admin token')
})

test('for programs the banner is one line of JSON', async t => {
  const bridge = startCli(t, ['serve', '--simulator-port', '0', '--json'], {
    cwd: await emptyFolder(t),
    env: { PORT: '0' },
  })
  await eventually('the banner', async () => bridge.output().includes('"started"'))
  const line =
    bridge
      .output()
      .split('\n')
      .find(each => each.startsWith('{"started"')) ?? '{}'
  t.match(JSON.parse(line), {
    started: { scim: { url: /\/scim\/v2$/, token: 'data/scim.token' }, dynatrace: { simulated: true } },
  })
  t.same(await bridge.end('SIGTERM'), { code: 0, signal: null })
})

test('a port in use is said in one line, and nothing is left running', async t => {
  const port = await busyPort(t)
  const cwd = await emptyFolder(t)
  const account = await simulatedAccount(t)
  const { rules } = await placeFor(t, 'port')
  const bridge = startCli(t, ['serve'], {
    cwd,
    env: { ...account.env, ...TOKENS, BRIDGE_CONFIG: rules, PORT: String(port) },
  })
  t.same(await bridge.exit, { code: 1, signal: null })
  t.match(bridge.output(), `Port ${port} of 127.0.0.1 is in use`)
  t.match(bridge.output(), 'set PORT')
  t.notMatch(bridge.output(), /\n\s+at /, 'no stack')

  const simulator = startCli(t, ['serve', '--simulator-port', String(port)], { cwd, env: { PORT: '0' } })
  t.same(await simulator.exit, { code: 1, signal: null })
  t.match(simulator.output(), `on port ${port}, which is in use`)
  t.match(simulator.output(), '--simulator-port')
})

test('an unusable data folder is said in one line', async t => {
  const cwd = await emptyFolder(t)
  await writeFile(join(cwd, 'taken'), 'a file')
  for (const [folder, env] of [
    ['taken', {}],
    ['taken/inside', TOKENS],
  ] as const) {
    const bridge = startCli(t, ['serve', '--simulator-port', '0'], {
      cwd,
      env: { PORT: '0', BRIDGE_DATA_DIR: folder, ...env },
    })
    t.same(await bridge.exit, { code: 1, signal: null }, folder)
    t.match(bridge.output(), folder)
    t.match(bridge.output(), /writable|BRIDGE_DATA_DIR/, 'with a remedy')
    t.notMatch(bridge.output(), /\n\s+at /, 'no stack')
  }
})

test('unknown and malformed settings end it with 78, each named, no value shown', async t => {
  const cwd = await emptyFolder(t)
  const bridge = startCli(t, ['serve'], {
    cwd,
    env: {
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      BRIDGE_SCIM_TOKEN: 'too-short',
      BRIDGE_LOG_LEVEL: 'info',
      DT_CLIENT_SECRET: `dt0s02.ABCDEFGH.${'S'.repeat(64)}`,
      DATABASE_URL: 'mysql://root:hunter2@db/bridge',
    },
  })
  t.same(await bridge.exit, { code: 78, signal: null })
  for (const name of [
    'PORT ',
    'LOG_LEVEL ',
    'BRIDGE_SCIM_TOKEN ',
    'BRIDGE_LOG_LEVEL ',
    'DT_ACCOUNT_UUID',
    'DATABASE_URL ',
  ]) {
    t.ok(bridge.output().includes(`  ${name}`), name)
  }
  t.match(bridge.output(), 'did you mean LOG_LEVEL?')
  for (const value of ['too-short', 'SSSS', 'hunter2']) t.notOk(bridge.output().includes(value), value)
})

test('a bad bridge.yaml ends it with 78 and the place of every mistake', async t => {
  const { folder, rules } = await placeFor(t, 'bad')
  await writeFile(
    rules,
    [
      'version: 1',
      'mode: sometimes',
      'rules:',
      '  - name: teams',
      '    match: dt-{team}',
      '    group: { name: "{tem}" }',
      '    bindings: [ { policy: Standard User, level: nowhere } ]',
    ].join('\n'),
  )
  const bridge = startCli(t, ['serve', '--simulator-port', '0'], {
    cwd: folder,
    env: { PORT: '0', ...TOKENS, BRIDGE_CONFIG: rules },
  })
  t.same(await bridge.exit, { code: 78, signal: null })
  for (const line of [2, 6, 7]) t.match(bridge.output(), new RegExp(`bridge\\.yaml:${line}:\\d+`))
  t.match(bridge.output(), /3 errors in /)

  const missing = startCli(t, ['serve', '--simulator-port', '0'], {
    cwd: folder,
    env: { PORT: '0', ...TOKENS, BRIDGE_CONFIG: 'nowhere.yaml' },
  })
  t.same(await missing.exit, { code: 78, signal: null })
  t.match(missing.output(), /nowhere\.yaml cannot be opened .*BRIDGE_CONFIG/)
})

test('a bad edit of bridge.yaml leaves the last good one in force, a good edit is carried out', async t => {
  const { account, rules, bridge, client } = await drivenBridge(t, 'edited')
  const { body: ada } = await client.createUser('ada')
  await client.createGroup('dt-one', [ada.id])
  await eventually('the group is there', () => hasGroup(account, 'edited one'))

  const bad = `${rulesFor('edited')}mode: sometimes\n`
  await writeFile(rules, bad)
  const degraded = await eventually('readiness tells of the bad file', async () => {
    const readiness = await client.readiness()
    return readiness.dependencies.configuration.status === 'degraded' && readiness
  })
  t.equal(degraded.http, 200, 'the bridge stays in service')
  t.equal(degraded.status, 'degraded')
  await eventually('the log has the place', () =>
    bridge
      .log()
      .some(({ level, line, column }) => level === 'error' && line === placeOf(bad) && Number(column) > 0),
  )
  await client.createGroup('dt-two', [ada.id])
  await eventually('the last good one works on', () => hasGroup(account, 'edited two'))

  await writeFile(rules, rulesFor('renamed'))
  await eventually('the good edit is carried out', () => hasGroup(account, 'renamed two'), 10_000)
  t.notOk(await hasGroup(account, 'edited two'), 'it is the same group under another name')
  t.equal((await client.readiness()).dependencies.configuration.status, 'ok')
  isFreeOfSecrets(t, bridge, account)
})

test('a change reaches Dynatrace within two seconds, under one id in the log, and no secret is logged', async t => {
  const { account, bridge, client } = await drivenBridge(t, 'quick', { LOG_LEVEL: 'trace' })
  await eventually('the first pass is over', async () => {
    return (await client.readiness()).dependencies.reconciler.ageSeconds !== undefined
  })
  const id = { 'x-request-id': 'okta-4711' }
  const created = await client.createUser('ada', { password: PASSWORD }, id)
  const createdAt = performance.now()
  t.equal(created.status, 201)
  t.equal(created.headers['x-request-id'], 'okta-4711')
  await eventually('the person is invited', () => account.hasUser(addressOf('ada')))
  t.ok(performance.now() - createdAt < 2000, `after ${Math.round(performance.now() - createdAt)} ms`)

  const grouped = await client.createGroup('dt-team', [created.body.id], { 'x-request-id': 'okta-4712' })
  const groupedAt = performance.now()
  t.equal(grouped.status, 201)
  await eventually('the group has its member', async () => {
    const { users } = await account.state()
    return users.some(({ email, groups }) => email === addressOf('ada') && groups.includes('quick team'))
  })
  t.ok(performance.now() - groupedAt < 2000, `after ${Math.round(performance.now() - groupedAt)} ms`)

  await eventually('the log tells of the request, the pass and its calls', () => {
    const lines = bridge.log()
    const named = lines.filter(
      ({ requestIds }) => Array.isArray(requestIds) && requestIds.includes('okta-4711'),
    )
    return (
      lines.some(
        ({ msg, requestId, status }) => msg === 'request' && requestId === 'okta-4711' && status === 201,
      ) &&
      named.some(({ msg }) => String(msg).startsWith('reconcile pass')) &&
      named.some(({ msg, operation }) => msg === 'Dynatrace call' && operation === 'users.invite')
    )
  })
  const { body: journal } = await client.call('GET', '/api/v1/journal?requestId=okta-4711')
  t.ok(journal.entries.length > 0, 'and so does the journal')

  await client.scim('POST', '/Users', `{"userName":"eve","password":"${PASSWORD}"`)
  await client.patch(`/Users/${created.body.id}`, { op: 'replace', value: { password: PASSWORD } })
  const wrong = bridgeClient(bridge, { scim: 'a-wrong-token-of-somebody', admin: 'another-wrong-token' })
  t.equal((await wrong.scim('GET', '/Users')).status, 401)
  t.equal((await wrong.call('GET', '/api/v1/drift')).status, 401)
  await bridge.end('SIGTERM')
  for (const secret of ['a-wrong-token-of-somebody', 'another-wrong-token']) {
    t.notOk(bridge.output().includes(secret), secret)
  }
  isFreeOfSecrets(t, bridge, account)
})

test('of two bridges on one PostgreSQL both serve SCIM, one reconciles, and the other takes over', async t => {
  const server = await startPostgres(t)
  const databaseUrl = await server.createDatabase()
  const account = await simulatedAccount(t)
  const { folder, rules } = await placeFor(t, 'shared')
  const env = {
    ...account.env,
    ...TOKENS,
    BRIDGE_CONFIG: rules,
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'debug',
  }
  const bridges = await Promise.all([
    startServe(t, { cwd: folder, env }),
    startServe(t, { cwd: folder, env }),
  ])
  const clients = bridges.map(bridge => bridgeClient(bridge))
  const leaders = async (): Promise<readonly boolean[]> => Promise.all(clients.map(client => client.leads()))
  await eventually('one of them leads', async () => (await leaders()).includes(true))

  const users = await Promise.all(
    Array.from({ length: 20 }, (_, at) => clients[at % 2]?.createUser(`both-${at}`)),
  )
  t.ok(
    users.every(user => user?.status === 201),
    'both take changes',
  )
  for (const client of clients) t.equal((await client.all('Users')).length, 20, 'both show all of them')
  await eventually('what came to either arrives', async () => {
    const { users: people } = await account.state()
    return people.filter(({ email }) => email.startsWith('both-')).length === 20
  })
  const [first] = await leaders()
  t.equal((await leaders()).filter(Boolean).length, 1, 'exactly one leads')
  const [leading, following] = first === true ? [0, 1] : [1, 0]
  const [leader, follower] = [bridges[leading], bridges[following]]
  const survivor = clients[following]
  if (leader === undefined || follower === undefined || survivor === undefined) throw new Error('two bridges')
  await eventually('the one that leads reconciles', () => leader.log().some(isPass))
  t.notOk(follower.log().some(isPass), 'the other does not')

  await leader.end('SIGKILL')
  t.equal((await survivor.createUser('after')).status, 201, 'SCIM goes on')
  await eventually('the other one takes over', () => survivor.leads(), 10_000)
  await eventually('and carries out what came meanwhile', () => account.hasUser(addressOf('after')))
  t.equal((await survivor.call('GET', '/api/v1/journal/verify')).body.kind, 'ok')
  t.same(await follower.end('SIGTERM'), { code: 0, signal: null })
  for (const bridge of bridges) isFreeOfSecrets(t, bridge, account)
})

const placeOf = (text: string) => text.split('\n').indexOf('mode: sometimes') + 1
const isPass = ({ msg }: Readonly<Record<string, unknown>>) => String(msg).startsWith('reconcile pass')

async function hasGroup(account: SimulatedAccount, name: string): Promise<boolean> {
  return (await account.state()).groups.some(group => group.name === name)
}

async function token(folder: string, name: string): Promise<string> {
  return (await readFile(join(folder, `${name}.token`), 'utf8')).trim()
}

async function busyPort(t: Test): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise(resolve => server.close(resolve)))
  return portOf(server.address())
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
