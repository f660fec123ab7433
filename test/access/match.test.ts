import fc from 'fast-check'
import { test } from 'tap'
import { matchRule } from '../../src/access/match.ts'
import type { PatternPart, Rule } from '../../src/access/model.ts'
import { parsePattern } from '../../src/access/pattern.ts'

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
  t.same(matchRule(rule, 'dynatrace-admins'), { displayName: 'dynatrace-admins' })
  t.same(matchRule(rule, 'É'.normalize('NFD')), { displayName: 'É'.normalize('NFD') })
  t.equal(matchRule(rule, 'dynatrace-admins2'), undefined)
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
      const ours = matchRule(rule, name)
      const oracle = naive(parts, name)
      return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(oracle))
    }),
    { numRuns: 5_000 },
  )
})

test('hostile patterns and names take time in proportion', async t => {
  const choices = Array.from({ length: 40 }, (_, index) => `{c${index}:a|aa|aaa}`).join('')
  const gaps = Array.from({ length: 40 }, (_, index) => `{g${index}}a`).join('')
  const shifting = Array.from({ length: 20 }, (_, index) => `{g${index}}{c${index}:aa|a}`).join('')
  const hostile = [choices, gaps, shifting, `${gaps}b`, `{x}${'a'.repeat(200)}b{y}`]
  const run = (length: number): number => {
    const name = `${'a'.repeat(length)}c`
    const started = performance.now()
    for (const pattern of hostile) t.equal(take(pattern, name), undefined)
    return performance.now() - started
  }
  run(500)
  const small = Math.min(run(2_000), run(2_000), run(2_000))
  const large = run(16_000)
  t.ok(large < small * 8 * 6 + 200, `8 times the length took ${Math.round(small)} → ${Math.round(large)} ms`)
})

function take(pattern: string, name: string): Readonly<Record<string, string>> | undefined {
  const { parts } = parsePattern(pattern)
  return matchRule(ruleOf({ kind: 'pattern', attribute: 'displayName', source: pattern, parts }), name)
}

function ruleOf(match: Rule['match']): Rule {
  const group = { name: 'g', description: '', bindings: [], permissions: [] }
  return { name: 'r', description: '', mode: undefined, match, unless: [], until: undefined, groups: [group] }
}

function naive(parts: readonly PatternPart[], name: string): Record<string, string> | undefined {
  const source = parts.map(part => {
    if (part.kind === 'text') return escapeRegExp(part.text)
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
