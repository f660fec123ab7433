/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** What rules can say beyond one group: levels, several groups, ends, management zones, defaults and variables. */
import { test } from 'tap'
import { desiredGroups } from '../../src/access/desired.ts'
import { formatProblems } from '../../src/access/format-problems.ts'
import type { AccessModel, LevelSelector } from '../../src/access/model.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import type { IdpGroup } from '../../src/directory/snapshot.ts'
import { assertFits } from '../support/access-schema.ts'

const environments = `version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod, region: eu } }
  qa:   { id: def67890, labels: { stage: qa, region: eu } }
  us:   { id: xyz00001, labels: { stage: prod, region: us } }
`

test('a level is the account, environments by name, id or label, or a list of these', async t => {
  const levels: readonly (readonly [string, LevelSelector])[] = [
    ['account', { kind: 'account' }],
    ['{ environments: prod }', names('prod')],
    ['{ environments: XYZ00001 }', names('us')],
    ['{ environments: [ us, abc12345, us ] }', names('us', 'prod')],
    ['{ environments: all }', { kind: 'labels', labels: {} }],
    ['{ environments: { stage: [ prod ] } }', { kind: 'labels', labels: { stage: 'prod' } }],
    [
      '{ environments: { stage: [ prod, qa ], region: eu } }',
      several(labels({ stage: 'prod', region: 'eu' }), labels({ stage: 'qa', region: 'eu' })),
    ],
    ['{ environments: [ qa, { region: us } ] }', several(names('qa'), labels({ region: 'us' }))],
    [
      '[ account, { environments: [ prod, { stage: "{s}" } ] } ]',
      several({ kind: 'account' }, names('prod'), labels({ stage: '{s}' })),
    ],
    ['[ account, account ]', { kind: 'account' }],
  ]
  for (const [written, level] of levels) {
    const { rules } = model(withBinding(`level: ${written}`))
    t.same(rules[0]?.groups[0]?.bindings[0]?.level, level, written)
  }
  const [group] = desired(
    withBinding('level: [ account, { environments: [ prod, { stage: [ prod, qa ] } ] } ]'),
    'a-qa',
  )
  t.same(
    group?.bindings.map(({ level }) => (level.kind === 'account' ? 'account' : level.id)),
    ['account', 'abc12345', 'def67890', 'xyz00001'],
    'each once',
  )
})

/** What a binding says beside its policy, and all that is wrong with it. */
const levelMistakes: readonly (readonly [text: string, ...problems: string[]])[] = [
  [
    'level: [ ]',
    '9:34 rules[0].bindings[0].level: "level" names none → write account, { environments: [name, …] }, { environments: { label: value } } or { environments: all }',
  ],
  [
    'level: { environments: [ ] }',
    '9:50 rules[0].bindings[0].level.environments: "environments" names none → write all, the name or id of an environment, { label: value }, or a list of these',
  ],
  [
    'level: { environments: abc99999 }',
    '9:50 rules[0].bindings[0].level.environments: there is no environment "abc99999" → give the id a name under "environments" at the top, as in stage: { id: abc99999 }',
  ],
  [
    'level: { environments: [ prod, al ] }',
    '9:58 rules[0].bindings[0].level.environments[1]: there is no environment "al" → there are "prod", "qa", "us"; others are to be added under "environments"',
  ],
  [
    'level: { environments: [ all ] }',
    '9:52 rules[0].bindings[0].level.environments[0]: there is no environment "all" → write environments: all, without a list',
  ],
  [
    'level: { environments: [ "{s}" ] }',
    '9:52 rules[0].bindings[0].level.environments[0]: there is no environment "{s}" → names hold no variables; select by label instead: { environments: { stage: "{stage}" } }',
  ],
  [
    'level: [ account, { environments: { stage: prd } } ]',
    '9:61 rules[0].bindings[0].level[1].environments: no environment has the label stage=prd → did you mean stage=prod?',
  ],
  [
    'level: { environments: { stage: [ ] } }',
    '9:59 rules[0].bindings[0].level.environments.stage: "stage" is an empty list → name the values of which any will do',
  ],
  [
    'level: [ acount ]',
    '9:36 rules[0].bindings[0].level[0]: "level" cannot be "acount" → write account, { environments: [name, …] }, { environments: { label: value } } or { environments: all }',
  ],
  [
    `level: { environments: { a: [ ${Array.from({ length: 101 }, (_, at) => `v${at}`).join(', ')} ] } }`,
    '9:50 rules[0].bindings[0].level.environments: the values can be combined in more than 100 ways → name fewer values, or label the environments so that one label tells them',
  ],
  [
    'level: account, until: 2027-02-30, reason: r',
    '9:50 rules[0].bindings[0].until: "until" is no day: "2027-02-30" → write year, month and day: 2027-01-31',
  ],
  [
    'level: account, until: 2027-02-03',
    '9:43 rules[0].bindings[0].until: "until" is given without "reason" → add reason: with a few words for those who will see it end',
  ],
  [
    'level: account, reason: r',
    '9:43 rules[0].bindings[0].reason: "reason" is given without "until" → add until: with the last day, or say it in a comment',
  ],
  [
    'level: account, accept: x',
    '9:51 rules[0].bindings[0].accept: "accept" must be a list, not "x" → write one element a line with a leading dash, or [ one, two ]',
  ],
]

test('each mistake of a binding is found where it stands', async t => {
  for (const [text, ...expected] of levelMistakes) t.same(found(withBinding(text)), expected, text)
})

test('a value of a label that no environment has is a warning', async t => {
  t.same(warned(withBinding('level: { environments: { stage: [ prod, dev ] } }')), [
    '9 no environment has the label stage=dev → label an environment so, or take the value out of the list',
  ])
})

test('one rule can make several groups, each with what the rule gives and something of its own', async t => {
  const text = `${environments}rules:
  - name: r
    match: a-{s:prod|qa}
    groups:
      - { name: "{s} all" }
      - { name: "{s} more", description: d, bindings: [ { policy: Q, level: account } ], permissions: [ { role: account-viewer, level: account } ] }
    bindings: [ { policy: P, level: account } ]
`
  const groups = desired(text, 'a-qa')
  t.same(
    groups.map(({ name, description, bindings, permissions }) => [
      name,
      description,
      bindings.map(({ policy }) => policy),
      permissions.map(({ role }) => role),
    ]),
    [
      ['qa all', '', ['P'], []],
      ['qa more', 'd', ['P', 'Q'], ['account-viewer']],
    ],
  )
  t.same(found(text.replace('policy: Q', 'policy: p')), [
    '11:57 rules[0].groups[1].bindings[0]: the same policy, level and parameters as in element 1 of "bindings" of the rule → remove one of them',
  ])
  t.same(found(text.replace('"{s} more"', '"{s} ALL"')), [
    '11:17 rules[0].groups[1].name: group 1 of the rule has the name "{s} ALL" already → make one group of the two',
  ])
  t.same(found(text.replace('    groups:', '    group: { name: g }\n    groups:')), [
    '10:5 rules[0].groups: "group" and "groups" are given together → keep one of them: a group more is an element more of "groups"',
  ])
  const none = `${environments}rules: [ { name: r, match: a, groups: [ ] } ]`
  t.same(found(none), ['6:39 rules[0].groups: "groups" names no group → name at least one Dynatrace group'])
})

test('rules, bindings and permissions can end, with a reason', async t => {
  const text = `${environments}rules:
  - name: r
    description: For the move
    mode: observe
    match: a
    until: 2027-01-31
    reason: The contract ends
    group: { name: g }
    bindings: [ { policy: P, level: account, until: "2026-12-31", reason: moved } ]
    permissions: [ { role: account-viewer, level: account, until: 2026-11-30, reason: moved } ]
`
  const [rule] = model(text).rules
  t.match(rule, {
    description: 'For the move',
    mode: 'observe',
    until: { lastDay: '2027-01-31', reason: 'The contract ends' },
  })
  t.same(rule?.groups[0]?.bindings[0]?.until, { lastDay: '2026-12-31', reason: 'moved' })
  t.same(rule?.groups[0]?.permissions[0]?.until, { lastDay: '2026-11-30', reason: 'moved' })
  const warnings = (now: string) => {
    const parsed = parseAccessModel(text, 'bridge.yaml', new Date(now))
    return parsed.kind === 'valid' ? parsed.warnings.map(({ line, message }) => `${line} ${message}`) : []
  }
  t.same(warnings('2026-11-30T23:59:59Z'), [], 'the last day is granted')
  t.same(warnings('2027-01-01T00:00:00Z'), [
    '14 this ended on 2026-12-31 and grants nothing any more',
    '15 this ended on 2026-11-30 and grants nothing any more',
  ])
  t.equal(model(`%YAML 1.1\n---\n${text}`).rules[0]?.until?.lastDay, '2027-01-31', 'a date of YAML 1.1')
})

test('roles of environments can be limited to management zones by name', async t => {
  const permission = (written: string) =>
    `${environments}rules:\n  - { name: r, match: "a-{team}", group: { name: g }, permissions: [ { ${written} } ] }\n`
  const zones = 'level: { environments: prod }, managementZones: [ "Payments {team}", Shared ]'
  const [group] = desired(permission(`role: tenant-viewer, ${zones}`), 'a-pay')
  t.same(
    group?.permissions.map(({ zone }) => zone),
    ['Payments pay', 'Shared'],
  )
  t.same(found(permission(`role: tenant-agent-install, ${zones}`)), [
    '7:131 rules[0].permissions[0].managementZones: "tenant-agent-install" cannot be limited to management zones → remove the key: it is a role for the whole environment',
  ])
  t.match(found(permission('role: account-viewer, level: account, managementZones: [ a ]')), [
    /"account-viewer" is a role of the account, which has no management zones → remove the key/,
  ])
  t.match(found(permission('role: tenant-viewer, level: { environments: prod }, managementZones: [ ]')), [
    /"managementZones" names none/,
  ])
  t.match(
    found(permission('role: tenant-viewer, level: { environments: prod }, managementZones: [ a, a ]')),
    [/"a" is listed twice/],
  )
  t.match(found(permission('role: tenant-viewer, level: [ account, { environments: prod } ]')), [
    /"tenant-viewer" is a role of environments/,
  ])
})

test('defaults fill in what a rule leaves open', async t => {
  const text = `${environments}defaults:
  mode: upsert
  level: { environments: all }
  group: { description: "From {displayName}" }
  bindings: [ { policy: Standard User, level: account }, { policy: P, boundaries: [ wide ] } ]
  permissions: [ { role: account-viewer, level: account } ]
rules:
  - { name: a, match: a, group: { name: a } }
  - name: b
    mode: sync
    match: b
    group: { name: b, description: own }
    bindings: [ { policy: p, boundaries: [ narrow ] }, { policy: Q } ]
`
  const { rules } = model(text)
  t.same(
    rules.map(({ mode }) => mode),
    ['upsert', 'sync'],
  )
  const groups = rules.map(({ groups }) => groups[0])
  t.same(
    groups.map(group => group?.description),
    ['From {displayName}', 'own'],
  )
  t.same(
    groups.map(group => group?.bindings.map(({ policy, boundaries }) => [policy, ...boundaries].join(' '))),
    [
      ['Standard User', 'P wide'],
      ['p narrow', 'Q', 'Standard User'],
    ],
    'the own binding wins',
  )
  t.same(groups[1]?.bindings[1]?.level, { kind: 'labels', labels: {} })
  t.same(
    groups.map(group => group?.permissions.map(({ role }) => role)),
    [['account-viewer'], ['account-viewer']],
  )
  t.same(found(text.replace('From {displayName}', 'From {team}')), [
    '9:31 defaults.group.description: not every rule has {team} → what every rule has is {displayName}, {externalId}',
  ])
  t.same(found(text.replace('role: account-viewer, level: account', 'role: account-viewer')), [
    '11:18 defaults.permissions[0].level: "account-viewer" is a role of the account → write level: account',
  ])
})

test('a mistake in a binding of the defaults is told once, where it stands', async t => {
  const text = `${environments}defaults:
  bindings: [ { policy: data, level: account } ]
rules:
  - { name: a, match: { displayNames: [ a ] }, group: { name: a } }
  - { name: b, match: b, group: { name: b } }
policies: [ { name: data, statement: 'ALLOW a:b:c WHERE a:d = "\${bindParam:x}";' } ]
`
  t.same(found(text), [
    '7:15 defaults.bindings[0]: policy "data" takes the parameter "x", which is not given → add x: to "parameters" of the binding',
  ])
})

test('variables of the file stand for their text everywhere', async t => {
  const text = `version: 1
variables: { prefix: dt, org: acme, stage: prod }
environments: { prod: { id: abc12345, labels: { stage: "{stage}", owner: "{org}" } } }
rules:
  - name: r
    description: Of {org}
    match: "{prefix}-{team}"
    unless: { values: { team: "{org}" } }
    group: { name: "{org} {team}", description: "{org}" }
    bindings:
      - policy: "{org} data"
        level: { environments: { stage: "{stage}" } }
        parameters: { x: "{org}-{team}" }
        boundaries: [ "{org} {team}", "{org}" ]
policies:
  - { name: "{org} data", description: "{org}", statement: 'ALLOW a:b:c WHERE a:d = "{org}.\${bindParam:x} { }";' }
boundaries:
  - { name: "{org} {team}", for: r, query: 'a:b = "{org}/{team}";' }
  - { name: "{org}", query: 'a:b = "{org}";' }
`
  const read = model(text)
  t.same(read.environments[0]?.labels, { stage: 'prod', owner: 'acme' })
  t.match(read.policies, [
    {
      name: 'acme data',
      description: 'acme',
      statement: 'ALLOW a:b:c WHERE a:d = "acme.${bindParam:x} { }";',
    },
  ])
  t.match(read.boundaries, [
    { name: 'acme {team}', query: 'a:b = "acme/{team}";' },
    { name: 'acme', query: 'a:b = "acme";' },
  ])
  const [group, ...others] = desired(text, 'dt-pay', 'DT-acme', 'acme-pay')
  t.same(others, [])
  t.match(group, {
    name: 'acme pay',
    description: 'acme',
    bindings: [{ policy: 'acme data', parameters: { x: 'acme-pay' }, boundaries: ['acme', 'acme pay'] }],
  })
  t.same(warned(text), [])
})

/** `variables`, and what else is in the file, with all that is wrong. */
const variableMistakes: readonly (readonly [variables: string, rest: string, ...problems: string[]])[] = [
  [
    '{ a: "{b}", b: x }',
    'group: { name: "{a} {b}" }',
    '2:17 variables.a: variables cannot refer to each other → write the text out, without braces',
  ],
  [
    `{ a: "x'y" }`,
    'group: { name: "{a}" }',
    '2:17 variables.a: the text of a variable cannot hold quotes, *, \\ or control characters: policies would read them → leave them out',
  ],
  [
    '{ a: 1 }',
    'group: { name: "{a}" }',
    '2:17 variables.a: "a" must be text, not the number 1 → put it in quotes: "1"',
  ],
  [
    '{ a b: x }',
    'group: { name: g }',
    '2:14 variables["a b"]: "a b" cannot be the name of a variable → use letters, digits, "_" and "-", a letter first',
  ],
  [
    '{ displayName: x }',
    'group: { name: g }',
    '2:14 variables.displayName: "displayName" is always the displayName of the IdP group, and cannot be a variable of the file → take another name',
  ],
  [
    '[ a ]',
    'group: { name: g }',
    '2:12 variables: "variables" must be a mapping, not a list → write key: value pairs, one a line, or { key: value, key: value }',
  ],
  [
    '{ org: x }',
    'group: { name: "{ogr}" }',
    '6:21 rules[0].group.name: the rule captures no {ogr} → did you mean {org}?',
  ],
]

test('each mistake with variables is found where it stands', async t => {
  for (const [variables, rest, ...expected] of variableMistakes) {
    const text = `version: 1\nvariables: ${variables}\nrules:\n  - name: r\n    match: m\n    ${rest}\n`
    t.same(found(text), expected, variables)
  }
  const captured =
    'version: 1\nvariables: { team: x }\nrules: [ { name: r, match: "a-{team:digits}", group: { name: "{team}" } } ]'
  t.match(found(captured), [/^3:\d+ rules\[0\]\.match: "team" is a variable of the file already/])
  const unquoted = `version: 1
variables: { org: x }
rules: [ ]
policies: [ { name: p, statement: "ALLOW a:{org}:c;" } ]
boundaries: [ { name: b, query: "a:b = {org};" } ]
`
  t.match(
    found(unquoted).join('\n'),
    /4:\d+ policies\[0\]\.statement: \{org\} does not stand in a quoted value/,
  )
  t.match(
    found(unquoted).join('\n'),
    /5:\d+ boundaries\[0\]\.query: \{org\} does not stand in a quoted value/,
  )
})

test('a variable that nothing uses is a warning', async t => {
  const text = `version: 1
variables: { prefix: dt, prefx: x, other: y }
rules: [ { name: r, match: "{prefix}-{team}", group: { name: "{team}" } } ]
`
  t.same(warned(text), [
    '2 nothing uses the variable "prefx" → did you mean {prefix}?',
    '2 nothing uses the variable "other" → write {other} where it is to stand, or remove it',
  ])
})

test('what may be silenced is kept with what it is written at', async t => {
  const text = `${environments}rules:
  - { name: r, match: m, group: { name: g }, bindings: [ { policy: p, level: account, boundaries: [ b ], accept: [ x ] } ] }
policies: [ { name: p, statement: ALLOW a:b:c, accept: [ y ] } ]
boundaries: [ { name: b, query: 'a:b = "c";', accept: [ z ] } ]
`
  // Whether there are such lints is another question.
  const told = found(text)
  t.ok(
    told.every(message => message.includes('.accept[0]')),
    told.join('\n'),
  )
})

test('a policy lives in the account or in environments', async t => {
  const text = `${environments}rules: [ ]
policies: [ { name: p, level: [ account, { environments: all } ], statement: ALLOW a:b:c } ]
`
  t.same(found(text), [
    '7:31 policies[0].level: a policy lives in the account or in environments, not in both → write level: account; environments can bind what the account has',
  ])
  const both = text.replace('[ account, { environments: all } ]', '{ environments: [ qa, { region: us } ] }')
  t.same(
    desiredGroups(model(both), []).policies.map(({ level }) => (level.kind === 'account' ? '' : level.id)),
    ['def67890', 'xyz00001'],
  )
})

function withBinding(text: string): string {
  return `${environments}rules:\n  - { name: r, match: "a-{s}", group: { name: g } ,\n      bindings: [\n          { policy:  P,   ${text} } ] }\n`
}

function names(...list: string[]): LevelSelector {
  return { kind: 'environments', names: list }
}

function labels(wanted: Record<string, string>): LevelSelector {
  return { kind: 'labels', labels: wanted }
}

function several(...of: LevelSelector[]): LevelSelector {
  return { kind: 'several', of }
}

function desired(text: string, ...displayNames: string[]) {
  return desiredGroups(model(text), displayNames.map(idpGroup)).groups
}

function idpGroup(displayName: string): IdpGroup {
  return { id: displayName, displayName, externalId: undefined }
}

function model(text: string): AccessModel {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  if (!text.startsWith('%')) assertFits(text)
  return parsed.model
}

function found(text: string): readonly string[] {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'valid') return []
  return parsed.problems.map(p => `${p.line}:${p.column} ${p.path}: ${p.message} → ${p.remedy}`)
}

function warned(text: string): readonly string[] {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  const own = parsed.warnings.filter(({ lint }) => lint === undefined)
  return own.map(({ line, message, remedy }) => `${line} ${message} → ${remedy}`)
}
