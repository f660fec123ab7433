/** Nothing secret reaches a log line, and every number is told under its name. */
import { test } from 'tap'
import { createLogger } from '../../src/telemetry/log.ts'
import { createMetrics, type RunMeasure } from '../../src/telemetry/metrics.ts'

function listening(level = 'info') {
  const lines: string[] = []
  const log = createLogger(level, { write: line => void lines.push(line) })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') }
}

test('a log line', async t => {
  t.test('is one JSON object with an ISO time and a named level', async t => {
    const { log, last } = listening()
    log.warn({ requestId: 'req-1', status: 503 }, 'slow')
    t.match(last(), {
      level: 'warn',
      time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      requestId: 'req-1',
      status: 503,
      msg: 'slow',
    })
    log.debug({}, 'below the level')
    t.equal(last().msg, 'slow')
  })

  t.test('censors whatever stands under a secret-like key, at any depth', async t => {
    const { log, lines, last } = listening()
    const secret = 'hunter2'
    log.info(
      {
        password: secret,
        headers: { Authorization: secret, 'set-cookie': [secret], accept: 'application/json' },
        body: { Operations: [{ value: { password: secret, userName: 'ana' } }] },
        env: { DT_CLIENT_SECRET: secret, BRIDGE_ADMIN_TOKEN: secret, BRIDGE_ADMIN_TOKEN_FILE: '/run/admin' },
        apiKey: { nested: secret },
        accessToken: secret,
        passwordProfile: { password: secret },
        a: { b: { c: { d: { e: { f: { clientSecret: secret } } } } } },
      },
      'all of them',
    )
    t.notMatch(lines.join(''), secret)
    t.match(last(), {
      password: '[redacted]',
      headers: { accept: 'application/json' },
      body: { Operations: [{ value: { userName: 'ana' } }] },
      env: { BRIDGE_ADMIN_TOKEN_FILE: '/run/admin' },
    })
  })

  t.test('censors what looks like a secret in any text, errors and their causes included', async t => {
    const { log, lines } = listening()
    const token = `dt0s02.PUBLICPART.${'S'.repeat(64)}`
    log.info({ note: `sent Authorization: Bearer ${'abc123'.repeat(6)}` }, `calling with ${token}`)
    const cause = new Error(`GET https://example.test/?api_token=${'q'.repeat(20)}&page=2`)
    log.error({ err: new Error(`refused: bearer ${'x'.repeat(30)}`, { cause }) }, 'failed')
    log.error(
      Object.assign(new Error('with options'), { options: { headers: { authorization: 'hunter2' } } }),
    )
    const all = lines.join('')
    for (const secret of ['abc123abc123', 'SSSS', 'xxxx', 'qqqq', 'hunter2']) t.notMatch(all, secret)
    t.match(all, /dt0s02\.PUBLICPART\.\[redacted\]/, 'the public part tells which token it was')
    t.match(all, /page=2/)
    for (const line of lines) t.doesNotThrow(() => JSON.parse(line))
  })

  t.test('survives fields that point to themselves', async t => {
    const { log, last } = listening()
    const fields: Record<string, unknown> = { name: 'loop' }
    fields.self = fields
    log.info(fields, 'around')
    t.match(last(), { name: 'loop', msg: 'around' })
  })

  t.test('leaves the fields as they are for their owner', async t => {
    const fields = { token: 'keep me' }
    listening().log.info(fields, 'once')
    t.same(fields, { token: 'keep me' })
  })

  t.test('of a request tells method, URL and address only', async t => {
    const { log, last } = listening()
    log.info(
      { req: { method: 'GET', url: '/x?token=abc', ip: '127.0.0.1', headers: { authorization: 'no' } } },
      'in',
    )
    t.same(last().req, { method: 'GET', url: '/x?token=[redacted]', remoteAddress: '127.0.0.1' })
  })
})

test('metrics', async t => {
  t.test('count requests, calls, journal entries and write batches', async t => {
    const metrics = createMetrics()
    metrics.recordRequest({ route: '/scim/v2/Users/:id', method: 'PATCH', status: 200, durationMs: 12 })
    metrics.recordCall({ operation: 'users.invite', outcome: 'ok', attempts: 3, durationMs: 700 })
    const text = await metrics.text()
    t.match(text, 'scim_bridge_http_requests_total{route="/scim/v2/Users/:id",method="PATCH",status="200"} 1')
    t.match(
      text,
      'scim_bridge_http_request_duration_seconds_sum{route="/scim/v2/Users/:id",method="PATCH"} 0.012',
    )
    t.match(text, 'scim_bridge_dynatrace_calls_total{operation="users.invite",outcome="ok"} 1')
    t.match(text, 'scim_bridge_dynatrace_attempts_total{operation="users.invite"} 3')
    for (const [circuit, value] of [
      ['closed', 0],
      ['half-open', 1],
      ['open', 2],
    ] as const) {
      metrics.recordConnection({ circuit, inFlight: 3, window: 7, waiting: 11 })
      const now = await metrics.text()
      t.match(now, `scim_bridge_dynatrace_circuit_state ${value}`)
      t.match(now, 'scim_bridge_dynatrace_calls_in_flight 3')
      t.match(now, 'scim_bridge_dynatrace_call_window 7')
      t.match(now, 'scim_bridge_dynatrace_calls_waiting 11')
    }
    t.match(text, 'process_cpu_user_seconds_total')
  })

  t.test('tell the drift that stands after the newest full pass', async t => {
    const metrics = createMetrics()
    metrics.recordRun(run({ scope: 'full', results: { a: { kind: 'applied' }, b: { kind: 'skipped' } } }))
    const before = await metrics.text()
    t.match(before, 'scim_bridge_reconcile_passes_total{scope="full",mode="apply",status="held"} 1')
    t.match(before, 'scim_bridge_reconcile_pass_duration_seconds_sum{scope="full"} 2')
    t.match(before, 'scim_bridge_reconcile_steps_total{kind="add-member",result="applied"} 1')
    t.match(before, 'scim_bridge_drift_steps{kind="remove-member"} 1')
    t.notMatch(before, 'scim_bridge_drift_steps{kind="add-member"}')
    t.match(before, 'scim_bridge_held_steps 1')
    t.match(before, 'scim_bridge_findings{kind="blank-environment",severity="warning"} 1')

    metrics.recordRun(run({ scope: ['user ana@acme.example'], results: {} }))
    metrics.recordRun(run({ scope: 'full', status: 'failed', results: {} }))
    t.match(await metrics.text(), 'scim_bridge_held_steps 1', 'keyed and failed passes do not know the drift')

    metrics.recordRun({
      ...run({ scope: 'full', status: 'in-step', results: {} }),
      plan: { steps: [] },
      findings: [],
    })
    const after = await metrics.text()
    t.match(after, 'scim_bridge_held_steps 0')
    t.notMatch(after, /scim_bridge_(drift_steps|findings)\{/)
    t.notMatch(after, 'ana@acme', 'no series is about a person')
  })

  t.test('tell attempts and successes apart', async t => {
    const metrics = createMetrics()
    const at = '2026-11-01T12:00:00.000Z'
    metrics.recordStatus({ leader: true, lastAttemptAt: at, lastSuccessAt: undefined, pendingKeys: 7 })
    const text = await metrics.text()
    t.match(text, `scim_bridge_reconcile_last_attempt_timestamp_seconds ${Date.parse(at) / 1000}`)
    t.notMatch(text, /last_success_timestamp_seconds [1-9]/)
    t.match(text, 'scim_bridge_leader 1')
    t.match(text, 'scim_bridge_pending_keys 7')
  })

  t.test('of two bridges in one process stay apart', async t => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.recordStatus({ leader: true, lastAttemptAt: undefined, lastSuccessAt: undefined, pendingKeys: 1 })
    t.match(await one.text(), 'scim_bridge_pending_keys 1')
    t.match(await other.text(), 'scim_bridge_pending_keys 0')
  })
})

function run(more: Partial<RunMeasure>): RunMeasure {
  return {
    mode: 'apply',
    scope: 'full',
    status: 'held',
    startedAt: '2026-11-01T12:00:00.000Z',
    finishedAt: '2026-11-01T12:00:02.000Z',
    plan: {
      steps: [
        { id: 'a', action: { kind: 'add-member' }, verdict: { kind: 'proceed' } },
        { id: 'b', action: { kind: 'remove-member' }, verdict: { kind: 'hold' } },
      ],
    },
    results: {},
    findings: [{ kind: 'blank-environment', severity: 'warning' }],
    ...more,
  }
}
