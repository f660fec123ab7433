/** What a person chooses about single differences, over the API and at the command line. */
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { parse } from 'yaml'
import { acceptInto } from '../../src/access/accept/accept.ts'
import { unifiedDiff } from '../../src/access/accept/unified-diff.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
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

test('accepted: a change of the file to review, whose plan has the difference no more', async t => {
  const { bridge, pro, env } = await drifted(t)
  const folder = t.testdirName
  await writeFile(`${folder}/bridge.yaml`, RULES)
  await writeFile(`${folder}/other.yaml`, 'version: 1\n')
  const said = await command(['drift', 'accept', pro, ...who, '--write', `${folder}/bridge.yaml`], env)
  t.equal(said.code, 0, said.err)
  t.match(said.out, /^--- bridge\.yaml\n\+\+\+ bridge\.yaml\n@@ /)
  t.match(
    said.out,
    /\+ {2}# Accepted by kim: a project of theirs\n\+ {2}- name: "Pro User of team payments"\n/,
  )
  t.notMatch(said.out, /^-(?!-)/m, 'nothing is taken out')
  const text = await readFile(`${folder}/bridge.yaml`, 'utf8')
  t.match(parseAccessModel(text, 'bridge.yaml'), { kind: 'valid' })
  const whatIf = await command(['plan', '--config', `${folder}/bridge.yaml`, '--json'], env)
  t.same(titles(JSON.parse(whatIf.out).plan.steps), [
    'unbind "Admin User" on the account from "team payments"',
  ])

  await t.test('into no other file', async t => {
    const refused = await command(['drift', 'accept', pro, ...who, '--write', `${folder}/other.yaml`], env)
    t.match(refused, { code: 1, err: /is not the same as bridge\.yaml of the bridge/ })
  })

  await t.test('what the identity provider says is said there', async t => {
    await bridge.edit({ do: 'remove-member', group: 'team payments', user: 'ana@acme.example' })
    const run = await bridge.run('apply')
    const step = run.plan.steps.find(
      ({ action }: { action: { kind: string } }) => action.kind === 'add-member',
    )
    const refused = await command(['drift', 'accept', step.id, ...who], env)
    t.match(refused, {
      code: 1,
      err: /said by the identity provider: change it there \(IdP group "dt-payments"\)/,
    })
  })
})

test('texts of policies and boundaries are taken over as the account has them', t => {
  const file = `version: 1
rules: []
policies:
  # what teams read
  - name: team data
    statement: ALLOW storage:logs:read;
    description: d
boundaries:
  - { name: open, query: 'storage:bucket-name = "a";' }
  - name: "{team}"
    query: 'storage:bucket-name = "{team}";'
`
  const policy = acceptInto(
    file,
    {
      kind: 'text',
      of: 'policies',
      name: 'Team Data',
      text: 'ALLOW storage:logs:read;\nALLOW storage:events:read;',
    },
    'kim: why',
  )
  t.match(policy, { kind: 'patched' })
  const text = policy.kind === 'patched' ? policy.text : ''
  t.equal(
    unifiedDiff('bridge.yaml', file, text),
    `--- bridge.yaml
+++ bridge.yaml
@@ -3,7 +3,9 @@
 policies:
   # what teams read
   - name: team data
-    statement: ALLOW storage:logs:read;
+    statement: | # kim: why
+      ALLOW storage:logs:read;
+      ALLOW storage:events:read;
     description: d
 boundaries:
   - { name: open, query: 'storage:bucket-name = "a";' }
`,
  )
  t.equal(parse(text).policies[0].statement, 'ALLOW storage:logs:read;\nALLOW storage:events:read;\n')
  t.match(acceptInto(file, { kind: 'text', of: 'boundaries', name: '{team}', text: 'x' }, ''), {
    kind: 'cannot',
    why: /has variables/,
  })
  t.match(acceptInto(file, { kind: 'text', of: 'policies', name: 'elsewhere', text: 'x' }, ''), {
    kind: 'cannot',
    why: /not written out in the main file/,
  })
  t.end()
})
