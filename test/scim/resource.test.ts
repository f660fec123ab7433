/** Resources on their way in (normalising), on their way out (projection, paging), and their description. */
import { test } from 'tap'
import { resourceTypeDocuments, schemaDocuments, serviceProviderConfig } from '../../src/scim/discovery.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { normaliseResource } from '../../src/scim/normalise.ts'
import { listResponse, parsePage } from '../../src/scim/page.ts'
import { parseProjection, project, shows } from '../../src/scim/projection.ts'
import { namesVersion } from '../../src/scim/resource.ts'
import { dynatraceUserSchema } from '../../src/scim/schema/dynatrace-user.ts'
import { groupType } from '../../src/scim/schema/group.ts'
import { userType } from '../../src/scim/schema/user.ts'

const core = userType.schema.id
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

test('normaliseResource', async t => {
  t.test('gives names their canonical case and keeps values as they were sent', async t => {
    t.same(
      normaliseResource(
        {
          USERNAME: ' Ada@Acme.example ',
          Emails: [{ VALUE: 'Ada@Acme.example', TYPE: 'work', Primary: 'True' }],
          [enterprise.toUpperCase()]: { Department: 'Engines' },
        },
        userType,
      ),
      {
        schemas: [core, enterprise],
        userName: ' Ada@Acme.example ',
        emails: [{ value: 'Ada@Acme.example', type: 'work', primary: true }],
        [enterprise]: { department: 'Engines' },
      },
    )
  })

  t.test('leaves out what clients may not write, what no schema knows and what is unassigned', async t => {
    t.same(
      normaliseResource(
        {
          schemas: [core, 'urn:acme:1.0:User'],
          id: 'mine',
          meta: { version: '1' },
          groups: [{ value: 'g' }],
          password: 'secret',
          userName: 'ada',
          externalId: 'x',
          title: null,
          nickName: '',
          roles: [],
          emails: [null, {}, { shoe: 1 }],
          name: { givenName: null },
          shoeSize: 9,
          'urn:acme:1.0:User': { badge: 1 },
          [enterprise]: null,
        },
        userType,
      ),
      { schemas: [core], userName: 'ada', externalId: 'x' },
    )
    t.same(normaliseResource({ displayName: 'g', members: [{ value: 'a' }] }, groupType), {
      schemas: [groupType.schema.id],
      displayName: 'g',
    })
  })

  t.test('keeps one primary and no element twice', async t => {
    const { emails } = normaliseResource(
      {
        userName: 'ada',
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
          { value: 'a', primary: true },
        ],
      },
      userType,
    )
    t.same(emails, [
      { value: 'a', primary: true },
      { value: 'b', primary: false },
    ])
  })

  t.test('names the attribute that has the wrong type', async t => {
    const cases: readonly [JsonObject, RegExp][] = [
      [{ userName: 7 }, /^userName /],
      [{ userName: '' }, /^userName is required/],
      [{}, /^userName is required/],
      [{ userName: 'a', active: 'maybe' }, /^active must be true or false/],
      [{ userName: 'a', name: 'Ada' }, /^name must be a JSON object/],
      [{ userName: 'a', name: { givenName: 7 } }, /^name\.givenName must be a string/],
      [{ userName: 'a', emails: ['x'] }, /^emails must be a JSON object/],
      [{ userName: 'a', emails: [{ value: { a: 1 } }] }, /^emails\.value must be a string/],
      [{ userName: 'a', [enterprise]: 'x' }, /enterprise:2\.0:User must be a JSON object/],
      [{ userName: 'a', title: 'x\0y' }, /^title holds a NUL/],
      [{ userName: '\ud800' }, /^userName holds a NUL/],
    ]
    for (const [body, message] of cases) {
      const wanted = { name: 'ScimError', status: 400, scimType: 'invalidValue', message }
      t.throws(() => normaliseResource(body, userType), wanted, JSON.stringify(body))
    }
    t.throws(() => normaliseResource({ displayName: null }, groupType), {
      name: /Error|Filter/,
      scimType: 'invalidValue',
    })
    for (const body of [undefined, null, [], 'x', 7] as readonly (Json | undefined)[]) {
      t.throws(() => normaliseResource(body, userType), {
        name: /Error|Filter/,
        status: 400,
        scimType: 'invalidSyntax',
      })
    }
  })
})

test('projection', async t => {
  const resource = {
    schemas: [core],
    id: '1',
    userName: 'ada',
    name: { givenName: 'Ada', familyName: 'Byron' },
    emails: [{ value: 'a', type: 'work' }, { value: 'b' }],
    [enterprise]: { department: 'Engines', manager: { value: 'm', $ref: 'r' } },
    meta: { version: '1', location: 'x' },
  }
  const only = (attributes: string) => project(resource, parseProjection(attributes, undefined, userType))
  const without = (excluded: string) => project(resource, parseProjection(undefined, excluded, userType))
  const base = { schemas: [core], id: '1' }

  t.same(only('USERNAME'), { ...base, userName: 'ada' })
  t.same(only('name.familyName, emails.type'), {
    ...base,
    name: { familyName: 'Byron' },
    emails: [{ type: 'work' }],
  })
  t.same(only(`${core}:userName`), { ...base, userName: 'ada' })
  t.same(only(`${enterprise}:department`), { ...base, [enterprise]: { department: 'Engines' } })
  t.same(only(`${enterprise}:manager.value`), { ...base, [enterprise]: { manager: { value: 'm' } } })
  t.same(only(enterprise), { ...base, [enterprise]: resource[enterprise] })
  t.same(only('emails[type eq "work"]'), { ...base, emails: [{ value: 'a', type: 'work' }] })
  t.same(only('emails[type eq "work"].value,emails.type'), {
    ...base,
    emails: [{ value: 'a', type: 'work' }],
  })
  t.same(only('emails[value eq "b" or value co ",]["].value, userName'), {
    ...base,
    emails: [{ value: 'b' }],
    userName: 'ada',
  })
  t.same(only(`${core}:emails[not (type pr)]`), { ...base, emails: [{ value: 'b' }] })
  t.same(only('emails[type eq "home"]'), base)
  t.same(only('name[givenName eq "ADA"].familyName'), { ...base, name: { familyName: 'Byron' } })
  t.same(without('emails[type eq "work"]'), { ...resource, emails: [{ value: 'b' }] })
  t.same(without('emails[type eq "work"].value'), { ...resource, emails: [{ type: 'work' }, { value: 'b' }] })
  t.same(without('emails[type eq "home"]'), resource)
  for (const unread of ['emails[', 'emails[]', 'emails[type]', 'emails[type eq work]']) {
    t.throws(() => only(unread), { name: 'InvalidFilter' }, unread)
  }
  t.same(only('nothing'), base)
  t.same(only(''), resource)
  t.same(without(`id,schemas,name,emails.value,meta,${enterprise}:manager`), {
    ...base,
    userName: 'ada',
    emails: [{ type: 'work' }],
    [enterprise]: { department: 'Engines' },
  })
  t.throws(() => parseProjection('a', 'b', userType), {
    name: /Error|Filter/,
    status: 400,
    scimType: 'invalidValue',
  })
  t.equal(shows(parseProjection(undefined, 'members', groupType), 'members'), false)
  t.equal(shows(parseProjection('displayName', undefined, groupType), 'members'), false)
  t.equal(shows(parseProjection('members.value', undefined, groupType), 'members'), true)
  t.equal(shows(parseProjection(undefined, 'members.value', groupType), 'members'), true)
})

test('paging', async t => {
  t.same(parsePage({}), { startIndex: 1, count: 100 })
  t.same(parsePage({ startIndex: '0', count: '-3' }), { startIndex: 1, count: 0 })
  t.same(parsePage({ startIndex: '-9', count: '100000' }), { startIndex: 1, count: 500 })
  t.same(parsePage({ startIndex: 7, count: 5 }), { startIndex: 7, count: 5 })
  t.equal(parsePage({ startIndex: '9'.repeat(40) }).startIndex, Number.MAX_SAFE_INTEGER)
  for (const startIndex of ['x', '', '1.5', '1e3', 'NaN']) {
    t.throws(
      () => parsePage({ startIndex }),
      { name: /Error|Filter/, status: 400, scimType: 'invalidValue' },
      startIndex,
    )
  }
  t.same(listResponse(7, 8, []), {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: 7,
    startIndex: 8,
    itemsPerPage: 0,
    Resources: [],
  })
})

test('versions compare weakly and in lists', async t => {
  t.ok(namesVersion('"1", W/"2"', 'W/"2"'))
  t.ok(namesVersion('"2"', 'W/"2"'))
  t.ok(namesVersion('*', 'W/"2"'))
  t.notOk(namesVersion('W/"22"', 'W/"2"'))
})

test('the description of the service', async t => {
  const [user, extension, account, group] = schemaDocuments('https://b/scim/v2') as readonly JsonObject[]
  t.match(user, { id: core, meta: { location: `https://b/scim/v2/Schemas/${core}` } })
  t.match(extension, { id: enterprise })
  t.match(account, {
    id: dynatraceUserSchema.id,
    attributes: [{ name: 'uid', mutability: 'readOnly', returned: 'request' }],
  })
  t.match(group, { id: groupType.schema.id })

  t.test('Entra finds canonical types where it flattens, and none for roles', async t => {
    const typeOf = (name: string) =>
      userType.attributes
        .find(attribute => attribute.name === name)
        ?.subAttributes?.find(sub => sub.name === 'type')?.canonicalValues
    t.ok(typeOf('emails')?.includes('work'))
    t.ok(typeOf('addresses')?.includes('work'))
    for (const type of ['work', 'fax', 'mobile', 'other']) t.ok(typeOf('phoneNumbers')?.includes(type), type)
    t.equal(typeOf('roles'), undefined)
  })

  t.test('every attribute tells all its characteristics', async t => {
    const attributes = [userType, groupType].flatMap(type => type.schema.attributes)
    for (const attribute of attributes.flatMap(each => [each, ...(each.subAttributes ?? [])])) {
      t.hasProps(attribute, ['multiValued', 'required', 'caseExact', 'mutability', 'returned', 'uniqueness'])
    }
  })

  t.match(serviceProviderConfig('https://b/scim/v2'), {
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 1000 },
    filter: { supported: true, maxResults: 500 },
    sort: { supported: true },
    meta: { location: 'https://b/scim/v2/ServiceProviderConfig' },
  })
  t.match(resourceTypeDocuments('https://b/scim/v2'), [
    { id: 'User', endpoint: '/Users', schemaExtensions: [{ schema: enterprise, required: false }] },
    { id: 'Group', endpoint: '/Groups' },
  ])
})
