/**
 * What two SCIM libraries do otherwise, in recorded cases of their own tests, and the section that decides.
 * Left: the request, what that library makes of it. Right: what we answer.
 */
import { type Test, test } from 'tap'
import { splitGroupPatch } from '../../src/scim/group-patch.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch.ts'
import { parsePatchRequest, patchSchema } from '../../src/scim/patch-request.ts'
import { userType } from '../../src/scim/schema/user.ts'

interface Habit {
  readonly request: JsonObject
  readonly library: string
  /** The section that decides, and how. */
  readonly because: string
  /** The attributes afterwards, the membership changes, or the scimType of a refusal. */
  readonly ours: JsonObject | readonly Json[] | string
  readonly before?: JsonObject
}

const users: readonly Habit[] = [
  {
    request: { op: 'replace', path: 'name', value: 'BATMAN' },
    library: 'stores the text in the place of the complex value',
    because: 'RFC 7643 §2.3.8: a complex value is an object; RFC 7644 §3.12: invalidValue',
    ours: 'invalidValue',
  },
  {
    request: { op: 'Replace', path: 'addresses[type eq "work"].formatted', value: '1111 Street Rd' },
    library: 'refuses with noTarget, as RFC 7644 §3.5.2.3 says',
    because:
      'the one deviation kept on purpose: Entra expects the element to be created (strict mode refuses)',
    ours: { addresses: [{ type: 'work', formatted: '1111 Street Rd' }] },
  },
  {
    before: { emails: [{ value: 'a@acme.example', primary: true }, { value: 'b@acme.example' }] },
    request: { op: 'replace', path: 'emails', value: { display: 'post' } },
    library: 'merges the value into every element',
    because: 'RFC 7644 §3.5.2.3: a multi-valued attribute without filter is replaced as a whole',
    ours: { emails: [{ display: 'post' }] },
  },
  {
    request: { op: 'replace', path: 'emails[type eq "work"].value', value: {} },
    library: 'stores the object in the place of a text',
    because: 'RFC 7643 §8.7.1: emails.value is a string; RFC 7644 §3.12: invalidValue',
    ours: 'invalidValue',
  },
  {
    before: { emails: [{ value: 'a@acme.example', primary: true }] },
    request: {
      op: 'add',
      value: { emails: [{ value: 'b@acme.example', primary: true }, { value: 'c@acme.example' }] },
    },
    library: 'ends with several primary values',
    because: 'RFC 7644 §3.5.2: setting one primary sets the others to false',
    ours: {
      emails: [
        { value: 'a@acme.example', primary: false },
        { value: 'b@acme.example', primary: true },
        { value: 'c@acme.example' },
      ],
    },
  },
  {
    before: { emails: [{ value: 'a@acme.example', primary: true }] },
    request: { op: 'add', value: { emails: { value: 'b@acme.example', primary: true } } },
    library: 'ends with two primary values',
    because: 'RFC 7644 §3.5.2, as above; one object is a list of one',
    ours: {
      emails: [
        { value: 'a@acme.example', primary: false },
        { value: 'b@acme.example', primary: true },
      ],
    },
  },
  {
    before: { name: { honorificPrefix: 'Mr' } },
    request: { op: 'replace', path: 'name', value: { formatted: 'Test' } },
    library: 'drops the sub-attributes that are not named',
    because: 'RFC 7644 §3.5.2.3: sub-attributes that are not specified are left unchanged',
    ours: { name: { honorificPrefix: 'Mr', formatted: 'Test' } },
  },
]

const groups: readonly Habit[] = [
  {
    request: { op: 'add', path: 'members[value eq 123abc].$ref', value: 'User' },
    library: 'reads the bare word as a text',
    because: 'RFC 7644 §3.4.2.2: a value is JSON, so a text stands in quotes; §3.12: invalidFilter',
    ours: 'invalidFilter',
  },
  {
    request: { op: 'Remove', path: 'members[value eq 123abc]' },
    library: 'reads the bare word as a text',
    because: 'RFC 7644 §3.4.2.2, as above',
    ours: 'invalidFilter',
  },
  {
    request: { op: 'remove', path: 'members', value: [{ $ref: null, value: 'f648' }] },
    library: 'keeps the member, because its $ref is not null',
    because:
      'RFC 7643 §2.5: null is unassigned, so it asks for nothing; the value names the member, as Entra means it',
    ours: [{ kind: 'remove', ids: ['f648'] }],
  },
  {
    request: { op: 'remove', path: 'members[$ref eq null and value eq "f648"]' },
    library: 'keeps the member, because its $ref is not null',
    because: 'RFC 7643 §2.5: $ref is made for each answer and never assigned, so it is null',
    ours: [
      {
        kind: 'remove-where',
        filter: {
          op: 'and',
          filters: [
            { op: 'eq', path: '$ref', value: null },
            { op: 'eq', path: 'value', value: 'f648' },
          ],
        },
      },
    ],
  },
]

test('where a library and the RFC differ, the RFC decides', async t => {
  for (const habit of users) {
    decided(t, habit, () => {
      const base = { schemas: [userType.schema.id], userName: 'ada' }
      const after = applyPatch({ ...base, ...habit.before }, operations(habit), userType)
      return Object.fromEntries(Object.entries(after).filter(([name]) => !Object.hasOwn(base, name)))
    })
  }
  for (const habit of groups) {
    decided(t, habit, () => {
      const { attributeOperations, members } = splitGroupPatch(operations(habit))
      t.same(attributeOperations, [])
      return members
    })
  }
  t.equal(users.length + groups.length, 11)
})

function operations({ request }: Habit) {
  return parsePatchRequest({ schemas: [patchSchema], Operations: [request] })
}

function decided(t: Test, { request, because, ours }: Habit, answer: () => unknown): void {
  const name = `${JSON.stringify(request)}: ${because}`
  if (typeof ours !== 'string') return void t.same(answer(), ours, name)
  t.throws(answer, { name: /ScimError|InvalidFilter/, status: 400, scimType: ours }, name)
}
