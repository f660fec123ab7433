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

export const nothing = fc.constant(undefined)

export const anyBody: fc.Arbitrary<string | undefined> = fc.oneof(
  { arbitrary: nothing, weight: 3 },
  { arbitrary: resource, weight: 6 },
  { arbitrary: patch, weight: 8 },
  { arbitrary: search, weight: 2 },
  { arbitrary: hostileJson.map(wireText), weight: 1 },
  { arbitrary: objectOf(attribute, hostileJson).map(wireText), weight: 1 },
  { arbitrary: fc.tuple(patch, fc.nat(400)).map(([whole, at]) => whole.slice(0, at)), weight: 1 },
  { arbitrary: hostileText, weight: 1 },
)
