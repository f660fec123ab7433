/** An OpenAPI document as a page shows it: operations by group, and the schemas they refer to. */
import { z } from 'zod'
import { type JsonSchema, jsonSchema } from './json-schema.ts'

export interface Description {
  readonly title: string
  readonly about: string
  readonly groups: readonly OperationGroup[]
  readonly schemas: readonly (readonly [name: string, schema: JsonSchema])[]
}

export interface OperationGroup {
  readonly name: string
  readonly about: string
  readonly operations: readonly Operation[]
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly about: string
  /** Where the bearer token comes from; undefined when none is needed. */
  readonly token: string | undefined
  readonly parameters: readonly Parameter[]
  readonly body: Content | undefined
  readonly answers: readonly Answer[]
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly about: string
  readonly schema: JsonSchema
}

export interface Content {
  readonly mediaType: string
  readonly schema: JsonSchema
}

export interface Answer {
  readonly status: string
  readonly about: string
  readonly content: Content | undefined
}

const contentSchema = z.record(z.string(), z.object({ schema: jsonSchema.default({}) }))

const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string().default(''),
  description: z.string().default(''),
  tags: z.array(z.string()).default([]),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().default(''),
        schema: jsonSchema.default({}),
      }),
    )
    .default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string().default(''), content: contentSchema.optional() }),
  ),
})

const documentSchema = z.object({
  info: z.object({ title: z.string(), description: z.string().default('') }),
  tags: z.array(z.object({ name: z.string(), description: z.string().default('') })).default([]),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({
    securitySchemes: z.record(z.string(), z.object({ description: z.string().default('') })).default({}),
    schemas: z.record(z.string(), jsonSchema).default({}),
  }),
})

type Document = z.output<typeof documentSchema>

/** `document` is one of ours, so that what does not fit is a mistake in the routes, and throws. */
export function readDescription(document: unknown): Description {
  const read = documentSchema.parse(document)
  const operations = Object.entries(read.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, said]) => ({
      tags: said.tags,
      operation: operationOf(read, method, path, said),
    })),
  )
  return {
    title: read.info.title,
    about: read.info.description,
    groups: read.tags.map(({ name, description }) => ({
      name,
      about: description,
      operations: operations.filter(({ tags }) => tags.includes(name)).map(({ operation }) => operation),
    })),
    schemas: Object.entries(read.components.schemas).toSorted(([one], [other]) =>
      one.localeCompare(other, 'en'),
    ),
  }
}

function operationOf(
  { security, components }: Document,
  method: string,
  path: string,
  said: z.output<typeof operationSchema>,
): Operation {
  const [scheme] = Object.keys((said.security ?? security)[0] ?? {})
  return {
    id: said.operationId,
    method: method.toUpperCase(),
    path,
    summary: said.summary,
    about: said.description,
    token: scheme === undefined ? undefined : (components.securitySchemes[scheme]?.description ?? scheme),
    parameters: said.parameters.map(({ description, ...parameter }) => ({
      ...parameter,
      about: description,
    })),
    body: firstOf(said.requestBody?.content),
    answers: Object.entries(said.responses).map(([status, { description, content }]) => ({
      status,
      about: description,
      content: firstOf(content),
    })),
  }
}

function firstOf(content: z.output<typeof contentSchema> | undefined): Content | undefined {
  const [first] = Object.entries(content ?? {})
  return first === undefined ? undefined : { mediaType: first[0], schema: first[1].schema }
}
