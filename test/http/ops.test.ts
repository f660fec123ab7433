/** The operators' API over a running bridge: what it answers, to whom, and what it refuses. */
import { type Test, test } from 'tap'
import { readinessOf } from '../../src/http/ops/readiness.ts'
import { summaryOf } from '../../src/http/ops/runs.ts'
import { type RunningBridge, runningBridge } from '../support/running-bridge.ts'
import { SCIM_TOKEN } from '../support/world.ts'

function rules(guards: string): string {
  return `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
rules:
  - name: team access
    match: dt-{team}-viewer-prod
    group: { name: "{team} viewers", description: "Provisioned from {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
guards: ${guards}
`
}
const OPEN = '{ removals: { count: 50, percent: 100 }, groupShrink: { percent: 100 } }'
const CLOSED = '{ removals: { count: 1, percent: 100 }, groupShrink: { percent: 100 } }'

const word = { by: 'Dana', reason: 'the team was dissolved' }

test('the token', async t => {
  const bridge = await runningBridge(t, { rules: rules(OPEN), start: false })
  const paths = [
    '/api/v1/drift',
    '/api/v1/findings',
    '/api/v1/journal',
    '/api/v1/nothing',
    '/api/v1/reconcile/runs',
  ]
  for (const path of paths) {
    for (const authorization of ['', `Bearer ${SCIM_TOKEN}`, 'Bearer', 'Basic admin-token-for-tests']) {
      const answer = await bridge.call('GET', path, undefined, { authorization })
      t.equal(answer.statusCode, 401, `${path} with "${authorization}"`)
      t.equal(answer.json().error.code, 'unauthorized')
      t.match(answer.headers['www-authenticate'], /^Bearer/)
    }
  }
  for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs']) {
    const answer = await bridge.call('GET', path, undefined, { authorization: '' })
    t.equal(answer.statusCode, 200, `${path} is open`)
  }
})

test('bad requests get one clear answer', async t => {
  const bridge = await runningBridge(t, { rules: rules(OPEN), start: false })
  const json = { 'content-type': 'application/json' }
  const cases = [
    ['POST', '/api/v1/reconcile', '{"mode":', 400, 'invalid-json', json],
    ['POST', '/api/v1/reconcile', { mode: 'destroy' }, 400, 'invalid-request', json],
    ['POST', '/api/v1/reconcile', { mode: 'plan', more: 1 }, 400, 'invalid-request', json],
    ['POST', '/api/v1/reconcile', '', 400, 'invalid-request', json],
    [
      'POST',
      '/api/v1/reconcile',
      'mode=plan',
      415,
      'unsupported-media-type',
      { 'content-type': 'text/plain' },
    ],
    [
      'POST',
      '/api/v1/reconcile',
      { mode: 'plan' },
      415,
      'unsupported-media-type',
      { ...json, 'content-encoding': 'gzip' },
    ],
    ['POST', '/api/v1/reconcile', `"${'x'.repeat(1_100_000)}"`, 413, 'body-too-large', json],
    [
      'POST',
      '/api/v1/reconcile/runs/run-1/approve',
      { by: 'ana', reason: ' ' },
      400,
      'invalid-request',
      json,
    ],
    ['POST', '/api/v1/reconcile/runs/run-1/approve', { reason: 'checked' }, 400, 'invalid-request', json],
    [
      'POST',
      '/api/v1/reconcile/runs/run-1/approve',
      { by: 'ana', reason: 'checked' },
      404,
      'run-not-found',
      json,
    ],
    ['GET', '/api/v1/reconcile/runs/run-1', undefined, 404, 'run-not-found', {}],
    ['GET', '/api/v1/reconcile/runs?limit=0', undefined, 400, 'invalid-request', {}],
    ['GET', '/api/v1/journal?limit=lots', undefined, 400, 'invalid-request', {}],
    ['GET', '/api/v1/drift', undefined, 404, 'no-full-run', {}],
    ['GET', '/api/v1/access/users/nobody@acme.example', undefined, 404, 'user-not-found', {}],
    ['GET', '/api/v1/access/users/ana%00', undefined, 400, 'invalid-request', {}],
    ['GET', '/api/v1/reconcile/runs/%00', undefined, 400, 'invalid-request', {}],
    ['GET', '/api/v1/journal?kind=%00', undefined, 400, 'invalid-request', {}],
    ['POST', '/api/v1/reconcile', { mode: 'plan', by: 'a\0' }, 400, 'invalid-request', json],
    ['PUT', '/api/v1/reconcile', { mode: 'plan' }, 404, 'unknown-operation', json],
    ['GET', '/api/v1/secrets', undefined, 404, 'unknown-operation', {}],
  ] as const
  for (const [method, path, body, status, code, headers] of cases) {
    const answer = await bridge.call(method, path, body, { ...headers, 'x-request-id': 'req-7' })
    const name = `${method} ${path} ${JSON.stringify(body)?.slice(0, 50)}`
    t.equal(answer.statusCode, status, `${name}: ${answer.body}`)
    t.match(answer.json(), { error: { code, message: /.{10}/, requestId: 'req-7' } }, name)
  }
})

test('from a request for a plan to a quiet account', async t => {
  const bridge = await runningBridge(t, { rules: rules(OPEN), start: false })
  const ana = await bridge.user('ana')
  await bridge.group('dt-payments-viewer-prod', [ana])

  const asked = await bridge.call('POST', '/api/v1/reconcile', { mode: 'plan', by: 'Bo' })
  t.equal(asked.statusCode, 202, asked.body)
  t.match(asked.json(), { status: 'queued', mode: 'plan', actor: 'Bo', scope: 'full' })
  t.equal(asked.headers.location, `/api/v1/reconcile/runs/${asked.json().id}`)
  t.match((await bridge.call('GET', '/api/v1/reconcile/runs?limit=1')).json(), {
    runs: [{ id: asked.json().id, tally: { add: 0 }, calls: 0 }],
  })
})

test('a bridge at work', async t => {
  const bridge = await runningBridge(t, { rules: rules(OPEN) })
  const ana = await bridge.user('ana')
  await bridge.group('dt-payments-viewer-prod', [ana])
  const done = await bridge.run('apply')
  t.equal(done.status, 'in-step', JSON.stringify(done.problems))

  t.test('tells a run in full and in short', async t => {
    const { runs } = (await bridge.call('GET', '/api/v1/reconcile/runs')).json()
    const short = runs.find((run: { id: string }) => run.id === done.id)
    t.match(short, { status: 'in-step', tally: { failed: 0 } })
    t.notOk('plan' in short)
    t.match((await bridge.call('GET', `/api/v1/reconcile/runs/${done.id}`)).json(), { plan: { hash: /\w/ } })
  })

  t.test('names a few of the keys of a pass over many, and counts them', async t => {
    const scope = Array.from({ length: 300 }, (_, index) => `user person-${index}@acme.example`)
    const short = summaryOf({ ...(await bridge.run('plan')), scope })
    t.same(short.scope, scope.slice(0, 10))
    t.equal(short.keys, 300)
  })

  t.test('knows of no drift, and what is not ours', async t => {
    const drift = (await bridge.call('GET', '/api/v1/drift')).json()
    t.match(drift, { inStep: true, steps: [], problems: [], run: { status: 'in-step' } })
    t.ok(drift.ageSeconds >= 0 && drift.ageSeconds < 60)
    t.ok(drift.unmanaged.groups > 0)
    t.ok(Array.isArray((await bridge.call('GET', '/api/v1/findings')).json().findings))
  })

  t.test('explains access', async t => {
    const access = (await bridge.call('GET', '/api/v1/access/users/ANA@acme.example')).json()
    t.match(access, { userName: 'ana@acme.example', active: true })
    t.match(access.access[0], {
      where: 'account',
      grants: [{ name: 'Standard User', idpGroup: 'dt-payments-viewer-prod', rule: 'team access' }],
    })
  })

  t.test('pages through the journal, filters it and proves it whole', async t => {
    const first = (await bridge.call('GET', '/api/v1/journal?limit=2')).json()
    t.equal(first.entries.length, 2)
    t.equal(first.next, first.entries[1].seq)
    const second = (await bridge.call('GET', `/api/v1/journal?limit=2&before=${first.next}`)).json()
    t.equal(second.entries[0].seq, first.next - 1)
    const ofRun = (await bridge.call('GET', `/api/v1/journal?runId=${done.id}&limit=1000`)).json()
    t.ok(ofRun.entries.length > 0 && ofRun.next === undefined)
    t.ok(ofRun.entries.every((entry: { runId: string }) => entry.runId === done.id))
    const whole = (await bridge.call('GET', '/api/v1/journal/verify')).json()
    t.match(whole, { kind: 'ok', lines: first.entries[0].seq })
  })

  t.test('is ready, and measured', async t => {
    const ready = await bridge.call('GET', '/health/ready')
    t.equal(ready.statusCode, 200)
    t.match(ready.json(), {
      status: 'ok',
      dependencies: { dynatrace: { status: 'ok', ageSeconds: /^\d+$/ } },
    })
    const metrics = await bridge.call('GET', '/metrics')
    t.match(metrics.headers['content-type'], /text\/plain/)
    t.match(metrics.body, /scim_bridge_leader 1/)
    t.match(
      metrics.body,
      'scim_bridge_http_requests_total{route="/scim/v2/Users",method="POST",status="201"} 1',
    )
    t.match(
      metrics.body,
      /scim_bridge_reconcile_passes_total\{scope="full",mode="apply",status="in-step"\} \d/,
    )
    t.match(metrics.body, /scim_bridge_reconcile_last_success_timestamp_seconds 1\d{9}/)
    t.match(metrics.body, /scim_bridge_dynatrace_calls_total\{operation="[\w.]+",outcome="ok"\}/)
    t.notMatch(metrics.body, /@acme|token-for-tests/)
  })
})

test('a decision', async t => {
  const bridge = await runningBridge(t, { rules: rules(CLOSED) })
  const people = [await bridge.user('ana'), await bridge.user('bo'), await bridge.user('cy')]
  const group = await bridge.group('dt-payments-viewer-prod', people)
  t.equal((await bridge.run('apply')).status, 'in-step')
  const nothing = await bridge.call(
    'POST',
    `/api/v1/reconcile/runs/${(await bridge.run('plan')).id}/approve`,
    word,
  )
  t.equal(nothing.statusCode, 409)
  t.equal(nothing.json().error.code, 'cannot-be-decided')

  const emptied = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'dt-payments-viewer-prod',
    members: [],
  }
  t.equal((await bridge.call('PUT', `/scim/v2/Groups/${group}`, emptied)).statusCode, 200)
  const held = await bridge.run('apply')
  t.equal(held.status, 'held')

  t.test('the held steps are the drift', async t => {
    const drift = (await bridge.call('GET', '/api/v1/drift')).json()
    t.equal(drift.inStep, false)
    t.equal(drift.tally.held, 3)
    t.match(drift.steps[0], { verdict: { kind: 'hold', guard: 'removals' } })
    await bridge.call('GET', '/health/ready')
    t.match((await bridge.call('GET', '/metrics')).body, /scim_bridge_held_steps 3/)
  })

  t.test('a rejected run stays as it is', async t => {
    const rejected = await bridge.call('POST', `/api/v1/reconcile/runs/${held.id}/reject`, word)
    t.equal(rejected.statusCode, 200, rejected.body)
    t.equal((await bridge.run('apply')).status, 'held')
  })

  t.test('an approved run happens', async t => {
    const approved = await bridge.call('POST', `/api/v1/reconcile/runs/${held.id}/approve`, word)
    t.equal(approved.statusCode, 202, approved.body)
    t.not(approved.json().id, held.id)
    t.equal(approved.headers.location, `/api/v1/reconcile/runs/${approved.json().id}`)
    const run = await bridge.finished(approved.json().id)
    t.equal(run.status, 'in-step', JSON.stringify(run))
    const { entries } = (await bridge.call('GET', '/api/v1/journal?kind=decision')).json()
    t.match(entries[0], { actor: word.by, data: { reason: word.reason } })
  })
})

test('readiness', async t => {
  const now = new Date('2026-11-01T12:00:00Z')
  const earlier = '2026-11-01T11:59:00Z'
  const well = {
    databaseFailure: undefined,
    configuration: { loadedAt: earlier, problem: undefined },
    dynatrace: {
      lastSuccessAt: earlier,
      lastFailureAt: undefined,
      failure: undefined,
      circuit: 'closed',
      opensUntil: undefined,
      pausedEnvironments: [],
      inFlight: 0,
      window: 2,
      waiting: 0,
    } as const,
    reconciler: {
      leader: true,
      lastAttemptAt: earlier,
      lastSuccessAt: earlier,
      pendingKeys: 0,
      failure: undefined,
    },
    now,
  }
  t.match(readinessOf(well), { status: 'ok', dependencies: { dynatrace: { ageSeconds: 60 } } })

  t.test('an unreachable Dynatrace degrades, and SCIM goes on', async t => {
    const failure = 'users.invite of ana@acme.example: connection refused'
    const readiness = readinessOf({ ...well, dynatrace: { ...well.dynatrace, failure } })
    t.equal(readiness.status, 'degraded')
    t.match(readiness.dependencies.dynatrace, {
      status: 'degraded',
      ageSeconds: 60,
      detail: /connection refused/,
    })
    t.notMatch(readiness.dependencies.dynatrace.detail, /acme/, 'health is open, so it names nobody')
    const open = { ...well.dynatrace, failure, circuit: 'open', opensUntil: '2026-11-01T12:05:00Z' } as const
    const paused = readinessOf({ ...well, dynatrace: open })
    t.equal(paused.status, 'degraded')
    t.match(paused.dependencies.dynatrace.detail, /calls pause.*2026-11-01T12:05:00Z.*connection refused/)
    t.notMatch(paused.dependencies.dynatrace.detail, /acme/)
    const pausedEnvironments = [{ id: 'abc12345', opensUntil: '2026-11-01T12:05:00Z' }]
    const elsewhere = readinessOf({ ...well, dynatrace: { ...well.dynatrace, pausedEnvironments } })
    t.match(elsewhere.dependencies.dynatrace, {
      status: 'degraded',
      detail: /environments.*abc12345.*2026-11-01T12:05:00Z.*account/,
    })
    const trying = readinessOf({
      ...well,
      dynatrace: { ...well.dynatrace, circuit: 'half-open' },
    })
    t.match(trying, { status: 'degraded', dependencies: { dynatrace: { detail: /trying again now/ } } })
  })

  t.test('an older bridge.yaml in force degrades, none at all fails', async t => {
    const configuration = { loadedAt: earlier, problem: 'line 3: no such rule' }
    t.equal(readinessOf({ ...well, configuration }).dependencies.configuration.status, 'degraded')
    t.equal(
      readinessOf({ ...well, configuration: { ...configuration, loadedAt: undefined } }).status,
      'failed',
    )
  })

  t.test('over HTTP: 503 when the database is down, with the others told all the same', async t => {
    const database = () => Promise.reject(new Error('disk is gone'))
    const bridge = await runningBridge(t, { rules: rules(OPEN), start: false, health: { database } })
    const ready = await bridge.call('GET', '/health/ready')
    t.equal(ready.statusCode, 503)
    t.match(ready.json(), {
      status: 'failed',
      dependencies: {
        database: { status: 'failed', detail: 'disk is gone' },
        configuration: { status: 'ok' },
      },
    })
    t.equal((await bridge.call('GET', '/health/live')).statusCode, 200)
  })
})

test('the description is made from the routes', async t => {
  const bridge: RunningBridge = await runningBridge(t, { rules: rules(OPEN), start: false })
  const document = (await bridge.call('GET', '/openapi.json')).json()
  t.equal(document.openapi, '3.1.0')
  const ours = Object.keys(document.paths).filter(path => !path.startsWith('/scim/'))
  t.same(ours.sort(), [
    '/api/v1/access/diff',
    '/api/v1/access/matrix',
    '/api/v1/access/users/{userName}',
    '/api/v1/access/what-if',
    '/api/v1/access/who-can',
    '/api/v1/adoptions',
    '/api/v1/adoptions/kept',
    '/api/v1/adoptions/kept/{id}/release',
    '/api/v1/approvals',
    '/api/v1/controls',
    '/api/v1/controls/pause',
    '/api/v1/controls/resume',
    '/api/v1/desired',
    '/api/v1/drift',
    '/api/v1/drift/{step}/accept',
    '/api/v1/drift/{step}/choice',
    '/api/v1/findings',
    '/api/v1/history/as-of',
    '/api/v1/history/changes',
    '/api/v1/journal',
    '/api/v1/journal/export',
    '/api/v1/journal/pseudonymise',
    '/api/v1/journal/verify',
    '/api/v1/ownership',
    '/api/v1/ownership/claim',
    '/api/v1/ownership/export',
    '/api/v1/ownership/import',
    '/api/v1/ownership/migrate',
    '/api/v1/reconcile',
    '/api/v1/reconcile/runs',
    '/api/v1/reconcile/runs/{id}',
    '/api/v1/reconcile/runs/{id}/approve',
    '/api/v1/reconcile/runs/{id}/events',
    '/api/v1/reconcile/runs/{id}/reject',
    '/api/v1/reconcile/runs/{id}/rollback',
    '/health/live',
    '/health/ready',
    '/metrics',
  ])
  const operations = Object.values(document.paths).flatMap(path => Object.values(path as object))
  t.ok(operations.every(operation => operation.operationId !== undefined && operation.summary !== undefined))
  t.match(document.paths['/api/v1/reconcile'].post.responses['202'].content['application/json'].schema, {
    $ref: '#/components/schemas/Run',
  })
  checkReferences(t, document)
})

/** Every `$ref` leads somewhere. */
function checkReferences(t: Test, document: { components: { schemas: object } }): void {
  const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  )
  t.ok(names.length > 0)
  for (const name of new Set(names))
    t.ok(name !== undefined && name in document.components.schemas, `${name}`)
}
