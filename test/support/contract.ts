/** `openapi/dynatrace.yaml` as a judge: says of a call and of its answer what is not as the contract has it. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { z } from 'zod'

const anything = z.record(z.string(), z.unknown())
const parameter = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean().default(false),
  style: z.string().optional(),
  schema: anything,
})
const content = z.record(z.string(), z.looseObject({ schema: anything }))
const answer = z.looseObject({ content: content.optional() })
const operation = z.looseObject({
  operationId: z.string(),
  'x-mark': z.enum(['documented', 'observed', 'assumed']),
  'x-scopes': z.array(z.string()).default([]),
  parameters: z.array(parameter).default([]),
  requestBody: z.looseObject({ required: z.boolean().default(false), content }).optional(),
  responses: z.record(z.string(), answer),
})

const METHODS = ['get', 'post', 'put', 'delete', 'patch'] as const

export interface Operation extends z.infer<typeof operation> {
  readonly method: string
  readonly path: string
}

export interface SentCall {
  readonly method: string
  /** Path and query as they were sent; of a simulated environment without its prefix. */
  readonly target: string
  readonly contentType: string | undefined
  readonly body: string
}

/** @throws when the file is not the description that this module understands. */
export function readContract(file = new URL('../../openapi/dynatrace.yaml', import.meta.url)) {
  const document = anything.parse(parse(readFileSync(file, 'utf8')))
  const resolve = resolver(document)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'contract', ...document })
  const coercing = new Ajv2020({ strict: false, coerceTypes: 'array' })
  addFormats.default(coercing)
  coercing.addSchema({ $id: 'contract', ...document })
  const operations = readOperations(document, resolve)

  return {
    operations,
    /** The operation that a call is meant for; undefined when the contract has none. */
    find: ({ method, target }: Pick<SentCall, 'method' | 'target'>): Operation | undefined => {
      const [path = ''] = target.split('?')
      return operations.find(each => each.method === method && fits(path, each))
    },
    /** Names of the properties of a schema, or of the items of a list. */
    propertiesOf(schema: object) {
      const own = follow(schema)
      const inner = own.items === undefined ? own : follow(anything.parse(own.items))
      return { all: new Set(Object.keys(anything.parse(inner.properties ?? {}))) }
    },
    /** What is wrong with a call; empty when nothing is. */
    judgeCall(call: SentCall, known: Operation): readonly string[] {
      return [...judgeQuery(call, known), ...judgeBody(call, known)]
    },
    /** Likewise of an answer to it. */
    judgeAnswer(known: Operation, status: number, contentType: string | undefined, body: string) {
      const declared = known.responses[String(status)] ?? known.responses[`${String(status)[0]}XX`]
      if (declared === undefined) return [`status ${status} is not declared`]
      const schema = declared.content?.['application/json']?.schema
      if (schema === undefined || (body === '' && status < 300)) return []
      if (contentType?.includes('json') !== true) return [`answers ${contentType ?? 'no content type'}`]
      return problems(ajv, schema, JSON.parse(body), 'answer')
    },
  }

  /** Whether the path is one of the operation's, with values that its variables can have. */
  function fits(path: string, { path: template, parameters }: Operation): boolean {
    const names = [...template.matchAll(/\{([^}]+)\}/g)].map(match => match[1])
    const [, ...values] = matcher(template).exec(path) ?? []
    if (!matcher(template).test(path)) return false
    return names.every((name, index) => {
      const declared = parameters.find(each => each.in === 'path' && each.name === name)
      const value = decodeURIComponent(values[index] ?? '')
      return declared === undefined || problems(ajv, declared.schema, value, '').length === 0
    })
  }

  function follow(schema: object): z.infer<typeof anything> {
    return anything.parse(resolve(schema))
  }

  function judgeQuery({ target }: SentCall, known: Operation): readonly string[] {
    const query = new URLSearchParams(target.split('?')[1] ?? '')
    const declared = known.parameters.filter(each => each.in === 'query')
    const found: string[] = []
    for (const name of new Set(query.keys())) {
      const own = /^([^[]+)\[/.exec(name)?.[1] ?? name
      if (!declared.some(each => each.name === own)) found.push(`query "${name}" is not declared`)
    }
    for (const { name, required, style, schema } of declared) {
      const values = query.getAll(name)
      const deep = [...query].filter(([key]) => key.startsWith(`${name}[`))
      const value =
        style === 'deepObject'
          ? Object.fromEntries(deep.map(([key, text]) => [key.slice(name.length + 1, -1), text]))
          : schema.type === 'array'
            ? values
            : values[0]
      if (style !== 'deepObject' && values.length === 0) {
        if (required) found.push(`query "${name}" is missing`)
        continue
      }
      found.push(...problems(coercing, schema, value, `query "${name}"`))
    }
    return found
  }

  function judgeBody({ body, contentType }: SentCall, known: Operation): readonly string[] {
    const declared = known.requestBody
    if (declared === undefined) return body === '' ? [] : ['a body is not declared']
    if (body === '') return declared.required ? ['the body is missing'] : []
    const type = contentType?.split(';')[0] ?? ''
    const schema = declared.content[type]?.schema
    if (schema === undefined) return [`a body of type "${type}" is not declared`]
    const value = type.includes('json') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))
    return problems(ajv, schema, value, 'body')
  }
}

function problems(ajv: Ajv2020, schema: object, value: unknown, where: string): readonly string[] {
  const check = ajv.compile(absolute(schema))
  // Coercion replaces values in place, which it can only do within something.
  if (ajv.opts.coerceTypes) {
    const wrapped = ajv.compile({ type: 'object', properties: { value: absolute(schema) } })
    if (wrapped({ value })) return []
    return (wrapped.errors ?? []).map(error => `${where}${error.instancePath}: ${error.message}`)
  }
  if (check(value)) return []
  return (check.errors ?? []).map(error => `${where}${error.instancePath}: ${error.message}`)
}

/** References of the file lead to the document that the validators know by name. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"contract#/'))
}

function readOperations(document: z.infer<typeof anything>, resolve: (value: unknown) => unknown) {
  const paths = z.record(z.string(), anything).parse(document.paths)
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): readonly Operation[] => {
      if (item[method] === undefined) return []
      const own = anything.parse(resolve(item[method]))
      const shared = z.array(z.unknown()).parse(item.parameters ?? [])
      const parameters = [...shared, ...z.array(z.unknown()).parse(own.parameters ?? [])].map(resolve)
      const responses = Object.entries(anything.parse(own.responses)).map(([status, each]) => [
        status,
        resolve(each),
      ])
      const parsed = operation.parse({
        ...own,
        parameters,
        requestBody: own.requestBody === undefined ? undefined : resolve(own.requestBody),
        responses: Object.fromEntries(responses),
      })
      return [{ ...parsed, method: method.toUpperCase(), path }]
    }),
  )
}

/** Follows one reference of the document. */
function resolver(document: z.infer<typeof anything>): (value: unknown) => unknown {
  return value => {
    const reference = z.looseObject({ $ref: z.string() }).safeParse(value).data?.$ref
    if (reference === undefined) return value
    return reference
      .slice(2)
      .split('/')
      .reduce<unknown>((inner, key) => anything.parse(inner)[key], document)
  }
}

function matcher(path: string): RegExp {
  const texts = path.split(/\{[^}]+\}/).map(text => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${texts.join('([^/]+?)')}$`)
}
