import fc from 'fast-check'
import { test } from 'tap'
import { matchRule } from '../../src/access/match.ts'
import type { CaptureType, Matcher, PatternPart, Rule } from '../../src/access/model.ts'
import { parsePattern } from '../../src/access/pattern.ts'
import { parseRegex } from '../../src/access/regex.ts'

test('patterns take names and capture what stands there', async t => {
  const cases: readonly (readonly [string, string, Record<string, string> | undefined])[] = [
    ['dt-{team}-{role:viewer|editor}', 'dt-payments-viewer', { team: 'payments', role: 'viewer' }],
    ['dt-{team}-{role:viewer|editor}', 'DT-Payments-VIEWER', { team: 'Payments', role: 'viewer' }],
    ['dt-{team}-{role:Viewer|editor}', 'dt-a-b-viewer', { team: 'a-b', role: 'Viewer' }],
    ['dt-{team}-{role:viewer|editor}', 'dt-payments-owner', undefined],
    ['dt-{team}-{role:viewer|editor}', 'dt--viewer', undefined],
    ['dt-{team}', 'dt-', undefined],
    ['dt-{team}', 'xdt-a', undefined],
    ['dt-{team}-x', 'dt-a-xy', undefined],
    ['{a}-{b}', 'x-y-z', { a: 'x', b: 'y-z' }],
    ['{a}-{b}', '--x', { a: '-', b: 'x' }],
    ['{a:x|xx}{b:x|xx}y', 'xxxy', { a: 'x', b: 'xx' }],
    ['{a:xx|x}{b:xx|x}y', 'xxxy', { a: 'xx', b: 'x' }],
    ['{a}{b:1|2}', 'x12', { a: 'x1', b: '2' }],
    ['plain', 'PLAIN', {}],
    ['plain', 'plain ', undefined],
    ['a.*b', 'axxb', undefined],
    ['(a+)+{x}', '(a+)+$', { x: '$' }],
  ]
  for (const [pattern, name, expected] of cases) {
    const wanted = expected && { ...expected, displayName: name }
    t.same(take(pattern, name), wanted, `${pattern} on ${name}`)
  }
})

test('letter case and composition make no difference in any script, and captures keep their spelling', async t => {
  const decomposed = 'Équipe'.normalize('NFD')
  t.same(take('équipe-{x}', `${decomposed}-Ä`), { x: 'Ä', displayName: `${decomposed}-Ä` })
  t.equal(take('{x}-ß', 'STRASSE-ß')?.x, 'STRASSE')
  t.equal(take('οδος{x}', 'ΟΔΟΣΑ')?.x, 'Α', 'a final sigma is a sigma')
  t.equal(take('{x:ΟΔΟΣ}', 'οδος')?.x, 'ΟΔΟΣ')
  t.equal(take('İ{x}', 'İzmir')?.x, 'zmir', 'folding may change the length of a letter')
  t.equal(take('{x}-e', 'İİ-e')?.x, 'İİ')
  t.equal(take('e{x}', 'é'.normalize('NFD')), undefined, 'an accent is not torn from its letter')
  t.equal(take('{x}', '👩‍💻')?.x, '👩‍💻')
})

test('listed names are compared without letter case', async t => {
  const rule = ruleOf({ kind: 'names', attribute: 'displayName', names: ['Dynatrace-Admins', 'é'] })
  t.same(matchName(rule, 'dynatrace-admins'), { displayName: 'dynatrace-admins' })
  t.same(matchName(rule, 'É'.normalize('NFD')), { displayName: 'É'.normalize('NFD') })
  t.equal(matchName(rule, 'dynatrace-admins2'), undefined)
})

test('names that look like members of an object are captured like others', async t => {
  t.same(take('{constructor}-{toString:a}', '__proto__-a'), {
    constructor: '__proto__',
    toString: 'a',
    displayName: '__proto__-a',
  })
})

test('the matcher agrees with a lazy regular expression', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '-', '.'), minLength: 1, maxLength: 3 })
  const choices = fc.uniqueArray(text, {
    minLength: 1,
    maxLength: 3,
    selector: choice => choice.toLowerCase(),
  })
  const part = fc.oneof(
    text.map((text): PatternPart => ({ kind: 'text', text })),
    choices.map((choices): PatternPart => ({ kind: 'capture', name: '', choices, type: undefined })),
    fc.constant<PatternPart>({ kind: 'capture', name: '', choices: undefined, type: undefined }),
  )
  const parts = fc
    .array(part, { minLength: 1, maxLength: 6 })
    .map(parts => parts.map((part, index) => (part.kind === 'text' ? part : { ...part, name: `c${index}` })))
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', '-', '.'), maxLength: 12 })
  fc.assert(
    fc.property(parts, name, (parts, name) => {
      const rule = ruleOf({ kind: 'pattern', attribute: 'displayName', source: '', parts })
      const ours = matchName(rule, name)
      const oracle = naive(parts, name)
      return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(oracle))
    }),
    { numRuns: 5_000 },
  )
})

test('typed captures take the letters and digits of any script, and nothing else', async t => {
  const cases: readonly (readonly [string, string, Record<string, string> | undefined])[] = [
    ['t{n:digits}', 't042', { n: '042' }],
    ['t{n:digits}', 't٣٤', { n: '٣٤' }],
    ['t{n:digits}', 't4x', undefined],
    ['t{n:digits}', 't', undefined],
    ['{n:digits}{c:a|b}', '12b', { n: '12', c: 'b' }],
    ['{team:letters}-x', 'Équipe-x', { team: 'Équipe' }],
    ['{team:letters}-x', `${'Équipe'.normalize('NFD')}-x`, { team: 'Équipe'.normalize('NFD') }],
    ['{team:letters}-x', '𐐀𐐁-x', { team: '𐐀𐐁' }],
    ['{team:letters}-x', 'team2-x', undefined],
    ['{x:word}-{y}', 'a_1-b-c', { x: 'a_1', y: 'b-c' }],
    ['{x:word}-y', 'a-b-y', undefined],
    ['{x:slug}-y', 'a-b-y', { x: 'a-b' }],
    ['{x:slug}-y', 'a_b-y', undefined],
    ['{a}-{n:digits}-{b}', 'x-y-12-z', { a: 'x-y', n: '12', b: 'z' }],
    ['{a}-{n:digits}', '1-2-3', { a: '1-2', n: '3' }],
    ['{id:uuid}', '123e4567-E89B-12d3-a456-426614174000', { id: '123e4567-E89B-12d3-a456-426614174000' }],
    ['{id:uuid}', '123e4567-e89b-12d3-a456-42661417400', undefined],
    [
      '{x}{id:uuid}',
      'a123e4567-e89b-12d3-a456-426614174000',
      { x: 'a', id: '123e4567-e89b-12d3-a456-426614174000' },
    ],
    ['{x}-{id:uuid}', 'g-x123e4567-e89b-12d3-a456-426614174000', undefined],
    ['{x:digits|letters}', 'digits', { x: 'digits' }],
    ['{x:digit}', 'digit', { x: 'digit' }],
  ]
  for (const [pattern, name, expected] of cases) {
    t.same(take(pattern, name), expected && { ...expected, displayName: name }, `${pattern} on ${name}`)
  }
})

test('a typed matcher agrees with a lazy regular expression', async () => {
  const types = { digits: '[0-9]', letters: '[a-z]', word: '[a-z0-9_]', slug: '[a-z0-9-]' } as const
  const part = fc.oneof(
    fc
      .string({ unit: fc.constantFrom('a', '1', '-', '_'), minLength: 1, maxLength: 2 })
      .map((text): PatternPart => ({ kind: 'text', text })),
    fc
      .constantFrom('digits', 'letters', 'word', 'slug', undefined)
      .map((type): PatternPart => ({ kind: 'capture', name: '', choices: undefined, type })),
    fc.constant<PatternPart>({ kind: 'capture', name: '', choices: ['a', 'a1'], type: undefined }),
  )
  const parts = fc
    .array(part, { minLength: 1, maxLength: 6 })
    .map(parts => parts.map((part, index) => (part.kind === 'text' ? part : { ...part, name: `c${index}` })))
  const name = fc.string({ unit: fc.constantFrom('a', 'B', '1', '-', '_', '.'), maxLength: 14 })
  fc.assert(
    fc.property(parts, name, (parts, name) => {
      const ours = matchName(ruleOf({ kind: 'pattern', attribute: 'displayName', source: '', parts }), name)
      const oracle = naive(parts, name, type => (type === 'uuid' ? '(?!)' : types[type]))
      return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(oracle))
    }),
    { numRuns: 5_000 },
  )
})

test('regular expressions take the whole value, and their named groups are variables', async t => {
  const cases: readonly (readonly [string, string, Record<string, string> | undefined])[] = [
    [
      'dt-(?P<team>[a-z]+)-(?<role>viewer|editor)',
      'DT-Payments-Viewer',
      { team: 'Payments', role: 'Viewer' },
    ],
    ['dt-(?P<team>[a-z]+)', 'dt-payments-x', undefined],
    ['^dt-(x|y)$', 'dt-y', {}],
    ['a|ab', 'ab', {}],
    ['(?P<team>\\p{L}+)', 'Équipe'.normalize('NFD'), { team: 'Équipe' }],
    ['(?P<a>x)?y', 'y', undefined],
    ['(?P<a>x*)y', 'y', undefined],
    ['dt-{2}x', 'dt--x', {}],
  ]
  for (const [source, name, expected] of cases) {
    const rule = ruleOf({ kind: 'regex', attribute: 'displayName', source, captures: [] })
    const wanted = expected && { ...expected, displayName: name }
    t.same(matchName(rule, name), wanted, `${source} on ${JSON.stringify(name)}`)
  }
})

test('rules may look at the externalId, which groups may not have', async t => {
  const rule = ruleOf({ kind: 'names', attribute: 'externalId', names: ['00gAbC'] })
  t.same(matchRule(rule, { displayName: 'Any', externalId: '00GABC' }), {
    displayName: 'Any',
    externalId: '00GABC',
  })
  t.equal(matchRule(rule, { displayName: '00gAbC', externalId: undefined }), undefined)
  t.same(matchRule(ruleOf(patternOf('{x}')), { displayName: 'a', externalId: undefined }), {
    x: 'a',
    displayName: 'a',
    externalId: '',
  })
})

test('of several matchers the first that fits counts', async t => {
  const rule = ruleOf({
    kind: 'any',
    of: [patternOf('dt-{team}-viewer'), patternOf('dt-{team}'), patternOf('old-{team}')],
  })
  t.equal(matchName(rule, 'dt-a-viewer')?.team, 'a')
  t.equal(matchName(rule, 'dt-a-editor')?.team, 'a-editor')
  t.equal(matchName(rule, 'old-b')?.team, 'b')
  t.equal(matchName(rule, 'b'), undefined)
})

test('groups that a rule matches may be left alone: by name or by the value of a variable', async t => {
  const rule = {
    ...ruleOf(patternOf('dt-{team}-{stage:prod|sandbox}')),
    unless: [
      { kind: 'group', matcher: patternOf('{x}-legacy-{y}') },
      { kind: 'values', variable: 'team', values: ['Platform', 'SRE'] },
      { kind: 'values', variable: 'displayName', values: ['dt-x-prod'] },
    ],
  } as const
  t.equal(matchName(rule, 'dt-a-prod')?.team, 'a')
  for (const name of ['dt-a-legacy-prod', 'dt-PLATFORM-prod', 'dt-sre-sandbox', 'DT-X-PROD']) {
    t.equal(matchName(rule, name), undefined, name)
  }
})

test('hostile patterns and names take time in proportion', async t => {
  const choices = Array.from({ length: 40 }, (_, index) => `{c${index}:a|aa|aaa}`).join('')
  const gaps = Array.from({ length: 40 }, (_, index) => `{g${index}}a`).join('')
  const shifting = Array.from({ length: 20 }, (_, index) => `{g${index}}{c${index}:aa|a}`).join('')
  const typed = Array.from({ length: 30 }, (_, index) => `{g${index}:letters}a`).join('')
  const mixed = Array.from(
    { length: 15 },
    (_, index) => `{g${index}:slug}{c${index}:aa|a}{h${index}:word}-`,
  ).join('')
  const stretches = Array.from(
    { length: 20 },
    (_, index) => `{g${index}}{c${index}:b|-}{n${index}:letters}1`,
  ).join('')
  const hostile = [
    choices,
    gaps,
    shifting,
    `${gaps}b`,
    `{x}${'a'.repeat(200)}b{y}`,
    typed,
    mixed,
    stretches,
    `{x}{id:uuid}{y}{jd:uuid}`,
  ]
  const run = (length: number): number => {
    const names = [`${'a'.repeat(length)}c`, `${'a-'.repeat(length / 2)}c`, `${'b'.repeat(length)}c`]
    // What the machine does besides does not count.
    const started = process.cpuUsage()
    for (const pattern of hostile) for (const name of names) t.equal(take(pattern, name), undefined)
    return process.cpuUsage(started).user / 1_000
  }
  run(500)
  const small = Math.min(run(2_000), run(2_000), run(2_000))
  const large = run(16_000)
  t.ok(large < small * 8 * 6 + 200, `8 times the length took ${Math.round(small)} → ${Math.round(large)} ms`)
})

test('hostile regular expressions take time in proportion', async t => {
  const hostile = [
    '(a*)*b',
    '(a|aa)+b',
    '(a|a)*(a|a)*b',
    '(?P<x>.*)(a|b)*a(a|b){50}b',
    '((a?){10}){10}b',
    '(.*)*(.*)*b',
  ]
  const run = (length: number): number => {
    // What the machine does besides does not count.
    const started = process.cpuUsage()
    for (const source of hostile) {
      const rule = ruleOf({ kind: 'regex', attribute: 'displayName', source, captures: [] })
      t.equal(matchName(rule, `${'a'.repeat(length)}c`), undefined)
    }
    return process.cpuUsage(started).user / 1_000
  }
  run(500)
  const small = Math.min(run(1_000), run(1_000), run(1_000))
  const large = run(8_000)
  t.ok(large < small * 8 * 6 + 500, `8 times the length took ${Math.round(small)} → ${Math.round(large)} ms`)
})

test('a regular expression is told what is wrong with it, and how large it may be', async t => {
  const cases: readonly (readonly [string, RegExp, string | undefined])[] = [
    ['(a', /missing closing \)/, '(a'],
    ['[a', /missing closing \]/, '[a'],
    ['a**', /nested repetition operator at "\*\*"/, '**'],
    ['(?=a)b', /Perl syntax/, '(?='],
    ['(a)\\1', /invalid escape sequence at "\\\\1"/, '\\1'],
    ['(?P<a>x)(?P<a>y)', /duplicate capture group name at "a"/, 'a'],
    ['(a{1000}){1000}', /invalid repeat count/, '{1000}'],
    ['(?:[a-z]{30}){30}', /too large: \d+ steps where 500 are allowed/, undefined],
    ['a'.repeat(501), /longer than 500 characters/, 'a'.repeat(20)],
    ['(?P<displayName>x)', /"displayName" cannot be captured/, 'displayName'],
    ['(?P<prefix>x)', /"prefix" is a variable of the file already/, 'prefix'],
    ['(?P<_x>x)', /"_x" cannot be a variable/, '_x'],
  ]
  for (const [source, message, word] of cases) {
    const parsed = parseRegex(source, ['prefix'])
    t.match(parsed, { kind: 'faulty', message, word }, source.slice(0, 40))
    t.not(parsed.kind === 'faulty' && parsed.remedy, '')
  }
  t.same(parseRegex('(?P<a>x)(?<b>y)(z)', []), { kind: 'parsed', captures: ['a', 'b'] })
})

function patternOf(pattern: string): Matcher {
  return { kind: 'pattern', attribute: 'displayName', source: pattern, parts: parsePattern(pattern).parts }
}

function take(pattern: string, name: string): Readonly<Record<string, string>> | undefined {
  const { parts } = parsePattern(pattern)
  return matchName(ruleOf({ kind: 'pattern', attribute: 'displayName', source: pattern, parts }), name)
}

/** Without `externalId`, which the groups here do not have. */
function matchName(rule: Rule, displayName: string): Readonly<Record<string, string>> | undefined {
  const variables = matchRule(rule, { displayName, externalId: undefined })
  if (variables === undefined) return undefined
  const { externalId: _, ...others } = variables
  return others
}

function ruleOf(match: Rule['match']): Rule {
  const group = { name: 'g', description: '', bindings: [], permissions: [] }
  return { name: 'r', description: '', mode: undefined, match, unless: [], until: undefined, groups: [group] }
}

function naive(
  parts: readonly PatternPart[],
  name: string,
  ofType: (type: CaptureType) => string = () => '.',
): Record<string, string> | undefined {
  const source = parts.map(part => {
    if (part.kind === 'text') return escapeRegExp(part.text)
    if (part.type !== undefined) return `(${ofType(part.type)}+?)`
    return part.choices === undefined ? '(.+?)' : `(${part.choices.map(escapeRegExp).join('|')})`
  })
  const found = new RegExp(`^${source.join('')}$`, 'is').exec(name)
  if (found === null) return undefined
  const captures = parts.filter(part => part.kind === 'capture')
  const variables = captures.map((part, index): [string, string] => {
    const text = found[index + 1] ?? ''
    const spelled = part.choices?.find(choice => choice.toLowerCase() === text.toLowerCase())
    return [part.name, spelled ?? text]
  })
  return { ...Object.fromEntries(variables), displayName: name }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\-]/g, '\\$&')
}

function sorted(variables: Readonly<Record<string, string>> | undefined): unknown {
  return variables && Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1))
}
