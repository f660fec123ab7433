/** What one person, group or environment allows that another one does not. */
import fc from 'fast-check'
import { test } from 'tap'
import {
  type Comparison,
  compareEnvironments,
  compareHolders,
  placesCompared,
} from '../../src/access/compare/compare.ts'
import { findSubject, parseSubject, type Subject } from '../../src/access/compare/subject.ts'
import { alternativesText, type Extent } from '../../src/access/evaluate/extent.ts'
import { type AccessFacts, environmentId, placesAsked } from '../../src/access/evaluate/facts.ts'
import { grantedBy } from '../../src/access/evaluate/granted.ts'
import { atOnce } from '../../src/lib/turns.ts'
import { allows } from '../../src/policy/decide.ts'
import { requestsFor } from '../../src/policy/requests-for.ts'
import { anyWorld, binding, factsOf, group, role } from '../support/access-facts.ts'

const READ = 'storage:logs:read'
const CONTEXT = 'storage:dt.security_context'

test('two people: what either has alone, what they have under other conditions, and the groups behind it', async t => {
  const facts = factsOf({
    members: { viewers: ['ana'], editors: ['ben'], all: ['ana', 'ben'] },
    policies: {
      narrow: `ALLOW ${READ} WHERE ${CONTEXT} = "pay"; ALLOW storage:events:read;`,
      wide: `ALLOW ${READ}; ALLOW storage:spans:read;`,
      common: 'ALLOW storage:buckets:read;',
    },
    groups: [
      group('All', ['all'], [binding('common')]),
      group('Editors', ['editors'], [binding('wide', 'prod')], [role('tenant-viewer', 'prod', 'Shop')]),
      group('Viewers', ['viewers'], [binding('narrow')], [role('account-viewer')]),
    ],
  })
  const comparison = compare('user:ANA@acme.example', 'user:ben@acme.example', facts)
  t.same(told(comparison), {
    onlyOne: ['Viewers'],
    onlyOther: ['Editors'],
    both: 1,
    differing: [
      { in: 'account', permissions: [], roles: [['account-viewer'], []] },
      {
        in: 'prod',
        permissions: [
          ['storage:events:read', 'always', 'never'],
          [READ, `where ${CONTEXT} = "pay"`, 'always'],
          ['storage:spans:read', 'never', 'always'],
        ],
        roles: [[], ['tenant-viewer in zone "Shop"']],
      },
      {
        in: 'stage',
        permissions: [
          ['storage:events:read', 'always', 'never'],
          [READ, `where ${CONTEXT} = "pay"`, 'never'],
        ],
        roles: [[], []],
      },
    ],
  })
  t.same(
    comparison.groups.onlyOther.map(({ through }) =>
      through.map(({ idpGroupName, rule }) => [idpGroupName, rule]),
    ),
    [[['editors', 'rule']]],
  )
  const there = compare('user:ana@acme.example', 'user:ben@acme.example', facts, 'stage')
  t.equal(there.differing.length, 1, 'only where it is asked about')
})

test('places where the difference is the same are told together', async t => {
  const facts = factsOf({
    members: { viewers: ['ana'], others: ['ben'] },
    environments: ['one', 'two', 'three'],
    policies: { wide: `ALLOW ${READ};` },
    groups: [
      group('Viewers', ['viewers'], [binding('wide')]),
      group('Others', ['others'], [binding('wide', 'two')]),
    ],
  })
  const { differing } = compare('user:ana@acme.example', 'idp-group:others', facts)
  t.same(
    differing.map(({ places }) => places.map(place => (place.kind === 'account' ? '' : place.name))),
    [['one', 'three']],
  )
})

test('conditions that mean the same are no difference', async t => {
  const same: readonly (readonly [string, string])[] = [
    [`ALLOW ${READ} WHERE ${CONTEXT} = "a";`, `ALLOW ${READ} WHERE ${CONTEXT} IN ("a");`],
    [`ALLOW ${READ} WHERE ${CONTEXT} IN ("a", "b");`, `ALLOW ${READ} WHERE ${CONTEXT} IN ("b", "a", "b");`],
    [
      `ALLOW ${READ} WHERE ${CONTEXT} IN ("a", "b");`,
      `ALLOW ${READ} WHERE ${CONTEXT} = "a"; ALLOW ${READ} WHERE ${CONTEXT} = "b";`,
    ],
    [
      `ALLOW ${READ} WHERE ${CONTEXT} = "a" AND storage:bucket-name = "x";`,
      `ALLOW ${READ} WHERE storage:bucket-name = "x" AND ${CONTEXT} = "a";`,
    ],
    [`ALLOW ${READ};`, `ALLOW ${READ} WHERE ${CONTEXT} = "a"; ALLOW ${READ};`],
    [
      `ALLOW ${READ} WHERE ${CONTEXT} = "a";`,
      `ALLOW ${READ} WHERE ${CONTEXT} = "a" AND ${CONTEXT} IN ("a", "b");`,
    ],
    [`ALLOW storage:events:read;`, `ALLOW storage:events:read; ALLOW ${READ}; DENY ${READ};`],
    [
      `ALLOW storage:events:read;`,
      `ALLOW storage:events:read; ALLOW ${READ} WHERE ${CONTEXT} = "a" AND ${CONTEXT} = "b";`,
    ],
    [
      `ALLOW ${READ} WHERE ${CONTEXT} = "a";`,
      `ALLOW ${READ} WHERE ${CONTEXT} = "a"; DENY ${READ} WHERE ${CONTEXT} = "b";`,
    ],
  ]
  for (const [one, other] of same) t.same(between(one, other), [], `${one} and ${other}`)
  const different: readonly (readonly [string, string])[] = [
    [`ALLOW ${READ} WHERE ${CONTEXT} = "a";`, `ALLOW ${READ} WHERE ${CONTEXT} = "A";`],
    [`ALLOW ${READ};`, `ALLOW ${READ}; DENY ${READ} WHERE ${CONTEXT} = "a";`],
    [`ALLOW ${READ} WHERE ${CONTEXT} != "a";`, `ALLOW ${READ};`],
    [`ALLOW ${READ};`, `ALLOW storage:events:read;`],
  ]
  for (const [one, other] of different) t.not(between(one, other).length, 0, `${one} and ${other}`)

  function between(one: string, other: string) {
    const facts = factsOf({
      members: { a: ['ana'], b: ['ben'] },
      policies: { one, other },
      groups: [group('A', ['a'], [binding('one')]), group('B', ['b'], [binding('other')])],
    })
    return compare('group:A', 'group:B', facts).differing
  }
})

test('two environments: group by group', async t => {
  const facts = factsOf({
    members: { viewers: ['ana'] },
    policies: { wide: `ALLOW ${READ};`, same: 'ALLOW storage:events:read;' },
    groups: [
      group('Everywhere', ['viewers'], [binding('wide')]),
      group('Like', ['viewers'], [binding('same', 'prod'), binding('same', 'stage')]),
      group('Prod', ['viewers'], [binding('wide', 'prod')]),
      group('Roles', ['viewers'], [], [role('tenant-viewer', 'stage')]),
      group('Unread', ['viewers'], [binding('lost', 'prod')]),
    ],
    withheld: ['Torn'],
  })
  const { differing, unknown } = compare('environment:prod', 'environment:stage-id', facts)
  t.same(
    differing.map(({ group, difference }) => [
      group?.name,
      difference.permissions.map(({ permission }) => permission),
      difference.roles.onlyOther,
      difference.unknown.onlyOne,
    ]),
    [
      ['Prod', [READ], [], []],
      ['Roles', [], ['tenant-viewer'], []],
      ['Unread', [], [], ['lost']],
    ],
  )
  t.match(unknown, [/policy "lost"/, /group "Torn"/])
})

test('who and what can be compared, and how it is found', async t => {
  const facts = factsOf({
    members: { viewers: ['ana', 'gone'], nothing: [] },
    inactive: ['gone'],
    policies: { wide: `ALLOW ${READ};` },
    groups: [group('Viewers of all', ['viewers'], [binding('wide')])],
    withheld: ['Torn'],
    unreachable: ['svc'],
  })
  const find = (text: string) => {
    const name = parseSubject(text)
    return name === undefined ? undefined : findSubject(name, facts)
  }
  t.match(find('user:Ana@ACME.example'), {
    kind: 'found',
    subject: { name: 'ana@acme.example', groups: { length: 1 } },
  })
  t.match(find('user:gone@acme.example'), { subject: { groups: { length: 0 }, notes: [/deactivated/] } })
  t.match(find('user:svc'), { subject: { groups: { length: 0 }, notes: [/no usable e-mail/] } })
  t.match(find('idp-group:VIEWERS'), { subject: { name: 'viewers', groups: { length: 1 } } })
  t.match(find('idp-group:nothing'), { subject: { groups: { length: 0 }, notes: [/no rule/] } })
  t.match(find('group:viewers OF all'), { subject: { name: 'Viewers of all' } })
  t.match(find('environment:PROD'), { subject: { name: 'prod' } })
  t.match(find('user:nobody'), { kind: 'missing', message: /no user "nobody"/ })
  t.match(find('group:viewers'), { kind: 'missing', message: /ask for idp-group:viewers/ })
  t.match(find('idp-group:viewers of all'), { kind: 'missing', message: /ask for group:viewers of all/ })
  t.match(find('group:Viewers of al'), { kind: 'missing', message: /Did you mean group:Viewers of all\?/ })
  t.match(find('group:torn'), { kind: 'missing', message: /contradict each other/ })
  t.match(find('environment:prd'), { kind: 'missing', message: /Did you mean environment:prod\?/ })
  for (const text of ['ana@acme.example', 'people:ana', 'user:', ':ana', ''])
    t.equal(find(text), undefined, text)
})

test('nobody differs from themselves, and turning the question round turns the answer round', async () => {
  const subject = fc.constantFrom(
    'user:ana@acme.example',
    'user:ben@acme.example',
    'idp-group:idp-1',
    'idp-group:idp-2',
    'group:g0',
  )
  const environment = fc.constantFrom('environment:prod', 'environment:stage', 'environment:account')
  const pair = fc.oneof(fc.tuple(subject, subject), fc.tuple(environment, environment))
  fc.assert(
    fc.property(anyWorld, pair, (world, [one, other]) => {
      const facts = factsOf({ ...world, members: { ...world.members, 'idp-0': ['ana', 'ben'] } })
      const [there, back] = [compare(one, other, facts), compare(other, one, facts)]
      const itself = compare(one, one, facts)
      return (
        itself.differing.length + itself.groups.onlyOne.length + itself.groups.onlyOther.length === 0 &&
        JSON.stringify(told(there)) === JSON.stringify(mirrored(told(back))) &&
        JSON.stringify(there.unknown) === JSON.stringify(back.unknown)
      )
    }),
    { numRuns: 300 },
  )
})

test('what is told to be the same is the same for every request', async () => {
  fc.assert(
    fc.property(anyWorld, world => {
      const facts = factsOf(world)
      const [one, other] = [subjectOf('idp-group:idp-1', facts), subjectOf('idp-group:idp-2', facts)]
      const { differing } = compare('idp-group:idp-1', 'idp-group:idp-2', facts)
      return (placesAsked(facts.model, undefined) ?? []).every(place => {
        const id = environmentId(place)
        const [left, right] = [one, other].map(subject =>
          'groups' in subject
            ? subject.groups.flatMap(({ group }) => grantedBy(group, id, facts.texts).statements)
            : [],
        )
        const told = differing.find(({ places }) => places.some(each => environmentId(each) === id))
        const different = new Set(told?.difference.permissions.map(({ permission }) => permission))
        return requestsFor([...(left ?? []), ...(right ?? [])]).every(
          request =>
            different.has(request.permission) || allows(left ?? [], request) === allows(right ?? [], request),
        )
      })
    }),
    { numRuns: 300 },
  )
})

function compare(one: string, other: string, facts: AccessFacts, environment?: string): Comparison {
  const [left, right] = [subjectOf(one, facts), subjectOf(other, facts)]
  if (left.kind === 'environment' && right.kind === 'environment') {
    return atOnce(compareEnvironments(left, right, facts))
  }
  if (left.kind === 'environment' || right.kind === 'environment') throw new Error('not comparable')
  const places = placesCompared(placesAsked(facts.model, environment) ?? [], environment !== undefined)
  return atOnce(compareHolders(left, right, places, facts))
}

function subjectOf(text: string, facts: AccessFacts): Subject {
  const name = parseSubject(text)
  const found = name === undefined ? undefined : findSubject(name, facts)
  if (found?.kind !== 'found') throw new Error(`${text}: ${found?.message}`)
  return found.subject
}

function told({ groups, differing }: Comparison) {
  return {
    onlyOne: groups.onlyOne.map(({ group }) => group.name),
    onlyOther: groups.onlyOther.map(({ group }) => group.name),
    both: groups.both,
    differing: differing.map(({ group, places, difference }) => ({
      ...(group === undefined ? {} : { group: group.name }),
      in: places.map(place => (place.kind === 'account' ? 'account' : place.name)).join('+'),
      permissions: difference.permissions.map(({ permission, one, other }) => [
        permission,
        extentText(one),
        extentText(other),
      ]),
      roles: [difference.roles.onlyOne, difference.roles.onlyOther],
    })),
  }
}

function mirrored(each: ReturnType<typeof told>): ReturnType<typeof told> {
  return {
    onlyOne: each.onlyOther,
    onlyOther: each.onlyOne,
    both: each.both,
    differing: each.differing.map(({ permissions, roles, ...rest }) => ({
      ...rest,
      permissions: permissions.map(([permission = '', one = '', other = '']) => [permission, other, one]),
      roles: roles.toReversed(),
    })),
  }
}

function extentText({ kind, any, except }: Extent): string {
  if (kind !== 'where') return kind
  const but = except.length === 0 ? '' : ` but not ${alternativesText(except).join(' or ')}`
  return `where ${alternativesText(any).join(' or ')}${but}`
}
