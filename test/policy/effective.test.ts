import fc from 'fast-check'
import { test } from 'tap'
import {
  catalogueOrigin,
  conditionsOf,
  isGlobalCondition,
  isKnownCondition,
  isKnownPermission,
  nearestCondition,
  nearestPermission,
  operatorsOf,
  serviceOf,
  supports,
} from '../../src/policy/catalogue.ts'
import { covers } from '../../src/policy/covers.ts'
import { allows } from '../../src/policy/decide.ts'
import { type EffectiveStatement, effectiveStatements, type Unfitting } from '../../src/policy/effective.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { printStatement } from '../../src/policy/print.ts'
import { requestsFor } from '../../src/policy/requests-for.ts'
import { problemsText } from '../../src/policy/source.ts'
import { nearCondition, nearStatements } from './arbitrary.ts'

test('worked examples of boundaries', async t => {
  t.test('a boundary that fits only one of two permissions leaves the other open to all', async t => {
    t.same(
      effective('ALLOW storage:logs:read, storage:entities:read;', [
        'storage:host.name="h1";',
        'storage:dt.security_context="sc";',
      ]),
      [
        'ALLOW storage:entities:read WHERE storage:dt.security_context = "sc";',
        'ALLOW storage:entities:read;',
        'ALLOW storage:logs:read WHERE storage:dt.security_context = "sc";',
        'ALLOW storage:logs:read WHERE storage:host.name = "h1";',
      ],
    )
  })
  t.test('lines of one name are alternatives, lines of other names are joined to each', async t => {
    t.same(
      effective('ALLOW settings:objects:read WHERE global:week-day="Monday";', [
        'settings:schemaId="a"; settings:schemaId startsWith "b"; settings:scope="x";',
      ]),
      [
        'ALLOW settings:objects:read WHERE global:week-day = "Monday" AND settings:schemaId = "a" AND settings:scope = "x";',
        'ALLOW settings:objects:read WHERE global:week-day = "Monday" AND settings:schemaId startsWith "b" AND settings:scope = "x";',
      ],
    )
  })
  t.test('a condition the policy has already is not folded away', async t => {
    t.same(
      effective('ALLOW storage:logs:read WHERE storage:host.name = "h1";', ['storage:host.name = "h1";']),
      ['ALLOW storage:logs:read WHERE storage:host.name = "h1" AND storage:host.name = "h1";'],
    )
  })
  t.test('a boundary of three lines restricts each service by its own', async t => {
    t.same(
      effective('ALLOW environment:roles:viewer, storage:logs:read, settings:objects:read;', [
        'environment:management-zone = "a"; storage:dt.security_context = "a"; settings:dt.security_context = "a";',
      ]),
      [
        'ALLOW environment:roles:viewer WHERE environment:management-zone = "a";',
        'ALLOW settings:objects:read WHERE environment:management-zone = "a" AND settings:dt.security_context = "a";',
        'ALLOW storage:logs:read WHERE storage:dt.security_context = "a";',
      ],
    )
  })
  t.test('management zones do not restrict data in Grail', async t => {
    t.same(effective('ALLOW storage:logs:read;', ['environment:management-zone = "a";']), [
      'ALLOW storage:logs:read;',
    ])
  })
  t.test('global conditions fit every permission', async t => {
    t.same(effective('ALLOW email:emails:send;', ['global:environmentId = "abc12345";']), [
      'ALLOW email:emails:send WHERE global:environmentId = "abc12345";',
    ])
  })
  t.test('DENY is not touched', async t => {
    t.same(effective('DENY storage:logs:read, storage:spans:read;', ['storage:host.name = "h1";']), [
      'DENY storage:logs:read;',
      'DENY storage:spans:read;',
    ])
  })
  t.test('where nothing fits the permission is open, or denied for those who want to know', async t => {
    const boundary = ['storage:host.name = "h1";']
    t.same(effective('ALLOW email:emails:send;', boundary), ['ALLOW email:emails:send;'])
    t.same(effective('ALLOW email:emails:send;', boundary, {}, 'denied'), [])
    t.same(effective('ALLOW email:emails:send;', [], {}, 'denied'), ['ALLOW email:emails:send;'])
  })
  t.test('parameters reach policy and boundaries', async t => {
    t.same(
      effective(
        `ALLOW storage:logs:read WHERE storage:host.name IN ("${bind('host')}-1", "x");`,
        [`storage:dt.security_context = "${bind('team')}"; storage:bucket-name = "${bind('none')}";`],
        { host: 'h', team: 'a' },
      ),
      [
        `ALLOW storage:logs:read WHERE storage:host.name IN ("h-1", "x") AND storage:dt.security_context = "a" AND storage:bucket-name = "${bind('none')}";`,
      ],
    )
  })
  t.test('of a permission nobody knows, the conditions of its service fit', async t => {
    t.same(effective('ALLOW storage:brand-new:read;', ['storage:host.name = "h1"; settings:scope = "s";']), [
      'ALLOW storage:brand-new:read WHERE storage:host.name = "h1";',
    ])
  })
})

test('laws of boundaries', async () => {
  const statement = (conditions: EffectiveStatement['conditions']) => [
    { effect: 'ALLOW', permissions: ['storage:logs:read', 'storage:spans:read'], conditions } as const,
  ]
  const boundary = fc.array(nearCondition, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(nearCondition, { maxLength: 2 }), boundary, boundary, (own, one, other) => {
      const bare = effectiveStatements({ statements: statement(own), boundaries: [], parameters: {} })
      const bound = (...boundaries: (typeof one)[]) =>
        effectiveStatements({ statements: statement(own), boundaries, parameters: {} })
      const [first, second, both] = [bound(one), bound(other), bound(one, other)]
      return (
        // A boundary never widens, a second one never narrows, and both together are their union.
        covers(bare, both) &&
        covers(both, first) &&
        covers(both, second) &&
        requestsFor([...bare, ...both]).every(
          request => allows(both, request) === (allows(first, request) || allows(second, request)),
        )
      )
    }),
    { numRuns: 50 },
  )
  fc.assert(
    fc.property(nearStatements, statements =>
      requestsFor(statements).every(request => {
        const more = [
          ...statements,
          { effect: 'DENY', permission: request.permission, conditions: [] } as const,
        ]
        return !allows(more, request)
      }),
    ),
  )
})

test('the catalogue of permissions', async t => {
  t.match(catalogueOrigin, { source: /docs\.dynatrace\.com/, date: /^\d{4}-\d\d-\d\d$/ })
  t.ok(isKnownPermission('storage:logs:read'))
  t.notOk(isKnownPermission('storage:log:read'))
  t.equal(nearestPermission('storage:log:read'), 'storage:logs:read')
  t.equal(nearestPermission('something entirely different'), undefined)
  t.ok(isKnownCondition('storage:host.name'))
  t.ok(isKnownCondition('global:week-day'))
  t.notOk(isKnownCondition('constructor'))
  t.equal(nearestCondition('storage:hostname'), 'storage:host.name')
  t.equal(nearestCondition('storage:bucketname', 'storage:logs:read'), 'storage:bucket-name')
  t.equal(nearestCondition('settings:schemaIt', 'storage:logs:read'), undefined)
  t.ok(supports('storage:logs:read', 'storage:log.source'))
  t.notOk(supports('storage:entities:read', 'storage:host.name'))
  t.ok(supports('storage:entities:read', 'global:date'))
  t.same(operatorsOf('storage:entities:read', 'storage:entity.type'), ['EQ', 'IN', 'STARTS_WITH'])
  t.same(operatorsOf('storage:logs:read', 'global:week-day'), ['EQ', 'NEQ', 'IN'])
  t.equal(operatorsOf('storage:logs:read', 'settings:scope'), undefined)
  t.same(conditionsOf('email:emails:send'), [])
  t.equal(conditionsOf('email:emails:read'), undefined)
  t.ok(isGlobalCondition('global:userGroup'))
  t.equal(serviceOf('storage:logs:read'), 'storage')
})

/** The effective statements of a policy text with boundary texts, printed and sorted. */
function effective(
  policy: string,
  boundaries: readonly string[],
  parameters: Readonly<Record<string, string>> = {},
  unfitting?: Unfitting,
): string[] {
  const parsed = parsePolicy(policy)
  if (parsed.kind === 'broken') throw new Error(problemsText(parsed.problems))
  const conditions = boundaries.map(text => {
    const boundary = parseBoundary(text)
    if (boundary.kind === 'broken') throw new Error(problemsText(boundary.problems))
    return boundary.conditions
  })
  return effectiveStatements({ statements: parsed.statements, boundaries: conditions, parameters }, unfitting)
    .map(({ effect, permission, conditions }) =>
      printStatement({ effect, permissions: [permission], conditions }),
    )
    .sort()
}

function bind(name: string): string {
  return `\${bindParam:${name}}`
}
