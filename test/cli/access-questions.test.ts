/** `who-can`, `diff` and `matrix` as they are printed, and how they end. */
import { type Test, test } from 'tap'
import { accessDiffText } from '../../src/cli/output/access-diff-text.ts'
import { matrixText } from '../../src/cli/output/matrix-text.ts'
import { whoCanText } from '../../src/cli/output/who-can-text.ts'
import { command, envOf } from '../support/command.ts'
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
      - { policy: team data, level: { environments: [ prod ] }, boundaries: [ "team {team}" ] }
    permissions: [ { role: account-viewer, level: account } ]
  - name: readers
    match: { displayNames: [ dt-readers ] }
    group: { name: "Readers" }
    bindings:
      - { policy: readers, level: account }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
  - name: barred
    match: { displayNames: [ dt-barred ] }
    group: { name: "Barred" }
    bindings: [ { policy: no secrets, level: { environments: [ stage ] } } ]
policies:
  - name: team data
    level: account
    statement: ALLOW storage:logs:read, storage:spans:read WHERE storage:bucket-name IN ("default_logs", "default_spans");
  - name: readers
    level: account
    statement: ALLOW storage:logs:read, storage:buckets:read, storage:events:read;
  - name: no secrets
    level: { environments: [ stage ] }
    statement: DENY storage:logs:read WHERE storage:dt.security_context = "secret";
boundaries:
  - name: team {team}
    for: team access
    query: storage:dt.security_context = "{team}";
`

const NOTE = `As of <now>. The bridge's own evaluation of the rules in
force and the directory; Dynatrace was not asked.
`

test('questions about access at the terminal', async t => {
  const ask = await terminal(t)

  t.test('who-can', async t => {
    const everywhere = await ask('who-can', 'storage:logs:read')
    t.equal(everywhere.code, 0, everywhere.err)
    t.equal(
      everywhere.out,
      `Who can storage:logs:read

  prod (abc12345)   2 people always, 1 person where conditions hold
  stage (def67890)  1 person always, 1 person where conditions hold

ana@acme.example
  prod (abc12345)
    where storage:bucket-name IN ("default_logs", "default_spans") AND
      storage:dt.security_context = "payments"
    dt-payments-viewer → payments viewers: "team data" within "team payments"
      (rule "team access")

ben@acme.example
  prod (abc12345), stage (def67890): always
    dt-readers → Readers: "readers" of the account (rule "readers")

cy@acme.example
  prod (abc12345): always
    dt-readers → Readers: "readers" of the account (rule "readers")
  stage (def67890)
    except where storage:dt.security_context = "secret" ("no secrets" of Barred)
    dt-readers → Readers: "readers" of the account (rule "readers")

${NOTE}`,
    )
  })
  t.test('who-can, a page of it and where it is used on something', async t => {
    const page = await ask('who-can', 'storage:logs:read', '--limit', '1', '--environment', 'stage')
    t.match(page.out, '\n1 of 2 people are shown; --after ben@acme.example shows the next.\n')
    const known = ['--where', 'storage:dt.security_context=secret', '--where', 'storage:bucket-name=x']
    const nobody = await ask('who-can', 'storage:logs:reed', ...known, '--environment', 'prod')
    t.equal(nobody.code, 0)
    t.match(nobody.out, '\n  prod (abc12345)  nobody\n')
    t.match(
      nobody.out,
      /^! The catalogue of .* does not know the permission storage:logs:reed\.\n {2}Did you mean storage:logs:read\?$/m,
    )
    const wrong = await ask('who-can', 'logs')
    t.equal(wrong.code, 1)
    t.match(wrong.err, /^"logs" is no permission\. /)
    const json = JSON.parse((await ask('who-can', 'storage:logs:read', '--json')).out)
    t.match(json, { evaluation: { by: 'bridge' }, people: 3, page: { length: 3 } })
  })
  t.test('diff', async t => {
    const people = await ask('diff', 'user:ana@acme.example', 'user:ben@acme.example')
    t.equal(people.code, 2, people.err)
    t.equal(
      people.out,
      `Difference between user ana@acme.example and user ben@acme.example

Groups of ben@acme.example alone
  Readers, from dt-readers (rule "readers")

In prod (abc12345)
  Only ben@acme.example
    storage:buckets:read, storage:events:read
  Both, under different conditions
    storage:logs:read
      ana@acme.example:
        where storage:bucket-name IN ("default_logs", "default_spans") AND
          storage:dt.security_context = "payments"
      ben@acme.example: always

In stage (def67890)
  Only ben@acme.example
    storage:buckets:read, storage:events:read, storage:logs:read
    role tenant-viewer

${NOTE}`,
    )
    const environments = await ask('diff', 'environment:prod', 'environment:stage')
    t.equal(environments.code, 2, environments.err)
    t.equal(
      environments.out,
      `Difference between environment prod and environment stage

Group payments viewers
  Only prod
    storage:logs:read, storage:spans:read
      where storage:bucket-name IN ("default_logs", "default_spans") AND
        storage:dt.security_context = "payments"

Group Readers
  Only stage
    role tenant-viewer

${NOTE}`,
    )
    const same = await ask('diff', 'user:ana@acme.example', 'idp-group:dt-payments-viewer')
    t.equal(same.code, 0)
    t.equal(
      same.out,
      `Difference between user ana@acme.example and IdP group dt-payments-viewer

Both may do the same.

${NOTE}`,
    )
  })
  t.test('matrix as CSV and as JSON', async t => {
    const csv = await ask('matrix', '--csv')
    t.equal(csv.code, 0)
    t.match(
      csv.out,
      /^group,IdP groups,rules,active members,account,prod \(abc12345\),stage \(def67890\)\r\n/,
    )
    t.equal(csv.out.split('\r\n').length, 5)
    t.match(JSON.parse((await ask('matrix', '--json')).out), { groups: { length: 3 } })
    t.equal((await ask('matrix', '--json', '--csv')).code, 1, 'one of the two')
  })
  t.test('matrix', async t => {
    const blocks = await ask('matrix')
    t.equal(blocks.code, 0, blocks.err)
    t.equal(
      blocks.out,
      `3 groups, the account and 2 environments
Policies of the account count in every environment as well.

Barred
  1 person from dt-barred (rule "barred")
  prod     nothing
  stage    "no secrets"

payments viewers
  2 people from dt-payments-viewer (rule "team access")
  account  role account-viewer
  prod     "team data" within "team payments"
  stage    nothing

Readers
  2 people from dt-readers (rule "readers")
  account  "readers"
  prod     only what the account has
  stage    role tenant-viewer

${NOTE}`,
    )
  })
})

const evaluation = {
  by: 'bridge' as const,
  at: '2026-11-01T12:00:00.000Z',
  note: 'Our own evaluation.',
  unknown: ['What policy "Custom" says is not known; it is bound in one group.'],
}

test('what is not known is told wherever it matters', async t => {
  const way = {
    idpGroup: 'dt-a',
    dynatraceGroup: 'A',
    rule: 'r',
    policy: 'Custom',
    parameters: {},
    boundaries: [],
  }
  const answer = { in: ['account' as const], where: [], except: [], through: [{ ...way, inherited: true }] }
  t.equal(
    whoCanText(
      {
        evaluation,
        permission: 'a:b:c',
        where: { 'a:x': 'y' },
        warnings: [],
        totals: [{ in: 'account', allowed: 1, allowedIf: 0, unknown: 1 }],
        people: 2,
        page: [
          {
            userName: 'ana',
            email: 'ana',
            answers: [{ ...answer, verdict: 'unknown', unknown: ['Custom'] }],
          },
          {
            userName: 'be\u001bn',
            email: 'ben',
            answers: [{ ...answer, verdict: 'allowed', unknown: ['Custom'] }],
          },
        ],
      },
      { colour: false },
    ),
    `Who can a:b:c where a:x = "y"

  the account  1 person always, 1 person perhaps

ana
  the account: perhaps: what the policy says is not known
    dt-a → A: "Custom" of the account (rule "r")

be\\u{1b}n
  the account: always
    dt-a → A: "Custom" of the account (rule "r")
    may differ: policy "Custom" could not be read

! What policy "Custom" says is not known; it is bound in one group.
As of 2026-11-01T12:00:00.000Z. Our own evaluation.
`,
  )
  t.equal(
    accessDiffText(
      {
        evaluation,
        one: { kind: 'group', name: 'A', notes: [] },
        other: {
          kind: 'user',
          name: 'ben',
          notes: ['ben is deactivated in the IdP, which takes all access away'],
        },
        same: false,
        groups: { onlyOne: [], onlyOther: [], both: 0 },
        total: 1,
        differences: [
          {
            in: ['account'],
            onlyOne: [],
            onlyOther: [],
            different: [],
            roles: { onlyOne: [], onlyOther: [] },
            unknown: { onlyOne: ['Custom (team=a)'], onlyOther: [] },
          },
        ],
      },
      { colour: false },
    ),
    `Difference between Dynatrace group A and user ben
! ben is deactivated in the IdP, which takes all access away

In the account
  Only A
    policy Custom (team=a), whose text is not known

! What policy "Custom" says is not known; it is bound in one group.
As of 2026-11-01T12:00:00.000Z. Our own evaluation.
`,
  )
})

test('fifty environments and long names stay within the terminal', async t => {
  const environments = Array.from({ length: 50 }, (_, index) => ({ name: `env-${index}`, id: `id-${index}` }))
  const bound = {
    policy: 'team data',
    parameters: { team: 'payments and settlement' },
    boundaries: ['team payments'],
  }
  const places = ['account' as const, ...environments]
  const text = matrixText(
    {
      evaluation: { ...evaluation, unknown: [] },
      places,
      groups: [
        {
          group: 'payments viewers',
          idpGroups: ['dt-payments-viewer'],
          rules: ['team access'],
          members: 0,
          cells: places.map((place, at) => ({
            in: place,
            policies: at % 2 === 1 ? [{ ...bound, inherited: false }] : [],
            roles: at === 0 ? [{ role: 'account-viewer' }] : [],
          })),
        },
      ],
    },
    { colour: false, columns: 80 },
  )
  t.ok(
    text.split('\n').every(line => line.length <= 80),
    text,
  )
  t.equal(text.match(/team data/g)?.length, 1, 'environments with the same stand together')
  t.match(text, /^ {2}account {2}role account-viewer$/m)
})

async function terminal(t: Test) {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  const [ana, ben, cy] = [await bridge.user('ana'), await bridge.user('ben'), await bridge.user('cy')]
  await bridge.group('dt-payments-viewer', [ana, ben])
  await bridge.group('dt-readers', [ben, cy])
  await bridge.group('dt-barred', [cy])
  return async (...args: readonly string[]) => {
    const { code, err, out } = await command(args, envOf(bridge), { columns: 80 })
    return { code, err, out: out.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<now>') }
  }
}
