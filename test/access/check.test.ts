/** The linter run over a model: where lints are told, and how `accept` silences them. */
import { test } from 'tap'
import { singleFile } from '../../src/access/access-files.ts'
import { lintModel } from '../../src/access/check/lint-model.ts'
import type { Linter } from '../../src/access/check/linter.ts'
import { openFiles } from '../../src/access/open-files.ts'
import type { Problem } from '../../src/access/problem.ts'
import { readModel } from '../../src/access/read-model.ts'
import type { Lint } from '../../src/policy/lint/lint.ts'

/** Tells of every DENY, of every condition on a bucket, of parameters, and of groups with several bindings. */
const linter: Linter = {
  ids: ['unconditional-deny', 'condition-not-taken', 'parameter-unused', 'unconditional-allow'],
  policy: statements =>
    statements.flatMap(({ effect, permissionSpans }) =>
      effect === 'DENY' ? { ...lint('unconditional-deny'), span: permissionSpans[0] } : [],
    ),
  boundary: conditions =>
    conditions.flatMap(({ name, valueSpans }) =>
      name === 'storage:bucket-name' ? { ...lint('condition-not-taken'), span: valueSpans[0] } : [],
    ),
  binding: ({ parameters }) =>
    Object.keys(parameters).map(name => ({
      ...lint('parameter-unused'),
      about: { kind: 'parameters' as const, name },
    })),
  group: bindings => bindings.map((_, binding) => ({ ...lint('unconditional-allow'), binding })),
}

test('lints are told where they are written', async t => {
  const { warnings } = run('')
  t.same(
    told(warnings),
    [
      'parameter-unused 8:123 rules[0].bindings[0].parameters.team',
      'unconditional-allow 8:27 rules[0].bindings[0].policy',
      'unconditional-allow 9:27 rules[0].bindings[1].policy',
      'unconditional-deny 14:12 policies[0].statement',
      'condition-not-taken 19:37 boundaries[0].query',
    ].toSorted(),
  )
})

test('an accepted lint is put aside, and what silences nothing is told', async t => {
  const { warnings, accepted, problems } = run(
    'accept: [ unconditional-deny, unconditional-allow, unconditional-deni ]',
  )
  t.same(told(accepted), ['unconditional-deny 14:12 policies[0].statement'])
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

function lint(id: Lint['id']): Lint {
  return { id, severity: 'warning', message: 'm', remedy: 'r', span: undefined }
}

function run(accept: string): Record<'problems' | 'warnings' | 'accepted', Problem[]> {
  const notes = { problems: [], warnings: [], accepted: [] }
  const opened = openFiles(singleFile(textOf(accept), 'bridge.yaml'), notes)
  const model = opened.kind === 'open' ? readModel(opened.files, undefined) : undefined
  if (model !== undefined) lintModel(model, linter)
  return notes
}

function textOf(accept: string): string {
  return `version: 1
environments: { prod: { id: abc12345, labels: { stage: prod } } }
variables: { org: acme-and-its-daughters }
rules:
  - name: team
    match: dt-{team}
    group: { name: "{team}" }
    bindings: [ { policy: data, level: { environments: { stage: prod } }, boundaries: [ "b {team}" ], parameters: { team: "{team}" } },
                { policy: other, level: account } ]
policies:
  - name: data
    statement: |
      ALLOW storage:logs:read WHERE storage:dt.security_context = "{org}\${bindParam:team}";
      DENY storage:spans:read;
    ${accept}
  - { name: other, statement: "ALLOW storage:logs:read;" }
boundaries:
  - { name: "b {team}", for: team,
      query: 'storage:bucket-name = "{team}";' }
`
}
