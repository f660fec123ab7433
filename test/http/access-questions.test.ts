/** Questions about everybody's access over HTTP: who can, what differs, and the matrix of groups and places. */
import { type Test, test } from 'tap'
import { accessMatrixSchema } from '../../src/http/ops/access-matrix.ts'
import { runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: team access
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings:
      - { policy: team data, level: { environments: [ prod ] }, parameters: { team: "{team}" } }
    permissions: [ { role: account-viewer, level: account } ]
  - name: readers
    match: { displayNames: [ dt-readers ] }
    group: { name: "=Readers" }
    bindings:
      - { policy: readers, level: account }
  - name: builtin
    match: { displayNames: [ dt-builtin ] }
    group: { name: Standard people }
    bindings:
      - { policy: Standard User, level: account }
policies:
  - name: team data
    level: account
    statement: ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";
  - name: readers
    level: account
    statement: ALLOW storage:logs:read, storage:buckets:read;
`

async function bridgeWithPeople(t: Test) {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  const ana = await bridge.user('ana')
  const ben = await bridge.user('ben')
  const cy = await bridge.user('cy')
  await bridge.group('dt-payments-viewer', [ana, ben])
  await bridge.group('dt-readers', [ben])
  await bridge.group('dt-builtin', [cy])
  return bridge
}

test('who can', async t => {
  const bridge = await bridgeWithPeople(t)
  const ask = async (query: string) => (await bridge.call('GET', `/api/v1/access/who-can?${query}`)).json()

  const answer = await ask('permission=storage:logs:read')
  t.match(answer.evaluation, { by: 'bridge', at: /^\d{4}-/, note: /own evaluation/, unknown: [] })
  t.same(answer.warnings, [])
  const [prod, stage] = [
    { name: 'prod', id: 'abc12345' },
    { name: 'stage', id: 'def67890' },
  ]
  t.match(answer.totals, [
    { in: prod, allowed: 1, allowedIf: 1 },
    { in: stage, allowed: 1, allowedIf: 0 },
  ])
  t.match(answer.page, [
    {
      userName: 'ana@acme.example',
      answers: [
        {
          in: [prod],
          verdict: 'allowed-if',
          where: ['storage:dt.security_context = "payments"'],
          through: [
            { idpGroup: 'dt-payments-viewer', rule: 'team access', dynatraceGroup: 'payments viewers' },
          ],
        },
      ],
    },
    {
      userName: 'ben@acme.example',
      answers: [{ in: [prod, stage], verdict: 'allowed', through: [{ policy: 'readers', inherited: true }] }],
    },
  ])
  t.match(
    await ask('permission=storage:logs:read&environment=PROD&where=storage:dt.security_context=payments'),
    {
      where: { 'storage:dt.security_context': 'payments' },
      totals: [{ in: prod, allowed: 2, allowedIf: 0 }],
    },
  )
  t.match(await ask('permission=storage:logs:read&environment=account'), {
    totals: [{ in: 'account', allowed: 1 }],
  })

  const first = await ask('permission=storage:logs:read&limit=1')
  t.match([first.page.length, first.people, first.next], [1, 2, 'ana@acme.example'])
  const second = await ask(`permission=storage:logs:read&limit=1&after=${first.next}`)
  t.match([second.page[0].userName, second.next], ['ben@acme.example', undefined])

  t.match(await ask('permission=storage:lgos:read'), {
    people: 0,
    warnings: [/^The catalogue of \d{4}-.* does not know .*Did you mean storage:logs:read\?$/],
  })
  t.match(await ask('permission=storage:logs:read&where=settings:schemaId=a'), {
    warnings: [/does not know the condition settings:schemaId/],
  })
})

test('a policy of the account counts with its own text', async t => {
  const bridge = await bridgeWithPeople(t)
  const policy = (
    await bridge.call('GET', '/api/v1/access/who-can?permission=app-engine:apps:run&environment=prod')
  ).json()
  t.same(policy.evaluation.unknown, [])
  t.same(
    policy.page.map(({ userName }: { userName: string }) => userName),
    ['cy@acme.example'],
  )
})

test('questions that cannot be answered', async t => {
  const bridge = await bridgeWithPeople(t)
  const cases = [
    ['who-can?permission=storage:lgos', 400, 'bad-permission', /Write service:resource:action|Did you mean/],
    ['who-can?permission=storage:logs:*', 400, 'bad-permission', /storage:logs:read|service:resource:action/],
    ['who-can', 400, 'invalid-request', /permission/],
    [
      'who-can?permission=storage:logs:read&environment=prd',
      400,
      'unknown-environment',
      /prod, stage, account/,
    ],
    ['who-can?permission=storage:logs:read&where=logs', 400, 'bad-where', /storage:bucket-name=default_logs/],
    ['who-can?permission=storage:logs:read&where=a:b=1&where=a:b=2', 400, 'bad-where', /twice/],
    ['who-can?permission=storage:logs:read&limit=0', 400, 'invalid-request', /limit/],
    ['diff?one=ana&other=user:ben', 400, 'bad-subject', /Write user:/],
    ['diff?one=user:nobody&other=user:ben@acme.example', 404, 'user-not-found', /no user "nobody"/],
    ['diff?one=group:dt-readers&other=group:=Readers', 404, 'group-not-found', /idp-group:dt-readers/],
    ['diff?one=environment:prod&other=user:ben@acme.example', 400, 'not-comparable', /another environment/],
    ['diff?one=environment:prod&other=environment:stage&environment=prod', 400, 'not-comparable', /leave/],
    ['matrix?format=xlsx', 400, 'invalid-request', /format/],
  ] as const
  for (const [path, status, code, message] of cases) {
    const answer = await bridge.call('GET', `/api/v1/access/${path}`)
    t.equal(answer.statusCode, status, `${path}: ${answer.body}`)
    t.match(answer.json(), { error: { code, message } }, path)
  }
  for (const path of ['who-can?permission=a:b:c', 'diff?one=user:a&other=user:b', 'matrix']) {
    const answer = await bridge.call('GET', `/api/v1/access/${path}`, undefined, { authorization: '' })
    t.equal(answer.statusCode, 401, path)
  }
})

test('what differs', async t => {
  const bridge = await bridgeWithPeople(t)
  const ask = async (query: string) => (await bridge.call('GET', `/api/v1/access/diff?${query}`)).json()
  const answer = await ask('one=user:ana@acme.example&other=user:ben@acme.example')
  t.match(answer, {
    evaluation: { by: 'bridge' },
    one: { kind: 'user', name: 'ana@acme.example', notes: [] },
    same: false,
    groups: {
      onlyOne: [],
      onlyOther: [{ name: '=Readers', through: [{ idpGroup: 'dt-readers', rule: 'readers' }] }],
      both: 1,
    },
    total: 2,
  })
  const context = 'storage:dt.security_context = "payments"'
  t.same(
    answer.differences.map((each: { in: { name: string }[] }) => ({
      ...each,
      in: each.in.map(({ name }) => name),
    })),
    [
      {
        in: ['prod'],
        onlyOne: [],
        onlyOther: [{ permission: 'storage:buckets:read', always: true, where: [], except: [] }],
        different: [
          {
            permission: 'storage:logs:read',
            one: { always: false, where: [context], except: [] },
            other: { always: true, where: [], except: [] },
          },
        ],
        roles: { onlyOne: [], onlyOther: [] },
        unknown: { onlyOne: [], onlyOther: [] },
      },
      {
        in: ['stage'],
        onlyOne: [],
        onlyOther: [
          { permission: 'storage:buckets:read', always: true, where: [], except: [] },
          { permission: 'storage:logs:read', always: true, where: [], except: [] },
        ],
        different: [],
        roles: { onlyOne: [], onlyOther: [] },
        unknown: { onlyOne: [], onlyOther: [] },
      },
    ],
  )
  const page = await ask('one=environment:prod&other=environment:stage&limit=1')
  t.match([page.differences.length, page.total, page.next], [1, 1, undefined])
  t.match(await ask('one=user:ben@acme.example&other=user:ben@acme.example'), { same: true, total: 0 })
  t.match(await ask('one=environment:prod&other=environment:def67890'), {
    total: 1,
    differences: [
      { group: 'payments viewers', in: [], onlyOne: [{ permission: 'storage:logs:read', where: [context] }] },
    ],
  })
})

test('the matrix', async t => {
  const bridge = await bridgeWithPeople(t)
  const answer = await bridge.call('GET', '/api/v1/access/matrix')
  t.match(answer.headers['content-type'], /^application\/json/)
  const matrix = answer.json()
  t.same(accessMatrixSchema.parse(matrix), matrix, 'as it is described')
  t.match(matrix.evaluation, { by: 'bridge', unknown: [] })
  t.same(matrix.places, ['account', { name: 'prod', id: 'abc12345' }, { name: 'stage', id: 'def67890' }])
  t.match(matrix.groups[0], {
    group: '=Readers',
    idpGroups: ['dt-readers'],
    rules: ['readers'],
    members: 1,
    cells: [
      { in: 'account', policies: [{ policy: 'readers', inherited: false }] },
      { in: { name: 'prod' }, policies: [{ policy: 'readers', inherited: true }], roles: [] },
      { in: { name: 'stage' }, policies: [{ policy: 'readers', inherited: true }] },
    ],
  })
  t.equal(matrix.groups.length, 3)

  const csv = await bridge.call('GET', '/api/v1/access/matrix?format=csv')
  t.equal(csv.statusCode, 200)
  t.equal(csv.headers['content-type'], 'text/csv; charset=utf-8; header=present')
  t.match(csv.headers['content-disposition'], /^attachment; filename="access-matrix-\d{4}-\d\d-\d\d\.csv"$/)
  t.equal(
    csv.body,
    [
      'group,IdP groups,rules,active members,account,prod (abc12345),stage (def67890)',
      "'=Readers,dt-readers,readers,1,readers,readers [account],readers [account]",
      'payments viewers,dt-payments-viewer,team access,2,role account-viewer,team data (team=payments),',
      'Standard people,dt-builtin,builtin,1,Standard User,Standard User [account],Standard User [account]',
      '',
    ].join('\r\n'),
  )
})
