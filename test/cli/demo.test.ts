/** The demo against a whole bridge and a simulated account, twice in a row, and where it must not play. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Test, test } from 'tap'
import { startBridge } from '../../src/cli/bridge.ts'
import { demo } from '../../src/cli/commands/demo.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { createLogger } from '../../src/telemetry/log.ts'

const SAMPLE = fileURLToPath(new URL('../../src/access/sample/bridge.yaml', import.meta.url))
const HOST = '127.0.0.1'
const env = { BRIDGE_SCIM_TOKEN: 'scim-token-for-tests', BRIDGE_ADMIN_TOKEN: 'admin-token-for-tests' }

test('the demo plays from an empty bridge, and again over what it left', async t => {
  const { bridge, simulator } = await playground(t)

  const first = await play({ url: bridge.url, simulator: simulator.url })
  t.equal(first.code, 0)
  t.notMatch(first.out, 'Taken away what an earlier run left')
  tellsTheStory(t, first.out)
  tellsTheDrift(t, first.out)

  const second = await play({ url: bridge.url, simulator: `${simulator.url}/` })
  t.equal(second.code, 0)
  t.match(second.out, 'Taken away what an earlier run left: 8 users and 5 groups.')
  tellsTheStory(t, second.out)
  tellsTheDrift(t, second.out)
})

/** Both dialects are on the wire, and everybody has what the rules say. */
function tellsTheStory(t: Test, out: string): void {
  t.match(out, /Okta {2}→ GET +\/Users\?startIndex=1&count=2 +200/)
  t.match(out, /Okta {2}→ POST +\/Users +ana@acme\.example +201/)
  t.match(out, /remove members\[value eq "\w{6}…"\] · add members \[/)
  t.match(out, /replace \{"id":"\w{6}…","displayName":"dt-payments-editor-nonprod"\}/)
  t.match(out, 'replace {"active":false}')
  t.match(out, /Add members \[\{"\$ref":null,"value":"\w{6}…"\}/)
  t.match(out, 'Add urn:…:User:department "Checkout"')
  t.match(out, 'Replace active "False"')
  t.match(
    out,
    /ana@acme\.example +Standard User +Standard User +Standard User\n +team data \[team payments\]\n/,
  )
  t.match(out, /bo@acme\.example +none: has left/)
  t.match(out, /mia@acme\.example +Admin User/)
}

function tellsTheDrift(t: Test, out: string): void {
  for (const step of [
    '- remove ben.okafor@acme.example',
    '+ add ana@acme.example',
    '~ change boundaries of "team data" (team=payments) on environment prod (abc12345)',
    'no boundary → "team payments"',
    '+ bind "Pro User" on environment prod (abc12345)',
    '~ rename group "payments devs (temporary)" to "payments editor nonprod"',
    '~ change boundary "analysts of payments"',
    '+ storage:dt.security_context = "payments";',
    'Plan: 2 to add, 3 to change, 1 to remove, 0 held, 0 refused.',
    '6 applied, 0 failed, 0 skipped (0 held, 0 refused).',
    'No differences. The account matches.',
    'The group "incident war room" still stands',
    'held by groupShrink: The group "checkout editor prod" would lose 2 of 2 members',
    '✓ delete group "checkout editor prod" with 2 members',
  ]) {
    t.ok(out.includes(step), step)
  }
  t.match(out, /the repair of the hand edits +\d+ +6\n/)
  t.match(out, /a second plan +\d+ +0\n/)
  t.match(out, /together +\d+ +\d+\n/)
}

test('the demo stops before it does anything where it must not play', async t => {
  const { bridge, simulator } = await playground(t)
  const other = await startSimulator({ host: HOST, port: 0, seed: 'sample' })
  t.teardown(() => other.close())
  const something = createServer((_request, response) => response.end('<html>'))
  await new Promise<void>(resolve => something.listen(0, HOST, resolve))
  t.teardown(() => something.close())
  const address = something.address()
  const html = `http://${HOST}:${typeof address === 'object' ? address?.port : 0}`

  for (const [title, options, message] of [
    [
      'a bridge that drives another account',
      { url: bridge.url, simulator: other.url },
      /does not drive the simulated account/,
    ],
    [
      'no simulator',
      { url: bridge.url, simulator: `http://${HOST}:1` },
      /^No simulated account answers at .*ECONNREFUSED/,
    ],
    [
      'something else instead of a simulator',
      { url: bridge.url, simulator: html },
      /is not a simulated account/,
    ],
    ['no bridge', { url: `http://${HOST}:1`, simulator: simulator.url }, /^No bridge answers at/],
    ['a malformed address', { url: bridge.url, simulator: 'localhost' }, /"localhost" is not the URL/],
  ] as const) {
    await t.rejects(demo(options, silent()), { name: 'CliError', message }, title)
  }
  await t.rejects(
    demo(
      { url: bridge.url, simulator: simulator.url },
      { ...silent(), env: { BRIDGE_DATA_DIR: join(t.testdirName, 'nowhere') } },
    ),
    { code: 'no-token' },
  )
  await t.rejects(
    demo(
      { url: bridge.url, simulator: simulator.url },
      { ...silent(), env: { ...env, BRIDGE_SCIM_TOKEN: 'wrong' } },
    ),
    { message: /refuses the SCIM token from BRIDGE_SCIM_TOKEN/ },
  )
})

async function playground(t: Test) {
  const simulator = await startSimulator({ host: HOST, port: 0, seed: 'sample' })
  const { accountUuid, clientId, clientSecret, url } = simulator
  const bridge = await startBridge({
    host: HOST,
    port: 0,
    dataDir: join(t.testdir(), 'data'),
    databaseUrl: undefined,
    accessFile: SAMPLE,
    scimToken: env.BRIDGE_SCIM_TOKEN,
    adminToken: env.BRIDGE_ADMIN_TOKEN,
    dynatrace: {
      accountUuid,
      clientId,
      clientSecret,
      apiUrl: url,
      ssoUrl: url,
      environmentUrl: `${url}/e/{id}`,
    },
    log: createLogger('fatal'),
    clock: systemClock,
  })
  t.teardown(async () => {
    await bridge.close()
    await simulator.close()
  })
  return { bridge, simulator }
}

async function play(options: Parameters<typeof demo>[0]) {
  let out = ''
  const code = await demo(options, {
    ...silent(),
    out: text => {
      out += text
    },
  })
  return { code, out }
}

const silent = (): Parameters<typeof demo>[1] => ({
  out: () => undefined,
  err: () => undefined,
  env,
  colour: false,
  clock: systemClock,
  untilStopped: () => Promise.resolve(),
})
