import { test } from 'tap'
import type { Path } from '../../src/access/locate.ts'
import { capturesOf } from '../../src/access/match-captures.ts'
import type { Matcher } from '../../src/access/model.ts'
import { readMatch } from '../../src/access/read-match.ts'
import { readUnless } from '../../src/access/read-unless.ts'
import type { Reading } from '../../src/access/reading.ts'

test('what a rule takes is one matcher or a list of them', async t => {
  const cases: readonly (readonly [unknown, unknown])[] = [
    ['dt-{team}', { kind: 'pattern', attribute: 'displayName', source: 'dt-{team}' }],
    [{ displayName: 'dt-{team}' }, { kind: 'pattern', attribute: 'displayName' }],
    [{ externalId: 'S-1-{x}' }, { kind: 'pattern', attribute: 'externalId', source: 'S-1-{x}' }],
    [{ displayNames: ['a', 'b'] }, { kind: 'names', attribute: 'displayName', names: ['a', 'b'] }],
    [{ externalIds: ['00g1'] }, { kind: 'names', attribute: 'externalId', names: ['00g1'] }],
    [
      { displayName: { regex: 'dt-(?P<team>[a-z]+)' } },
      { kind: 'regex', attribute: 'displayName', captures: ['team'] },
    ],
    [{ externalId: { regex: '[0-9]{3}' } }, { kind: 'regex', attribute: 'externalId', captures: [] }],
    [
      ['dt-{team}', { displayName: { regex: 'old-(?P<team>.+)' } }],
      { kind: 'any', of: [{ kind: 'pattern' }, { kind: 'regex' }] },
    ],
  ]
  for (const [value, expected] of cases) {
    const { matcher, told } = read(value)
    t.same(told, [], JSON.stringify(value))
    t.match(matcher, expected, JSON.stringify(value))
  }
})

test('variables of the file stand for their text in patterns, and are not captured', async t => {
  const constants = { prefix: 'dt', 'end-of': '-x' }
  t.match(read('{prefix}-{team}{end-of}', constants).matcher, {
    kind: 'pattern',
    source: '{prefix}-{team}{end-of}',
    parts: [
      { kind: 'text', text: 'dt-' },
      { kind: 'capture', name: 'team' },
      { kind: 'text', text: '-x' },
    ],
  })
  t.same(read('{prefix:a|b}-{team}', constants).told, [
    'match: "prefix" is a variable of the file already, so it cannot be captured; take another name, or write {prefix} for its text',
  ])
  t.same(read('{prefix:digits}', constants).told.length, 1)
  t.match(read({ displayNames: ['{prefix}-admins'] }, constants).told, [
    /warning match.displayNames.0: \{prefix\} is taken as written here.*displayName: "\{prefix\}-admins"/,
  ])
  t.match(read({ displayName: { regex: 'x{prefix}' } }, constants).told, [/^warning .*taken as written/])
})

test('mistakes are told with their place and what to do', async t => {
  const cases: readonly (readonly [unknown, RegExp | readonly RegExp[]])[] = [
    ['dt-{team', /match: a "\{" is not closed/],
    ['{displayName}', /"displayName" cannot be captured/],
    ['{externalId:a|b}', /"externalId" cannot be captured/],
    ['{a:digits}{b}', /nothing says where \{a:digits\} ends and \{b\} begins/],
    ['{a:}', /empty choice/],
    [[], /match: "match" is an empty list/],
    [{}, /nothing says which groups are meant/],
    [{ displayNames: [] }, /names no group/],
    [{ displayNames: ['a', 'A'] }, /match.displayNames.1: "A" is listed twice/],
    [
      { displayNames: ['a'], externalIds: ['b'] },
      /"displayNames" and "externalIds" are given together; write a list/,
    ],
    [{ displayname: 'x' }, /unknown key "displayname"; did you mean "displayName"/],
    [{ displayName: { regexp: 'x' } }, /unknown key "regexp"; did you mean "regex"/],
    [{ displayName: { regex: '(a' } }, /match.displayName.regex: .*missing closing \).*close the group/],
    [{ team: null }, /put it in quotes/],
    [{ displayName: { team: null } }, /put it in quotes/],
    [7, /must be text/],
    [['{team}-a', 'b'], /match.1: \{team\} is not captured here, but element 1 of the list captures it/],
    [
      ['a', { externalId: '{x}-{y}' }],
      [/match.0: \{x\}/, /match.0: \{y\}/],
    ],
    [[['a']], /match.0: .*must be/],
  ]
  for (const [value, expected] of cases) {
    const { matcher, told } = read(value)
    // Names that are listed twice are names all the same.
    if (matcher?.kind !== 'names') t.equal(matcher, undefined, JSON.stringify(value))
    t.match(told, [expected].flat(), JSON.stringify(value))
  }
})

test('captures are known by their values where all elements know them', async t => {
  const captures = (value: unknown) => {
    const { matcher } = read(value)
    return matcher && Object.fromEntries(capturesOf(matcher))
  }
  t.same(captures('{a:x|y}-{b}-{c:digits}'), {
    a: ['x', 'y'],
    b: undefined,
    c: undefined,
    displayName: undefined,
    externalId: undefined,
  })
  t.same(captures(['{a:x|y}-1', '{a:y|z}-2']), {
    a: ['x', 'y', 'z'],
    displayName: undefined,
    externalId: undefined,
  })
  t.same(captures(['{a:x|y}-1', '{a}-2'])?.a, undefined)
  t.same(captures({ externalIds: ['1'] }), { externalId: ['1'], displayName: undefined })
  t.same(captures([{ displayNames: ['p'] }, { displayNames: ['q'] }])?.displayName, ['p', 'q'])
  t.same(captures([{ displayNames: ['p'] }, 'q'])?.displayName, undefined)
})

test('what is left alone is a matcher, values of variables, or a list of these', async t => {
  const matcher = read('{team}-{stage:prod|sandbox}').matcher
  const unless = (value: unknown) => {
    const { reading, told } = collecting()
    const captures = matcher && capturesOf(matcher)
    return { read: readUnless(value, ['unless'], captures, { own: 'Platform' }, reading), told }
  }
  t.match(unless('old-{x}').read, [{ kind: 'group', matcher: { kind: 'pattern' } }])
  t.same(unless([{ values: { team: ['{own}', 'sre'], stage: 'sandbox' } }, { displayNames: ['a'] }]).read, [
    { kind: 'values', variable: 'team', values: ['Platform', 'sre'] },
    { kind: 'values', variable: 'stage', values: ['sandbox'] },
    { kind: 'group', matcher: { kind: 'names', attribute: 'displayName', names: ['a'] } },
  ])
  t.match(unless({ values: { taem: 'x' } }).told, [/captures no "taem"; did you mean \{team\}\?/])
  t.match(unless({ values: { stage: ['sandbx'] } }).told, [
    /unless.values.stage.0: \{stage\} can never be "sandbx"; did you mean "sandbox"\?/,
  ])
  t.match(unless({ values: {} }).told, [/names no variable/])
  t.match(unless({ values: { team: [] } }).told, [/is given no value/])
  t.match(unless([]).told, [/is an empty list/])
  t.match(unless(['a', { displayName: { regex: '(' } }]).told, [/unless.1.displayName.regex/])
})

function read(
  value: unknown,
  constants: Readonly<Record<string, string>> = {},
): { readonly matcher: Matcher | undefined; readonly told: readonly string[] } {
  const { reading, told } = collecting()
  return { matcher: readMatch(value, ['match'], constants, reading), told }
}

function collecting(): { readonly reading: Reading; readonly told: string[] } {
  const told: string[] = []
  const note = (kind: string) => (path: Path, message: string, remedy: string) => {
    told.push(`${kind}${path.join('.')}: ${message}; ${remedy}`)
  }
  const reading: Reading = {
    problem: note(''),
    warning: note('warning '),
    lint: () => undefined,
    place: () => ({ file: 'bridge.yaml', line: 1, column: 1 }),
    valueAt: () => undefined,
  }
  return { reading, told }
}
