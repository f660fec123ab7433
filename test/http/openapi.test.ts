/** The description of our API: complete, in step with the file in the repository, and readable as a page. */
import { readFile, writeFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type Test, test } from 'tap'
import { parse, stringify } from 'yaml'
import { runningBridge } from '../support/running-bridge.ts'
import { SCIM_TOKEN } from '../support/world.ts'

const FILE = new URL('../../openapi/scim-bridge.yaml', import.meta.url)
const COMMAND = 'WRITE_OPENAPI=1 npx tap test/http/openapi.test.ts'
const HEAD = `# The API of the bridge. Made from the routes, do not edit: ${COMMAND}\n`
const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: viewers
    match: dt-{team}
    group: { name: "{team}" }
    bindings: [ { policy: Standard User, level: account } ]
`

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface DescribedOperation {
  readonly operationId: string
  readonly summary: string
  readonly responses: object
  readonly tags: readonly string[]
}

test('the description of the API', async t => {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  const document: Described = (await bridge.call('GET', '/openapi.json')).json()

  await t.test('is the file in the repository', async t => {
    if (process.env.WRITE_OPENAPI === '1') {
      await writeFile(FILE, HEAD + stringify(document, { lineWidth: 110, aliasDuplicateObjects: false }))
    }
    const written = await readFile(FILE, 'utf8').catch(() => '')
    t.same(parse(written), document, `openapi/scim-bridge.yaml is not current: run ${COMMAND}`)
  })

  t.test('has every operation once, with words', async t => {
    const operations = Object.values(document.paths).flatMap(path => Object.values(path))
    const ids = operations.map(({ operationId }) => operationId)
    t.equal(new Set(ids).size, ids.length, 'each id once')
    t.ok(operations.every(({ summary, tags }) => summary !== '' && tags.length === 1))
    for (const url of ['/scim/v2/Users', '/scim/v2/Groups']) {
      t.same(Object.keys(document.paths[url] ?? {}).sort(), ['get', 'post'])
      t.same(Object.keys(document.paths[`${url}/{id}`] ?? {}).sort(), ['delete', 'get', 'patch', 'put'])
    }
    t.notOk(
      Object.keys(document.paths).some(path => path.endsWith('/Me')),
      'what is only refused is not there',
    )
  })

  t.test('has no reference that leads nowhere', async t => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      found => found[1],
    )
    t.ok(names.length > 20)
    for (const name of new Set(names))
      t.ok(Object.hasOwn(document.components.schemas, String(name)), `component ${name}`)
  })

  t.test('is true of what SCIM answers', async t => {
    const check = await checkOf(t, document)
    const made = await bridge.call(
      'POST',
      '/scim/v2/Users',
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: 'ana@acme.example',
        emails: [{ value: 'a@b.example' }],
      },
      scim,
    )
    t.equal(made.statusCode, 201)
    check('User', made.json())
    check('UserList', (await bridge.call('GET', '/scim/v2/Users', undefined, scim)).json())
    check('ResourceList', (await bridge.call('GET', '/scim/v2', undefined, scim)).json())
    check('DocumentList', (await bridge.call('GET', '/scim/v2/Schemas', undefined, scim)).json())
    check('ScimError', (await bridge.call('GET', '/scim/v2/Users/none', undefined, scim)).json())
    check('Readiness', (await bridge.call('GET', '/health/ready')).json())
  })

  t.test('is a page that needs nothing from elsewhere', async t => {
    const answer = await bridge.call('GET', '/docs', undefined, { authorization: '' })
    t.equal(answer.statusCode, 200, 'without a token')
    t.match(answer.headers['content-type'], /^text\/html/)
    t.match(answer.headers['content-security-policy'], /default-src 'none'/)
    t.notMatch(answer.body, /<script|src=|https?:\/\//, 'no script, no picture, no address')
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { operationId } of Object.values(methods)) {
        t.ok(answer.body.includes(`id="${operationId}"`), `${operationId} of ${path}`)
      }
    }
    const anchors = [...answer.body.matchAll(/href="#([^"]+)"/g)].map(found => found[1])
    for (const anchor of new Set(anchors)) t.ok(answer.body.includes(`id="${anchor}"`), `#${anchor} is there`)
    t.notMatch(answer.body, /undefined|\[object|Default Response/)
  })
})

const scim = { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' }

/** Checks an answer against a component of the document. */
async function checkOf(t: Test, document: Described): Promise<(name: string, body: unknown) => void> {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'bridge', components: document.components })
  return (name, body) => {
    const validate = ajv.getSchema(`bridge#/components/schemas/${name}`)
    t.ok(validate?.(body), `${name}: ${JSON.stringify(validate?.errors)}`)
  }
}
