/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** Policies and boundaries that `bridge.yaml` defines: read with their places, and expanded for what rules capture. */
import fc from 'fast-check'
import { test } from 'tap'
import { stringify } from 'yaml'
import { desiredGroups } from '../../src/access/desired.ts'
import { compileQuery } from '../../src/access/fill-query.ts'
import { formatProblems } from '../../src/access/format-problems.ts'
import type { AccessModel } from '../../src/access/model.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import type { IdpGroup } from '../../src/directory/snapshot.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { assertFits } from '../support/access-schema.ts'

const head = `version: 1
environments:
  prod:  { id: xyz00001, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
  dev:   { id: abc13579, labels: { stage: nonprod } }
rules:
  - name: team access
    match: dt-{team}-{role:viewer|editor}
    group: { name: "{team} {role}" }
    bindings:
      - { policy: team data, level: account, parameters: { team: "{team}" }, boundaries: [ "team {team}" ] }
`

const teamData = `policies:
  - name: team data
    statement: ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";
`

const teamBoundary = `boundaries:
  - name: team {team}
    for: team access
    query: |
      // what {team} may see
      storage:dt.security_context = "{team}";
`

test('a policy and a boundary become parts of the model, verbatim', async t => {
  const { policies, boundaries } = model(head + teamData + teamBoundary)
  t.same(policies, [
    {
      name: 'team data',
      description: '',
      statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";',
      level: { kind: 'account' },
      accepts: [],
    },
  ])
  t.same(boundaries, [
    {
      name: 'team {team}',
      for: 'team access',
      query: '// what {team} may see\nstorage:dt.security_context = "{team}";',
      accepts: [],
    },
  ])
})

/** Each: what follows the rule, of which line 1 is line 12 of the file, and all problems expected of it. */
const mistakes: readonly (readonly [text: string, ...problems: string[]])[] = [
  [
    'policies: [ { name: x } ]',
    '12:13 policies[0]: "statement" is missing in element 1 of policies → add statement: …',
  ],
  [
    'policies: { x: y }',
    '12:11 policies: "policies" must be a list, not a mapping → write one element a line with a leading dash, or [ one, two ]',
  ],
  [
    `${teamData}  - { name: Team Data, statement: ALLOW a:b:c }`,
    '15:13 policies[1].name: policy 1 has the name "team data" already in the account → remove one of them, or give each a name of its own',
  ],
  [
    'policies:\n  - { name: x, level: { environments: [ prod, dev ] }, statement: ALLOW a:b:c }\n  - { name: X, level: { environments: { stage: prod } }, statement: ALLOW a:b:c }',
    '14:13 policies[1].name: policy 1 has the name "x" already in the same environment → remove one of them, or give each a name of its own',
  ],
  [
    'policies: [ { name: "x {team}", statement: ALLOW a:b:c } ]',
    '12:24 policies[0].name: the name of a policy cannot hold {team} → give it a fixed name, and let bindings fill it with "parameters"',
  ],
  [
    'policies: [ { name: x, level: , statement: ALLOW a:b:c } ]',
    '12:24 policies[0].level: "level" is left empty → give it a value, or remove the key',
  ],
  [
    'policies:\n  - name: x\n    statement: |\n      ALLOW storage:logs:read\n        WHERE storage:dt.security_context == "{team}";',
    '16:43 policies[0].statement: there is no == → write =',
    '16:47 policies[0].statement: a policy holds no variables such as {team} → write ${bindParam:team} and give it in "parameters" of the binding',
  ],
  [
    'policies:\n  - { name: x, statement: \'ALLOW a:b:c WHERE a:b = "${team}";\' }',
    '13:53 policies[0].statement: Dynatrace knows no placeholder ${team} → write ${bindParam:team} and give it in "parameters" of the binding',
  ],
  [
    'boundaries:\n  - { name: "b {x}", query: "a:b = \'{x}\';" }',
    '13:16 boundaries[0].name: nothing fills {x} in, as the boundary is for no rule → add for: with the name of the rule that captures it',
    '13:37 boundaries[0].query: nothing fills {x} in, as the boundary is for no rule → add for: with the name of the rule that captures it',
  ],
  [
    'boundaries:\n  - { name: "b {role}", query: "a:b = \'c\';" }',
    '13:16 boundaries[0].name: nothing fills {role} in, as the boundary is for no rule → add for: team access',
  ],
  [
    'boundaries:\n  - { name: b, for: team acces, query: "a:b = \'c\';" }',
    '13:21 boundaries[0].for: there is no rule "team acces" → did you mean "team access"?',
  ],
  [
    'boundaries:\n  - { name: "b {tem}", for: team access, query: "a:b = \'{role}\';" }',
    '13:13 boundaries[0].name: the query uses {role} and the name does not, so boundaries that differ would share it → put {role} into the name',
    '13:16 boundaries[0].name: rule "team access" captures no {tem} → did you mean {team}?',
  ],
  [
    'boundaries:\n  - { name: "b {team}", for: team access, query: "storage:{team} = \'{\'; a:b = {team}" }',
    '13:59 boundaries[0].query: {team} does not stand in a quoted value → write "{team}"',
    '13:69 boundaries[0].query: "{" is no variable → a variable is {name}; other braces cannot be used',
    '13:79 boundaries[0].query: {team} does not stand in a quoted value → write "{team}"',
  ],
  [
    'boundaries:\n  - { name: b, query: "a:b = \'c\';" }\n  - { name: B, query: "a:b = \'d\';" }',
    '14:13 boundaries[1].name: boundary 1 has the name "b" already → remove one of them, or give each a name of its own',
  ],
  [
    teamData.replace('bindParam:team', 'bindParam:area'),
    '11:58 rules[0].bindings[0].parameters: policy "team data" takes the parameter "area", which is not given → add area: to "parameters" of the binding',
  ],
  [
    `${teamData.replace('bindParam:team', 'bindParam:tam')}${teamBoundary}`,
    '11:58 rules[0].bindings[0].parameters: policy "team data" takes the parameter "tam", which is not given → add tam: to "parameters" of the binding',
    '11:60 rules[0].bindings[0].parameters.team: policy "team data" takes no parameter "team" → did you mean "tam"?',
  ],
  [
    teamBoundary.replace('"{team}"', '"{team}${bindParam:more}"'),
    '11:58 rules[0].bindings[0].parameters: boundary "team {team}" takes the parameter "more", which is not given → add more: to "parameters" of the binding',
  ],
]

test('each mistake is found where it stands, alone, with a remedy', async t => {
  for (const [text, ...expected] of mistakes) t.same(found(head + text), expected, text)
})

test('limits of the language are told at the first piece that is too much', async t => {
  const statements = Array.from({ length: 101 }, () => '      ALLOW a:b:c;').join('\n')
  t.match(found(`${head}policies:\n  - name: x\n    statement: |\n${statements}`), [
    /^115:7 .*101 statements/,
  ])
  const restrictions = Array.from({ length: 11 }, () => '      a:b = "c";').join('\n')
  t.match(found(`${head}boundaries:\n  - name: x\n    query: |\n${restrictions}`), [
    /^25:7 .*11 restrictions, at most 10/,
  ])
})

test('what no rule can come to bind is a warning, with the name that was perhaps meant', async t => {
  const text = `${head}${teamData}
  - { name: team dats, statement: ALLOW a:b:c }
boundaries:
  - { name: "area {displayName}", for: team access, query: 'a:b = "{displayName}";' }
  - { name: team payments, query: 'a:b = "c";' }
`
  t.same(warned(text), [
    '16 no rule binds the policy "team dats" → "team data" is bound: correct one of the names, or remove the definition',
    '18 no rule binds the boundary "area {displayName}" → name it in "bindings" of a rule, or remove it',
  ])
  t.same(warned(head + teamData + teamBoundary), [])
})

test('a policy of environments that is bound in the account is a warning', async t => {
  const text = teamData.replace('statement:', 'level: { environments: all }\n    statement:')
  t.same(warned(head + text), [
    '11 policy "team data" is defined for environments, and cannot be bound in the account → write level: account at the policy, or name environments in "level" of the binding',
  ])
})

test('a text full of mistakes, or a file full of definitions, is read all the same', async t => {
  const braces = `${head}policies: [ { name: x, statement: "${'{x} '.repeat(100_000)}" } ]`
  t.equal(invalid(braces).problems.length, 20)
  const many = Array.from(
    { length: 2_000 },
    (_, index) => `  - { name: b ${index}, query: 'a:b = "${index}";' }`,
  )
  const bound = head.replace(
    '[ "team {team}" ]',
    `[ ${Array.from({ length: 2_000 }, (_, i) => `b ${i}`).join(', ')} ]`,
  )
  t.same(warned(`${bound}boundaries:\n${many.join('\n')}`), [])
})

test('names that are not defined here are those of the account, and their parameters are not judged', async t => {
  t.same(warned(head), [])
  const other = head.replace('[ "team {team}" ]', '[ of the account ]').replace('{ team:', '{ x: y, team:')
  t.same(found(other + teamData), [], 'the boundary of the account may take x')
  const either = head.replace('policy: team data', 'policy: "{role} data"')
  const unknown = `${either}policies: [ { name: editor data, statement: 'ALLOW a:b:c WHERE a:b = "\${bindParam:z}";' } ]`
  t.match(warned(unknown), [/takes the parameter "z"/], 'only some groups ask for it')
})

test('mistakes are shown where they stand, however YAML writes the text', async () => {
  const line = fc.constantFrom(
    'a:b = "c";',
    '// note: a "b" \'c\' \\ d',
    '',
    '  a:b IN ("x", \'y\');',
    'é:é = "ü" #;',
  )
  const style = fc.constantFrom('BLOCK_LITERAL', 'BLOCK_FOLDED', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'PLAIN')
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 6 }),
      fc.array(line, { maxLength: 3 }),
      style,
      (before, after, type) => {
        const query = ['a:b = "c";', ...before, 'a:b BADWORD "c";', ...after].join('\n')
        const lines = stringify([{ name: 'b', query }], { defaultStringType: type as 'PLAIN', lineWidth: 40 })
        const { problems } = invalid(`${head}boundaries:\n${lines.replaceAll(/^/gm, '  ')}`)
        return problems
          .filter(({ message }) => message.includes('BADWORD'))
          .every(({ excerpt, column, width }) => excerpt.slice(column - 1, column - 1 + width) === 'BADWORD')
      },
    ),
    { numRuns: 300 },
  )
})

test('one policy for each environment that is chosen, the account first', async t => {
  const text = `${head}policies:
  - { name: b, level: { environments: { stage: nonprod } }, statement: ALLOW a:b:c, description: d }
  - { name: a, level: { environments: all }, statement: ALLOW a:b:c }
  - { name: c, statement: ALLOW a:b:c }
`
  const { policies } = desiredGroups(model(text), [])
  t.same(
    policies.map(({ name, level }) => `${level.kind === 'account' ? level.kind : level.id} ${name}`),
    ['account c', 'abc13579 a', 'abc13579 b', 'def67890 a', 'def67890 b', 'xyz00001 a'],
  )
  t.equal(policies[2]?.description, 'd')
})

test('one boundary for each value that the rule captured, and those for no rule once', async t => {
  const text = `${head}${teamBoundary}  - { name: all, query: 'a:b = "c";' }\n`
  const idpGroups = idp('dt-search-viewer', 'dt-pay-viewer', 'dt-pay-editor', 'other')
  t.same(desiredGroups(model(text), idpGroups).boundaries, [
    { name: 'all', query: 'a:b = "c";', askedForBy: [] },
    {
      name: 'team pay',
      query: '// what pay may see\nstorage:dt.security_context = "pay";',
      askedForBy: ['dt-pay-editor', 'dt-pay-viewer'],
    },
    {
      name: 'team search',
      query: '// what search may see\nstorage:dt.security_context = "search";',
      askedForBy: ['dt-search-viewer'],
    },
  ])
  t.same(
    desiredGroups(model(text), []).boundaries.map(({ name }) => name),
    ['all'],
  )
})

test('two queries under one name: neither is made, and both names are withheld', async t => {
  const fixed = `${head}${teamBoundary}  - { name: TEAM pay, query: 'a:b = "c";' }\n`
  const clash = desiredGroups(model(fixed), idp('dt-pay-viewer', 'dt-x-viewer'))
  t.same(
    clash.boundaries.map(({ name }) => name),
    ['team x'],
  )
  t.same(clash.withheldBoundaries, ['TEAM pay', 'team pay'])
  t.match(clash.findings, [
    {
      kind: 'conflicting-boundaries',
      severity: 'error',
      subject: 'boundary TEAM pay',
      message: /"dt-pay-viewer"/,
    },
  ])

  const cased = desiredGroups(model(head + teamBoundary), idp('dt-Pay-viewer', 'dt-pay-editor'))
  t.same(cased.boundaries, [])
  t.same(cased.withheldBoundaries, ['team Pay', 'team pay'])
  t.match(cased.findings, [{ kind: 'conflicting-boundaries', remedy: /letter case/ }])

  const same = teamBoundary.replaceAll(/"\{team\}"/g, '"c"').replace('// what {team} may see', '')
  const agreed = desiredGroups(model(head + same), idp('dt-Pay-viewer', 'dt-pay-editor'))
  t.same(agreed.boundaries, [
    {
      name: 'team Pay',
      query: 'storage:dt.security_context = "c";',
      askedForBy: ['dt-Pay-viewer', 'dt-pay-editor'],
    },
  ])
})

test('names that two variables can make in two ways are a conflict too', async t => {
  const text = `version: 1
rules: [ { name: r, match: "{a}/{b}", group: { name: "{displayName}" }, bindings: [ { policy: p, level: account, boundaries: [ "{a} {b}" ] } ] } ]
boundaries: [ { name: "{a} {b}", for: r, query: 'x:a = "{a}"; x:b = "{b}"' } ]
`
  t.same(desiredGroups(model(text), idp('x y/z', 'x/y z')).withheldBoundaries, ['x y z'])
})

test('a value that would break out of its quotes makes no boundary, and no binding by parameters', async t => {
  const bare = head.replace('parameters: { team: "{team}" }, ', '')
  for (const team of ['a"; x:y != "b', 'a"', 'a\\', 'a\nb', 'a\u2028b', '${bindParam:x}']) {
    const desired = desiredGroups(model(bare + teamBoundary), idp(`dt-${team}-viewer`, 'dt-ok-viewer'))
    t.same(
      desired.boundaries.map(({ name }) => name),
      ['team ok'],
      encodeURIComponent(team),
    )
    t.same(desired.withheldBoundaries, [`team ${team}`])
    t.match(desired.findings, [{ kind: 'unsafe-value', severity: 'error', subject: `boundary team ${team}` }])
  }
  const apostrophe = desiredGroups(model(bare + teamBoundary), idp("dt-o'brien-viewer"))
  t.equal(apostrophe.boundaries.length, 1, 'the other kind of quote ends nothing')

  for (const team of ['a"b', "o'brien", '*', 'a\\', '${bindParam:x}', 'a\tb']) {
    const desired = desiredGroups(model(head), idp(`dt-${team}-viewer`, 'dt-ok-viewer'))
    t.same(
      desired.groups.map(({ name }) => name),
      ['ok viewer'],
    )
    t.same(desired.withheld, [`${team} viewer`])
    t.match(desired.findings, [{ kind: 'unsafe-value', subject: `IdP group dt-${team}-viewer` }])
  }
})

test('a group that safe names ask for as well is made for those alone', async t => {
  const shared = head.replace('"{team} {role}"', 'everybody').replace(', boundaries: [ "team {team}" ]', '')
  const { groups, withheld } = desiredGroups(model(shared), idp('dt-a"b-viewer', 'dt-ok-viewer'))
  t.same(
    groups.map(({ name, sources }) => [name, sources.map(({ idpGroupName }) => idpGroupName)]),
    [['everybody', ['dt-ok-viewer']]],
  )
  t.same(withheld, [])
})

test('a wild card in a value does not widen a MATCH', async t => {
  const fill = compileQuery('a:b MATCH ("{x}_*");')
  t.equal(fill({ x: 'team' }), 'a:b MATCH ("team_*");')
  t.equal(fill({ x: '*' }), undefined)
  t.equal(compileQuery('a:b = "{x}";')({ x: '*' }), 'a:b = "*";', 'elsewhere it is a letter')
})

test('whatever is captured, the query says what its template says, or is not made', async () => {
  const nasty = fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '"',
        "'",
        ';',
        '//',
        '\n',
        '\r',
        ',',
        ')',
        '(',
        '{x}',
        '$',
        '{',
        '}',
        'OR',
        '\\',
        '*',
        'b:c = "d"',
      ),
      {
        maxLength: 8,
      },
    )
    .map(pieces => pieces.join(''))
  const value = fc.oneof(nasty, fc.string(), fc.string({ unit: 'binary' }))
  const templates = [
    'a:b = "{x}";',
    'a:b = \'{x}\'; // {y}\nc:d IN ("{y}", \'{x}{y}\', "${bindParam:p}");',
    'a:b startsWith "{x}"; c:d MATCH ("{y}*", "z");',
    '// {x}\na:b = "$\'{y}";',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...templates), value, value, (template, x, y) => {
      const filled = compileQuery(template)({ x, y })
      if (filled === undefined) return !(/^\w+$/.test(x) && /^\w+$/.test(y))
      const put = (text: string): string =>
        text.replaceAll(/\{([xy])\}/g, (_, name) => (name === 'x' ? x : y))
      return JSON.stringify(shape(filled)) === JSON.stringify(shape(template, put))
    }),
    { numRuns: 2_000 },
  )
})

test('the order of the IdP groups makes no difference to what is defined', async () => {
  const names = fc.array(
    fc.constantFrom(
      'dt-pay-viewer',
      'dt-Pay-editor',
      'dt-pay-editor',
      'dt-x-viewer',
      'dt-a"b-viewer',
      'none',
    ),
    { maxLength: 8 },
  )
  const parsed = model(`${head.replace('parameters: { team: "{team}" }, ', '')}${teamBoundary}`)
  fc.assert(
    fc.property(names, fc.infiniteStream(fc.nat()), (names, random) => {
      const groups = idp(...names)
      const shuffled = groups
        .map(group => ({ group, rank: Number(random.next().value) }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ group }) => group)
      return JSON.stringify(desiredGroups(parsed, groups)) === JSON.stringify(desiredGroups(parsed, shuffled))
    }),
  )
})

test('thousands of values are expanded without reading each query anew', async t => {
  const parsed = model(head + teamData + teamBoundary)
  const groups = idp(
    ...Array.from(
      { length: 4_000 },
      (_, index) => `dt-team${index % 2_000}-${index < 2_000 ? 'viewer' : 'editor'}`,
    ),
  )
  const { boundaries } = desiredGroups(parsed, groups)
  t.equal(boundaries.length, 2_000)
  t.ok(boundaries.every(({ askedForBy }) => askedForBy.length === 2))
})

function shape(query: string, put = (text: string): string => text): unknown {
  const parsed = parseBoundary(query)
  if (parsed.kind === 'broken') return 'broken'
  return parsed.conditions.map(({ name, operator, values }) => [name, operator, values.map(put)])
}

function model(text: string): AccessModel {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  assertFits(text)
  return parsed.model
}

function invalid(text: string) {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  return parsed.kind === 'invalid' ? parsed : { problems: [] }
}

function found(text: string): readonly string[] {
  return invalid(text).problems.map(p => `${p.line}:${p.column} ${p.path}: ${p.message} → ${p.remedy}`)
}

function warned(text: string): readonly string[] {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  assertFits(text)
  const own = parsed.warnings.filter(({ lint }) => lint === undefined)
  return own.map(({ line, message, remedy }) => `${line} ${message} → ${remedy}`)
}

function idp(...names: string[]): readonly IdpGroup[] {
  return names.map((displayName, index) => ({ id: `id-${index}`, displayName, externalId: undefined }))
}
