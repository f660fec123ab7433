/** What a person chooses about single differences, over the API and at the command line. */
import { test } from 'tap'
import { command, envOf } from '../support/command.ts'
import { runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: Standard User, level: account } ]
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
drift: { repair: hold }
`

async function drifted(t: Parameters<typeof runningBridge>[0]) {
  const bridge = await runningBridge(t, { rules: RULES })
  await bridge.group('dt-payments', [await bridge.user('ana')])
  await bridge.run('apply')
  await bridge.edit({ do: 'add-binding', group: 'team payments', policy: 'Admin User', level: 'account' })
  await bridge.edit({ do: 'add-binding', group: 'team payments', policy: 'Pro User', level: 'account' })
  const run = await bridge.run('apply')
  const idOf = (policy: string): string =>
    run.plan.steps.find(({ title }: { title: string }) => title.includes(policy))?.id ?? ''
  return { bridge, admin: idOf('Admin User'), pro: idOf('Pro User'), env: envOf(bridge) }
}

const titles = (steps: readonly { readonly title: string }[]): readonly string[] =>
  steps.map(({ title }) => title)
const NEXT_YEAR = new Date(Date.now() + 300 * 86_400_000).toISOString()
const who = ['--by', 'kim', '--reason', 'a project of theirs']

test('ignored: in no plan until its end, listed, and loud when it is critical', async t => {
  const { bridge, admin, pro, env } = await drifted(t)
  const said = await command(['drift', 'ignore', admin, ...who, '--until', NEXT_YEAR], env)
  t.equal(said.code, 0, said.err)
  t.match(said.out, /unbind "Admin User" .*: ignored until 20/)
  const run = await bridge.run('apply')
  t.same(titles(run.plan.steps), ['unbind "Pro User" on the account from "team payments"'])
  t.match(run.aside, [{ step: admin, choice: 'ignore', by: 'kim', drift: { severity: 'critical' } }])
  t.match(
    run.findings.filter(({ kind }: { kind: string }) => kind === 'ignored-critical'),
    [{ severity: 'error' }],
  )
  const shown = await command(['drift'], env)
  t.match(shown.out, /Set aside\n {4}· unbind "Admin User" .*: ignored by kim until 20/)

  await t.test(
    'another difference of the same thing is asked about anew, and this one comes back when it is repaired',
    async t => {
      const repair = await command(['drift', 'repair', admin, ...who], env)
      t.equal(repair.code, 0, repair.err)
      t.match((await bridge.run('plan')).plan.steps.length, 2)
      t.notMatch((await bridge.call('GET', '/api/v1/drift')).json(), { aside: [{}] })
    },
  )

  await t.test('what is held is approved by it', async t => {
    const repair = await command(['drift', 'repair', pro, ...who, '--json'], env)
    t.equal(repair.code, 0, repair.err)
    await bridge.run('plan')
    t.same(titles((await bridge.run('plan')).plan.steps), [
      'unbind "Admin User" on the account from "team payments"',
    ])
  })
})

test('left: until it is another difference', async t => {
  const { bridge, pro, env } = await drifted(t)
  t.equal((await command(['drift', 'leave', pro, ...who], env)).code, 0)
  t.same(titles((await bridge.run('apply')).plan.steps), [
    'unbind "Admin User" on the account from "team payments"',
  ])
  await bridge.edit({ do: 'remove-binding', group: 'team payments', policy: 'Pro User', level: 'account' })
  await bridge.run('apply')
  await bridge.edit({ do: 'add-binding', group: 'team payments', policy: 'Pro User', level: 'account' })
  t.equal((await bridge.run('apply')).plan.steps.length, 2, 'it was gone, and is asked about anew')
})

test('what cannot be chosen is said', async t => {
  const { bridge, pro, env } = await drifted(t)
  const ask = async (step: string, body: object) =>
    (await bridge.call('POST', `/api/v1/drift/${step}/choice`, { by: 'kim', reason: 'x', ...body })).json()
      .error
  t.match(await ask('nothing', { choice: 'leave' }), { code: 'drift-not-found' })
  t.match(await ask(pro, { choice: 'ignore' }), { code: 'cannot-be-chosen', message: /needs an end/ })
  t.match(await ask(pro, { choice: 'ignore', until: '2020-01-01T00:00:00Z' }), { message: /is over already/ })
  t.match(await ask(pro, { choice: 'ignore', until: '2099-01-01T00:00:00Z' }), {
    message: /more than a year/,
  })
  t.match(await ask(pro, { choice: 'forget' }), { code: 'invalid-request' })
  t.equal((await command(['drift', 'ignore', pro, ...who], env)).code, 1, 'an end has to be given')
  const journal = (await bridge.call('GET', '/api/v1/journal?kind=drift.chosen')).json()
  t.same(journal.entries, [])
})
