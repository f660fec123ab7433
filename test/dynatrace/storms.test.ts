/** Storms: many calls at once while the account refuses, is overloaded, or one of its environments is away. */
import fc from 'fast-check'
import { test } from 'tap'
import { limiter } from '../../src/dynatrace/limiter.ts'
import { MOST_SAVED } from '../../src/dynatrace/retry-budget.ts'
import { UpstreamError } from '../../src/dynatrace/upstream-error.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { empty, ok, type Reply, refusal, settableClock, stage, tokenReply } from './scripted-server.ts'

const NOBODY = ok({ count: 0, items: [] })
const DOCUMENTS = ok({ documents: [], totalCount: 0 })

test('100 calls meet nothing but 429: what is sent is bounded, spread over time, and all end', async t => {
  for (const headers of [{}, { 'retry-after': '0' }, { 'retry-after': '-5' }, { 'retry-after': '3' }]) {
    const { dynatrace, connection, seen, clock } = await stage(t, () => ({ status: 429, text: '', headers }))
    const start = clock.now().getTime()
    const failures = await Promise.all(
      Array.from({ length: 100 }, () => failureOf(() => dynatrace.users.list())),
    )
    t.ok(failures.every(error => error instanceof UpstreamError && error.failure === 'rate-limited'))
    t.ok(seen.length <= 100 + MOST_SAVED + 20, `${seen.length} sent: ${JSON.stringify(headers)}`)
    t.ok(clock.now().getTime() - start > 60_000, 'nobody was hammered')
    t.match(connection.status(), { inFlight: 0, waiting: 0, window: 1, circuit: 'closed' })
  }
})

test('a short burst of 429 costs nobody their call, and the window comes back', async t => {
  const { dynatrace, connection, seen } = await stage(t, (_, index) =>
    index >= 20 && index < 30 ? { status: 429, text: '' } : NOBODY,
  )
  const found = await Promise.all(Array.from({ length: 200 }, () => dynatrace.users.list()))
  t.equal(found.length, 200)
  t.equal(seen.length, 210)
  t.equal(connection.status().window, 10)
})

test('whatever the headers of the limit say, calls go on within a bounded time', async t => {
  const mad = fc.oneof(
    fc.constantFrom('-1', '0', '', 'NaN', '1e999', '9'.repeat(40), '1.5', 'Thu, 01 Jan 1970 00:00:00 GMT'),
    fc.constantFrom('Fri, 31 Dec 9999 23:59:59 GMT', '1795341609', '1795341609000000', '12 parsecs', '2026'),
    fc.integer().map(String),
    fc.string({ unit: 'grapheme-ascii' }).map(text => text.trim()),
  )
  const header = fc.option(mad, { nil: undefined })
  const answer = fc.record({
    status: fc.constantFrom(200, 429, 503),
    after: header,
    remaining: header,
    reset: header,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 20 }), async answers => {
      const clock = settableClock()
      const limits = { first: 2, most: 10, pause: 500, longestPause: 60_000 }
      const turns = limiter({ limits, clock, closing: new AbortController().signal })
      const start = clock.now().getTime()
      for (const { status, after, remaining, reset } of answers) {
        await turns.send(async () => ({
          kind: 'answer',
          status,
          text: '',
          headers: { 'retry-after': after, 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset },
        }))
      }
      const waited = clock.now().getTime() - start
      return waited <= answers.length * 60_001 && turns.figures().inFlight === 0
    }),
  )
  t.pass()
})

test('closing lets everybody go at once: those in flight, those who wait, those who pause', async t => {
  const { dynatrace, connection, seen } = await stage(
    t,
    (_, index) => (index < 2 ? 'hang' : { status: 429, text: '', headers: { 'retry-after': '50' } }),
    { clock: systemClock },
  )
  const calls = Array.from({ length: 30 }, () => failureOf(() => dynatrace.users.list()))
  while (seen.length < 2) await new Promise(setImmediate)
  const began = performance.now()
  await connection.close()
  const failures = await Promise.all(calls)
  t.ok(failures.every(error => error instanceof UpstreamError))
  t.ok(performance.now() - began < 3_000)
  t.match(connection.status(), { inFlight: 0, waiting: 0 })
})

test('an environment that is down has a circuit of its own: the account goes on', async t => {
  let broken = true
  const { dynatrace, connection, seen, clock } = await stage(t, ({ path }) => {
    if (!path.startsWith('/e/')) return NOBODY
    return broken && path.startsWith('/e/abc12345/') ? { status: 503, text: '' } : DOCUMENTS
  })
  const away = () => failureOf(() => dynatrace.documents.ownedBy('abc12345', 'uid'))
  for (let count = 0; count < 5; count += 1) {
    await away()
    await dynatrace.users.list()
  }
  t.match(connection.status(), {
    circuit: 'closed',
    opensUntil: undefined,
    pausedEnvironments: [{ id: 'abc12345', opensUntil: String }],
  })
  const sent = seen.length
  t.match(await away(), {
    sent: false,
    message: /^documents\.ownedBy was not sent: Environment abc12345 has not/,
  })
  t.equal(seen.length, sent)
  t.same(await dynatrace.documents.ownedBy('def67890', 'uid'), [], 'nor are the other environments concerned')
  await dynatrace.users.list()
  broken = false
  clock.advance(5_000)
  t.same(await dynatrace.documents.ownedBy('abc12345', 'uid'), [])
  t.same(connection.status().pausedEnvironments, [])
})

test('a probe asks for its token once, and a hundred callers meanwhile let nothing else out', async t => {
  let sso: () => Reply = () => ({ status: 503, text: '' })
  const { dynatrace, connection, seen, tokensAsked, clock } = await stage(t, () => NOBODY, {
    sso: () => sso(),
  })
  for (let count = 0; count < 5; count += 1) await failureOf(() => dynatrace.users.list())
  t.equal(connection.status().circuit, 'open')
  clock.advance(5_000)
  const asked = tokensAsked.length
  const failures = await Promise.all(
    Array.from({ length: 100 }, () => failureOf(() => dynatrace.users.list())),
  )
  t.equal(tokensAsked.length, asked + 1)
  t.equal(failures.filter(error => error instanceof UpstreamError && !error.sent).length, 100)
  t.equal(seen.length, 0)
  sso = () => tokenReply('back')
  clock.advance(10_000)
  t.same(await dynatrace.users.list(), [])
})

test('401 in the middle of a burst: one renewal for all of them', async t => {
  const { dynatrace, tokensAsked, seen } = await stage(
    t,
    ({ authorization }) => (authorization === 'Bearer token-1' && seen.length > 10 ? empty(401) : NOBODY),
    { limits: { firstInFlight: 10 } },
  )
  await Promise.all(Array.from({ length: 60 }, () => dynatrace.users.list()))
  t.equal(tokensAsked.length, 2)
  t.ok(seen.length <= 60 + 10)
})

test('credentials that are revoked in the middle of a pass: few questions, one clear answer', async t => {
  let revoked = false
  const { dynatrace, tokensAsked, seen, clock } = await stage(
    t,
    () => (revoked ? refusal(401, 'invalid token') : NOBODY),
    { sso: () => (revoked ? refusal(400, 'Client authentication failed') : tokenReply('good')) },
  )
  await dynatrace.users.list()
  revoked = true
  const failures = await Promise.all(
    Array.from({ length: 500 }, () => failureOf(() => dynatrace.users.list())),
  )
  t.ok(failures.every(error => error instanceof UpstreamError && /DT_CLIENT_SECRET/.test(error.message)))
  t.ok(tokensAsked.length <= 3, `${tokensAsked.length} tokens asked for`)
  t.ok(seen.length <= 20, `${seen.length} sent`)
  revoked = false
  clock.advance(5_000)
  t.same(await dynatrace.users.list(), [], 'and good ones are noticed')
})

test('tokens that live shorter than the margin are used all the same', async t => {
  for (const [life, most] of [
    [20, 1],
    [0.001, 12],
  ] as const) {
    const { dynatrace, tokensAsked } = await stage(t, () => NOBODY, { sso: () => tokenReply('short', life) })
    for (let count = 0; count < 12; count += 1) await dynatrace.users.list()
    t.ok(tokensAsked.length <= most, `${tokensAsked.length} of ${life} s`)
  }
})

test('each environment and each set of scopes has a token of its own, asked for once', async t => {
  const { dynatrace, tokensAsked } = await stage(t, ({ path }) =>
    path.startsWith('/e/') ? DOCUMENTS : NOBODY,
  )
  for (let count = 0; count < 3; count += 1) {
    await Promise.all([
      dynatrace.users.list(),
      dynatrace.documents.ownedBy('abc12345', 'uid'),
      dynatrace.documents.ownedBy('def67890', 'uid'),
    ])
  }
  const resources = tokensAsked.map(({ body }) => new URLSearchParams(String(body)).get('resource')).sort()
  t.match(resources, [/^urn:dtaccount:/, 'urn:dtenvironment:abc12345', 'urn:dtenvironment:def67890'])
})

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  return await call().then(
    () => undefined,
    (error: unknown) => error,
  )
}
