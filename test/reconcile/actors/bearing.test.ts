/** What single events of the audit log say, in the forms that their two generations may have. Pure. */
import { test } from 'tap'
import type { AuditEvent } from '../../../src/dynatrace/types/audit.ts'
import { authorOf } from '../../../src/reconcile/actors/author.ts'
import { bearing } from '../../../src/reconcile/actors/bearing.ts'
import { saidIn } from '../../../src/reconcile/actors/details.ts'
import { touched } from '../../../src/reconcile/actors/touched.ts'
import type { StepAction } from '../../../src/reconcile/step.ts'

const GROUP = 'c7a10000-0000-4000-8000-000000000001'
const names = {
  groupName: () => 'team payments',
  definitionName: (id: string) => (id === 'p1' ? 'Standard User' : id),
  uidOf: (key: string) => (key === 'eva@acme.example' ? 'UID-EVA' : undefined),
}
const missing: StepAction = {
  kind: 'add-member',
  group: GROUP,
  emailKey: 'eva@acme.example',
  email: 'eva@acme.example',
}
const extra: StepAction = { ...missing, kind: 'remove-member' }

test('a membership', t => {
  const cases: readonly (readonly [what: string, event: Partial<AuditEvent>, missing: string | undefined])[] =
    [
      [
        'named by e-mail',
        { details: { json_before: ['EVA@acme.example'], json_after: [] } },
        'brought-about',
      ],
      [
        'named by uid',
        { details: { json_before: { members: ['UID-EVA', 'x'] }, json_after: { members: ['x'] } } },
        'brought-about',
      ],
      [
        'objects',
        { details: { before: [{ uid: 'UID-EVA', email: 'eva@acme.example' }], after: [] } },
        'brought-about',
      ],
      ['the other way round', { details: { json_before: [], json_after: ['eva@acme.example'] } }, 'undone'],
      ['of somebody else', { details: { json_before: ['bo@acme.example'], json_after: [] } }, undefined],
      [
        'of nobody: the same before and after',
        { details: { json_before: ['eva@acme.example'], json_after: ['eva@acme.example'] } },
        undefined,
      ],
      [
        'a patch that says what was there',
        { details: { json_patch: [{ op: 'remove', path: '/members/0', oldValue: 'eva@acme.example' }] } },
        'brought-about',
      ],
      [
        'a patch that adds',
        { details: { json_patch: [{ op: 'add', path: '/members/-', value: 'eva@acme.example' }] } },
        'undone',
      ],
      [
        'a patch that does not say what was there',
        { details: { json_patch: [{ op: 'remove', path: '/members/0' }] } },
        'unsaid',
      ],
      ['without details', { details: {} }, 'unsaid'],
      [
        'of another group',
        { resourceId: 'other', details: { json_before: ['eva@acme.example'], json_after: [] } },
        undefined,
      ],
      [
        'by name, where an event has no id',
        {
          resourceId: undefined,
          resourceName: 'TEAM payments',
          details: { json_before: ['eva@acme.example'], json_after: [] },
        },
        'brought-about',
      ],
      [
        'a newer event, of type UPDATE',
        { type: 'UPDATE', details: { json_before: ['eva@acme.example'], json_after: [] } },
        'brought-about',
      ],
      ['the rights of the group', { type: 'UPDATE_ROLES', details: {} }, undefined],
      ['the whole group', { type: 'DELETE' }, 'brought-about'],
      [
        'the user, removed from the account',
        { resource: 'USER', type: 'DELETE', resourceName: 'Eva@acme.example' },
        'brought-about',
      ],
      [
        'the user, known by uid alone',
        { resource: 'USER', type: 'DELETE', resourceName: '', resourceId: 'UID-EVA' },
        'brought-about',
      ],
      ['a policy', { resource: 'POLICY', type: 'UPDATE' }, undefined],
    ]
  for (const [what, event, expected] of cases)
    t.equal(bearing(eventOf(event), missing, names), expected, what)
  const came = { details: { json_before: [], json_after: ['eva@acme.example'] } }
  t.equal(bearing(eventOf(came), extra, names), 'brought-about')
  t.equal(bearing(eventOf({ type: 'DELETE' }), extra, names), 'undone')
  t.end()
})

test('a binding is known by its policy, and by level and parameters where they are told', t => {
  const binding = {
    ...{ level: { kind: 'environment', id: 'abc12345' } as const, policyId: 'p1', group: GROUP },
    ...{ parameters: { team: 'payments' }, metadata: {}, boundaryIds: [] },
  }
  const lost = (entry: object) =>
    bearing(
      eventOf({ type: 'UPDATE_POLICIES', details: { json_before: [entry], json_after: [] } }),
      { kind: 'add-binding', binding },
      names,
    )
  t.equal(lost({ policy: 'standard user' }), 'brought-about')
  t.equal(lost({ policyUuid: 'p1', levelType: 'environment', levelId: 'abc12345' }), 'brought-about')
  t.equal(
    lost({ policy: 'Standard User', level: 'environment/abc12345', parameters: { team: 'payments' } }),
    'brought-about',
  )
  t.equal(lost({ policy: 'Standard User', level: 'account' }), undefined)
  t.equal(lost({ policy: 'Standard User', parameters: { team: 'checkout' } }), undefined)
  t.equal(lost({ policy: 'Pro User' }), undefined)
  t.end()
})

test('details in no form that anybody knows say nothing, and break nothing', t => {
  for (const details of [
    {},
    { details: 'text' },
    { json_patch: 'text' },
    { json_before: null, json_after: null },
  ]) {
    t.equal(saidIn(details), undefined)
  }
  t.same(saidIn({ json_before: [1, 1, 2], json_after: [1, { a: null }] }), {
    lost: [1, 2],
    gained: [{ a: null }],
  })
  t.end()
})

test('person or automation', t => {
  const kinds: readonly (readonly [event: Partial<AuditEvent>, kind: string])[] = [
    [{ grantType: 'AUTHORIZATION_CODE', clientId: 'dt0s12.console' }, 'person'],
    [{ grantType: undefined, clientId: undefined }, 'person'],
    [{ grantType: 'CLIENT_CREDENTIALS', clientId: 'dt0s02.X' }, 'automation'],
    [{ grantType: undefined, clientId: 'dt0s02.X' }, 'automation'],
    [
      { grantType: undefined, clientId: undefined, authentication: 'TOKEN', tokenId: 'dt0s16.T' },
      'automation',
    ],
    [{ grantType: undefined, clientId: undefined, user: 'a1@service.sso.dynatrace.com' }, 'automation'],
  ]
  for (const [event, kind] of kinds) t.equal(authorOf(eventOf(event)).kind, kind, JSON.stringify(event))
  t.equal(authorOf(eventOf({ user: '', grantType: undefined, clientId: 'dt0s02.X' })).name, 'dt0s02.X')
  t.equal(
    authorOf(
      eventOf({ clientId: undefined, authentication: 'TOKEN', grantType: undefined, tokenId: 'dt0s16.T' }),
    ).client,
    'dt0s16.T',
  )
  t.end()
})

test('what events are about', t => {
  const row = { rowId: 'r', name: 'team payments', sources: [], at: '', adopted: false }
  const registry = {
    groups: new Map([['team payments', { ...row, dynatraceId: GROUP, nameKey: 'team payments' }]]),
    rights: new Map([['k', { key: 'k', groupId: 'federated', groupName: 'Theirs' }]]),
    policies: new Map([
      [
        'account own',
        { id: 'p-own', name: 'own', nameKey: 'account own', state: 'owned' as const, at: '', adopted: false },
      ],
    ]),
    boundaries: new Map(),
  }
  const about = (event: Partial<AuditEvent>) => {
    const { members, users, groups, definitions } = touched([eventOf(event)], registry)
    return [...members, ...users, ...groups, ...definitions]
  }
  const eva = { json_before: ['Eva@acme.example'], json_after: [] }
  t.same(about({ details: eva }), ['eva@acme.example'])
  t.same(about({ details: { json_before: ['UID-EVA'], json_after: [] } }), ['team payments'])
  t.same(about({ details: {} }), ['team payments'])
  t.same(about({ type: 'UPDATE', details: eva }), ['team payments'])
  t.same(about({ resourceId: undefined, resourceName: 'Team Payments', details: {} }), ['team payments'])
  t.same(about({ resourceId: 'another', resourceName: 'team payments' }), [])
  t.same(about({ resourceId: 'federated', type: 'UPDATE_POLICIES' }), ['theirs'])
  t.same(about({ resource: 'USER', type: 'DELETE', resourceName: 'Eva@acme.example' }), ['eva@acme.example'])
  t.same(about({ resource: 'Policy', resourceId: 'p-own' }), ['p-own'])
  t.same(about({ resource: 'POLICY', resourceId: undefined, resourceName: 'OWN' }), ['p-own'])
  t.same(about({ resource: 'POLICY', resourceId: 'theirs', resourceName: 'own' }), [])
  t.same(about({ resource: 'ACCOUNT', resourceId: GROUP }), [])
  t.end()
})

function eventOf(given: Partial<AuditEvent>): AuditEvent {
  return {
    ...{ id: 'e1', at: '2026-11-20T09:00:00.000Z', user: 'ana.kos@acme.example', provider: 'IAM' },
    ...{ type: 'UPDATE_MEMBERS', resource: 'GROUP', resourceName: 'team payments', resourceId: GROUP },
    ...{ grantType: 'AUTHORIZATION_CODE', clientId: undefined, authentication: 'OAUTH2', tokenId: undefined },
    ...{ originAddress: undefined, originType: 'REST', outcome: 'SUCCESS', environmentId: undefined },
    details: {},
    ...given,
  }
}
