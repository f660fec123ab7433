/**
 * Answers that are almost what the API promises: one member of a complete answer is missing, null or of another type.
 * Either the answer is refused, or what is read says the same but for that one member, which then is the safe default
 * named below. Nothing ever vanishes from a list.
 */
import { test } from 'tap'
import type { z } from 'zod'
import { ApiTokenPage } from '../../src/dynatrace/api/api-token.ts'
import { AuditPage } from '../../src/dynatrace/api/audit.ts'
import { GroupBindings, LevelBindings } from '../../src/dynatrace/api/binding.ts'
import { BoundaryAnswer, BoundaryPage } from '../../src/dynatrace/api/boundary.ts'
import { EmptiedList } from '../../src/dynatrace/api/count.ts'
import { DocumentPage } from '../../src/dynatrace/api/document.ts'
import { EffectivePermissionPage } from '../../src/dynatrace/api/effective-permission.ts'
import { EnvironmentList, EnvironmentResources } from '../../src/dynatrace/api/environment.ts'
import { CreatedGroups } from '../../src/dynatrace/api/group.ts'
import { AccountLimitsPage, LevelLimitsAnswer } from '../../src/dynatrace/api/limits.ts'
import { GroupPermissions } from '../../src/dynatrace/api/permission.ts'
import { PlatformTokenPage } from '../../src/dynatrace/api/platform-token.ts'
import { PolicyAnswer, PolicyList, PolicyOverviewList } from '../../src/dynatrace/api/policy.ts'
import { PermissionReference } from '../../src/dynatrace/api/reference.ts'
import { ServiceUserAnswer, ServiceUserPage } from '../../src/dynatrace/api/service-user.ts'
import { TokenAnswer } from '../../src/dynatrace/api/token.ts'
import { User, UserWithGroups } from '../../src/dynatrace/api/user.ts'

type Json = null | string | number | boolean | readonly Json[] | { readonly [name: string]: Json }

const user = {
  uid: 'u1',
  email: 'ana@acme.example',
  userStatus: 'ACTIVE',
  emergencyContact: true,
  userLoginMetadata: { lastSuccessfulLogin: '2026-11-01T10:00:00Z' },
}
const group = {
  uuid: 'g1',
  name: 'team',
  description: 'of ours',
  owner: 'LOCAL',
  federatedAttributeValues: ['x'],
  createdAt: '2026-11-01T10:00:00Z',
}
const parts = { parameters: { team: 'a' }, metadata: { by: 'b' }, boundaries: ['b1'] }
const boundary = { uuid: 'b1', name: 'prod', boundaryQuery: 'x = "y";' }
const serviceUser = {
  uid: 's1',
  email: 's@x',
  name: 'ci',
  description: 'd',
  createdAt: '2026',
  groupUuid: 'g1',
}
const figures = { count: 3, limit: 10 }
const audit = {
  eventId: 'e1',
  timestamp: '2026-11-01T10:00:00Z',
  user: 'ana',
  resourceId: 'r',
  details: { a: 'b' },
}

/** Each with the members that may be missing, null or odd: what stands in their place is a default that claims nothing. */
const answers: readonly (readonly [
  name: string,
  schema: z.ZodType,
  answer: Json,
  lenient: readonly string[],
])[] = [
  ['User', User, user, ['userStatus', 'emergencyContact', 'userLoginMetadata']],
  [
    'UserWithGroups',
    UserWithGroups,
    { ...user, groups: [{ uuid: 'g1' }, { uuid: 'g2' }] },
    ['userStatus', 'emergencyContact', 'userLoginMetadata'],
  ],
  [
    'CreatedGroups',
    CreatedGroups,
    [group],
    ['description', 'owner', 'federatedAttributeValues', 'createdAt'],
  ],
  ['EmptiedList', EmptiedList, { count: 2, items: [] }, ['count']],
  [
    'LevelBindings',
    LevelBindings,
    { policyBindings: [{ policyUuid: 'p1', groups: ['g1', 'g2'], ...parts }] },
    ['parameters', 'metadata', 'boundaries'],
  ],
  [
    'GroupBindings',
    GroupBindings,
    { policyUuids: ['p1'], bindingsDetails: [{ policyUuid: 'p1', ...parts }] },
    ['parameters', 'metadata', 'boundaries'],
  ],
  ['BoundaryAnswer', BoundaryAnswer, boundary, ['boundaryQuery']],
  [
    'BoundaryPage',
    BoundaryPage,
    { pageSize: 100, pageNumber: 1, totalCount: 1, content: [boundary] },
    ['boundaryQuery', 'pageSize', 'pageNumber'],
  ],
  ['PolicyList', PolicyList, { policies: [{ uuid: 'p1', name: 'one' }] }, []],
  [
    'PolicyOverviewList',
    PolicyOverviewList,
    { policyOverviewList: [{ uuid: 'p1', name: 'one', levelType: 'environment', levelId: 'abc' }] },
    [],
  ],
  [
    'PolicyAnswer',
    PolicyAnswer,
    { uuid: 'p1', name: 'one', description: 'd', statementQuery: 'ALLOW x;' },
    ['description'],
  ],
  [
    'GroupPermissions',
    GroupPermissions,
    { permissions: [{ permissionName: 'account-viewer', scope: 'a', scopeType: 'account' }] },
    [],
  ],
  ['EnvironmentList', EnvironmentList, { data: [{ id: 'abc', name: 'prod', active: true }] }, ['name']],
  [
    'EnvironmentResources',
    EnvironmentResources,
    {
      tenantResources: [{ id: 'abc', name: 'prod' }],
      managementZoneResources: [{ id: '-12', parent: 'abc', name: 'zone' }],
    },
    ['name', 'managementZoneResources', 'managementZoneResources.0.id'],
  ],
  [
    'EffectivePermissionPage',
    EffectivePermissionPage,
    {
      effectivePermissions: [
        {
          permission: 'storage:logs:read',
          effects: [
            {
              effect: 'ALLOW',
              conditions: [{ name: 'n', operator: '=', values: ['v'] }],
              effectivePolicies: [
                {
                  policy: { uuid: 'p1', name: 'one', levelType: 'account' },
                  binding: { groupUuid: 'g1', levelType: 'account' },
                },
              ],
            },
          ],
        },
      ],
      total: 1,
    },
    ['conditions', 'effectivePolicies', 'total', 'values'],
  ],
  [
    'LevelLimitsAnswer',
    LevelLimitsAnswer,
    { policies: figures, bindings: figures, boundaries: figures },
    ['policies', 'bindings', 'boundaries'],
  ],
  [
    'AccountLimitsPage',
    AccountLimitsPage,
    { total: 1, results: [{ limitType: 'users', currentValue: 3, limitValue: 10 }] },
    ['total'],
  ],
  ['PermissionReference', PermissionReference, [{ id: 'account-viewer', description: 'd' }], ['description']],
  ['ServiceUserAnswer', ServiceUserAnswer, serviceUser, ['name', 'description', 'createdAt', 'groupUuid']],
  [
    'ServiceUserPage',
    ServiceUserPage,
    { results: [serviceUser], nextPageKey: 'k', totalCount: 5 },
    ['name', 'description', 'createdAt', 'groupUuid', 'nextPageKey', 'totalCount'],
  ],
  [
    'PlatformTokenPage',
    PlatformTokenPage,
    {
      total: 1,
      results: [
        {
          tokenId: 't1',
          name: 'n',
          description: 'd',
          userUuid: 'u1',
          status: 'ACTIVE',
          scope: ['s'],
          resource: ['r'],
          tags: ['t'],
          createdAt: '2026',
          expirationDate: '2027',
          metadata: { lastUsedAt: '2026' },
        },
      ],
    },
    [
      'name',
      'description',
      'userUuid',
      'status',
      'scope',
      'resource',
      'tags',
      'createdAt',
      'expirationDate',
      'metadata',
    ],
  ],
  [
    'ApiTokenPage',
    ApiTokenPage,
    {
      apiTokens: [
        {
          id: 't1',
          name: 'n',
          owner: 'ana',
          enabled: true,
          personalAccessToken: true,
          scopes: ['s'],
          creationDate: '2026',
          expirationDate: '2027',
          lastUsedDate: '2026',
        },
      ],
      nextPageKey: 'k',
      totalCount: 5,
    },
    [
      ...['name', 'owner', 'personalAccessToken', 'scopes', 'creationDate', 'expirationDate', 'lastUsedDate'],
      ...['nextPageKey', 'totalCount'],
    ],
  ],
  [
    'DocumentPage',
    DocumentPage,
    {
      documents: [
        {
          id: 'd1',
          name: 'n',
          type: 'dashboard',
          owner: 'u1',
          isPrivate: true,
          modificationInfo: { lastModifiedTime: '2026' },
        },
      ],
      nextPageKey: 'k',
      totalCount: 5,
    },
    ['name', 'type', 'isPrivate', 'modificationInfo', 'nextPageKey', 'totalCount'],
  ],
  [
    'AuditPage',
    AuditPage,
    { audits: [audit], warnings: [{ message: 'w' }] },
    ['user', 'resourceId', 'details', 'warnings', 'message'],
  ],
]

const ODD: readonly Json[] = [null, 7, 'odd', true, [], {}, ['odd'], { odd: 1 }]

for (const [name, schema, answer, lenient] of answers) {
  test(name, async t => {
    t.ok(schema.safeParse(answer).success, 'the answer itself is good')
    const whole = count(schema.parse(answer))
    const wrong: string[] = []
    for (const place of placesIn(answer)) {
      for (const odd of [undefined, ...ODD]) {
        if (
          typeof odd === typeof at(answer, place) &&
          !isList(odd) &&
          odd !== null &&
          typeof odd !== 'object'
        )
          continue
        const near = changed(answer, place, odd)
        const parsed = schema.safeParse(near)
        if (!parsed.success) continue
        const words = place.filter(part => typeof part === 'string')
        const isAllowed =
          words.some(word => lenient.includes(word)) ||
          lenient.includes(place.join('.')) ||
          isRefill(place, odd, answer)
        if (!isAllowed)
          wrong.push(`${place.join('.')} = ${JSON.stringify(odd)} → ${JSON.stringify(parsed.data)}`)
        else if (!isRefill(place, odd, answer) && count(parsed.data) !== whole)
          wrong.push(`${place.join('.')}: something vanished`)
      }
    }
    t.same(wrong, [])
  })
}

test('a token is only one that says how long it lives', async t => {
  const whole = { access_token: 'abc', expires_in: 300 }
  for (const odd of [undefined, null, 0, -1, 'soon', {}, Number.NaN])
    t.notOk(TokenAnswer.safeParse({ ...whole, expires_in: odd }).success, String(odd))
  for (const odd of [undefined, null, '', 'a b', 'ä', 'a\nb', 7])
    t.notOk(TokenAnswer.safeParse({ ...whole, access_token: odd }).success, String(odd))
})

/** Items on the outermost list of what was read. */
function count(read: unknown): number | undefined {
  if (Array.isArray(read)) return read.length
  if (typeof read !== 'object' || read === null) return undefined
  return Object.values(read).find(each => Array.isArray(each))?.length
}

/** A list that really is another list says another thing, and rightly so. */
function isRefill(place: Place, odd: Json | undefined, answer: Json): boolean {
  return Array.isArray(odd) && Array.isArray(at(answer, place))
}

type Place = readonly (string | number)[]

function* placesIn(value: Json, above: Place = []): Generator<Place> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, each] of Object.entries(value)) {
    const place = [...above, isList(value) ? Number(name) : name]
    if (!isList(value)) yield place
    yield* placesIn(each, place)
  }
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

function at(value: Json | undefined, [first, ...rest]: Place): Json | undefined {
  if (first === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  return at(Object.entries(value).find(([name]) => name === String(first))?.[1], rest)
}

function changed(value: Json, [first, ...rest]: Place, to: Json | undefined): Json {
  if (isList(value))
    return value.map((each, nth) =>
      nth !== first ? each : rest.length === 0 ? (to ?? null) : changed(each, rest, to),
    )
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, each]): [string, Json][] => {
    if (name !== first) return [[name, each]]
    if (rest.length > 0) return [[name, changed(each, rest, to)]]
    return to === undefined ? [] : [[name, to]]
  })
  return Object.fromEntries(entries)
}
