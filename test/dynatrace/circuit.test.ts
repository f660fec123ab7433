/** An outage: calls pause, one at a time tries again, and repetitions do not multiply what is sent. */
import fc from 'fast-check'
import { test } from 'tap'
import { breaker } from '../../src/dynatrace/breaker.ts'
import { type Circuit, ended, newCircuit, passFor, wentOut } from '../../src/dynatrace/circuit.ts'
import { repetitions } from '../../src/dynatrace/repetitions.ts'
import {
  earned,
  MOST_SAVED,
  newRetryBudget,
  type RetryBudget,
  spent,
} from '../../src/dynatrace/retry-budget.ts'
import { UpstreamError } from '../../src/dynatrace/upstream-error.ts'
import { silentLog } from '../../src/lib/log.ts'
import { ok, type Reply, refusal, settableClock, stage, tokenReply } from './scripted-server.ts'

const NOBODY = ok({ count: 0, items: [] })
const LIMITS = { openAfter: 5, openAfterMs: 2_000, openPause: 5_000, longestOpen: 300_000 }

test('the circuit as a function: answers never open it, an outage always does, and it never stays shut out', async t => {
  const outcome = fc.constantFrom('answered' as const, 'unavailable' as const, 'unclear' as const)
  const step = fc.record({ outcome, wait: fc.nat(20_000), late: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), steps => {
      let circuit: Circuit = newCircuit
      let at = 0
      let unavailable = 0
      for (const { outcome, wait, late } of steps) {
        at += wait
        const pass = late ? 'call' : passFor(circuit, at)
        if (pass === undefined) {
          if (circuit.kind !== 'open' || circuit.until - at > LIMITS.longestOpen) return false
          continue
        }
        if (!late) circuit = wentOut(circuit, pass)
        if (!late && pass === 'probe' && passFor(circuit, at) !== undefined) return false
        const before = circuit
        circuit = ended(circuit, { outcome, pass, startedAt: at, at: at + 100, why: 'x' }, LIMITS)
        at += 100
        unavailable = outcome === 'unavailable' ? unavailable + 1 : outcome === 'answered' ? 0 : unavailable
        if (outcome === 'answered' && circuit.kind !== 'closed') return false
        if (before.kind === 'closed' && circuit.kind === 'open' && unavailable < LIMITS.openAfter)
          return false
        if (!late && circuit.kind === 'half-open') return false
      }
      return true
    }),
  )
  t.pass()
})

test('each opening lasts longer than the one before, up to a bound', async t => {
  let circuit: Circuit = newCircuit
  let at = 0
  const lengths: number[] = []
  for (let count = 0; count < 14; count += 1) {
    const pass = passFor(circuit, at)
    if (pass === undefined) throw new Error('It is not due')
    circuit = wentOut(circuit, pass)
    circuit = ended(
      circuit,
      { outcome: 'unavailable', pass, startedAt: at, at: at + 1_000, why: 'x' },
      LIMITS,
    )
    at += 1_000
    if (circuit.kind !== 'open') continue
    lengths.push((circuit.until - at) / 1000)
    at = circuit.until
  }
  t.same(lengths, [5, 10, 20, 40, 80, 160, 300, 300, 300, 300])
})

test('a clock that is set back shuts nobody out', async t => {
  const open = { kind: 'open', since: 10_000, until: 20_000, openings: 1, why: 'x' } as const
  t.equal(passFor(open, 15_000), undefined)
  t.equal(passFor(open, 20_000), 'probe')
  t.equal(passFor(open, 9_000), 'probe')
})

test('repetitions stay below a fifth of the calls and a few saved up, whatever happens', async t => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), wishes => {
      let budget: RetryBudget = newRetryBudget
      let calls = 0
      let repetitions = 0
      for (const isCall of wishes) {
        if (isCall) {
          calls += 1
          budget = earned(budget)
          continue
        }
        const left = spent(budget)
        if (left === undefined) continue
        budget = left
        repetitions += 1
      }
      return repetitions <= MOST_SAVED + calls / 5
    }),
  )
  t.pass()
})

test('the total of what is sent is bounded when nothing works at all', async t => {
  const calls = 300
  const { dynatrace, seen } = await stage(t, () => ({ status: 503, text: '' }), {
    limits: { openAfter: Number.POSITIVE_INFINITY },
  })
  for (let count = 0; count < calls; count += 1) await dynatrace.users.list().catch(() => undefined)
  t.ok(seen.length <= calls + MOST_SAVED + calls / 5, `${seen.length} sent for ${calls} calls`)
  t.ok(seen.length > calls, 'some were repeated')
})

test('after several calls that nobody answered the next ones fail at once, until a probe gets through', async t => {
  let broken = true
  const { dynatrace, connection, seen, clock, records } = await stage(t, () =>
    broken ? { status: 503, text: '' } : NOBODY,
  )
  await fail(() => dynatrace.users.list(), 5)
  t.match(connection.status(), { circuit: 'open', opensUntil: String, failure: /503/ })
  const sent = seen.length
  const recorded = records.length
  const refused = await failureOf(() => dynatrace.users.invite('a@acme.example'))
  t.match(refused, {
    failure: 'unavailable',
    sent: false,
    retryable: true,
    message:
      /^users\.invite was not sent: Dynatrace has not answered since 2026-11-22T10:00:00\.000Z\. It is tried again at 2026-.*503/,
  })
  t.equal(seen.length, sent, 'nothing was sent')
  t.equal(records.length, recorded, 'what was not sent is no call')

  clock.advance(5_000)
  await failureOf(() => dynatrace.users.list())
  t.equal(seen.length, sent + 1, 'a probe is not repeated')
  clock.advance(5_000)
  await failureOf(() => dynatrace.users.list())
  t.equal(seen.length, sent + 1, 'the second pause is longer')
  clock.advance(5_000)
  broken = false
  await dynatrace.users.list()
  t.match(connection.status(), { circuit: 'closed', opensUntil: undefined, failure: undefined })
  await dynatrace.groups.list()
})

test('while a probe is on its way nobody else is let out', async t => {
  let release: (reply: Reply) => void = () => undefined
  let broken = true
  const { dynatrace, connection, seen, clock } = await stage(t, () =>
    broken ? { status: 503, text: '' } : new Promise<Reply>(resolve => (release = resolve)),
  )
  await fail(() => dynatrace.users.list(), 5)
  broken = false
  clock.advance(5_000)
  const sent = seen.length
  const probe = dynatrace.users.list()
  while (seen.length === sent) await new Promise(setImmediate)
  t.equal(connection.status().circuit, 'half-open')
  t.match(await failureOf(() => dynatrace.groups.list()), { sent: false, message: /being tried now/ })
  release(NOBODY)
  t.same(await probe, [])
  t.equal(connection.status().circuit, 'closed')
})

test('refusals of any kind leave it closed, and many failures in one moment are not an outage yet', async t => {
  for (const status of [400, 401, 403, 404, 409, 422, 429]) {
    const { dynatrace, connection } = await stage(t, () => refusal(status, 'no'), { limits: { retries: 0 } })
    for (let count = 0; count < 12; count += 1) await failureOf(() => dynatrace.users.list())
    t.equal(connection.status().circuit, 'closed', String(status))
  }
  const { dynatrace, connection, clock } = await stage(t, () => 'drop', { limits: { retries: 0 } })
  await Promise.all(Array.from({ length: 12 }, () => failureOf(() => dynatrace.users.list())))
  t.equal(connection.status().circuit, 'closed')
  clock.advance(2_000)
  await failureOf(() => dynatrace.users.list())
  t.equal(connection.status().circuit, 'open')
})

test('single sign-on that does not answer counts as well; one that refuses does not', async t => {
  const down = await stage(t, () => NOBODY, { sso: () => ({ status: 503, text: '' }) })
  await fail(() => down.dynatrace.users.list(), 5)
  t.equal(down.connection.status().circuit, 'open')
  const asked = down.tokensAsked.length
  await failureOf(() => down.dynatrace.users.list())
  t.equal(down.tokensAsked.length, asked)

  const refusing = await stage(t, () => NOBODY, { sso: () => refusal(400, 'Client authentication failed') })
  await fail(() => refusing.dynatrace.users.list(), 8)
  t.equal(refusing.connection.status().circuit, 'closed')

  let broken = true
  const back = await stage(t, () => NOBODY, {
    sso: () => (broken ? { status: 503, text: '' } : tokenReply('again')),
  })
  await fail(() => back.dynatrace.users.list(), 5)
  broken = false
  back.clock.advance(5_000)
  await back.dynatrace.users.list()
  t.equal(back.connection.status().circuit, 'closed')
})

test('a repetition that is not let out leaves the outcome of the try before', async t => {
  const clock = settableClock()
  const gate = breaker({
    limits: LIMITS,
    clock,
    log: silentLog,
    repetitions: repetitions(),
    environment: undefined,
  })
  const early = gate.begin('users.list')
  early.enter()
  for (let count = 0; count < 5; count += 1) {
    const passage = gate.begin('users.list')
    passage.enter()
    clock.advance(1_000)
    passage.ended(new UpstreamError('unavailable', 'users.list', 'nobody there'))
  }
  t.equal(early.mayRepeat(), false)
  t.throws(() => early.enter(), { message: /nobody there/ })
  early.ended(undefined)
  t.equal(gate.status().circuit, 'closed', 'a late answer shows that somebody is there again')
})

async function fail(call: () => Promise<unknown>, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await failureOf(call)
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  return await call().then(
    () => {
      throw new Error('It was expected to fail')
    },
    (error: unknown) => error,
  )
}
