/** `scim-bridge ownership` and `adopt`, against a bridge that runs. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { request } from 'undici'
import { command, envOf } from '../support/command.ts'
import { type RunningBridge, runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
rules:
  - name: team access
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings: [ { policy: Standard User, level: account } ]
`
const WORD = ['--by', 'kim', '--reason', 'taking over']

test('adopting what is there, and the registry as a file', async t => {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  const env = envOf(bridge)
  const run = (...args: string[]) => command(args, env)
  await edit(bridge, { do: 'create-group', name: 'payments viewers' })
  await edit(bridge, { do: 'add-binding', group: 'payments viewers', policy: 'Admin User' })
  await bridge.group('dt-payments-viewer', [])

  const listed = await run('adopt')
  t.equal(listed.code, 0, listed.err)
  t.match(listed.out, /group\s+payments viewers\s+can be adopted/)
  const review = await run('adopt', 'payments viewers')
  t.match(review.out, /To be adopted: group "payments viewers"\./)
  t.match(review.out, /payments viewers: binding policy "Admin User" on the account/)
  t.match((await run('adopt', '--all', '--by', 'kim')).err, /both --by and --reason/)
  t.match((await run('adopt', 'nobody', ...WORD)).err, /No rule wants/)
  const done = await run('adopt', '--all', ...WORD)
  t.equal(done.code, 0, done.err)
  t.match(done.out, /Adopted 1 thing; 1 element/)
  t.match((await run('adopt')).out, /Nothing to adopt/)

  const kept = JSON.parse((await run('adopt', '--kept', '--json')).out)
  t.match((await run('adopt', '--kept')).out, /there before adoption \(kim\)/)
  const [element] = kept.kept
  t.match((await run('adopt', 'release', element.id)).err, /--by and --reason/)
  const released = await run('adopt', 'release', element.id, ...WORD)
  t.match(released.out, /Released the binding policy "Admin User"/, released.err)
  t.match((await run('adopt', '--kept')).out, /keep nothing/)

  t.match((await run('ownership', 'list')).out, /group\s+payments viewers\s+adopted by kim/)
  const file = join(t.testdir(), 'ownership.json')
  t.equal((await run('ownership', 'export', '--out', file)).code, 0)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.match(JSON.parse((await run('ownership', 'export')).out), {
    version: 1,
    rows: [{ name: 'payments viewers' }],
  })
  const again = await run('ownership', 'import', file, ...WORD, '--plan')
  t.equal(again.code, 2)
  t.match(again.out, /The registry holds it already/)
  const other = { ...JSON.parse(await readFile(file, 'utf8')), account: 'elsewhere' }
  await writeFile(file, JSON.stringify(other))
  t.match((await run('ownership', 'import', file, ...WORD)).err, /is of account elsewhere/)
  await writeFile(file, '{}')
  t.match((await run('ownership', 'import', file, ...WORD)).err, /is no export of a registry/)
  const stranger = '00000000-0000-4000-8000-000000000000'
  t.match((await run('ownership', 'migrate', '--from', stranger, ...WORD)).err, /knows an instance/)
  t.match((await run('ownership', 'claim', ...WORD)).out, /looks after the account now \(epoch 1\)/)
})

/** As a person does it in the console. */
async function edit({ simulator }: RunningBridge, what: object): Promise<void> {
  const answer = await request(`${simulator.url}/_simulator/edit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'ana.kos@acme.example', ...what }),
  })
  if (answer.statusCode >= 400) throw new Error(await answer.body.text())
  await answer.body.dump()
}
