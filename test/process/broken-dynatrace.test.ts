/** What the bridge does while Dynatrace is slow, unreachable, talks nonsense or refuses it: SCIM goes on, nothing is lost. */
import { createServer } from 'node:net'
import { test } from 'tap'
import { addressOf, bridgeClient } from '../support/bridge-client.ts'
import { drivenBridge, isFreeOfSecrets, PASSWORD, placeFor, TOKENS } from '../support/driven-bridge.ts'
import { eventually, startServe } from '../support/processes.ts'
import { simulatedAccount } from '../support/simulated-account.ts'

test('SIGTERM ends the bridge soon, even in the middle of a pass with a slow Dynatrace', async t => {
  const { account, bridge, client } = await drivenBridge(t, 'slow')
  await client.createUser('ada')
  await eventually('the person is invited', () => account.hasUser(addressOf('ada')))
  await account.fault({ fault: 'slow', delayMs: 60_000, times: 1_000 })
  await account.forgetCalls()
  await client.createUser('bob')
  await eventually('a call is under way', async () => (await account.faultsLeft()) < 1_000)
  const askedAt = performance.now()
  t.same(await bridge.end('SIGTERM'), { code: 0, signal: null }, bridge.output())
  t.ok(performance.now() - askedAt < 30_000, `after ${Math.round(performance.now() - askedAt)} ms`)
})

test('SCIM goes on while Dynatrace is unreachable or talks nonsense, and everything arrives afterwards', async t => {
  const port = await freePort()
  const { folder, rules } = await placeFor(t, 'broken')
  const nowhere = `http://127.0.0.1:${port}`
  const credentials = await simulatedAccount(t)
  const bridge = await startServe(t, {
    cwd: folder,
    env: {
      ...credentials.env,
      ...TOKENS,
      BRIDGE_CONFIG: rules,
      DT_API_URL: nowhere,
      DT_SSO_URL: nowhere,
    },
  })
  const client = bridgeClient(bridge)
  const people: string[] = []
  const provision = async (name: string) => {
    const user = await client.createUser(name)
    const group = await client.createGroup(`dt-${name}`, [user.body.id])
    t.same([user.status, group.status], [201, 201], `SCIM answers: ${name}`)
    people.push(name)
    const readiness = await eventually(`readiness tells of it: ${name}`, async () => {
      const answer = await client.readiness()
      return answer.dependencies.dynatrace.status === 'degraded' && answer
    })
    t.same([readiness.http, readiness.status], [200, 'degraded'], 'and stays in service')
  }
  await provision('refused')

  const account = await simulatedAccount(t, port)
  const arrived = async () => {
    const { users, groups } = await account.state()
    return people.every(
      name =>
        groups.some(group => group.name === `broken ${name}`) &&
        users.some(user => user.email === addressOf(name) && user.groups.includes(`broken ${name}`)),
    )
  }
  await eventually('everything arrives once it listens', arrived, 40_000)

  for (const fault of [
    { fault: 'html' },
    { fault: 'truncate' },
    { fault: 'status', status: 500 },
    { fault: 'status', status: 503 },
    { fault: 'cut' },
  ]) {
    const name = `${fault.fault}${fault.status ?? ''}`
    await account.fault({ ...fault, times: 1_000_000 })
    await provision(name)
    await account.clearFaults()
    await eventually(`everything arrives after ${name}`, arrived, 40_000)
  }
  await eventually('readiness is well again', async () => (await client.readiness()).status === 'ok', 40_000)
  const plan = await client.run('plan')
  t.same(plan.plan.steps, [], 'nothing is left to do')
  t.same((await client.call('GET', '/api/v1/journal/verify')).body.kind, 'ok')
  await bridge.end('SIGTERM')
  isFreeOfSecrets(t, bridge, account)
})

test('a secret that Dynatrace refuses is told of in no log', async t => {
  const { folder, rules } = await placeFor(t, 'refused')
  const account = await simulatedAccount(t)
  const wrongSecret = `${account.env.DT_CLIENT_ID}.${'X0'.repeat(32)}`
  const bridge = await startServe(t, {
    cwd: folder,
    env: {
      ...account.env,
      ...TOKENS,
      BRIDGE_CONFIG: rules,
      DT_CLIENT_SECRET: wrongSecret,
      LOG_LEVEL: 'trace',
    },
  })
  const client = bridgeClient(bridge)
  t.equal((await client.createUser('ada', { password: PASSWORD })).status, 201)
  const readiness = await eventually('readiness tells of it', async () => {
    const answer = await client.readiness()
    return answer.dependencies.dynatrace.status === 'degraded' && answer
  })
  t.notMatch(JSON.stringify(readiness), 'X0X0')
  await bridge.end('SIGTERM')
  t.notMatch(bridge.output(), 'X0X0')
  isFreeOfSecrets(t, bridge, account)
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const port = portOf(probe.address())
  await new Promise(resolve => probe.close(resolve))
  return port
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
