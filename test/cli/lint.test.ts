/** `scim-bridge lint`: what it says of an access model, and how it ends. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { command, type Ran } from '../support/command.ts'

const good = `version: 1
environments: { prod: { id: abc12345 } }
rules:
  - { name: admins, match: { displayNames: [ admins ] }, group: { name: admins }, bindings: [ { policy: events, level: account } ] }
  - { name: users, match: { displayNames: [ users ] }, group: { name: users }, bindings: [ { policy: Standard User, level: account } ] }
policies:
  - { name: events, statement: "ALLOW storage:buckets:read, storage:events:read;" }
expect:
  - { group: admins, can: storage:events:read }
`

test('the sample', async t => {
  const { code, out, err } = await lint({ BRIDGE_CONFIG: 'src/access/sample/bridge.yaml' })
  t.equal(err, '')
  t.equal(code, 0, out)
  t.match(out, /bridge\.yaml: \d+ rules, .*; no errors, no warnings/)
  t.match(out, /✓ \d+ expectations: \d+ hold\.\n$/)
})

test('a good file', async t => {
  const file = await fileOf(t, good)
  const { code, out } = await lint({}, file)
  t.equal(code, 0)
  t.equal(
    out.replaceAll(file, 'bridge.yaml'),
    '✓ bridge.yaml: 2 rules, 1 policy, 0 boundaries; no errors, no warnings.\n✓ 1 expectation: 1 holds.\n',
  )
})

test('mistakes', async t => {
  const file = await fileOf(t, good.replace('expect:', 'expct:'))
  const { code, out } = await lint({}, file)
  t.equal(code, 1)
  t.equal(
    out.replaceAll(file, 'bridge.yaml'),
    `error: unknown key "expct"
 --> bridge.yaml:8:1  expct
  |
8 | expct:
  | ^^^^^
  = did you mean "expect"?

1 error in bridge.yaml

✗ bridge.yaml: it cannot be used; 1 error, no warnings.
`,
  )
})

test('an expectation that fails, and one that needs the account', async t => {
  const file = await fileOf(t, `${good}  - { group: users, can: storage:events:read }\n`)
  const asked = await lint({}, file)
  t.equal(asked.code, 0, 'what cannot be told is no mistake')
  t.equal(
    asked.out.replaceAll(file, 'bridge.yaml'),
    `? users can storage:events:read  bridge.yaml:10
    IdP group users: whether storage:events:read is allowed in prod cannot be told: what policy "Standard
    User" says is not known here.
    Define it in this file, or let the running bridge check it: it knows what the account has.

✓ bridge.yaml: 2 rules, 1 policy, 0 boundaries; no errors, no warnings.
✓ 2 expectations: 1 holds, 1 needs the account.
`,
  )
  const failing = await fileOf(t, `${good}  - { group: admins, cannot: storage:events:read }\n`)
  const { code, out } = await lint({}, failing)
  t.equal(code, 1)
  t.match(
    out,
    'error: IdP group admins: storage:events:read is allowed in prod: policy "events" of group "admins" allows it',
  )
  t.match(out, '✗ 2 expectations: 1 holds, 1 fails.')
})

test('warnings end with 2, and with 1 when they are to be taken strictly', async t => {
  const file = await fileOf(
    t,
    good.replace(
      'level: account } ] }\npolicies',
      'level: account } ] }\nvariables: { unused: x }\npolicies',
    ),
  )
  t.equal((await lint({}, file)).code, 2)
  t.equal((await lint({}, file, '--strict')).code, 1)
  t.match((await lint({ BRIDGE_CONFIG: file })).out, /no errors, 1 warning\.\n/)
})

test('for programs', async t => {
  const file = await fileOf(t, `${good}  - { group: admins, cannot: storage:events:read }\n`)
  const { code, out } = await lint({}, file, '--json')
  t.equal(code, 1)
  t.match(JSON.parse(out), {
    file,
    errors: [{ file, line: 10, column: 5, path: 'expect[1]' }],
    warnings: [],
    accepted: [],
    expectations: [
      { title: 'admins can storage:events:read', kind: 'met', line: 9 },
      { title: 'admins cannot storage:events:read', kind: 'failed', line: 10 },
    ],
  })
  const schema = JSON.parse((await lint({}, '--schema')).out)
  t.equal(schema.title, 'bridge.yaml')
})

test('a file that is not there', async t => {
  const { code, out, err } = await lint({}, '/nowhere/bridge.yaml')
  t.equal(code, 1)
  t.equal(out, '')
  t.match(err, /^The access model \/nowhere\/bridge.yaml cannot be opened/)
})

async function fileOf(t: Test, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lint-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'bridge.yaml')
  await writeFile(file, text)
  return file
}

function lint(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  return command(['lint', ...args], env)
}
