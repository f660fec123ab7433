/** The operations of SCIM in the words of the API description (RFC 7644 §3 and §4). */
import { maxBulkOperations } from '../../scim/bulk-request.ts'
import { defaultPage, maxPage } from '../../scim/page.ts'
import type { ResourceType } from '../../scim/schema/attribute.ts'
import type { ScimOperation } from './scim-operation.ts'

const text = (description: string): object => ({ type: 'string', description })

const projection = {
  attributes: text('Only these attributes, by commas; id and schemas are always there.'),
  excludedAttributes: text('All but these attributes, by commas.'),
}

const list = {
  filter: text('RFC 7644 §3.4.2.2, for example `userName eq "ana@acme.example"`.'),
  sortBy: text('The attribute by which the list is in order.'),
  sortOrder: { type: 'string', enum: ['ascending', 'descending'], default: 'ascending' },
  startIndex: {
    type: 'integer',
    minimum: 1,
    default: 1,
    description: 'Where the page begins; not with cursor.',
  },
  count: { type: 'integer', minimum: 0, maximum: maxPage, default: defaultPage },
  cursor: text('Empty for the first page, then `nextCursor` of the page before (RFC 9865).'),
  ...projection,
}

const ifMatch = { 'if-match': text('Change only this version (weak ETag); 412 for another.') }
const ifNoneMatch = { 'if-none-match': text('304 when the resource is still at this version.') }

type ResourceOperation = 'list' | 'search' | 'create' | 'get' | 'replace' | 'patch' | 'remove'

/** The operations on users, or on groups. */
export function resourceOperations({
  name,
}: ResourceType): Readonly<Record<ResourceOperation, ScimOperation>> {
  const tags = [`scim ${name.toLowerCase()}s`] as const
  const noun = name.toLowerCase()
  const found = { 200: { description: `A page of ${noun}s.`, schema: `${name}List` } }
  const changed = { 200: { description: `The ${noun} as it is now, with its ETag.`, schema: name } }
  const silent = { 204: { description: 'Done; the answer has a body only when attributes are asked for.' } }
  return {
    list: {
      operationId: `list${name}s`,
      summary: `List ${noun}s`,
      tags,
      query: list,
      answers: found,
      failures: [400],
    },
    search: {
      operationId: `search${name}s`,
      summary: `List ${noun}s, with the query in the body`,
      tags,
      body: 'SearchRequest',
      answers: found,
      failures: [400, 413],
    },
    create: {
      operationId: `create${name}`,
      summary: `Create a ${noun}`,
      tags,
      query: projection,
      body: name,
      answers: { 201: { description: `The ${noun}, with its ETag and Location.`, schema: name } },
      failures: [400, 409, 413],
    },
    get: {
      operationId: `get${name}`,
      summary: `Read a ${noun}`,
      tags,
      query: projection,
      headers: ifNoneMatch,
      answers: {
        200: { description: `The ${noun}, with its ETag.`, schema: name },
        304: { description: 'Still at the version of If-None-Match.' },
      },
      failures: [400, 404],
    },
    replace: {
      operationId: `replace${name}`,
      summary: `Replace a ${noun}`,
      description:
        name === 'User'
          ? '`active` stays as it is when it is left out.'
          : 'Members stay as they are when they are left out; `"members": []` empties the group.',
      tags,
      query: projection,
      headers: ifMatch,
      body: name,
      answers: changed,
      failures: [400, 404, 409, 412, 413],
    },
    patch: {
      operationId: `patch${name}`,
      summary: `Change parts of a ${noun}`,
      description: 'All operations take effect, or none (RFC 7644 §3.5.2).',
      tags,
      query: projection,
      headers: ifMatch,
      body: 'PatchRequest',
      answers: name === 'User' ? changed : { ...changed, ...silent },
      failures: [400, 404, 409, 412, 413],
    },
    remove: {
      operationId: `delete${name}`,
      summary: `Delete a ${noun}`,
      tags,
      headers: ifMatch,
      answers: { 204: { description: 'Gone.' } },
      failures: [404, 412],
    },
  }
}

const both = { 200: { description: 'A page of users and groups.', schema: 'ResourceList' } }

export const rootOperations: Readonly<Record<'list' | 'search', ScimOperation>> = {
  list: {
    operationId: 'listResources',
    summary: 'List users and groups together',
    tags: ['scim service'],
    query: list,
    answers: both,
    failures: [400],
  },
  search: {
    operationId: 'searchResources',
    summary: 'List users and groups together, with the query in the body',
    tags: ['scim service'],
    body: 'SearchRequest',
    answers: both,
    failures: [400, 413],
  },
}

export const bulkOperation: ScimOperation = {
  operationId: 'bulk',
  summary: `Up to ${maxBulkOperations.toLocaleString('en')} operations in one request`,
  description: 'References by `bulkId` may come in any order (RFC 7644 §3.7).',
  tags: ['scim service'],
  body: 'BulkRequest',
  answers: { 200: { description: 'What became of each operation.', schema: 'BulkResponse' } },
  failures: [400, 413],
}

/** `/ServiceProviderConfig`, and for `/ResourceTypes` and `/Schemas` all of them and each. */
export const configOperation: ScimOperation = {
  operationId: 'getServiceProviderConfig',
  summary: 'What this SCIM service can do',
  tags: ['scim service'],
  answers: { 200: { description: 'RFC 7643 §5.', schema: 'Document' } },
  failures: [403],
}

export function documentOperations(url: '/ResourceTypes' | '/Schemas') {
  const noun = url === '/Schemas' ? 'schema' : 'type of resource'
  const name = url.slice(1, -1)
  return {
    list: {
      operationId: `list${name}s`,
      summary: `Every ${noun} of this SCIM service`,
      tags: ['scim service'],
      answers: { 200: { description: 'All of them, on one page.', schema: 'DocumentList' } },
      failures: [403],
    },
    get: {
      operationId: `get${name}`,
      summary: `One ${noun}`,
      tags: ['scim service'],
      answers: { 200: { description: `The ${noun}.`, schema: 'Document' } },
      failures: [403, 404],
    },
  } satisfies Record<string, ScimOperation>
}
