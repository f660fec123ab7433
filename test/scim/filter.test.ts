/** Filters: reading, checking against the schemas, evaluating. */
import fc from 'fast-check'
import { test } from 'tap'
import { canonicalJson } from '../../src/lib/digest.ts'
import { caseExactIn } from '../../src/scim/case-exact.ts'
import { evaluateFilter } from '../../src/scim/evaluate.ts'
import { type Filter, InvalidFilter, parseFilter } from '../../src/scim/filter.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { parseQueryFilter } from '../../src/scim/query-filter.ts'
import { groupType } from '../../src/scim/schema/group.ts'
import { userType } from '../../src/scim/schema/user.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

test('parseFilter', async t => {
  t.test('reads names, escapes and precedence', async t => {
    t.same(parseFilter('a pr or b gt -5 and members[$ref eq "x\\\\y"]'), {
      op: 'or',
      filters: [
        { op: 'pr', path: 'a' },
        {
          op: 'and',
          filters: [
            { op: 'gt', path: 'b', value: -5 },
            { op: 'has', path: 'members', filter: { op: 'eq', path: '$ref', value: 'x\\y' } },
          ],
        },
      ],
    })
  })

  t.test('a printed filter reads back as the same filter', async t => {
    fc.assert(
      fc.property(
        filters().filter,
        filter => canonicalJson(parseFilter(print(filter))) === canonicalJson(filter),
      ),
      { numRuns: 500 },
    )
    t.pass('500 filters')
  })

  t.test('reads what Entra asks: a sub-attribute behind a value filter, of the same element', async t => {
    const work = { op: 'eq', path: 'type', value: 'work' }
    t.same(parseFilter('emails[type eq "work"].value eq "x" and active eq true'), {
      op: 'and',
      filters: [
        {
          op: 'has',
          path: 'emails',
          filter: { op: 'and', filters: [work, { op: 'eq', path: 'value', value: 'x' }] },
        },
        { op: 'eq', path: 'active', value: true },
      ],
    })
    t.same(parseFilter('emails[type eq "work"].value pr'), {
      op: 'has',
      path: 'emails',
      filter: { op: 'and', filters: [work, { op: 'pr', path: 'value' }] },
    })
    for (const broken of [
      'emails[type eq "work"].value',
      'a eq "x"].b eq "c"',
      'a[b pr].c.d eq "x"',
      'a[b pr] .c pr',
    ]) {
      t.throws(() => parseFilter(broken), { name: 'InvalidFilter' }, broken)
    }
  })

  t.test('rejects an unclosed string at once', async t => {
    t.throws(() => parseFilter(`a eq "${'\n'.repeat(60)}`), { name: 'InvalidFilter', status: 400 })
  })

  t.test('rejects numbers that JSON does not have', async t => {
    for (const broken of ['a eq 02', 'a eq -02', 'a eq 2026-02-30T25:61:61Z', 'a eq 1.', 'a eq .5']) {
      t.throws(() => parseFilter(broken), { name: 'InvalidFilter' }, broken)
    }
  })

  t.test('rejects what is too long or nests too deep', async t => {
    t.throws(() => parseFilter(`a eq "${'x'.repeat(9000)}"`), {
      name: /Error|Filter/,
      scimType: 'invalidFilter',
    })
    t.throws(() => parseFilter(`${'('.repeat(200)}a pr${')'.repeat(200)}`), {
      name: /Error|Filter/,
      scimType: 'invalidFilter',
    })
  })

  t.test('throws nothing but InvalidFilter', async t => {
    const text = fc.string({ unit: fc.constantFrom(...'ab."\\()[] \n-1$:', ' and ', ' not ', ' eq ', 'pr') })
    fc.assert(
      fc.property(text, input => {
        try {
          parseFilter(input)
          return true
        } catch (error) {
          return error instanceof InvalidFilter
        }
      }),
      { numRuns: 2000 },
    )
    t.pass('2000 inputs')
  })
})

test('parseQueryFilter refuses to order what has no order', async t => {
  for (const text of ['active gt true', 'active le "x"', 'emails[primary ge 1]', 'title gt false']) {
    t.throws(() => parseQueryFilter(text, userType), { name: 'InvalidFilter' }, text)
  }
  t.doesNotThrow(() => parseQueryFilter('meta.created gt "2026-01-01T00:00:00Z" and title gt "b"', userType))
  t.throws(() => parseQueryFilter('userName eq "a\\u0000b"', userType), { name: 'InvalidFilter' })
})

test('evaluateFilter', async t => {
  const user: JsonObject = {
    schemas: [userType.schema.id, enterprise],
    id: 'Ab',
    externalId: 'Ext',
    userName: 'Zoë@Example.com',
    active: true,
    title: '',
    name: { familyName: "O'Malley" },
    emails: [
      { value: 'zoe@example.com', type: 'work', primary: true },
      { value: 'zoe@home.org', type: 'home' },
    ],
    roles: [{ value: 'r1', primary: true }],
    meta: { resourceType: 'User', created: '2026-05-01T10:00:00.000Z' },
    [enterprise]: { department: 'Sales', manager: { value: 'm-1' } },
  }
  const cases: readonly [string, boolean][] = [
    ['USERNAME eq "zoë@EXAMPLE.com"', true],
    ['userName eq "zoe\u0308@example.com"', true],
    ['externalId eq "ext"', false],
    ['id eq "ab"', false],
    ['userName co "@example"', true],
    ['userName sw "ZO"', true],
    ['userName ew ".com"', true],
    ['title pr', false],
    ['nickName pr', false],
    ['not (nickName pr)', true],
    ['nickName eq null', true],
    ['nickName ne "x"', true],
    ['emails pr', true],
    ['emails co "home.org"', true],
    ['emails.type eq "HOME"', true],
    ['emails[type eq "work" and value co "home"]', false],
    ['emails[type eq "home" and value co "home"]', true],
    ['emails[not (type eq "work")]', true],
    ['active eq "True"', true],
    ['active eq "false"', false],
    ['active ne true', false],
    ['roles[primary eq "True"]', true],
    [`${userType.schema.id}:userName sw "z"`, true],
    [`${enterprise.toUpperCase()}:Department eq "sales"`, true],
    [`${enterprise}:manager.value eq "m-1"`, true],
    [`${enterprise}:manager eq "m-1"`, true],
    [`${enterprise} pr`, true],
    [`schemas eq "${enterprise}"`, true],
    ['meta.created eq "2026-05-01T12:00:00+02:00"', true],
    ['meta.created lt "2026-05-01T10:00:00.001Z"', true],
    ['meta.resourceType eq "User"', true],
    ['userName gt "z"', true],
    ['userName lt 5', false],
    ['constructor pr', false],
    ['toString pr or name.constructor pr', false],
  ]
  for (const [text, expected] of cases) {
    t.equal(evaluateFilter(parseFilter(text), user, caseExactIn(userType)), expected, text)
  }
})

test('the case rule of an attribute is found by path', async t => {
  const exact = caseExactIn(userType)
  t.equal(exact('EXTERNALID'), true)
  t.equal(exact('userName'), false)
  t.equal(exact('meta.version'), true)
  t.equal(exact(`${userType.schema.id}:userName`), false)
  t.equal(exact(`${enterprise}:manager.$ref`), true)
  t.equal(exact('photos'), true)
  t.equal(exact('emails.value'), false)
  t.equal(caseExactIn(groupType)('members.$ref'), true)
  t.equal(exact('nothing.known'), false)
})

function filters(): { filter: fc.Arbitrary<Filter> } {
  const path = fc.constantFrom(
    'userName',
    'name.givenName',
    'emails.value',
    `${enterprise}:department`,
    'a-b',
  )
  const value = fc.oneof(
    fc.string({ unit: 'binary' }).filter(text => text.isWellFormed()),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const op = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le')
  return fc.letrec<{ filter: Filter; leaf: Filter }>(tie => ({
    leaf: fc.oneof(
      fc.record({ op, path, value }),
      fc.record({ op: fc.constant('pr' as const), path }),
    ) as fc.Arbitrary<Filter>,
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('leaf'),
      fc.record({ op: fc.constant('not' as const), filter: tie('filter') }),
      fc.record({
        op: fc.constant('has' as const),
        path: fc.constantFrom('emails', 'roles'),
        filter: tie('leaf'),
      }),
      fc
        .record({
          op: fc.constantFrom('and' as const, 'or' as const),
          filters: fc.array(tie('leaf'), { minLength: 2, maxLength: 3 }),
        })
        .map(({ op, filters }) => ({ op, filters })),
    ) as fc.Arbitrary<Filter>,
  }))
}

function print(filter: Filter): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.filters.map(inner => `(${print(inner)})`).join(` ${filter.op} `)
    case 'not':
      return `not (${print(filter.filter)})`
    case 'has':
      return `${filter.path}[${print(filter.filter)}]`
    case 'pr':
      return `${filter.path} pr`
    default:
      return `${filter.path} ${filter.op} ${JSON.stringify(filter.value)}`
  }
}
