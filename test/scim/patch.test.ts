/** PATCH: what each operation does, in every shape that clients send; properties over random operations. */
import fc from 'fast-check'
import { test } from 'tap'
import { ScimError } from '../../src/scim/error.ts'
import { splitGroupPatch } from '../../src/scim/group-patch.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch.ts'
import { parsePatchRequest, patchSchema } from '../../src/scim/patch-request.ts'
import { groupType } from '../../src/scim/schema/group.ts'
import { userType } from '../../src/scim/schema/user.ts'

const core = userType.schema.id
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

function ada(): JsonObject {
  return {
    schemas: [core, enterprise],
    userName: 'ada@acme.example',
    active: true,
    title: 'Analyst',
    name: { givenName: 'Ada', familyName: 'Byron' },
    emails: [
      { value: 'ada@acme.example', type: 'work', primary: true },
      { value: 'ada@home.example', type: 'home' },
    ],
    [enterprise]: { department: 'Engines', manager: { value: 'm-1', $ref: '/Users/m-1' } },
  }
}

const patched = (...operations: readonly object[]): JsonObject =>
  applyPatch(ada(), parsePatchRequest({ schemas: [patchSchema], Operations: operations as Json[] }), userType)

test('what an operation on a user changes', async t => {
  const work = { value: 'ada@acme.example', type: 'work', primary: true }
  const home = { value: 'ada@home.example', type: 'home' }
  const cases: readonly [string, readonly object[], JsonObject][] = [
    ['a path', [{ op: 'replace', path: 'title', value: 'Countess' }], { title: 'Countess' }],
    ['an op and a name in any case', [{ op: 'REPLACE', path: 'Title', value: 'x' }], { title: 'x' }],
    ['no path', [{ op: 'replace', value: { active: false } }], { active: false }],
    ['truth as text', [{ op: 'Replace', path: 'active', value: 'False' }], { active: false }],
    ['truth as text without path', [{ op: 'Replace', value: { active: 'fALSE' } }], { active: false }],
    [
      'a dotted name as key',
      [{ op: 'replace', value: { 'name.givenName': 'Augusta', active: false } }],
      { active: false, name: { givenName: 'Augusta', familyName: 'Byron' } },
    ],
    [
      'a URN as key',
      [{ op: 'add', value: { [`${enterprise}:costCenter`]: '7', [`${core}:title`]: 'y' } }],
      {
        title: 'y',
        [enterprise]: {
          department: 'Engines',
          manager: { value: 'm-1', $ref: '/Users/m-1' },
          costCenter: '7',
        },
      },
    ],
    [
      'a filtered path as key',
      [{ op: 'replace', value: { 'emails[type eq "work"].value': 'new@acme.example' } }],
      { emails: [{ ...work, value: 'new@acme.example' }, home] },
    ],
    [
      'an extension as key',
      [{ op: 'replace', value: { [enterprise]: { department: 'Sums' } } }],
      { [enterprise]: { department: 'Sums', manager: { value: 'm-1', $ref: '/Users/m-1' } } },
    ],
    ['the core URN as key', [{ op: 'replace', value: { [core]: { title: 'z' } } }], { title: 'z' }],
    [
      'a complex attribute: what is not named stays',
      [{ op: 'replace', path: 'name', value: { familyName: 'Lovelace' } }],
      { name: { givenName: 'Ada', familyName: 'Lovelace' } },
    ],
    ['the same list again', [{ op: 'add', path: 'emails', value: [home] }], {}],
    [
      'a new element',
      [{ op: 'add', path: 'emails', value: { value: 'o@acme.example', type: 'other' } }],
      { emails: [work, home, { value: 'o@acme.example', type: 'other' }] },
    ],
    [
      'a new primary element takes the place of the old one',
      [{ op: 'add', path: 'emails', value: [{ value: 'o@acme.example', primary: 'True' }] }],
      { emails: [{ ...work, primary: false }, home, { value: 'o@acme.example', primary: true }] },
    ],
    [
      'primary by path',
      [{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }],
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    ['a whole list', [{ op: 'replace', path: 'emails', value: [home] }], { emails: [home] }],
    [
      'an element that is missing is created',
      [{ op: 'Replace', path: 'phoneNumbers[type eq "fax"].value', value: '+1 (2) 3' }],
      { phoneNumbers: [{ type: 'fax', value: '+1 (2) 3' }] },
    ],
    [
      'a role described by text truth is created',
      [{ op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' }],
      { roles: [{ primary: true, value: 'admin' }] },
    ],
    [
      'an element as a whole',
      [{ op: 'replace', path: 'emails[type eq "other"]', value: { value: 'o@acme.example' } }],
      { emails: [work, home, { type: 'other', value: 'o@acme.example' }] },
    ],
    ['elements by filter', [{ op: 'remove', path: 'emails[type eq "home"]' }], { emails: [work] }],
    ['elements by value', [{ op: 'Remove', path: 'emails', value: [{ type: 'home' }] }], { emails: [work] }],
    ['an absent element', [{ op: 'remove', path: 'emails[type eq "other"]' }], {}],
    [
      'a sub-attribute of an element',
      [{ op: 'remove', path: 'emails[type eq "work"].primary' }],
      { emails: [{ value: 'ada@acme.example', type: 'work' }, home] },
    ],
    [
      'null for an element that is gone',
      [{ op: 'replace', path: 'addresses[type eq "work"].formatted', value: null }],
      {},
    ],
    [
      'the manager as a text',
      [{ op: 'Add', path: `${enterprise}:manager`, value: 'm-2' }],
      { [enterprise]: { department: 'Engines', manager: { value: 'm-2' } } },
    ],
    [
      'the manager as a list',
      [{ op: 'Add', path: `${enterprise}:manager`, value: [{ $ref: '/Users/m-3', value: 'm-3' }] }],
      { [enterprise]: { department: 'Engines', manager: { value: 'm-3', $ref: '/Users/m-3' } } },
    ],
    [
      'the manager cleared by an empty text',
      [{ op: 'Replace', path: `${enterprise}:manager`, value: '' }],
      { [enterprise]: { department: 'Engines' } },
    ],
    [
      'the manager cleared by an empty value',
      [{ op: 'Replace', path: `${enterprise}:manager`, value: { value: '' } }],
      { [enterprise]: { department: 'Engines' } },
    ],
    ['what no schema knows', [{ op: 'add', path: 'shoeSize', value: 9 }], {}],
    ['a foreign URN', [{ op: 'add', path: 'urn:acme:1.0:User:badge', value: 9 }], {}],
    ['a password', [{ op: 'replace', value: { password: 'secret' } }], {}],
    ['read-only names inside a value', [{ op: 'replace', value: { id: 'x', meta: {}, groups: [] } }], {}],
    [
      "the manager's name, which follows from the manager",
      [{ op: 'replace', value: { [`${enterprise}:manager.displayName`]: 'x' } }],
      {},
    ],
  ]
  for (const [name, operations, changed] of cases)
    t.same(patched(...operations), { ...ada(), ...changed }, name)
})

test('removing and clearing leaves nothing behind', async t => {
  for (const operation of [
    { op: 'remove', path: 'title' },
    { op: 'replace', path: 'title', value: null },
    { op: 'replace', path: 'title', value: '' },
    { op: 'replace', value: { title: [] } },
  ]) {
    t.notOk('title' in patched(operation), JSON.stringify(operation))
  }
  t.notOk(
    'name' in patched({ op: 'remove', path: 'name.givenName' }, { op: 'remove', path: 'name.familyName' }),
  )
  t.notOk('emails' in patched({ op: 'replace', path: 'emails', value: [] }))
  t.notOk('emails' in patched({ op: 'remove', path: 'emails' }))
  const bare = patched({ op: 'remove', path: enterprise })
  t.notOk(enterprise in bare)
  t.same(bare.schemas, [core], 'schemas names only what is there')
  t.same(
    applyPatch(
      bare,
      parsePatchRequest({ Operations: [{ op: 'add', path: `${enterprise}:division`, value: 'd' }] }),
      userType,
    ).schemas,
    [core, enterprise],
  )
})

test('what is refused, with its scimType', async t => {
  const cases: readonly [object, string][] = [
    [{ op: 'remove' }, 'noTarget'],
    [{ op: 'delete', path: 'title' }, 'invalidSyntax'],
    [{ path: 'title', value: 'x' }, 'invalidSyntax'],
    [{ op: 'add', path: 'title' }, 'invalidValue'],
    [{ op: 'add', value: 'x' }, 'invalidValue'],
    [{ op: 'replace', path: 7, value: 'x' }, 'invalidPath'],
    [{ op: 'replace', path: 'emails[type eq "work', value: 'x' }, 'invalidPath'],
    [{ op: 'replace', path: 'emails[type eq]', value: 'x' }, 'invalidFilter'],
    [{ op: 'replace', path: 'name..x', value: 'x' }, 'invalidPath'],
    [{ op: 'replace', path: 'title[a eq 1]', value: 'x' }, 'invalidPath'],
    [{ op: 'replace', path: '__proto__.polluted', value: 'x' }, 'invalidPath'],
    [{ op: 'replace', path: 'emails[type eq "a" or type eq "b"].value', value: 'x' }, 'noTarget'],
    [{ op: 'replace', path: 'emails[value eq "gone"].value', value: 'x' }, 'noTarget'],
    [{ op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    [{ op: 'replace', path: 'meta.version', value: 'x' }, 'mutability'],
    [{ op: 'add', path: 'groups', value: [] }, 'mutability'],
    [{ op: 'remove', path: 'userName' }, 'mutability'],
    [{ op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
    [{ op: 'replace', path: 'title', value: 7 }, 'invalidValue'],
    [{ op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
    [{ op: 'replace', path: 'name', value: 'Ada' }, 'invalidValue'],
    [{ op: 'replace', path: 'emails', value: 'ada@acme.example' }, 'invalidValue'],
    [{ op: 'replace', path: 'title', value: 'a\0b' }, 'invalidValue'],
    [{ op: 'replace', value: { [core]: { [core]: { title: 'x' } } } }, 'invalidPath'],
  ]
  for (const [operation, scimType] of cases) {
    t.throws(
      () => patched(operation),
      { name: /ScimError|InvalidFilter/, status: 400, scimType },
      JSON.stringify(operation),
    )
  }
  t.throws(() => parsePatchRequest({ schemas: [patchSchema], Operations: [] }), {
    name: /Error|Filter/,
    scimType: 'invalidSyntax',
  })
  t.throws(() => parsePatchRequest({ schemas: [core], Operations: [{}] }), {
    name: /Error|Filter/,
    scimType: 'invalidSyntax',
  })
  t.throws(() => parsePatchRequest([]), { name: /Error|Filter/, scimType: 'invalidSyntax' })
  t.throws(() => parsePatchRequest(undefined), { name: /Error|Filter/, scimType: 'invalidSyntax' })
})

test('the operations of a group, split into attributes and membership deltas', async t => {
  const split = (...operations: Json[]) => splitGroupPatch(parsePatchRequest({ Operations: operations }))
  const user = (id: string) => ({ id, kind: 'User' })
  const cases: readonly [Json, readonly object[]][] = [
    [
      { op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }] },
      [{ kind: 'add', members: [user('a')] }],
    ],
    [{ op: 'add', path: 'MEMBERS', value: { value: 'a' } }, [{ kind: 'add', members: [user('a')] }]],
    [
      {
        op: 'add',
        path: 'members',
        value: [
          { value: 'g', type: 'group' },
          { value: 'h', $ref: '/v2/Groups/h' },
        ],
      },
      [
        {
          kind: 'add',
          members: [
            { id: 'g', kind: 'Group' },
            { id: 'h', kind: 'Group' },
          ],
        },
      ],
    ],
    [
      { op: 'Remove', path: 'members', value: [{ value: 'a' }, { value: 'b' }] },
      [{ kind: 'remove', ids: ['a', 'b'] }],
    ],
    [{ op: 'remove', path: 'members', value: [] }, [{ kind: 'remove', ids: [] }]],
    [{ op: 'remove', path: 'members' }, [{ kind: 'remove-all' }]],
    [{ op: 'remove', path: 'members[value eq "a"]' }, [{ kind: 'remove', ids: ['a'] }]],
    [{ op: 'remove', path: 'members[value eq"a" or value eq "b"]' }, [{ kind: 'remove', ids: ['a', 'b'] }]],
    [
      { op: 'remove', path: 'members[type eq "Group"]' },
      [{ kind: 'remove-where', filter: { op: 'eq', path: 'type', value: 'Group' } }],
    ],
    [
      { op: 'replace', path: 'members', value: [{ value: 'a' }] },
      [{ kind: 'replace', members: [user('a')] }],
    ],
    [
      { op: 'replace', path: `${groupType.schema.id}:members`, value: [] },
      [{ kind: 'replace', members: [] }],
    ],
    [
      { op: 'add', value: { members: [{ value: 'a' }, { value: 'a' }] } },
      [{ kind: 'add', members: [user('a')] }],
    ],
    [
      { op: 'replace', value: { [groupType.schema.id]: { members: [{ value: 'a' }] } } },
      [{ kind: 'replace', members: [user('a')] }],
    ],
  ]
  for (const [operation, members] of cases) {
    t.same(split(operation), { attributeOperations: [], members }, JSON.stringify(operation))
  }

  t.test('a rename never mentions members', async t => {
    const rename = split({ op: 'replace', value: { id: 'g-1', displayName: 'New' } })
    t.same(rename.members, [])
    const group = { schemas: [groupType.schema.id], displayName: 'Old', externalId: 'x' }
    t.same(applyPatch(group, rename.attributeOperations, groupType), { ...group, displayName: 'New' })
  })

  t.test('a rename and a membership in one value are told apart', async t => {
    const both = split({ op: 'replace', value: { displayName: 'New', members: [{ value: 'a' }] } })
    t.same(both.members, [{ kind: 'replace', members: [user('a')] }])
    t.same(both.attributeOperations, [{ op: 'replace', path: undefined, value: { displayName: 'New' } }])
  })

  t.test('a shape nobody knows is refused', async t => {
    for (const value of [
      'a',
      7,
      true,
      ['a'],
      [{}],
      [{ id: 'a' }],
      [{ value: '' }],
      [{ value: 7 }],
      { user: 'a' },
    ]) {
      for (const op of ['add', 'replace', 'remove']) {
        t.throws(
          () => split({ op, path: 'members', value }),
          { name: 'ScimError', status: 400 },
          `${op} ${JSON.stringify(value)}`,
        )
      }
    }
    t.throws(() => split({ op: 'add', path: 'members', value: [{ value: 'a', type: 'Robot' }] }), {
      name: /Error|Filter/,
      status: 400,
    })
    t.throws(() => split({ op: 'replace', path: 'members[value eq "a"].display', value: 'x' }), {
      name: /Error|Filter/,
      scimType: 'mutability',
    })
    t.throws(() => split({ op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } }), {
      name: /Error|Filter/,
      scimType: 'mutability',
    })
    t.throws(() => split({ op: 'remove', path: 'members[value eq a]' }), {
      name: /Error|Filter/,
      scimType: 'invalidFilter',
    })
  })
})

test('whatever the operations are', async t => {
  t.test('they give a resource or a ScimError, and never touch their input or a prototype', async t => {
    fc.assert(
      fc.property(fc.array(randomOperation(), { minLength: 1, maxLength: 6 }), operations => {
        const before = ada()
        const frozen = deepFreeze(ada())
        const outcome = attempt(() =>
          applyPatch(frozen, parsePatchRequest({ Operations: operations }), userType),
        )
        const group = attempt(() => splitGroupPatch(parsePatchRequest({ Operations: operations })))
        t.strictSame(Object.keys(Object.prototype), [])
        return (
          isAllowed(outcome) &&
          isAllowed(group) &&
          JSON.stringify(frozen) === JSON.stringify(before) &&
          !('polluted' in {})
        )
      }),
      { numRuns: 1500 },
    )
  })

  t.test('one that is refused takes the others with it', async t => {
    fc.assert(
      fc.property(fc.array(randomOperation(), { maxLength: 4 }), operations => {
        const all = [...operations, { op: 'replace', path: 'id', value: 'x' }]
        const outcome = attempt(() => applyPatch(ada(), parsePatchRequest({ Operations: all }), userType))
        return outcome instanceof ScimError
      }),
      { numRuns: 500 },
    )
    t.pass('500 lists')
  })

  t.test('applying the outcome of a replace again changes nothing', async t => {
    fc.assert(
      fc.property(
        fc.array(randomOperation(['replace', 'remove']), { minLength: 1, maxLength: 1 }),
        operations => {
          // What is not selected any more is another element the second time.
          fc.pre(!operations.some(leavesItsFilter))
          const once = attempt(() =>
            applyPatch(ada(), parsePatchRequest({ Operations: operations }), userType),
          )
          if (once instanceof ScimError) return true
          const twice = attempt(() =>
            applyPatch(once as JsonObject, parsePatchRequest({ Operations: operations }), userType),
          )
          return JSON.stringify(twice) === JSON.stringify(once) || twice instanceof ScimError
        },
      ),
      { numRuns: 800 },
    )
    t.pass('800 operations')
  })
})

/** Whether the value gives the element another type than the path selects it by. */
function leavesItsFilter({ path, value }: JsonObject): boolean {
  const selected = /\[type eq "(?<type>\w+)"\]$/.exec(String(path))?.groups?.type
  if (selected === undefined || value === null || typeof value !== 'object' || Array.isArray(value))
    return false
  return 'type' in value && value.type !== selected
}

function randomOperation(
  ops: readonly string[] = ['add', 'Add', 'remove', 'replace', 'Replace', 'destroy'],
): fc.Arbitrary<JsonObject> {
  const path = fc.constantFrom(
    'title',
    'userName',
    'active',
    'name',
    'name.givenName',
    'emails',
    'emails.value',
    'emails[type eq "work"]',
    'emails[type eq "fax"].value',
    'emails[primary eq "True"].value',
    'emails[type',
    'roles[value eq "x" and type eq "y"].display',
    'members',
    'members[value eq "a"]',
    'displayName',
    enterprise,
    `${enterprise}:manager`,
    `${enterprise}:manager.value`,
    core,
    '__proto__',
    'constructor.prototype',
    'name.__proto__',
    'id',
    'schemas',
    '',
  )
  const leaf = fc.constantFrom<Json>('', 'x', 'True', 7, true, null, [], {}, [null], [[]])
  const object = fc.oneof(
    fc.dictionary(
      fc.oneof(path, fc.constantFrom('value', 'type', 'primary', '__proto__', 'constructor', 'polluted')),
      leaf,
      { maxKeys: 4, noNullPrototype: true },
    ),
    fc.constant(
      JSON.parse(
        '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
      ) as JsonObject,
    ),
  )
  const value = fc.oneof(leaf, object, fc.array(object, { maxLength: 3 })) as fc.Arbitrary<Json>
  return fc
    .record({ op: fc.constantFrom(...ops), path: fc.option(path, { nil: undefined }), value })
    .map(({ op, path, value }) => (path === undefined ? { op, value } : { op, path, value }))
}

function attempt(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const isAllowed = (outcome: unknown): boolean => outcome instanceof ScimError || !(outcome instanceof Error)

function deepFreeze(value: JsonObject): JsonObject {
  for (const inner of Object.values(value)) {
    if (inner !== null && typeof inner === 'object') deepFreeze(inner as JsonObject)
  }
  return Object.freeze(value)
}
