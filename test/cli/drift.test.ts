/** Drift as the command line and the API tell it, of a bridge that never removes. */
import { type Test, test } from 'tap'
import { request } from 'undici'
import { command, envOf } from '../support/command.ts'
import { type RunningBridge, runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
mode: upsert
environments: { prod: { id: abc12345 } }
rules:
  - name: team access
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings:
      - { policy: team logs, level: account }
policies:
  - { name: team logs, statement: "ALLOW storage:logs:read;" }
`
const GROUP = 'payments viewers'

test('drift that stands', async t => {
  const bridge = await drifted(t)
  const env = envOf(bridge)

  await t.test('is told worst first, with what is known of it, in 80 columns', async t => {
    const { code, out } = await command(['drift'], env, { columns: 80 })
    t.equal(code, 2)
    for (const line of out.split('\n')) t.ok(line.length <= 80, line)
    const told = out.replace(/\s+/g, ' ')
    t.match(told, /critical: extra for \d+ seconds?, opens access/)
    t.match(told, 'The account has it, and no rule gives it.')
    t.match(told, 'rule "team access", IdP group "dt-payments-viewer"')
    t.match(told, /by hand: ana\.kos@acme\.example in the console, 20/)
    t.match(told, 'refused by mode')
    t.ok(told.indexOf('critical') < told.indexOf('high:'), 'the worst comes first')
    t.notMatch(told, 'other words', 'what says the same is not told')
  })

  await t.test('can be narrowed', async t => {
    const { code, out } = await command(['drift', '--severity', 'critical'], env)
    t.equal(code, 2)
    t.match(out, 'Admin User')
    t.notMatch(out, 'zoe')
    t.match(out, '1 other difference not asked for.')
    const none = await command(['drift', '--class', 'contested'], env)
    t.equal(none.code, 0, 'nothing of this kind')
    t.match(none.out, 'No such differences. 2 other differences not asked for.')
    t.equal((await command(['drift', '--class', 'other'], env)).code, 1)
    t.equal((await bridge.call('GET', '/api/v1/drift?class=other')).statusCode, 400)
  })

  await t.test('and what is said in other words is shown to who asks', async t => {
    const { out } = await command(['drift', '--benign'], env)
    t.match(out, '= Policy "team logs": its text in the account is written otherwise, and says the same.')
    t.match((await bridge.call('GET', '/api/v1/drift?benign=true')).json(), {
      standing: 2,
      benign: [{ key: /^policy /, message: /says the same/ }],
    })
    t.notOk('benign' in (await bridge.call('GET', '/api/v1/drift')).json())
  })

  await t.test('is in the JSON with all that is known', async t => {
    const { steps } = (await bridge.call('GET', '/api/v1/drift')).json()
    t.match(steps[0].drift, {
      class: 'extra',
      key: /^binding /,
      rules: ['team access'],
      idpGroups: ['dt-payments-viewer'],
      since: /^20/,
      effect: 'opens',
      severity: 'critical',
      cause: 'by-hand',
      actor: { kind: 'person', name: 'ana.kos@acme.example', event: /./ },
    })
  })
})

/** A right of administrators and a member given by hand, and a policy in other words. */
async function drifted(t: Test): Promise<RunningBridge> {
  const bridge = await runningBridge(t, { rules: RULES })
  await bridge.group('dt-payments-viewer', [await bridge.user('ana')])
  t.equal((await bridge.run('apply')).status, 'in-step')
  await edit(bridge, { do: 'add-binding', group: GROUP, policy: 'Admin User' })
  await edit(bridge, { do: 'add-user', user: 'zoe@acme.example' })
  await edit(bridge, { do: 'add-member', group: GROUP, user: 'zoe@acme.example' })
  await edit(bridge, {
    do: 'change-policy',
    policy: 'team logs',
    statement: 'allow storage:logs:read // as ever',
  })
  await bridge.run('apply')
  return bridge
}

async function edit(bridge: RunningBridge, change: object): Promise<void> {
  const { statusCode, body } = await request(`${bridge.simulator.url}/_simulator/edit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'ana.kos@acme.example', ...change }),
  })
  const text = await body.text()
  if (statusCode >= 400) throw new Error(text)
}
