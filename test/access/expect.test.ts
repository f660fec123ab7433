/** `expect` entries: how they are read, and whether what they expect holds. */
import { test } from 'tap'
import { checkExpectations, type ExpectationResult } from '../../src/access/check/expectation.ts'
import type { AccessModel } from '../../src/access/model.ts'
import { type ParsedAccessModel, parseAccessModel } from '../../src/access/parse.ts'
import type { Problem } from '../../src/access/problem.ts'

const logs = 'where: { storage:dt.security_context: pay, storage:bucket-name: default_logs }'
const others = 'where: { storage:dt.security_context: other }'

const base = `version: 1
environments: { prod: { id: abc12345, labels: { stage: prod } }, stage: { id: def67890, labels: { stage: nonprod } } }
rules:
  - name: team
    match: dt-{team}-{stage:prod|nonprod}
    group: { name: "{team} {stage}" }
    bindings:
      - { policy: data, level: { environments: { stage: "{stage}" } }, parameters: { team: "{team}" }, boundaries: [ "b {team}" ] }
  - { name: blocked, match: { displayNames: [ blocked ] }, group: { name: blocked }, bindings: [ { policy: no spans, level: account } ] }
  - { name: events, match: { externalId: s-1 }, group: { name: events }, bindings: [ { policy: events, level: account } ] }
  - { name: admins, match: { displayNames: [ admins ] }, group: { name: admins }, bindings: [ { policy: Admin User, level: account } ] }
policies:
  - name: data
    statement: ALLOW storage:buckets:read, storage:logs:read, storage:spans:read WHERE storage:dt.security_context = "\${bindParam:team}";
  - { name: no spans, statement: "DENY storage:spans:read;" }
  - { name: events, statement: "ALLOW storage:events:read;" }
boundaries:
  - name: b {team}
    for: team
    query: storage:bucket-name startsWith "default_";
expect:
`
const lineOfEntry = base.split('\n').length

test('an expectation that holds', async t => {
  for (const entry of [
    `{ group: dt-pay-prod, environment: prod, can: storage:logs:read, ${logs} }`,
    `{ group: DT-pay-PROD, environment: abc12345, can: [storage:logs:read, storage:spans:read], ${logs} }`,
    `{ group: dt-pay-prod, environment: { stage: [prod, other] }, can: storage:logs:read, ${logs} }`,
    `{ groups: [dt-pay-prod, dt-pay-nonprod], can: storage:logs:read, ${logs} }`,
    `{ groups: [dt-pay-prod, dt-pay-nonprod], environment: all, can: storage:logs:read, ${logs} }`,
    `{ groups: [dt-pay-prod, nobody], environment: [prod], can: storage:logs:read, ${logs} }`,
    `{ group: dt-pay-prod, environment: stage, cannot: storage:logs:read }`,
    `{ group: dt-pay-prod, cannot: [storage:logs:read, storage:metrics:read], ${others} }`,
    `{ group: dt-pay-prod, environment: account, cannot: storage:logs:read }`,
    '{ group: nobody, cannot: storage:logs:read }',
    `{ group: whatever, externalId: s-1, can: storage:events:read }`,
    `{ groups: [dt-pay-prod, blocked], environment: prod, cannot: storage:spans:read, ${logs} }`,
  ]) {
    const parsed = read(entry)
    t.same(problemsOf(parsed), [], entry)
    t.same(
      parsed.expectations.map(({ kind }) => kind),
      ['met'],
      entry,
    )
  }
})

test('an expectation that fails is a mistake of the file and says why', async t => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      `{ group: dt-pay-prod, can: storage:logs:read, ${logs} }`,
      'IdP group dt-pay-prod: storage:logs:read on storage:dt.security_context = "pay" and storage:bucket-name = "default_logs" is denied in stage: no binding there grants it; one does in prod',
      'add this environment to "level" of the binding, or expect it there only',
    ],
    [
      '{ group: dt-pay-prod, environment: prod, can: storage:logs:read }',
      'IdP group dt-pay-prod: storage:logs:read is denied in prod: policy "data" allows it only where storage:dt.security_context = "pay" AND storage:bucket-name startsWith "default_" (it is limited by boundary "b pay")',
      'correct "where" of the expectation, or the conditions of the policy or boundary',
    ],
    [
      '{ group: dt-pay-prod, environment: prod, can: storage:metrics:read }',
      'IdP group dt-pay-prod: storage:metrics:read is denied in prod: no binding there grants it (what is bound there: "data")',
      'add the permission to a policy that is bound there, or bind one that has it',
    ],
    [
      '{ group: dt-pay-prood, environment: prod, can: storage:logs:read }',
      'IdP group dt-pay-prood: no rule takes it, so storage:logs:read is denied',
      'correct the name, or the "match" of the rule that is meant',
    ],
    [
      '{ group: s-1, can: storage:events:read }',
      'IdP group s-1: no rule takes it, so storage:events:read is denied',
      'correct the name, or the "match" of the rule that is meant',
    ],
    [
      '{ groups: [dt-pay-nonprod, nobody], environment: prod, can: storage:logs:read }',
      'IdP groups dt-pay-nonprod and nobody: storage:logs:read is denied in prod: no binding there grants it; one does in stage (no rule takes nobody)',
      'add this environment to "level" of the binding, or expect it there only',
    ],
    [
      '{ group: dt-pay-prod, environment: prod, cannot: storage:logs:read, where: { storage:dt.security_context: pay } }',
      'IdP group dt-pay-prod: storage:logs:read on storage:dt.security_context = "pay" is allowed in prod: policy "data" of group "pay prod" allows it where storage:bucket-name startsWith "default_"',
      'limit the binding further, or say in "where" on what it must not be used',
    ],
    [
      `{ group: dt-pay-prod, environment: prod, cannot: storage:logs:read, ${logs} }`,
      'IdP group dt-pay-prod: storage:logs:read on storage:dt.security_context = "pay" and storage:bucket-name = "default_logs" is allowed in prod: policy "data" of group "pay prod" allows it',
      'take the binding away, or limit it by a boundary that has this permission',
    ],
    [
      `{ groups: [dt-pay-prod, blocked], environment: prod, can: storage:spans:read, ${logs} }`,
      'IdP groups dt-pay-prod and blocked: storage:spans:read on storage:dt.security_context = "pay" and storage:bucket-name = "default_logs" is denied in prod: policy "no spans" of group "blocked" denies it',
      'narrow that DENY, or expect no access there',
    ],
  ]
  for (const [entry, message, remedy] of cases) {
    const parsed = read(entry)
    t.same(problemsOf(parsed), [{ line: lineOfEntry, column: 5, path: 'expect[0]', message, remedy }], entry)
    t.same(
      parsed.expectations.map(({ kind }) => kind),
      ['failed'],
    )
  }
})

test('what hangs on policies of the account', async t => {
  const entry = '{ group: admins, can: storage:events:read, cannot: storage:metrics:read }'
  const parsed = read(entry)
  t.same(problemsOf(parsed), [])
  t.match(parsed.expectations, [
    {
      kind: 'unknown',
      message:
        'IdP group admins: whether storage:events:read is allowed in prod, stage cannot be told: what policy "Admin User" says is not known here',
      remedy: 'define it in this file, or let the running bridge check it: it knows what the account has',
    },
  ])
  const with_ = (statement: string): ExpectationResult | undefined =>
    checkExpectations(modelOf(parsed), {
      policy: name => (name === 'Admin User' ? statement : undefined),
      boundary: () => undefined,
    })[0]
  t.match(with_('ALLOW storage:events:read;'), { kind: 'met', remedy: '' })
  t.match(with_('ALLOW storage:events:read, storage:metrics:read;'), { kind: 'failed' })
  t.match(with_('ALLOW storage:logs:read;'), {
    kind: 'failed',
    message:
      'IdP group admins: storage:events:read is denied in prod, stage: no binding there grants it (what is bound there: "Admin User")',
  })

  t.test('what is known and certain is told all the same', async t => {
    const known = read(
      `{ groups: [admins, dt-pay-prod], environment: prod, cannot: storage:logs:read, ${logs} }`,
    )
    t.same(
      known.expectations.map(({ kind }) => kind),
      ['failed'],
    )
    const unsure = read(
      `{ groups: [admins, dt-pay-prod], environment: prod, can: storage:logs:read, ${logs} }`,
    )
    t.same(
      unsure.expectations.map(({ kind }) => kind),
      ['unknown'],
      'the policy may deny it',
    )
  })
})

test('conditions on the environment are known where the question is asked', async t => {
  const policies = (id: string): string => `ALLOW settings:objects:read WHERE global:environmentId = "${id}";`
  const [here] = checkExpectations(
    modelOf(read('{ group: admins, environment: prod, can: settings:objects:read }')),
    {
      policy: () => policies('abc12345'),
      boundary: () => undefined,
    },
  )
  const [elsewhere] = checkExpectations(
    modelOf(read('{ group: admins, environment: prod, can: settings:objects:read }')),
    { policy: () => policies('def67890'), boundary: () => undefined },
  )
  t.equal(here?.kind, 'met')
  t.equal(elsewhere?.kind, 'failed')
})

test('an expectation that only fails since something ended does not make the file unreadable', async t => {
  const text = `version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: guests
    match: { displayNames: [ guests ] }
    group: { name: guests }
    bindings:
      - { policy: guests, level: account, until: 2027-01-31, reason: audit }
policies:
  - { name: guests, statement: "ALLOW storage:events:read;" }
expect:
  - { group: guests, can: storage:events:read }
  - { group: guests, cannot: storage:metrics:read }
`
  const during = parseAccessModel(text, 'bridge.yaml', new Date('2027-01-31T12:00:00Z'))
  t.same(
    during.expectations.map(({ kind }) => kind),
    ['met', 'met'],
  )
  const after = parseAccessModel(text, 'bridge.yaml', new Date('2027-02-01T12:00:00Z'))
  t.equal(after.kind, 'valid')
  t.same(
    after.expectations.map(({ kind }) => kind),
    ['failed', 'met'],
  )
  t.match(after.warnings.at(-1)?.message, /denied in prod: .*, since what gave it has ended$/)
})

test('mistakes in an entry', async t => {
  const cases: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['{ can: storage:logs:read }', [['"group" is missing', 'add group: with the name of an IdP group']]],
    ['{ group: a }', [['the expectation expects nothing', 'add can: or cannot: with a permission']]],
    ['{ group: a, groups: [b], can: x:y:z }', [['"group" and "groups" are both given', 'keep one of them']]],
    ['{ groups: [], can: x:y:z }', [['"groups" is an empty list', 'name at least one, or remove the key']]],
    [
      '{ groups: [a, b], externalId: x, can: storage:logs:read }',
      [
        [
          '"externalId" is that of one group, and there are several',
          'write group: with one name, or leave "externalId" out',
        ],
      ],
    ],
    [
      '{ group: a, environment: prd, cannot: storage:logs:read }',
      [['there is no environment "prd"', 'did you mean "prod"?']],
    ],
    [
      '{ group: a, environment: [prod, nowhere], cannot: storage:logs:read }',
      [['there is no environment "nowhere"', 'there are "prod", "stage"']],
    ],
    [
      '{ group: a, environment: { stage: live }, cannot: storage:logs:read }',
      [
        [
          'no environment has the label stage=live',
          'correct it, or label an environment so under "environments"',
        ],
      ],
    ],
    [
      '{ group: a, can: storage:logs:read, cannot: [storage:logs:read] }',
      [['storage:logs:read is in "can" and in "cannot"', 'keep it in one of them']],
    ],
    [
      '{ group: a, cannott: storage:logs:read }',
      [
        ['unknown key "cannott"', 'did you mean "cannot"?'],
        ['the expectation expects nothing', 'add can: or cannot: with a permission'],
      ],
    ],
  ]
  for (const [entry, expected] of cases) {
    const found = problemsOf(read(entry)).map(({ message, remedy }) => [message, remedy])
    t.same(found.toSorted(), expected.toSorted(), entry)
  }

  t.test('names that are not known are doubts', async t => {
    const { warnings } = read(
      '{ group: nobody, cannot: storage:logz:read, where: { storage:bucket-nam: x } }',
    )
    t.match(
      warnings.filter(({ lint }) => lint === undefined),
      [
        {
          message: 'the permission "storage:logz:read" is not known',
          remedy: 'did you mean storage:logs:read?',
        },
        {
          message: 'the condition "storage:bucket-nam" is not known',
          remedy: 'did you mean storage:bucket-name?',
        },
      ],
    )
  })
})

function read(entry: string): ParsedAccessModel {
  return parseAccessModel(`${base}  - ${entry}\n`, 'bridge.yaml')
}

function problemsOf(
  parsed: ParsedAccessModel,
): readonly Pick<Problem, 'line' | 'column' | 'path' | 'message' | 'remedy'>[] {
  if (parsed.kind === 'valid') return []
  return parsed.problems.map(({ line, column, path, message, remedy }) => ({
    line,
    column,
    path,
    message,
    remedy,
  }))
}

function modelOf(parsed: ParsedAccessModel): AccessModel {
  if (parsed.kind === 'invalid') throw new Error(parsed.problems[0]?.message)
  return parsed.model
}
