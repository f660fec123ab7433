/** Bodies of requests, as text: resources, PATCHes, searches, and what is none of them. */
import fc from 'fast-check'
import { anyFilter, attribute, CORE, filter } from './filters.ts'
import { hostileJson, hostileText, objectOf, wireText } from './hostile-json.ts'

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

const reference = fc.constantFrom('{user}', '{user}', '{group}', 'not-there-yet', '')
const member = fc.oneof(
  { arbitrary: reference.map(value => ({ value })), weight: 6 },
  { arbitrary: fc.record({ value: reference, type: hostileJson, $ref: hostileJson }), weight: 1 },
  { arbitrary: hostileJson, weight: 1 },
)
const members = fc.array(member, { maxLength: 4 })
const name = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 30 }).map(n => `name-${n}@acme.example`), weight: 5 },
  { arbitrary: hostileText, weight: 1 },
)
const value = fc.oneof(name, members, fc.boolean(), hostileJson)

export const resource: fc.Arbitrary<string> = fc
  .tuple(name, members, objectOf(attribute, value), fc.constantFrom('plain', 'members', 'odd'))
  .map(([title, list, rest, kind]) => ({
    schemas: [`${CORE}${kind === 'members' ? 'Group' : 'User'}`],
    userName: title,
    displayName: title,
    ...(kind === 'members' ? { members: list } : {}),
    ...(kind === 'odd' ? rest : {}),
  }))
  .map(wireText)

const patchPath = fc.oneof(
  { arbitrary: attribute, weight: 6 },
  { arbitrary: reference.map(id => `members[value eq "${id}"]`), weight: 2 },
  { arbitrary: fc.tuple(attribute, anyFilter, attribute).map(([a, f, b]) => `${a}[${f}].${b}`), weight: 2 },
  { arbitrary: fc.tuple(attribute, filter).map(([outer, inner]) => `${outer}[${inner}]`), weight: 2 },
  {
    arbitrary: fc
      .array(attribute, { minLength: 3, maxLength: 40 })
      .map(parts => parts.join('.').slice(0, 2_000)),
    weight: 1,
  },
  {
    arbitrary: fc
      .tuple(attribute, fc.integer({ min: 2, max: 300 }))
      .map(([a, n]) => `${a.slice(0, 40)}[`.repeat(n)),
    weight: 1,
  },
  { arbitrary: fc.tuple(attribute, fc.nat(9)).map(([a, n]) => `${a}[${n}].${a}[${a} pr].${a}`), weight: 1 },
  { arbitrary: hostileJson, weight: 1 },
)
const operation = fc.record(
  {
    op: fc.constantFrom<unknown>('add', 'Add', 'replace', 'REPLACE', 'remove', 'Remove', 'move', '', null, 1),
    path: patchPath,
    value: fc.oneof(value, objectOf(attribute, value), hostileJson),
  },
  { requiredKeys: ['op'] },
)
export const patch: fc.Arbitrary<string> = fc
  .record({
    schemas: fc.constantFrom<unknown>([PATCH], [PATCH], [PATCH], [], null, 'x'),
    Operations: fc.array(operation, { minLength: 1, maxLength: 3 }),
  })
  .map(wireText)

export const pageNumber = fc.constantFrom(
  ...['0', '1', '2', '-5', '500', '9'.repeat(30), '1.5', 'NaN', '', '1e9', '+1', ' 1'],
)

const PARAMETERS = 'filter startIndex count attributes excludedAttributes sortBy sortOrder cursor __proto__'

export const search: fc.Arbitrary<string> = objectOf(
  fc.constantFrom(...PARAMETERS.split(' ')),
  fc.oneof(
    anyFilter,
    pageNumber,
    fc.integer(),
    fc.array(attribute, { maxLength: 3 }),
    attribute,
    hostileJson,
  ),
).map(wireText)

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'

/** Operations that name each other by `bulkId`, in order, out of order and in a circle. */
const bulkReference = fc.constantFrom('bulkId:a', 'bulkId:b', 'bulkId:c', 'bulkId:', '{user}', '{group}')
const bulkMembers = fc.array(bulkReference, { maxLength: 3 }).map(ids => ids.map(value => ({ value })))
const bulkData = fc.oneof(
  { arbitrary: fc.record({ userName: name, displayName: name }), weight: 3 },
  { arbitrary: fc.record({ displayName: name, members: bulkMembers }), weight: 3 },
  {
    arbitrary: bulkMembers.map(list => ({
      schemas: [PATCH],
      Operations: [{ op: 'add', path: 'members', value: list }],
    })),
    weight: 3,
  },
  { arbitrary: hostileJson, weight: 1 },
)
const bulkOperation = fc.record(
  {
    method: fc.constantFrom<unknown>('POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'post', 'GET', '', null),
    path: fc.oneof(
      {
        arbitrary: fc.constantFrom(
          ...'/Users /Groups /Users/{user} /Groups/{group} /Groups/bulkId:a /Users/bulkId:b'.split(' '),
        ),
        weight: 6,
      },
      { arbitrary: fc.constantFrom('/Bulk', '/Me', '/', '', 'Users', '/Users?x=1', '/Schemas'), weight: 1 },
      { arbitrary: hostileJson, weight: 1 },
    ),
    bulkId: fc.oneof(
      { arbitrary: fc.constantFrom<unknown>('a', 'b', 'c', 'a', '', 1), weight: 6 },
      { arbitrary: hostileText, weight: 1 },
    ),
    version: fc.constantFrom<unknown>('W/"1"', '*', '', 7),
    data: bulkData,
  },
  { requiredKeys: ['method', 'path'] },
)

function many(path: string): readonly object[] {
  return Array(1_500).fill({ method: 'DELETE', path })
}

export const bulk: fc.Arbitrary<string> = fc
  .record(
    {
      schemas: fc.constantFrom<unknown>([BULK], [BULK], [BULK], [], null),
      failOnErrors: fc.constantFrom<unknown>(0, 1, 2, -1, '1', 1.5, 1e30, null),
      Operations: fc.oneof(
        { arbitrary: fc.array(bulkOperation, { maxLength: 6 }), weight: 12 },
        // More than any server promises to take.
        { arbitrary: fc.constantFrom('/Users', '/Me').map(many), weight: 1 },
        { arbitrary: hostileJson, weight: 1 },
      ),
    },
    { requiredKeys: ['schemas', 'Operations'] },
  )
  .map(wireText)

export const nothing = fc.constant(undefined)

export const anyBody: fc.Arbitrary<string | undefined> = fc.oneof(
  { arbitrary: nothing, weight: 3 },
  { arbitrary: resource, weight: 6 },
  { arbitrary: patch, weight: 8 },
  { arbitrary: search, weight: 2 },
  { arbitrary: bulk, weight: 2 },
  { arbitrary: hostileJson.map(wireText), weight: 1 },
  { arbitrary: objectOf(attribute, hostileJson).map(wireText), weight: 1 },
  { arbitrary: fc.tuple(patch, fc.nat(400)).map(([whole, at]) => whole.slice(0, at)), weight: 1 },
  { arbitrary: hostileText, weight: 1 },
)
