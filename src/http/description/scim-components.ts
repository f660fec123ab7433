/** The bodies of SCIM as JSON schemas: those of resources follow from the SCIM schemas that the service announces. */
import { unreachable } from '../../lib/errors.ts'
import { bulkRequestSchema, maxBulkOperations } from '../../scim/bulk-request.ts'
import { patchSchema } from '../../scim/patch-request.ts'
import type { Attribute, ResourceType } from '../../scim/schema/attribute.ts'
import { groupType } from '../../scim/schema/group.ts'
import { userType } from '../../scim/schema/user.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** By the names under which operations refer to them. */
export const scimComponents = (): Readonly<Record<string, JsonSchema>> => ({
  User: resource(userType),
  Group: resource(groupType),
  UserList: list(ref('User')),
  GroupList: list(ref('Group')),
  ResourceList: list({ anyOf: [ref('User'), ref('Group')] }),
  Document: { type: 'object', description: 'A description of the service (RFC 7643 §5 to §7).' },
  DocumentList: list(ref('Document')),
  SearchRequest: object('The parameters of a list (RFC 7644 §3.4.3).', {
    schemas: strings('Names urn:ietf:params:scim:api:messages:2.0:SearchRequest.'),
    filter: { type: 'string' },
    sortBy: { type: 'string' },
    sortOrder: { type: 'string', enum: ['ascending', 'descending'] },
    startIndex: { type: 'integer' },
    count: { type: 'integer' },
    cursor: { type: 'string' },
    attributes: strings('Only these.'),
    excludedAttributes: strings('All but these.'),
  }),
  PatchRequest: object(
    'RFC 7644 §3.5.2.',
    {
      schemas: strings(`Names ${patchSchema}.`),
      Operations: {
        type: 'array',
        minItems: 1,
        items: object(
          'One change.',
          {
            op: { type: 'string', enum: ['add', 'remove', 'replace'], description: 'In any letter case.' },
            path: {
              type: 'string',
              description: 'For example `members[value eq "…"]` or `name.givenName`; needed to remove.',
            },
            value: { description: 'Any JSON; needed to add and to replace.' },
          },
          ['op'],
        ),
      },
    },
    ['schemas', 'Operations'],
  ),
  BulkRequest: object(
    'RFC 7644 §3.7.',
    {
      schemas: strings(`Names ${bulkRequestSchema}.`),
      failOnErrors: {
        type: 'integer',
        minimum: 0,
        description: 'Stop after so many errors; by default never.',
      },
      Operations: {
        type: 'array',
        minItems: 1,
        maxItems: maxBulkOperations,
        items: object(
          'One operation.',
          {
            method: { type: 'string', enum: ['POST', 'PUT', 'PATCH', 'DELETE'] },
            path: { type: 'string', description: '`/Users`, or `/Users/{id}`.' },
            bulkId: { type: 'string', description: 'Others refer to it as `bulkId:…`; needed to POST.' },
            version: { type: 'string', description: 'Acts as If-Match.' },
            data: { type: 'object', description: 'The body of the operation.' },
          },
          ['method', 'path'],
        ),
      },
    },
    ['schemas', 'Operations'],
  ),
  BulkResponse: object(
    'RFC 7644 §3.7.',
    {
      schemas: strings('Names urn:ietf:params:scim:api:messages:2.0:BulkResponse.'),
      Operations: {
        type: 'array',
        items: object(
          'What became of one operation.',
          {
            method: { type: 'string' },
            bulkId: { type: 'string' },
            location: { type: 'string' },
            version: { type: 'string' },
            status: { type: 'string', description: 'The HTTP status, as text.' },
            response: ref('ScimError'),
          },
          ['method', 'status'],
        ),
      },
    },
    ['schemas', 'Operations'],
  ),
  ScimError: object(
    'RFC 7644 §3.12.',
    {
      schemas: strings('Names urn:ietf:params:scim:api:messages:2.0:Error.'),
      status: { type: 'string', description: 'The HTTP status, as text.' },
      scimType: { type: 'string', description: 'For example `uniqueness` or `invalidFilter`.' },
      detail: { type: 'string', description: 'For people: what is wrong and what to do.' },
    },
    ['schemas', 'status', 'detail'],
  ),
})

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

const strings = (description: string): JsonSchema => ({
  type: 'array',
  items: { type: 'string' },
  description,
})

const object = (
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema => ({
  type: 'object',
  description,
  properties,
  ...(required.length === 0 ? {} : { required }),
})

const list = (items: JsonSchema): JsonSchema =>
  object(
    'One page (RFC 7644 §3.4.2).',
    {
      schemas: strings('Names urn:ietf:params:scim:api:messages:2.0:ListResponse.'),
      totalResults: { type: 'integer', description: 'On all pages together.' },
      startIndex: { type: 'integer' },
      itemsPerPage: { type: 'integer' },
      nextCursor: { type: 'string', description: 'When paged by cursor and there is more.' },
      Resources: { type: 'array', items },
    },
    ['schemas', 'totalResults'],
  )

function resource({ name, schema, extensions, attributes }: ResourceType): JsonSchema {
  const required = ['schemas', ...attributes.filter(attribute => attribute.required).map(({ name }) => name)]
  const own = Object.fromEntries(attributes.map(attribute => [attribute.name, attributeSchema(attribute)]))
  const more = extensions.map(({ id, description, attributes }) => [
    id,
    object(description, propertiesOf(attributes)),
  ])
  return object(`The SCIM resource ${name}, ${schema.id}.`, { ...own, ...Object.fromEntries(more) }, required)
}

const propertiesOf = (attributes: readonly Attribute[]): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(attributes.map(attribute => [attribute.name, attributeSchema(attribute)]))

function attributeSchema(attribute: Attribute): JsonSchema {
  const { description, multiValued } = attribute
  const marks = {
    description,
    ...(attribute.mutability === 'readOnly' ? { readOnly: true } : {}),
    ...(attribute.mutability === 'writeOnly' ? { writeOnly: true } : {}),
  }
  return multiValued
    ? { type: 'array', items: valueSchema(attribute), ...marks }
    : { ...valueSchema(attribute), ...marks }
}

function valueSchema({ type, subAttributes, canonicalValues }: Attribute): JsonSchema {
  switch (type) {
    case 'complex':
      return { type: 'object', properties: propertiesOf(subAttributes ?? []) }
    case 'boolean':
    case 'integer':
      return { type }
    case 'decimal':
      return { type: 'number' }
    case 'dateTime':
      return { type: 'string', format: 'date-time' }
    case 'reference':
      return { type: 'string', format: 'uri-reference' }
    case 'binary':
      return { type: 'string', contentEncoding: 'base64' }
    case 'string':
      // Other values than the canonical ones are taken too (RFC 7643 §7), so that they are examples only.
      return canonicalValues === undefined ? { type } : { type, examples: canonicalValues }
    default:
      return unreachable(type)
  }
}
