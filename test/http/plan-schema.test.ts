/** The JSON Schema of `plan --json`: current, and true of what commands print. */
import { readFile, writeFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { test } from 'tap'
import { planJsonSchema } from '../../src/http/ops/plan-schema.ts'
import { command, envOf } from '../support/command.ts'
import { runningBridge } from '../support/running-bridge.ts'

const FILE = new URL('../../openapi/plan.schema.json', import.meta.url)

const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewer" }
    bindings: [ { policy: Standard User, level: { environments: [ prod ] } } ]
`

test('the schema in the repository is current', async t => {
  const text = `${JSON.stringify(planJsonSchema(), null, 2)}\n`
  if (process.env.WRITE_SCHEMA === '1') await writeFile(FILE, text)
  t.equal(await readFile(FILE, 'utf8').catch(() => ''), text, 'openapi/plan.schema.json: run npm run schema')
})

test('what plan and run print as JSON is as the schema says, and the schema is served', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(planJsonSchema())
  const fits = (text: string) => {
    t.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors))
  }
  const ana = await bridge.user('ana')
  await bridge.group('dt-payments-viewer', [ana])
  const env = envOf(bridge)
  fits((await command(['plan', '--json'], env)).out)
  const applied = await bridge.run('apply')
  const shown = await command(['run', applied.id, '--json'], env)
  fits(shown.out)
  t.match(JSON.parse(shown.out), { run: applied.id, snapshot: { complete: true } })
  const served = await bridge.call('GET', '/plan.schema.json', undefined, { authorization: '' })
  t.same(served.json(), planJsonSchema())
})
