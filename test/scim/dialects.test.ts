/** Every deviation of an identity provider: understood by default, and what the RFCs have instead. */
import { type Test, test } from 'tap'
import { type Dialects, lenient, strict } from '../../src/scim/dialects/dialects.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import { splitGroupPatch } from '../../src/scim/group-patch.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { normaliseResource } from '../../src/scim/normalise.ts'
import { applyPatch } from '../../src/scim/patch.ts'
import { parsePatchRequest, patchSchema } from '../../src/scim/patch-request.ts'
import { parseProjection, shows } from '../../src/scim/projection.ts'
import { parseQueryFilter } from '../../src/scim/query-filter.ts'
import { userType } from '../../src/scim/schema/user.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const ada: JsonObject = {
  schemas: [userType.schema.id],
  userName: 'ada',
  active: true,
  title: 'Countess',
  emails: [
    { value: 'home@acme.example', type: 'home' },
    { value: 'other@acme.example', type: 'other' },
  ],
}

/** What each deviation is tried with. `lenient` is what comes of it; `strict` likewise, or the error there. */
interface Example {
  readonly ask: (dialects: Dialects) => unknown
  readonly lenient: unknown
  readonly strict: unknown | { readonly refused: string }
}

const examples: Readonly<Record<keyof Dialects, Example>> = {
  truthFromText: {
    ask: dialects => patched({ op: 'replace', path: 'active', value: 'False' }, dialects).active,
    lenient: false,
    strict: { refused: 'invalidValue' },
  },
  truthTextInFilter: {
    ask: dialects => parseQueryFilter('roles[primary eq "True"]', userType, dialects).op,
    lenient: 'has',
    strict: { refused: 'invalidFilter' },
  },
  complexFromShorthand: {
    ask: dialects => patched({ op: 'add', path: `${enterprise}:manager`, value: 'm1' }, dialects)[enterprise],
    lenient: { manager: { value: 'm1' } },
    strict: { refused: 'invalidValue' },
  },
  isCleared: {
    ask: dialects => patched({ op: 'replace', path: 'title', value: '' }, dialects).title,
    lenient: undefined,
    strict: '',
  },
  operationName: {
    ask: dialects => patched({ op: 'Replace', path: 'title', value: 'Dr' }, dialects).title,
    lenient: 'Dr',
    strict: { refused: 'invalidSyntax' },
  },
  elementDescribedBy: {
    ask: dialects =>
      patched({ op: 'replace', path: 'emails[type eq "work"].value', value: 'w@x' }, dialects).emails,
    lenient: [
      { value: 'home@acme.example', type: 'home' },
      { value: 'other@acme.example', type: 'other' },
      { type: 'work', value: 'w@x' },
    ],
    strict: { refused: 'noTarget' },
  },
  subAttributeBehindFilter: {
    ask: dialects => parseFilter('emails[type eq "work"].value eq "x"', dialects).op,
    lenient: 'has',
    strict: { refused: 'invalidFilter' },
  },
  attributeNames: {
    ask: dialects =>
      shows(parseProjection('emails[type eq "work"]', undefined, userType, dialects), 'emails'),
    lenient: true,
    strict: false,
  },
  memberNameIsPath: {
    ask: dialects => patched({ op: 'replace', value: { 'name.givenName': 'Ada' } }, dialects).name,
    lenient: { givenName: 'Ada' },
    strict: { refused: 'invalidPath' },
  },
  ignoresUnknownPath: {
    ask: dialects =>
      patched(
        { op: 'add', path: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:shoe', value: '7' },
        dialects,
      ).title,
    lenient: 'Countess',
    strict: { refused: 'invalidPath' },
  },
  schemasMayBeMissing: {
    ask: dialects => parsePatchRequest({ Operations: [{ op: 'remove', path: 'title' }] }, dialects).length,
    lenient: 1,
    strict: { refused: 'invalidSyntax' },
  },
  skipsReadOnly: {
    ask: dialects => patched({ op: 'replace', value: { id: 'mine', title: 'Dr' } }, dialects).title,
    lenient: 'Dr',
    strict: { refused: 'mutability' },
  },
  tokenIn: {
    ask: dialects => dialects.tokenIn('the-token'),
    lenient: 'the-token',
    strict: '',
  },
  valuesToRemove: {
    ask: dialects =>
      splitGroupPatch([{ op: 'remove', path: 'members', value: [{ value: 'u1' }] }], dialects).members,
    lenient: [{ kind: 'remove', ids: ['u1'] }],
    strict: [{ kind: 'remove-all' }],
  },
}

for (const [name, example] of Object.entries(examples)) {
  test(`${name}: lenient`, async t => comes(t, example.ask, lenient, example.lenient))
  test(`${name}: strict`, async t => comes(t, example.ask, strict, example.strict))
}

test('the strict switch leaves alone what the RFCs allow', async t => {
  t.equal(strict.tokenIn('bearer the-token '), 'the-token')
  t.same(patched({ op: 'replace', value: { title: 'Dr', active: false } }, strict), {
    ...ada,
    title: 'Dr',
    active: false,
  })
  t.same(patched({ op: 'remove', path: 'emails[type eq "home"]' }, strict).emails, [
    { value: 'other@acme.example', type: 'other' },
  ])
  t.same(
    patched({ op: 'add', value: { [enterprise]: { department: 'Sales' } } }, strict)[enterprise],
    { department: 'Sales' },
    'the URN of an extension is a name',
  )
  const created = normaliseResource(
    { userName: 'x', id: 'mine', password: 'secret', groups: [], title: null },
    userType,
    strict,
  )
  t.same(
    created,
    { userName: 'x', schemas: [userType.schema.id] },
    'read-only input and passwords are dropped',
  )
  t.throws(() => normaliseResource({ userName: '' }, userType, strict), {
    name: 'ScimError',
    scimType: 'invalidValue',
  })
  t.equal(parseQueryFilter('active eq true and userName eq "True"', userType, strict).op, 'and')
})

function patched(operation: JsonObject, dialects: Dialects): JsonObject {
  const body: Json = { schemas: [patchSchema], Operations: [operation] }
  return applyPatch(ada, parsePatchRequest(body, dialects), userType, dialects)
}

function comes(t: Test, ask: (dialects: Dialects) => unknown, dialects: Dialects, expected: unknown): void {
  if (expected !== null && typeof expected === 'object' && 'refused' in expected) {
    const { refused } = expected
    t.match(
      errorOf(() => ask(dialects)),
      { status: 400, scimType: refused },
    )
    return
  }
  t.same(ask(dialects), expected)
}

function errorOf(ask: () => unknown): unknown {
  try {
    ask()
  } catch (error) {
    return error
  }
  return undefined
}
