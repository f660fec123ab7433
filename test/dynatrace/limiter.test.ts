/** One limiter for an account: how wide it opens, how long it waits, and that it always lets somebody go in the end. */
import fc from 'fast-check'
import { test } from 'tap'
import { limiter } from '../../src/dynatrace/limiter.ts'
import { type Pace, paceOf } from '../../src/dynatrace/pace.ts'
import type { Exchange } from '../../src/dynatrace/transport.ts'
import { newWindow, nextWindow, opensAt, type Window, type WindowEvent } from '../../src/dynatrace/window.ts'
import { empty, ok, type Reply, settableClock, stage } from './scripted-server.ts'

const LIMITS = { first: 2, most: 10, pause: 500, longestPause: 60_000 }
const NOBODY = ok({ count: 0, items: [] })
const limited = (headers: Record<string, string> = {}): Reply => ({ status: 429, text: '', headers })

const pace = fc.record(
  {
    retryAfter: fc.integer({ min: 0, max: 10_000_000 }),
    limit: fc.integer({ min: 0, max: 100 }),
    remaining: fc.integer({ min: 0, max: 20 }),
    resetsIn: fc.integer({ min: 0, max: 10_000_000 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Pace>
const outcome = fc.constantFrom('well' as const, 'badly' as const, 'limited' as const)

test('whatever comes back, the window stays within its bounds and is kept to', async t => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('leave' as const), after: fc.integer({ min: 0, max: 5_000 }) }),
    fc.record({ kind: fc.constant('come-back' as const), which: fc.nat(20), outcome, pace }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), actions => {
      let window = newWindow(LIMITS)
      let now = 1_700_000_000_000
      const out: number[] = []
      for (const each of actions) {
        if (each.kind === 'leave') {
          now += each.after
          const opens = opensAt(window, now)
          if (opens === 'full' || opens > now) continue
          window = nextWindow(window, { kind: 'left' }, LIMITS)
          out.push(window.era)
          if (window.inFlight > window.size) return false
          continue
        }
        const [era] = out.splice(each.which % Math.max(1, out.length), 1)
        if (era === undefined) continue
        const before = window
        window = cameBack(window, era, each, now)
        if (each.outcome === 'limited' && window.size > before.size) return false
        if (window.size > before.size + 1) return false
        if (window.size < 1 || window.size > LIMITS.most || window.inFlight !== out.length) return false
        const opens = opensAt({ ...window, inFlight: 0 }, now)
        if (opens === 'full' || opens > now + LIMITS.longestPause) return false
      }
      return true
    }),
  )
  t.pass()
})

test('a 429 halves once for all that were in flight together', async t => {
  let window = newWindow({ ...LIMITS, first: 8 })
  for (let count = 0; count < 8; count += 1) window = nextWindow(window, { kind: 'left' }, LIMITS)
  for (let count = 0; count < 8; count += 1) window = cameBack(window, 0, { outcome: 'limited', pace: {} }, 0)
  t.match(window, { size: 4, inFlight: 0, era: 1 })
  window = nextWindow(window, { kind: 'left' }, LIMITS)
  window = cameBack(window, 1, { outcome: 'limited', pace: {} }, 0)
  t.equal(window.size, 2, 'one that left afterwards halves again')
})

test('it widens by one for every window of good answers, and not beyond the most', async t => {
  let window = newWindow(LIMITS)
  const sizes: number[] = []
  for (let count = 0; count < 60; count += 1) {
    window = cameBack(nextWindow(window, { kind: 'left' }, LIMITS), 0, { outcome: 'well', pace: {} }, 0)
    sizes.push(window.size)
  }
  t.same(sizes.slice(0, 5), [2, 3, 3, 3, 4])
  t.equal(sizes.at(-1), 10)
  window = cameBack(window, 0, { outcome: 'well', pace: { limit: 3 } }, 0)
  t.equal(window.size, 3, 'X-RateLimit-Limit bounds it')
})

test('all callers are served in the order they came, under any run of answers', async t => {
  const answer = fc.record({
    status: fc.constantFrom(200, 200, 200, 404, 429, 503),
    turns: fc.nat(3),
    retryAfter: fc.option(fc.constantFrom('0', '3', '999999'), { nil: undefined }),
    remaining: fc.option(fc.constantFrom('0', '1', '5'), { nil: undefined }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 60 }), async answers => {
      const clock = settableClock()
      const turns = limiter({ limits: LIMITS, clock, closing: new AbortController().signal })
      const order: number[] = []
      let heldUntil = 0
      let tooEarly = 0
      let tooMany = 0
      let inFlight = 0
      await Promise.all(
        answers.map(async (each, index) => {
          let answeredAt = 0
          await turns.send(async () => {
            order.push(index)
            inFlight += 1
            if (inFlight > LIMITS.most || inFlight > turns.figures().window) tooMany += 1
            if (clock.now().getTime() < heldUntil) tooEarly += 1
            for (let turn = 0; turn < each.turns; turn += 1) await new Promise(setImmediate)
            inFlight -= 1
            answeredAt = clock.now().getTime()
            return answered(each.status, {
              'retry-after': each.retryAfter,
              'x-ratelimit-remaining': each.remaining,
              'x-ratelimit-reset': each.remaining === undefined ? undefined : '2',
            })
          })
          const asked = Math.min(LIMITS.longestPause, Number(each.retryAfter ?? 0) * 1000)
          heldUntil = Math.max(heldUntil, answeredAt + asked)
        }),
      )
      const inOrder = order.length === answers.length && order.every((index, at) => index === at)
      return inOrder && tooEarly === 0 && tooMany === 0 && turns.figures().inFlight === 0
    }),
    { numRuns: 50 },
  )
  t.pass()
})

test('what throws gives its place back, and closing lets everybody go', async t => {
  const clock = settableClock()
  const closing = new AbortController()
  const turns = limiter({ limits: { ...LIMITS, first: 1, most: 1 }, clock, closing: closing.signal })
  await t.rejects(
    turns.send(() => Promise.reject(new Error('no token'))),
    { message: 'no token' },
  )
  t.match(turns.figures(), { inFlight: 0, window: 1, waiting: 0 })
  await turns.send(async () => answered(429, { 'retry-after': '30' }))
  closing.abort()
  await turns.send(async () => answered(200, {}))
  t.same(clock.slept, [], 'nothing can be sent any more, so that nobody waits')
})

test('headers of the rate limit, in every unit', async t => {
  const now = new Date('2026-11-22T10:00:00Z')
  const in5 = now.getTime() + 5_000
  for (const reset of [in5 / 1000, in5, in5 * 1000, 5]) {
    t.same(
      paceOf(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) }, now),
      { remaining: 0, resetsIn: 5_000 },
      String(reset),
    )
  }
  t.same(paceOf(429, { 'x-ratelimit-reset': String(in5) }, now), { retryAfter: 5_000, resetsIn: 5_000 })
  t.same(paceOf(503, { 'retry-after': '7' }, now), { retryAfter: 7_000 })
  t.same(paceOf(200, { 'x-ratelimit-limit': ['50'] }, now), { limit: 50 })
  t.same(paceOf(200, { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': '-1' }, now), {})
})

test('the pause that one 429 asks for holds every caller', async t => {
  const { dynatrace, seen, clock } = await stage(
    t,
    (_, index) => (index === 0 ? limited({ 'retry-after': '20' }) : NOBODY),
    { limits: { firstInFlight: 1 } },
  )
  const start = clock.now().getTime()
  const leftAt: number[] = []
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      await dynatrace.users.list()
      leftAt.push(clock.now().getTime())
    }),
  )
  t.equal(seen.length, 6)
  t.ok(
    leftAt.every(at => at >= start + 20_000),
    'nobody slipped in before',
  )
})

test('no calls left in a 2xx: the next one waits for the reset, a minute at most', async t => {
  const spent = (reset: string): Reply => ({
    status: 200,
    json: { count: 0, items: [] },
    headers: { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
  })
  const { dynatrace, clock } = await stage(t, [
    spent(String(Date.parse('2026-11-22T10:00:09Z') / 1000)),
    spent(String(Date.parse('2027-11-22T10:00:09Z') * 1000)),
    NOBODY,
  ])
  await dynatrace.users.list()
  await dynatrace.users.list()
  t.same(clock.slept, [9_001])
  await dynatrace.users.list()
  t.equal(clock.slept[1], 60_001, 'a year from now is not believed')
})

test('few calls in flight at first, more while it goes well, half of it after a 429', async t => {
  const { connection, dynatrace } = await stage(t, (_, index) => (index === 60 ? limited() : NOBODY))
  t.match(connection.status(), { window: 2, inFlight: 0, waiting: 0 })
  await Promise.all(Array.from({ length: 60 }, () => dynatrace.users.list()))
  t.equal(connection.status().window, 10)
  await dynatrace.users.list()
  t.equal(connection.status().window, 5)
})

test('a write waits like everybody else and is sent once', async t => {
  const { dynatrace, seen, clock } = await stage(t, [limited({ 'retry-after': '4' }), empty(201)])
  await dynatrace.users.invite('a@acme.example')
  t.equal(seen.length, 2)
  t.same(clock.slept, [4_000])
})

function cameBack(
  window: Window,
  era: number,
  { outcome, pace }: Pick<Extract<WindowEvent, { kind: 'came-back' }>, 'outcome' | 'pace'>,
  at: number,
): Window {
  return nextWindow(window, { kind: 'came-back', era, outcome, at, pace }, LIMITS)
}

function answered(status: number, headers: Record<string, string | undefined>): Exchange {
  return { kind: 'answer', status, headers, text: '' }
}
