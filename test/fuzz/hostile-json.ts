/** Texts and JSON values that servers stumble over, and how they are written on the wire. */
import fc from 'fast-check'

const NASTY = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00y',
  '\u{1f469}\u200d\u{1f4bb}',
  'é',
  'e\u0301',
  'İstanbul',
  'ß',
  '\u202e',
  '\ufeff',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '%',
  '%00',
  '_',
  '\\',
  "'",
  '"',
  "'; DROP TABLE users; --",
  '{{7*7}}',
  '../../etc/passwd',
  'True',
  'null',
  '2026-02-30T25:61:61Z',
  '9'.repeat(400),
  'x'.repeat(20_000),
] as const

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom<string>(...NASTY), weight: 4 },
  { arbitrary: fc.string({ maxLength: 12 }), weight: 2 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 6 }), weight: 1 },
  {
    arbitrary: fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map(units => {
      return String.fromCharCode(...units)
    }),
    weight: 1,
  },
)

/** What `JSON.stringify` cannot write is kept as a marked text until `wireText`. */
const raw = (token: string): string => `@@${token}@@`

const RAW = [
  '1e400',
  '-1e400',
  '-0',
  '1e-400',
  '9007199254740993',
  '-123456789012345678901234567890',
  'NaN',
  '-Infinity',
  'undefined',
  '01',
  '[1,]',
  '"\\u12"',
  '{"a":1,"a":2}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{\\"a\\":'.replaceAll('\\', '').repeat(5_000)}1${'}'.repeat(5_000)}`,
] as const

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 31, -(2 ** 63), 1e21),
  fc.constantFrom<string>(...RAW).map(raw),
)

const key = fc.oneof(
  { arbitrary: fc.constantFrom('value', 'type', 'primary', 'display', '$ref', 'formatted'), weight: 4 },
  { arbitrary: hostileText, weight: 1 },
)

export const hostileJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { arbitrary: scalar, weight: 5 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
    { arbitrary: objectOf(key, tie('value')), weight: 2 },
  ),
})).value

/** An object whose names may be any, `__proto__` too. */
export function objectOf(
  names: fc.Arbitrary<string>,
  values: fc.Arbitrary<unknown>,
  maxLength = 4,
): fc.Arbitrary<object> {
  return fc.array(fc.tuple(names, values), { maxLength }).map(entries => Object.fromEntries(entries))
}

export function wireText(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.replaceAll(/"@@((?:[^"@\\]|\\.)*)@@"/g, (_all, token: string) => token.replaceAll('\\', ''))
}
