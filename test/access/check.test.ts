/** The linter run over a model: where lints are told, and how `accept` silences them. */
import { test } from 'tap'
import { singleFile } from '../../src/access/access-files.ts'
import { lintModel } from '../../src/access/check/lint-model.ts'
import { openFiles } from '../../src/access/open-files.ts'
import type { Problem } from '../../src/access/problem.ts'
import { readModel } from '../../src/access/read-model.ts'

test('lints are told where they are written', async t => {
  const { warnings } = run('')
  t.same(
    told(warnings),
    [
      'table-without-bucket 13:13 policies[0].statement',
      'table-without-bucket 16:38 policies[1].statement',
      'table-without-bucket 8:27 rules[0].bindings[0].policy',
      'table-without-bucket 9:27 rules[0].bindings[1].policy',
      'unconditional-allow 8:27 rules[0].bindings[0].policy',
      'unconditional-deny 14:7 policies[0].statement',
    ].toSorted(),
  )
})

test('a policy of the account may allow the bucket that those of the file do not', async t => {
  const { warnings } = run('', '{ policy: Standard User, level: account }')
  const paths = told(warnings).filter(each => each.startsWith('table-without-bucket'))
  t.same(paths, [
    'table-without-bucket 14:13 policies[0].statement',
    'table-without-bucket 17:38 policies[1].statement',
  ])
})

test('more than an account has room for is told at the first that is too much', async t => {
  const many = Array.from(
    { length: 201 },
    (_, at) => `  - { name: p${at}, statement: "ALLOW email:emails:send;" }`,
  )
  const { warnings } = run('', '', many)
  t.match(
    warnings.filter(({ lint }) => lint?.id === 'over-limit'),
    [{ path: 'policies[200].name', message: 'there are 203 policies, and Dynatrace has room for 200' }],
  )
})

test('an accepted lint is put aside, and what silences nothing is told', async t => {
  const { warnings, accepted, problems } = run(
    'accept: [ unconditional-deny, unconditional-allow, unconditional-deni ]',
  )
  t.same(told(accepted), ['unconditional-deny 14:7 policies[0].statement'])
  t.match(
    warnings.filter(({ lint }) => lint === undefined).map(({ message, path }) => [path, message]),
    [['policies[0].accept[1]', '"unconditional-allow" is accepted here, and nothing here has it']],
  )
  t.match(problems, [
    {
      path: 'policies[0].accept[2]',
      message: 'there is no lint "unconditional-deni"',
      remedy: 'did you mean "unconditional-deny"?',
    },
  ])
})

function told(problems: readonly Problem[]): readonly string[] {
  return problems
    .filter(({ lint }) => lint !== undefined)
    .map(({ lint, line, column, path }) => `${lint?.id} ${line}:${column} ${path}`)
    .toSorted()
}

function run(
  accept: string,
  another = '',
  policies: readonly string[] = [],
): Record<'problems' | 'warnings' | 'accepted', Problem[]> {
  const notes = { problems: [], warnings: [], accepted: [] }
  const opened = openFiles(singleFile(textOf(accept, another, policies), 'bridge.yaml'), notes)
  const model = opened.kind === 'open' ? readModel(opened.files, undefined) : undefined
  if (model !== undefined) lintModel(model)
  return notes
}

function textOf(accept: string, another: string, policies: readonly string[]): string {
  return `version: 1
environments: { prod: { id: abc12345, labels: { stage: prod } } }
variables: { org: acme-and-its-daughters }
rules:
  - name: team
    match: dt-{team}
    group: { name: "{team}" }
    bindings: [ { policy: data, level: { environments: { stage: prod } }, boundaries: [ "b {team}" ], parameters: { team: "{team}" } },
                { policy: other, level: account }${
                  another === ''
                    ? ''
                    : `,
                ${another}`
                } ]
policies:
  - name: data
    statement: |
      ALLOW storage:logs:read WHERE storage:dt.security_context = "{org}\${bindParam:team}";
      DENY storage:spans:read;
    ${accept}
  - { name: other, statement: "ALLOW storage:logs:read;" }
${policies.join('\n')}
boundaries:
  - { name: "b {team}", for: team,
      query: 'storage:bucket-name = "{team}";' }
`
}
