/** The pure parts: words of error answers, secrets taken out of text, and how long a server asks to wait. */
import fc from 'fast-check'
import { test } from 'tap'
import { errorMessage } from '../../src/dynatrace/error-message.ts'
import { failureRemedy } from '../../src/dynatrace/failure-remedy.ts'
import { mask } from '../../src/dynatrace/mask.ts'
import { path } from '../../src/dynatrace/path.ts'
import { retryAfter } from '../../src/dynatrace/retry-after.ts'

test('every envelope of an error gives its words', async t => {
  const json = JSON.stringify
  for (const [body, words] of [
    [
      json({ error: true, message: 'Requested service user not found', payload: null }),
      'Requested service user not found',
    ],
    [json({ error: { code: 400, message: 'Bad', errorsMap: null } }), 'Bad'],
    [
      json({ error: { code: 400, message: 'In use', errorsMap: { boundary_usage_rule: 'In use' } } }),
      'In use',
    ],
    [json({ error: { code: 400, message: 'Bad', errorsMap: { name: 'too long' } } }), 'Bad: too long'],
    [json({ code: 400, message: 'Bare', errorsMap: {} }), 'Bare'],
    [json({ statusCode: 403, message: 'Forbidden' }), 'Forbidden'],
    [
      json({ statusCode: 400, message: ['email must be an email', 'x'], error: 'Bad Request' }),
      'email must be an email, x',
    ],
    [json({ error: { code: 400, message: 'Platform', details: {} } }), 'Platform'],
    [
      json({
        error: { code: 400, message: 'Constraints', constraintViolations: [{ path: 'a', message: 'b' }] },
      }),
      'Constraints: a: b',
    ],
    [
      json({ error: 'invalid_request', error_description: 'Unknown client' }),
      'invalid_request: Unknown client',
    ],
    [json({ error_description: 'Only this' }), 'Only this'],
    [json({ message: '', error: 'Fallback' }), 'Fallback'],
    [json({ error: { code: 1 } }), '{"error":{"code":1}}'],
    [json('just text'), 'just text'],
    ['  plain \n text ', 'plain text'],
    ['<!doctype html><title> Log in </title>', 'an HTML page titled "Log in"'],
    ['<html></html>', 'an HTML page'],
    ['', ''],
    ['null', 'null'],
  ] as const) {
    t.equal(errorMessage(body), words)
  }
  t.equal(errorMessage('x'.repeat(1000)).length, 301)
})

test('no body, however strange, stops the parser', async t => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), body => errorMessage(body).length <= 301))
  t.pass()
})

test('secrets are masked wherever they stand', async t => {
  t.equal(mask('a s/e=cret b s%2Fe%3Dcret', ['s/e=cret']), 'a *** b ***')
  t.equal(mask('dt0s02.ABCDEFGH.0123456789 and dt0s02.ABCDEFGH', []), '*** and dt0s02.ABCDEFGH')
  t.equal(mask('{"m":"Bearer abcdefghijklmnop=="}', ['']), '{"m":"Bearer ***"}')
  t.equal(mask('expected `Bearer`!', []), 'expected `Bearer`!')
})

test('Retry-After and the rate limit headers are understood in every unit met', async t => {
  const now = new Date('2026-11-22T10:00:00Z')
  const in5 = now.getTime() + 5000
  for (const [headers, expected] of [
    [{ 'retry-after': '12' }, 12_000],
    [{ 'retry-after': ' 0 ' }, undefined],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:05 GMT' }, 5000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, Number.POSITIVE_INFINITY],
    [{ 'x-ratelimit-reset': '-5' }, undefined],
    [{ 'x-ratelimit-reset': `${in5 / 1000}.25` }, 5250],
    [{ 'x-ratelimit-reset': String(now.getTime() / 1000 - 60) }, undefined],
    [{ 'retry-after': ['3', '4'] }, 3000],
    [{ 'x-ratelimit-reset': String(in5 / 1000) }, 5000],
    [{ 'x-ratelimit-reset': String(in5) }, 5000],
    [{ 'x-ratelimit-reset': String(in5 * 1000) }, 5000],
    [{ 'x-ratelimit-reset': '5' }, 5000],
    [{ 'x-ratelimit-reset': 'later' }, undefined],
    [{}, undefined],
  ] as const) {
    t.equal(retryAfter(headers as Record<string, string | string[]>, now), expected)
  }
})

test('whatever stands in a path stays one segment', async t => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), value => {
      if (value === '.' || value === '..') return true
      const built = path`/a/${value}/b`
      return /^\/a\/[^/?#+]+\/b$/.test(built) && decodeURIComponent(built.slice(3, -2)) === value
    }),
  )
  t.pass()
})

test('a refusal names the permission that its operation needs', t => {
  const caller = {
    accountId: 'a1',
    subject: 'u1',
    environment: undefined,
    readsWhatMustBe: false,
  }
  t.match(
    failureRemedy('forbidden', { ...caller, grant: 'account' }),
    /u1.*account-user-management.*a1.*account-idm-read/,
  )
  t.match(
    failureRemedy('forbidden', { ...caller, grant: 'audit' }),
    /u1.*account-viewer.*a1.*account-audit-logs-read/,
  )
  t.end()
})
