import { existsSync, readFileSync } from 'node:fs'
import { test } from 'tap'
import { z } from 'zod'
import { readContract } from '../support/contract.ts'

const contract = readContract()

/** Descriptions by the vendor, where somebody has them at hand: `DYNATRACE_OPENAPI`, or beside this repository. */
const vendorFiles = [
  process.env.DYNATRACE_OPENAPI,
  '../shared/reference/account-management.openapi.json',
  '../shared/reference/account-management.newer.openapi.json',
].filter(file => file !== undefined && existsSync(file))

test('every operation has a name of its own, and a mark', async t => {
  const names = contract.operations.map(each => each.operationId)
  t.equal(new Set(names).size, names.length)
  t.ok(names.length >= 45)
  for (const { operationId, method, path, ...operation } of contract.operations) {
    t.ok(operation.summary, `${operationId} is described`)
    t.ok(operation['x-needed-for'], `${operationId} names the feature that needs it`)
    t.same(
      contract.find({ method, target: filled(path) })?.operationId,
      operationId,
      `${operationId} is found by its path`,
    )
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(match => match[1])
    const declared = operation.parameters.filter(each => each.in === 'path').map(each => each.name)
    t.same(declared.toSorted(), named.toSorted(), `${operationId} declares the variables of its path`)
  }
})

test('calls that overwrite what others granted are not in it', async t => {
  const overwriting = [
    ['PUT', '/iam/v1/accounts/7f1c2b3a-0000-4000-8000-00000000a001/users/x@y.example/groups'],
    ['PUT', '/iam/v1/repo/account/a/bindings/groups/g'],
    ['DELETE', '/iam/v1/repo/account/a/bindings'],
    ['DELETE', '/iam/v1/repo/account/a/bindings/7f1c2b3a-0000-4000-8000-00000000a002'],
    ['PUT', '/iam/v1/accounts/7f1c2b3a-0000-4000-8000-00000000a001/groups/g/permissions'],
  ] as const
  for (const [method, target] of overwriting)
    t.equal(contract.find({ method, target }), undefined, `${method} ${target}`)
})

if (vendorFiles.length > 0)
  test('it agrees with the vendor where the vendor describes it', async t => {
    const described = vendorFiles.flatMap(file => vendorOperations(String(file)))
    const unknown: string[] = []
    for (const operation of contract.operations) {
      const { operationId, method, path } = operation
      const theirs = described.find(each => each.method === method && shape(each.path) === shape(path))
      if (theirs === undefined) {
        unknown.push(operationId)
        continue
      }
      for (const { name, in: place, style } of operation.parameters) {
        if (place === 'path') continue
        const known = style === 'deepObject' ? 'query-params' : name
        t.ok(theirs.query.has(known), `${operationId}: the vendor knows the query parameter ${known}`)
      }
      for (const name of theirs.requiredQuery) {
        if (OPTIONAL_IN_FACT.has(name)) continue
        t.ok(
          operation.parameters.some(each => each.name === name),
          `${operationId}: has the required query parameter ${name}`,
        )
      }
      t.equal(
        operation.requestBody !== undefined,
        theirs.body !== undefined,
        `${operationId}: a body, or none`,
      )
      const own = operation.requestBody?.content['application/json']?.schema
      if (own !== undefined && theirs.body !== undefined) {
        const ours = contract.propertiesOf(own)
        for (const name of ours.all)
          t.ok(
            theirs.properties.has(name),
            `${operationId}: the vendor knows the property ${name} of the body`,
          )
        for (const name of theirs.requiredProperties) {
          if (OPTIONAL_IN_FACT.has(name)) continue
          t.ok(
            ours.all.has(name),
            `${operationId}: the property ${name} that the vendor requires can be sent`,
          )
        }
      }
      const success = Object.keys(operation.responses).filter(status => status.startsWith('2'))
      for (const status of theirs.success) {
        t.ok(
          success.includes(status) || success.includes('2XX'),
          `${operationId}: the vendor's success ${status} is declared`,
        )
      }
    }
    t.same(
      unknown.filter(name => !UNDESCRIBED.has(name)),
      [],
      'only what the vendor describes elsewhere is not found',
    )
  })

/** Marked as required by the vendor, left out by every client. */
const OPTIONAL_IN_FACT = new Set(['force', 'forceMultiple', 'metadata'])
/** The token endpoint and the environments' own APIs are described in other documents. */
const UNDESCRIBED = new Set([
  'oauth.token',
  'apiTokens.list',
  'apiTokens.setEnabled',
  'apiTokens.remove',
  'documents.ownedBy',
  'documents.transfer',
])

interface VendorOperation {
  readonly method: string
  readonly path: string
  readonly query: ReadonlySet<string>
  readonly requiredQuery: readonly string[]
  readonly body: unknown
  readonly properties: ReadonlySet<string>
  readonly requiredProperties: readonly string[]
  readonly success: readonly string[]
}

function vendorOperations(file: string): readonly VendorOperation[] {
  const object = z.record(z.string(), z.unknown())
  const schema = z.looseObject({
    $ref: z.string().optional(),
    items: z.looseObject({ $ref: z.string().optional() }).optional(),
    properties: object.optional(),
    required: z.array(z.string()).optional(),
  })
  const document = z
    .looseObject({
      paths: z.record(z.string(), object),
      components: z.looseObject({ schemas: z.record(z.string(), schema) }),
    })
    .parse(JSON.parse(readFileSync(file, 'utf8')))
  const operation = z.looseObject({
    parameters: z
      .array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() }))
      .default([]),
    requestBody: z
      .looseObject({ content: z.looseObject({ 'application/json': z.looseObject({ schema }) }) })
      .optional(),
    responses: object,
  })
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, value]) => {
      const parsed = operation.safeParse(value)
      if (!parsed.success) return []
      const query = parsed.data.parameters.filter(each => each.in === 'query')
      const body = parsed.data.requestBody?.content['application/json'].schema
      const name = (body?.$ref ?? body?.items?.$ref)?.split('/').at(-1)
      const target = name === undefined ? body : document.components.schemas[name]
      return [
        {
          method: method.toUpperCase(),
          path,
          query: new Set(query.map(each => each.name)),
          requiredQuery: query.filter(each => each.required === true).map(each => each.name),
          body,
          properties: new Set(Object.keys(target?.properties ?? {})),
          requiredProperties: target?.required ?? [],
          success: Object.keys(parsed.data.responses).filter(status => status.startsWith('2')),
        },
      ]
    }),
  )
}

/** The path without the names of its variables, which differ. */
function shape(path: string): string {
  return path.replaceAll(/\{[^}]+\}/g, '{}')
}

function filled(path: string): string {
  const id = '7f1c2b3a-0000-4000-8000-00000000a001'
  return path.replace('{levelType}', 'account').replaceAll(/\{[^}]+\}/g, id)
}
