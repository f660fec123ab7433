import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'tap'
import { formatProblems } from '../../src/access/format-problems.ts'
import type { AccessModel } from '../../src/access/model.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import type { Problem } from '../../src/access/problem.ts'
import { assertFits } from '../support/access-schema.ts'

test('the sample is valid, without warnings, and says what its comments call the defaults', async t => {
  const text = readFileSync(new URL('../../src/access/sample/bridge.yaml', import.meta.url), 'utf8')
  const sample = validModel(text)
  const bare = validModel('version: 1\nrules: []')
  t.same(warnings(text), [])
  t.equal(sample.rules.length, 4)
  t.same(
    sample.policies.map(({ name }) => name),
    ['team analysis'],
  )
  t.same(
    sample.boundaries.map(({ name }) => name),
    ['analysts of {team}'],
  )
  t.same(sample.lifecycle, bare.lifecycle)
  t.same(sample.guards, bare.guards)
  t.equal(sample.mode, bare.mode)
  t.equal(sample.fullPassEveryMs, bare.fullPassEveryMs)
  t.equal(sample.auditEveryMs, 30_000)
  t.same(sample.protect, { users: ['owner@acme.example'], groups: ['break-glass'] })
})

test('a file with everything becomes the model', async t => {
  const model = validModel(`
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  test: { id: def67890 }
mode: upsert
rules:
  - name: r
    match: a-{x:one|two}
    group: { name: "{x}" }
    bindings:
      - { policy: P, level: { environments: [test, prod] }, parameters: { p: "{x}" }, boundaries: [b, a] }
      - { policy: P, level: { environments: all } }
      - { policy: P, level: { environments: { stage: prod } } }
    permissions: [ { role: tenant-viewer, level: { environments: [ prod ] } } ]
  - { name: s, match: { displayNames: [ A, B ] }, group: { name: G, description: d } }
lifecycle: { invite: with-first-access, deactivated: { remove-after: 7d }, deleted: { remove-after: 30s } }
protect: { users: [ Owner@Acme.example ], groups: [ Break-Glass ] }
guards: { removals: { count: 0 }, groupShrink: { percent: 12.5 } }
schedule: { full: 2h, audit: off }
`)
  t.same(model, {
    environments: [
      { name: 'prod', id: 'abc12345', labels: { stage: 'prod' } },
      { name: 'test', id: 'def67890', labels: {} },
    ],
    mode: 'upsert',
    rules: [
      {
        name: 'r',
        description: '',
        mode: undefined,
        unless: [],
        until: undefined,
        match: {
          kind: 'pattern',
          attribute: 'displayName',
          source: 'a-{x:one|two}',
          parts: [
            { kind: 'text', text: 'a-' },
            { kind: 'capture', name: 'x', choices: ['one', 'two'], type: undefined },
          ],
        },
        groups: [
          {
            name: '{x}',
            description: '',
            bindings: [
              {
                policy: 'P',
                level: { kind: 'environments', names: ['test', 'prod'] },
                parameters: { p: '{x}' },
                boundaries: ['b', 'a'],
                until: undefined,
                accepts: [],
              },
              {
                policy: 'P',
                level: { kind: 'labels', labels: {} },
                parameters: {},
                boundaries: [],
                until: undefined,
                accepts: [],
              },
              {
                policy: 'P',
                level: { kind: 'labels', labels: { stage: 'prod' } },
                parameters: {},
                boundaries: [],
                until: undefined,
                accepts: [],
              },
            ],
            permissions: [
              {
                role: 'tenant-viewer',
                level: { kind: 'environments', names: ['prod'] },
                zones: [],
                until: undefined,
              },
            ],
          },
        ],
      },
      {
        name: 's',
        description: '',
        mode: undefined,
        unless: [],
        until: undefined,
        match: { kind: 'names', attribute: 'displayName', names: ['A', 'B'] },
        groups: [{ name: 'G', description: 'd', bindings: [], permissions: [] }],
      },
    ],
    policies: [],
    boundaries: [],
    expectations: [],
    lifecycle: {
      invite: 'with-first-access',
      deactivated: { kind: 'remove', afterMs: 604_800_000 },
      deleted: { kind: 'remove', afterMs: 30_000 },
    },
    protect: { users: ['owner@acme.example'], groups: ['break-glass'] },
    readOnly: false,
    drift: { repair: 'apply', changes: 'apply' },
    approvals: { expireAfterMs: 86_400_000, secondPerson: 'never' },
    guards: {
      removals: { count: 0, percent: 10, perDay: { count: 0, percent: 25 } },
      groupShrink: { percent: 12.5 },
      directoryShrink: { count: 10, percent: 30 },
      widening: 'hold',
      freeze: [],
    },
    fullPassEveryMs: 7_200_000,
    auditEveryMs: undefined,
  })
})

/** Each line: a fragment that replaces a part of a good file, and all problems expected of it. */
const oneMistake: readonly (readonly [part: string, fragment: string, ...problems: string[]])[] = [
  ['version', 'version: 2', '1:10 version: this bridge reads version 1, not the number 2 → write version: 1'],
  ['version', 'version: "1"', '1:10 version: this bridge reads version 1, not "1" → write version: 1'],
  ['version', '', '2:1 : "version" is missing → add version: …'],
  [
    'mode',
    'mode: sinc',
    '3:7 mode: "mode" must be observe or upsert or sync, not "sinc" → did you mean "sync"?',
  ],
  ['mode', 'mod: sync', '3:1 mod: unknown key "mod" → did you mean "mode"?'],
  ['mode', 'version: 1', '3:1 : the key "version" is there twice → remove one of the two'],
  [
    'environments',
    'environments: { prod: { id: abc12345, labels: { stage: prod } }, Prod: { id: ABC12345 } }',
    '2:66 environments.Prod: environment "Prod" is there already as "prod" → give each environment a name of its own',
    '2:78 environments.Prod.id: environment id "ABC12345" is that of "prod" already → correct the id, or remove "Prod" or "prod"',
  ],
  [
    'environments',
    'environments: { prod: { id: https://abc12345.apps.dynatrace.com, labels: { stage: prod } } }',
    '2:29 environments.prod.id: "id" is no environment id → write the id alone: abc12345 of https://abc12345.apps.dynatrace.com',
  ],
  [
    'environments',
    'environments: [ prod ]',
    '2:15 environments: "environments" must be a mapping, not a list → write key: value pairs, one a line, or { key: value, key: value }',
    '9:36 rules[0].bindings[0].level.environments[0]: there is no environment "prod" → list it under "environments" at the top',
  ],
  ['match', 'match: dt-{team', '6:15 rules[0].match: a "{" is not closed → add the "}", or remove the "{"'],
  [
    'match',
    'match: dt-team}',
    '6:19 rules[0].match: a "}" has no "{" before it → add the "{", or remove the "}"',
  ],
  [
    'match',
    'match: dt-{team}-{role:}',
    '6:22 rules[0].match: "{role:}" has an empty choice → write {name:one|two}, or {name} to take any text',
  ],
  [
    'match',
    'match: dt-{team}-{role:a|A}',
    '6:22 rules[0].match: "{role:a|A}" has the same choice twice → remove one of them; letter case makes no difference',
  ],
  [
    'match',
    'match: dt-{team}-{team}',
    '6:22 rules[0].match: "team" is captured twice → give each capture its own name',
  ],
  [
    'match',
    'match: dt-{team}{role}',
    '6:15 rules[0].match: nothing says where {team} ends and {role} begins → put text between them, as in {team}-{role}, or give one of them choices',
  ],
  [
    'match',
    'match: dt-{te am}',
    '6:15 rules[0].match: "{te am}" is no capture → a capture is {name} or {name:one|two}; a name is letters, digits, _ and -, a letter first',
  ],
  [
    'match',
    'match: dt-{team}-{displayName}',
    '6:22 rules[0].match: "displayName" cannot be captured: it always holds the whole name of the IdP group → take another name',
  ],
  [
    'match',
    'match: {team}',
    '6:12 rules[0].match: "match" must be text, not a mapping → put it in quotes, or YAML takes the braces for a mapping: "{team}"',
  ],
  ['match', 'match: dt-{tem}', '7:21 rules[0].group.name: the rule captures no {team} → did you mean {tem}?'],
  [
    'match',
    'match: { displayNames: [ a, A ] }',
    '6:33 rules[0].match.displayNames[1]: "A" is listed twice → remove one of them',
    '7:21 rules[0].group.name: the rule captures no {team} → there are {displayName}, {externalId}; others are to be captured in "match"',
  ],
  [
    'group',
    'group: { name: "{team} {" }',
    '7:28 rules[0].group.name: "{" is no variable → a variable is {name}; other braces cannot be used',
  ],
  ['group', 'group: { nam: G }', '7:14 rules[0].group.nam: unknown key "nam" → did you mean "name"?'],
  [
    'group',
    'group: { name: 7 }',
    '7:20 rules[0].group.name: "name" must be text, not the number 7 → put it in quotes: "7"',
  ],
  [
    'group',
    'group: { name: " " }',
    '7:20 rules[0].group.name: "name" is empty → write something, or leave it out',
  ],
  ['group', '', '5:5 rules[0]: "group" is missing in element 1 of rules → add group: …'],
  [
    'binding',
    '- { policy: P, level: { environments: [ prd ] } }',
    '9:47 rules[0].bindings[0].level.environments[0]: there is no environment "prd" → did you mean "prod"?',
  ],
  [
    'binding',
    '- { policy: P, level: { environments: { stage: prd } } }',
    '9:45 rules[0].bindings[0].level.environments: no environment has the label stage=prd → did you mean stage=prod?',
  ],
  [
    'binding',
    '- { policy: P, level: { environments: { stag: "{team}" } } }',
    '9:45 rules[0].bindings[0].level.environments: no environment has the label stag={team} → there are the labels stage=prod',
  ],
  [
    'binding',
    '- { policy: P, level: environment }',
    '9:29 rules[0].bindings[0].level: "level" cannot be "environment" → write account, { environments: [name, …] }, { environments: { label: value } } or { environments: all }',
  ],
  [
    'binding',
    '- { policy: P, level: account, parameters: { year: 2024, t: "{tem}" } }',
    '9:58 rules[0].bindings[0].parameters.year: "year" must be text, not the number 2024 → put it in quotes: "2024"',
    '9:68 rules[0].bindings[0].parameters.t: the rule captures no {tem} → did you mean {team}?',
  ],
  [
    'binding',
    '- { policy: P, level: account, boundaries: [ "{x}", 3 ] }',
    '9:53 rules[0].bindings[0].boundaries[0]: the rule captures no {x} → there are {team}, {displayName}, {externalId}; others are to be captured in "match"',
    '9:59 rules[0].bindings[0].boundaries[1]: element 2 of boundaries must be text, not the number 3 → put it in quotes: "3"',
  ],
  [
    'binding',
    '- { policy: P, level: account, boundaries: }',
    '9:38 rules[0].bindings[0].boundaries: "boundaries" is left empty → give it a value, or remove the key',
  ],
  [
    'permission',
    '- { role: account-user-managment, level: account }',
    '11:17 rules[0].permissions[0].role: Dynatrace has no role "account-user-managment" → did you mean "account-user-management"?',
  ],
  [
    'permission',
    '- { role: account-viewer, level: { environments: all } }',
    '11:40 rules[0].permissions[0].level: "account-viewer" is a role of the account → write level: account',
  ],
  [
    'permission',
    '- { role: tenant-viewer, level: account }',
    '11:39 rules[0].permissions[0].level: "tenant-viewer" is a role of environments → write level: { environments: all }, or the names or labels of some',
  ],
  [
    'end',
    'lifecycle: { deactivated: { remove-after: 7 days } }',
    '12:43 lifecycle.deactivated.remove-after: "remove-after" cannot be "7 days" → write a whole number and a unit (s, m, h or d), such as 30s, 5m, 2h or 7d',
  ],
  [
    'end',
    'schedule: { audit: 2d }',
    '12:20 schedule.audit: "audit" must be from 1s to 1d → write a whole number and a unit (s, m, h or d), such as 30s, 5m, 2h or 7d, or off',
  ],
  [
    'end',
    'schedule: { audit: never }',
    '12:20 schedule.audit: "audit" cannot be "never" → write a whole number and a unit (s, m, h or d), such as 30s, 5m, 2h or 7d, or off',
  ],
  [
    'end',
    'schedule: { full: 0s }',
    '12:19 schedule.full: "full" must be from 1s to 7d → write a whole number and a unit (s, m, h or d), such as 30s, 5m, 2h or 7d',
  ],
  [
    'end',
    'guards: { removals: { percent: 110% }, groupShrink: { percent: 101 } }',
    '12:32 guards.removals.percent: "percent" must be a number, not "110%" → write the number alone, without quotes or %',
    '12:64 guards.groupShrink.percent: "percent" is too large → write 100 or less',
  ],
  [
    'end',
    'protect: { users: [ owner.acme.example, a@b ] }',
    '12:21 protect.users[0]: element 1 of users is no e-mail address → write it like owner@acme.example',
  ],
  [
    'end',
    'lifecycle: [ never',
    '13:1 : not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] → indent it like its neighbours, and close what is open',
  ],
]

test('each mistake is found where it stands, alone, with a remedy', async t => {
  for (const [part, fragment, ...expected] of oneMistake) {
    t.same(found(fileWith(part, fragment)), expected, `${part}: ${fragment}`)
  }
})

test('a mode that is left empty is not taken for the widest', async t => {
  t.same(found('version: 1\nmode:\nrules: []'), [
    '2:1 mode: "mode" is left empty → give it a value, or remove the key',
  ])
})

test('all mistakes of a file are told at once, in the order of the lines', async t => {
  const text = [
    'version: 2',
    'environments: { prod: { id: "a b", label: x } }',
    'rules:',
    '  - name: a',
    '    match: x-{a}{b}',
    '    group: { name: {team} }',
    '    bindings: [ { level: acount }, { policy: P, level: { environments: [ prd ] } } ]',
    '  - { name: A, match: y, group: { name: "{c}" } }',
    'lifecycle: { invite: never, deleted: gone }',
    'guards: { removals: { count: 1.5 } }',
  ].join('\n')
  t.same(
    problems(text).map(({ line, path }) => `${line} ${path}`),
    [
      '1 version',
      '2 environments.prod.id',
      '2 environments.prod.label',
      '5 rules[0].match',
      '6 rules[0].group.name',
      '7 rules[0].bindings[0]',
      '7 rules[0].bindings[0].level',
      '7 rules[0].bindings[1].level.environments[0]',
      '8 rules[1].name',
      '8 rules[1].group.name',
      '9 lifecycle.invite',
      '9 lifecycle.deleted',
      '10 guards.removals.count',
    ],
  )
})

test('a binding that is asked for twice in one rule is a mistake, whatever its boundaries', async t => {
  const bindings = '- { policy: P, level: account }\n      - { level: account, policy: P, boundaries: [ b ] }'
  t.same(found(fileWith('binding', bindings)), [
    '10:9 rules[0].bindings[1]: the same policy, level and parameters as in element 1 of "bindings" → remove one of them',
  ])
})

test('what may be meant is a warning', async t => {
  const long = `group: { name: "{team}", description: "${'x'.repeat(256)}" }`
  t.match(warnings(fileWith('group', long)), [{ path: 'rules[0].group.description', line: 7 }])
  t.match(warnings('version: 1\nrules: []'), [{ path: 'rules', message: /no rules/ }])
  const choices = fileWith('match', 'match: "{team}-{s:prod|qa}"').replace('[ prod ]', '{ stage: "{s}" }')
  t.match(warnings(choices), [
    {
      path: 'rules[0].bindings[0].level.environments.stage',
      message: 'no environment has the label stage=qa, which {s} can be',
    },
  ])
})

test('files that are no access model at all get one plain problem', async t => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map(bombLine)].join('\n')
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /the file is empty/],
    ['# nothing', /the file is empty/],
    ['just text', /the file must be a mapping, not "just text"/],
    ['- 1', /the file must be a mapping, not a list/],
    ['--- {version: 1, rules: []}\n--- {version: 1, rules: []}', /several YAML documents/],
    [`#${'x'.repeat(1024 * 1024)}`, /larger than 1 MiB/],
    [bomb, /aliases multiply too often/],
    ['version: *nowhere', /an alias \(\*name\) has no anchor/],
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, /nested too deeply/],
    [`${'{'.repeat(300)}${'}'.repeat(300)}`, /a key here is no text/],
    ['version: {{team}}', /a key here is no text/],
  ]
  for (const [text, message] of cases) t.match(problems(text), [{ message }], text.slice(0, 30))
})

test('aliases within reason may be used, and mistakes are shown where they were written', async t => {
  const text = fileWith('binding', '- &b { policy: P, level: account }')
  const twice = `${text}  - { name: s, match: s, group: { name: s }, bindings: [ *b ] }\n`
  t.equal(
    validModel(twice.replace('permissions:\n      - { role: account-viewer, level: account }\n', '')).rules
      .length,
    2,
  )
  const faulty = twice.replace('level: account }', 'level: acount }')
  t.same(
    problems(faulty)
      .map(({ line, path }) => `${line} ${path}`)
      .slice(0, 2),
    ['9 rules[0].bindings[0].level', '9 rules[1].bindings[0].level'],
  )
})

test('problems are printed like those of a compiler', async t => {
  const text = fileWith('binding', '- { polcy: P, level: account }').replaceAll('\n', '\r\n')
  t.equal(
    formatProblems(problems(text)),
    `error: unknown key "polcy"
 --> bridge.yaml:9:11  rules[0].bindings[0].polcy
  |
9 |       - { polcy: P, level: account }
  |           ^^^^^
  = did you mean "policy"?

1 error in bridge.yaml
`,
  )
  t.equal(formatProblems([]), '')
  t.match(formatProblems(problems(text), { severity: 'warning', colour: true }), '\u001b[33mwarning:')
})

test('a long line is shown around the mark', async t => {
  const text = fileWith('mode', `mode: [${'a, '.repeat(100)}{bad: &x }, ${'b, '.repeat(100)}]`)
  const printed = formatProblems(problems(text)).split('\n')
  t.ok(printed.every(line => line.length < 130))
  const wide = `protect: { groups: [ ${'"gggggggg", '.repeat(20)} 7, ${'"hhhhhhhh", '.repeat(20)} ] }`
  const lines = formatProblems(problems(fileWith('end', wide))).split('\n')
  const mark = lines[4]?.indexOf('^') ?? -1
  t.equal(lines[3]?.[mark], '7')
})

test('no text whatever makes the parser throw or point outside the file', async () => {
  const piece = fc.constantFrom(
    ...'version: 1|rules:|policies:|boundaries:|query: |statement: |for: |$|bindParam:x}|a:b = "|;|  - |name: |match: |"{a}"|{|}|[|]|*a|&a |: |, |\n|\t|"|\'|#|null|é|group: |level: |account'.split(
      '|',
    ),
  )
  const junk = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join('')),
  )
  fc.assert(
    fc.property(junk, text => {
      const parsed = parseAccessModel(text, 'f')
      if (parsed.kind === 'valid') return true
      const lines = text.split('\n').length
      formatProblems(parsed.problems)
      return (
        parsed.problems.length > 0 &&
        parsed.problems.every(p => p.line >= 1 && p.line <= lines && p.column >= 1)
      )
    }),
    { numRuns: 500 },
  )
})

function fileWith(part: string, fragment: string): string {
  const parts: Record<string, string> = {
    version: 'version: 1',
    environments: 'environments: { prod: { id: abc12345, labels: { stage: prod } } }',
    mode: 'mode: sync',
    match: 'match: dt-{team}',
    group: 'group: { name: "{team}" }',
    binding: '- { policy: P, level: { environments: [ prod ] } }',
    permission: '- { role: account-viewer, level: account }',
    end: '',
    [part]: fragment,
  }
  // Without environments the binding is written so that its column is the same in every row.
  const binding =
    part === 'environments' ? '- { level: { environments: [ prod ] }, policy: P }' : parts.binding
  return `${parts.version}
${parts.environments}
${parts.mode}
rules:
  - name: team
    ${parts.match}
    ${parts.group}
    bindings:
      ${binding}
    permissions:
      ${parts.permission}
${parts.end}
`
}

function bombLine(letter: string): string {
  const before = String.fromCharCode(letter.charCodeAt(0) - 1)
  return `${letter}: &${letter} [${Array(9).fill(`*${before}`).join(',')}]`
}

function problems(text: string): readonly Problem[] {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  return parsed.kind === 'invalid' ? parsed.problems : []
}

function found(text: string): readonly string[] {
  return problems(text).map(p => `${p.line}:${p.column} ${p.path}: ${p.message} → ${p.remedy}`)
}

function warnings(text: string): readonly Problem[] {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  assertFits(text)
  return parsed.warnings
}

function validModel(text: string): AccessModel {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  assertFits(text)
  return parsed.model
}
