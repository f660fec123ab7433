/** `plan --config`: what another access model would change, asked of a running bridge at the terminal. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { command } from '../support/command.ts'
import { ADMIN_TOKEN, runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
policies:
  - { name: log reading, statement: "ALLOW storage:buckets:read, storage:logs:read;" }
rules:
  - name: team access
    match: dt-{team}-viewer-prod
    group: { name: "{team} viewers" }
    bindings:
      - { policy: log reading, level: { environments: [ prod ] } }
`

const table = `People: 2 gain, 2 lose, of 3 active people

GAIN  LOSE  WHERE             WHAT
      -2    prod (abc12345)   storage:buckets:read
      -2    prod (abc12345)   storage:logs:read
+2          stage (def67890)  storage:buckets:read
+2          stage (def67890)  storage:logs:read
`

const byName = `  ana@acme.example
    - prod (abc12345)  storage:buckets:read
    - prod (abc12345)  storage:logs:read
    + stage (def67890)  storage:buckets:read
    + stage (def67890)  storage:logs:read

  bo@acme.example
`

test('who gains and who loses stands beside the steps, and nothing changes', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const people = [await bridge.user('ana'), await bridge.user('bo')]
  await bridge.user('cy')
  await bridge.group('dt-payments-viewer-prod', people)
  t.equal((await bridge.run('apply')).status, 'in-step')
  const folder = t.testdirName
  const plan = async (rules: string, ...options: readonly string[]) => {
    const file = join(folder, 'new.yaml')
    await writeFile(file, rules)
    return command(['plan', '--config', file, '--url', bridge.url, '--token', ADMIN_TOKEN, ...options])
  }
  const traces = async () => ({
    runs: (await bridge.call('GET', '/api/v1/reconcile/runs')).json(),
    facts: await bridge.store.db.selectFrom('accountUsers').selectAll().execute(),
    journal: (await bridge.call('GET', '/api/v1/journal')).json(),
  })
  const before = await traces()

  await t.test('with the same rules', async t => {
    const same = await plan(RULES)
    t.equal(same.code, 0, same.err + same.out)
    t.match(same.out, /No steps\.\n\nNobody gains or loses anything \(3 active people\)\.\n/)
  })

  await t.test('with rules that move access to another environment', async t => {
    const moved = await plan(RULES.replace('[ prod ]', '[ stage ]'))
    t.equal(moved.code, 2, moved.err)
    t.match(moved.out, 'Steps: 1 to add, 0 to change, 1 to remove, 0 held, 0 refused.')
    t.match(moved.out, table)
    t.match(moved.out, '--names tells who.')
    t.notMatch(moved.out, 'ana@acme.example')
  })

  await t.test('by name', async t => {
    const moved = await plan(RULES.replace('[ prod ]', '[ stage ]'), '--names')
    t.match(moved.out, byName)
    t.notMatch(moved.out, '\n  cy@acme.example\n')
  })

  await t.test('for programs', async t => {
    const answer = await plan(RULES.replace('[ prod ]', '[ stage ]'), '--json')
    const { impact, plan: planned } = JSON.parse(answer.out)
    t.equal(planned.steps.length, 2)
    t.same({ ...impact, lines: impact.lines.length }, { people: 3, gaining: 2, losing: 2, lines: 4 })
  })

  await t.test('with what the file includes', async t => {
    const [rules = '', team = ''] = RULES.split('rules:\n')
    await writeFile(join(folder, 'team.yaml'), `rules:\n${team.replace('[ prod ]', '[ stage ]')}`)
    const moved = await plan(`${rules}include: [ team.yaml ]\nrules: []\n`)
    t.equal(moved.code, 2, moved.err)
    t.match(moved.out, table)
    await writeFile(join(folder, 'team.yaml'), `rules:\n${team.replace('match', 'mtach')}`)
    const bad = await plan(`${rules}include: [ team.yaml ]\nrules: []\n`)
    t.match(bad.err, /unknown key "mtach"\n +--> team\.yaml:3:5/)
    const missing = await plan(`${rules}include: [ nowhere.yaml ]\nrules: []\n`)
    t.equal(missing.code, 1)
    t.match(missing.err, 'nowhere.yaml')
  })

  await t.test('a file with mistakes is refused with their places', async t => {
    const bad = await plan(RULES.replace('log reading, level', 'log reading, levle'))
    t.equal(bad.code, 1)
    t.match(bad.err, 'unknown key "levle"')
    t.match(bad.err, 'did you mean "level"?')
  })
  t.same(await traces(), before, 'no run, no fact, no journal line')
})

test('--names without --config is a mistake', async t => {
  const { code, err } = await command(['plan', '--names'])
  t.equal(code, 1)
  t.match(err, '--names goes with --config')
})
