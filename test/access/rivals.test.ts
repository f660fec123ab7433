import { test } from 'tap'
import { desiredGroups } from '../../src/access/desired.ts'
import type { Path } from '../../src/access/locate.ts'
import type { AccessModel, BindingTemplate, LevelSelector, Matcher, Rule } from '../../src/access/model.ts'
import { parsePattern } from '../../src/access/pattern.ts'
import { checkRivals, rivals } from '../../src/access/rivals.ts'
import { witnesses } from '../../src/access/witnesses.ts'
import { emptyModel } from '../support/empty-model.ts'

const account: LevelSelector = { kind: 'account' }
const dev: LevelSelector = { kind: 'environments', names: ['dev'] }
const all: LevelSelector = { kind: 'labels', labels: {} }
const environments = [
  { name: 'prod', id: 'abc12345', labels: { stage: 'prod' } },
  { name: 'dev', id: 'def67890', labels: { stage: 'dev' } },
]

test('two rules that certainly contradict each other are told before there is any group', async t => {
  const open = rule('open', pattern('a-{x}'), '{x}', [binding('P', all)])
  const bounded = rule('bounded', names('a-one'), 'One', [binding('p', dev, ['b'])])
  const [found, ...others] = rivals({ rules: [open, bounded], environments })
  t.same(others, [])
  t.same(found, {
    first: 0,
    second: 1,
    group: 'one',
    idpGroups: ['a-one', 'a-one'],
    message:
      'the rules "open" and "bounded" contradict each other about the group "one": policy "P" in environment dev' +
      ' is asked for with no boundary for an IdP group such as "a-one", and with the boundary "b" for one such as "a-one"',
  })
})

test('rules meet through choices, types and open captures', async t => {
  const cases: readonly (readonly [string, Matcher, string, Matcher, string, number])[] = [
    ['two patterns for one name', pattern('a-{x}'), '{x}', pattern('b-{y}'), '{y}', 1],
    ['a type and none', pattern('a-{x}'), 'team {x}', pattern('b-{n:digits}'), 'Team {n}', 1],
    ['a choice and an open capture', pattern('a-{x:p|q}'), '{x}', pattern('b-{y}'), '{y}', 1],
    ['one of many choices', pattern('{a:1|2|3|4|5}-{b:1|2|3|4|5}-{c:1|2|3|4|5}'), '{a}', names('z'), '4', 1],
    ['choices that never meet', pattern('a-{x:p|q}'), '{x}', pattern('b-{x:r|s}'), '{x}', 0],
    ['other names', pattern('a-{x}'), 'one {x}', pattern('a-{x}'), 'two {x}', 0],
    [
      'names and externalIds',
      names('a'),
      'G',
      { kind: 'names', attribute: 'externalId', names: ['1'] },
      'g',
      1,
    ],
    ['plain regular expressions', regex('a'), 'G', regex('b'), 'G', 1],
    ['other regular expressions are seen when groups are there', regex('a.*'), 'G', regex('b.*'), 'G', 0],
    ['the second of a list', { kind: 'any', of: [names('x'), pattern('a-{n}')] }, 'G', names('a-1'), 'G', 1],
  ]
  for (const [title, one, oneName, other, otherName, count] of cases) {
    const rules = [
      rule('one', one, oneName, [binding('P', account)]),
      rule('two', other, otherName, [binding('P', account, ['b'])]),
    ]
    t.equal(rivals({ rules, environments }).length, count, title)
  }
})

test('what only certain real groups would bring about is left to them', async t => {
  const told = (...rules: Rule[]) =>
    rivals({ rules, environments }).map(({ first, second }) => [first, second])
  const team = binding('P', account, ['{team}'])
  t.same(told(rule('r', pattern('{team}-{x}'), '{x}', [team])), [], 'one rule, two groups')
  t.same(
    told(rule('a', pattern('a-{team}'), 'G', [team]), rule('b', pattern('b-{team}'), 'G', [team])),
    [],
    'the same team has the same boundary',
  )
  const own = binding('P', account, ['{other}'])
  t.same(told(rule('a', pattern('a-{team}'), 'G', [team]), rule('b', pattern('b-{other}'), 'G', [own])), [])
  t.same(
    told(
      rule('a', pattern('a-{team}'), '{team}', [binding('P', account, [], { t: '{team}' })]),
      rule('b', pattern('b-{team}'), '{team}', [binding('P', account, ['x'], { t: 'fixed' })]),
    ),
    [],
    'other parameters are another binding',
  )
  t.same(
    told(
      rule('a', names('a'), 'G', [binding('P', dev)]),
      rule('b', names('b'), 'G', [binding('P', account, ['x'])]),
    ),
    [],
    'another level is another binding',
  )
  const excluding = {
    ...rule('b', pattern('{x}'), '{x}', [binding('P', account, ['x'])]),
    unless: [{ kind: 'group', matcher: names('a') }] as const,
  }
  t.same(told(rule('a', names('a'), 'a', [binding('P', account)]), excluding), [], 'the rule leaves it alone')
})

test('every pair is told once, and a rule may contradict itself', async t => {
  const rules = [
    rule('one', pattern('a-{x}'), '{x}', [binding('P', all), binding('Q', account)]),
    rule('two', pattern('b-{x}'), '{x}', [binding('P', all, ['b']), binding('Q', account, ['b'])]),
    rule('three', pattern('c-{x}'), '{x}', [binding('P', account), binding('P', dev, ['c'])]),
  ]
  t.same(
    rivals({ rules, environments }).map(({ first, second }) => [first, second]),
    [
      [0, 1],
      [0, 2],
      [1, 2],
    ],
  )
  const both = rule('both', names('a'), 'G', [binding('P', dev)])
  const itself = {
    ...both,
    groups: [...both.groups, ...rule('', names('a'), 'g', [binding('P', all, ['b'])]).groups],
  }
  t.match(rivals({ rules: [itself], environments }), [
    { first: 0, second: 0, message: /^the rule "both" contradicts itself about the group "G"/ },
  ])
})

test('a contradiction is a problem of the later rule, with a remedy', async t => {
  const told: string[] = []
  const reading = {
    problem: (path: Path, message: string, remedy: string) =>
      told.push(`${path.join('.')}: ${message}; ${remedy}`),
    warning: () => t.fail('no warning'),
    lint: () => t.fail('no lint'),
    valueAt: () => undefined,
    place: () => ({ file: 'bridge.yaml', line: 1, column: 1 }),
  }
  const rules = [
    rule('one', names('a'), 'G', [binding('P', account)]),
    rule('two', names('b'), 'G', [binding('P', account, ['b'])]),
  ]
  checkRivals(
    rules.map((value, at) => ({ value, path: ['rules', at], reading })),
    environments,
  )
  t.equal(told.length, 1)
  t.match(
    told[0],
    /^rules\.1\.name: the rules "one" and "two" contradict each other.*; ask for the same boundaries in both/,
  )
})

test('what is told beforehand is what happens with such groups', async t => {
  const rules = [
    rule('one', pattern('a-{team}-{role:v|e}'), '{team}', [binding('P', all, ['{role}'])]),
    rule('two', pattern('{team}-{role:v|e}'), 'a-{team}', [binding('P', dev)]),
    rule('three', pattern('b-{team}'), '{team}', [binding('p', dev)]),
  ]
  const found = rivals({ rules, environments })
  t.ok(found.length > 0)
  for (const { group, idpGroups } of found) {
    const groups = idpGroups.map((displayName, at) => ({ id: `${at}`, displayName, externalId: undefined }))
    const { withheld } = desiredGroups(modelOf(rules), groups)
    t.ok(withheld.includes(group), `${group} of ${idpGroups.join(' and ')}`)
  }
})

test('many rules with many choices are compared in bounded time', async t => {
  const choices = Array.from({ length: 30 }, (_, at) => `c${at}`).join('|')
  const rules = Array.from({ length: 200 }, (_, at) =>
    rule(`r${at}`, pattern(`{a:${choices}}-{b:${choices}}-{c}-${at}`), '{a}', [
      binding('P', all, ['b']),
      binding('Q', account, ['{b}', `${at}`]),
    ]),
  )
  t.ok(witnesses(rules).length <= 3_200)
  const started = performance.now()
  rivals({ rules, environments })
  const took = performance.now() - started
  t.ok(took < 10_000, `took ${Math.round(took)} ms`)
})

function rule(name: string, match: Matcher, group: string, bindings: readonly BindingTemplate[]): Rule {
  const made = { name: group, description: '', bindings, permissions: [] }
  return { name, description: '', mode: undefined, match, unless: [], until: undefined, groups: [made] }
}

function binding(
  policy: string,
  level: LevelSelector,
  boundaries: readonly string[] = [],
  parameters: Readonly<Record<string, string>> = {},
): BindingTemplate {
  return { policy, level, parameters, boundaries, until: undefined, accepts: [] }
}

function pattern(source: string): Matcher {
  return { kind: 'pattern', attribute: 'displayName', source, parts: parsePattern(source).parts }
}

function names(...listed: string[]): Matcher {
  return { kind: 'names', attribute: 'displayName', names: listed }
}

function regex(source: string): Matcher {
  return { kind: 'regex', attribute: 'displayName', source, captures: [] }
}

function modelOf(rules: readonly Rule[]): AccessModel {
  const removal = { kind: 'strip-groups' } as const
  return {
    environments,
    mode: 'sync',
    rules,
    policies: [],
    boundaries: [],
    expectations: [],
    lifecycle: { invite: 'on-creation', deactivated: removal, deleted: removal },
    protect: { users: [], groups: [] },
    guards: emptyModel.guards,
    readOnly: false,
    drift: emptyModel.drift,
    approvals: emptyModel.approvals,
    fullPassEveryMs: 60_000,
    auditEveryMs: undefined,
  }
}
