/** An access model in several files: what they share, and how mistakes in them are told. */
import fc from 'fast-check'
import { test } from 'tap'
import { type AccessFiles, includesOf, listedFiles } from '../../src/access/access-files.ts'
import { formatProblems } from '../../src/access/format-problems.ts'
import { parseAccessFiles } from '../../src/access/parse.ts'
import { assertFits } from '../support/access-schema.ts'

const main = `version: 1
include: [ rules/payments.yaml, ./policies.yaml ]
variables: { org: acme }
environments: { prod: { id: abc12345, labels: { stage: prod } } }
rules:
  - name: first
    match: a-{team}
    group: { name: "{team}" }
    bindings: [ { policy: shared, level: { environments: [ qa ] }, boundaries: [ "b {team}" ] } ]
`
const rules = `version: 1
variables: { prefix: dt }
rules:
  - name: payments
    match: "{prefix}-{team}-{org}"
    group: { name: "pay {team}" }
    bindings: [ { policy: shared, level: account } ]
`
const policies = `environments: { qa: { id: def67890 } }
policies: [ { name: shared, statement: 'ALLOW a:b:c WHERE a:x = "{org}";' } ]
boundaries: [ { name: "b {team}", for: first, query: 'storage:x = "{team}";' } ]
`

test('files are one model: each may refer to what another defines', async t => {
  assertFits(main)
  assertFits(rules, 'included')
  assertFits(policies, 'included')
  const parsed = parseAccessFiles(files({}))
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  const { model } = parsed
  t.same(
    model.rules.map(({ name }) => name),
    ['first', 'payments'],
  )
  t.same(
    model.environments.map(({ name }) => name),
    ['prod', 'qa'],
  )
  t.match(model.policies, [{ name: 'shared', statement: /= "acme";$/ }])
  t.match(model.rules[1]?.match, { parts: [{ text: 'dt-' }, { name: 'team' }, { text: '-acme' }] })
  t.same(
    parsed.warnings.filter(({ lint }) => lint === undefined).map(({ message }) => message),
    [],
  )
})

test('mistakes are told with their files, those of the main file first', async t => {
  const wrong = files({
    main: main.replace('[ qa ]', '[ qaa ]'),
    'rules/payments.yaml': rules.replace('"pay {team}"', '"pay {tem}"').replace('version: 1', 'mode: sync'),
    'policies.yaml': policies.replace('for: first', 'for: frist'),
  })
  t.same(found(wrong), [
    'bridge.yaml:9:60 there is no environment "qaa" → did you mean "qa"?',
    'rules/payments.yaml:1:1 unknown key "mode" → allowed here: version, rules, environments, variables, policies, boundaries, expect',
    'rules/payments.yaml:6:25 the rule captures no {tem} → did you mean {team}?',
    'policies.yaml:3:40 there is no rule "frist" → did you mean "first"?',
  ])
})

test('a name that is there twice is told with both places', async t => {
  const twice = files({
    main: `${main}policies: [ { name: Shared, statement: ALLOW a:b:c } ]\nboundaries: [ { name: "B {team}", for: first, query: 'a:b = "{team}"' } ]\n`,
    'rules/payments.yaml': rules
      .replace('name: payments', 'name: First')
      .replace('prefix: dt', 'prefix: dt, org: x'),
    'policies.yaml': policies.replace('qa: { id: def67890 }', 'Prod: { id: x1 }, qa: { id: ABC12345 }'),
  })
  t.same(found(twice), [
    'rules/payments.yaml:2:26 variable "org" is there already, in bridge.yaml:3 → remove one of them, or give each a name of its own',
    'rules/payments.yaml:4:11 the rule in bridge.yaml:6 has the name "First" already → give each rule a name of its own',
    'policies.yaml:1:17 environment "Prod" is there already as "prod" in bridge.yaml:4 → give each environment a name of its own',
    'policies.yaml:1:45 environment id "ABC12345" is that of "prod" in bridge.yaml:4 already → correct the id, or remove "qa" or "prod"',
    'policies.yaml:2:21 the policy in bridge.yaml:10 has the name "Shared" already in the account → remove one of them, or give each a name of its own',
    'policies.yaml:3:23 the boundary in bridge.yaml:11 has the name "B {team}" already → remove one of them, or give each a name of its own',
  ])
})

test('a file that cannot be read is a problem where it is included', async t => {
  const missing: AccessFiles = {
    main: { name: '/etc/bridge.yaml', text: main },
    included: new Map([
      [
        'rules/payments.yaml',
        {
          kind: 'unreadable',
          name: '/etc/rules/payments.yaml',
          message: 'is not UTF-8',
          remedy: 'save it as UTF-8',
        },
      ],
    ]),
  }
  t.same(found(missing), [
    '/etc/bridge.yaml:2:12 "rules/payments.yaml" is not UTF-8 → save it as UTF-8',
    '/etc/bridge.yaml:2:33 "./policies.yaml" is not among the files that were given → give its text, too',
  ])
  t.match(found(files({ 'rules/payments.yaml': 'rules: [' })), [/^rules\/payments\.yaml:1:9 not YAML/])
  t.match(found(files({ 'policies.yaml': `#${'x'.repeat(1024 * 1024)}` })), [
    /^policies\.yaml:1:1 .*larger than 1 MiB/,
  ])
})

test('only files below the folder of the main one can be included, once each', async t => {
  const include = `include:
  - /etc/passwd
  - ../other.yaml
  - a/../../other.yaml
  - 'a\\b.yaml'
  - rules/
  - 7
  - a.yaml
  - ./a.yaml
  - bridge.yaml
`
  t.same(includesOf(include), ['a.yaml', 'bridge.yaml'])
  t.same(
    found(
      listedFiles({ path: 'x/bridge.yaml', text: `version: 1\n${include}` }, [{ path: 'a.yaml', text: '' }]),
    ),
    [
      'x/bridge.yaml:3:5 "/etc/passwd" is an absolute path → give a path from the folder of this file, without ..',
      'x/bridge.yaml:4:5 "../other.yaml" leads out of the folder of this file → give a path from the folder of this file, without ..',
      'x/bridge.yaml:5:5 "a/../../other.yaml" leads out of the folder of this file → give a path from the folder of this file, without ..',
      'x/bridge.yaml:6:5 "a\\\\b.yaml" is no path of a file → write it with "/" between folders',
      'x/bridge.yaml:7:5 "rules/" is a folder → name each file',
      'x/bridge.yaml:8:5 element 6 of include must be text, not the number 7 → put it in quotes: "7"',
      'x/bridge.yaml:10:5 "./a.yaml" is included twice → remove one of them',
      'x/bridge.yaml:11:5 the file includes itself → remove it from the list',
    ],
  )
  const many = `version: 1\ninclude: [ ${Array.from({ length: 101 }, (_, at) => `f${at}.yaml`).join(', ')} ]`
  t.equal(includesOf(many).length, 100)
  t.match(
    found(listedFiles({ path: 'm', text: many }, [])).join('\n'),
    /101 files are included, at most 100 can be/,
  )
})

test('included files include nothing, and may be empty', async t => {
  t.match(
    found(files({ 'policies.yaml': 'include: [ x.yaml ]' })).join('\n'),
    /policies\.yaml:1:1 unknown key "include"/,
  )
  const only = parseAccessFiles(
    listedFiles({ path: 'm', text: 'version: 1\ninclude: [ a ]' }, [{ path: 'a', text: '# nothing yet' }]),
  )
  t.match(only, {
    kind: 'valid',
    model: { rules: [] },
    warnings: [{ file: 'a', message: 'the file is empty' }],
  })
})

test('whatever a text is, the paths it includes stay below its folder', async () => {
  const piece = fc.constantFrom('..', '/', '.', 'a', '\\', '\u0000', ' ', '"', ',', '[', ']', '\n- ', '~')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
      const paths = includesOf(`include:\n- ${pieces.join('')}`)
      return paths.every(path => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'))
    }),
    { numRuns: 1_000 },
  )
})

function files(changed: Readonly<Record<string, string>>): AccessFiles {
  return listedFiles({ path: 'bridge.yaml', text: changed.main ?? main }, [
    { path: 'rules/payments.yaml', text: changed['rules/payments.yaml'] ?? rules },
    { path: 'policies.yaml', text: changed['policies.yaml'] ?? policies },
  ])
}

function found(given: AccessFiles): readonly string[] {
  const parsed = parseAccessFiles(given)
  if (parsed.kind === 'valid') return []
  return parsed.problems.map(p => `${p.file}:${p.line}:${p.column} ${p.message} → ${p.remedy}`)
}
