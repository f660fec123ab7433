/** "Can this person do that, and why" over a running bridge: every place where a way can break, and what is said of it. */
import { test } from 'tap'
import { request } from 'undici'
import { answerText } from '../../src/cli/output/answer-text.ts'
import { userAccessSchema } from '../../src/http/ops/access.ts'
import { type RunningBridge, runningBridge } from '../support/running-bridge.ts'

const rules = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: team access
    description: What a team sees of its own data
    match: dt-{team}-{role:viewer|editor}-{stage:prod|nonprod}
    group: { name: "{team} {role} {stage}" }
    bindings:
      - policy: own logs
        level: { environments: { stage: "{stage}" } }
        parameters: { team: "{team}" }
        boundaries: [ "reach {team}" ]
  - name: everybody
    match: { displayNames: [ staff ] }
    group: { name: Staff }
    bindings:
      - { policy: metrics, level: account }
      - { policy: no spans, level: account }
    permissions: [ { role: account-viewer, level: account } ]
  - name: spans
    match: { displayNames: [ tracers ] }
    group: { name: Tracers }
    bindings: [ { policy: spans, level: account } ]
  - name: contractors
    match: { displayNames: [ contractors ] }
    until: 2020-01-31
    reason: the project is over
    group: { name: Contractors }
    bindings: [ { policy: events, level: account } ]
boundaries:
  - name: reach {team}
    for: team access
    query: |
      storage:dt.security_context = "{team}";
policies:
  - name: own logs
    level: account
    statement: ALLOW storage:logs:read WHERE storage:k8s.namespace.name = "\${bindParam:team}";
  - name: metrics
    level: account
    statement: ALLOW storage:metrics:read;
  - name: spans
    level: account
    statement: ALLOW storage:spans:read;
  - name: events
    level: account
    statement: ALLOW storage:events:read;
  - name: no spans
    level: account
    statement: DENY storage:spans:read;
`

test('a question about access', async t => {
  const bridge = await runningBridge(t, { rules })
  const ana = await bridge.user('ana')
  const bo = await bridge.user('bo')
  await bridge.user('zoe')
  await bridge.group('dt-payments-viewer-prod', [ana])
  await bridge.group('dt-checkout-viewer-prod', [])
  await bridge.group('staff', [ana, bo])
  await bridge.group('tracers', [bo])
  await bridge.group('contractors', [ana])
  await bridge.run('apply')
  await edit(bridge, { do: 'accept-invitation', user: 'ana@acme.example' })
  await edit(bridge, { do: 'accept-invitation', user: 'zoe@acme.example' })
  const explain = explainer(bridge)

  t.test('yes, where conditions hold: the way from person to statement', async t => {
    const { answer, place } = await explain('ana', 'storage:logs:read', 'prod')
    t.equal(place.verdict, 'allowed-if')
    t.same(place.conditions, [
      'storage:dt.security_context = "payments" AND storage:k8s.namespace.name = "payments"',
    ])
    t.same(
      place.ways[0]?.links.map(({ kind, name, state }) => `${kind} ${name} ${state}`),
      [
        'user ana@acme.example ok',
        'idp-group dt-payments-viewer-prod ok',
        'rule team access ok',
        'account-user ana@acme.example ok',
        'dynatrace-group payments viewer prod ok',
        'binding own logs, environment prod, team=payments ok',
        'boundary reach payments ok',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
        'statement ALLOW storage:logs:read WHERE storage:k8s.namespace.name = "${bindParam:team}"; ok',
        'environment prod (abc12345) ok',
      ],
    )
    t.match(place.dynatrace, { compared: true, agrees: true, verdict: 'allowed-if' })
    t.match(answer, { evaluation: { by: 'scim-bridge', basis: 'rules and directory' }, problems: [] })
  })

  t.test('yes, of what is asked about', async t => {
    const where = ['storage:dt.security_context=payments', 'storage:k8s.namespace.name=payments']
    t.equal((await explain('ana', 'storage:logs:read', 'prod', where)).place.verdict, 'allowed')
    t.equal((await explain('ana', 'storage:metrics:read', 'account')).place.verdict, 'allowed')
  })

  t.test('no: the first broken link, with the remedy', async t => {
    const cases = [
      ['zoe', 'storage:metrics:read', 'prod', [], 'idp-group', /not in the IdP group "staff"/],
      [
        'ana',
        'storage:logs:read',
        'stage',
        [],
        'binding',
        /in environment prod only, not in environment stage/,
      ],
      [
        'ana',
        'storage:logs:read',
        'prod',
        ['storage:dt.security_context=checkout'],
        'boundary',
        /lets through only storage:dt.security_context = "payments"; asked for is .* "checkout"/,
      ],
      [
        'ana',
        'storage:logs:read',
        'prod',
        ['storage:k8s.namespace.name=checkout'],
        'statement',
        /\(parameters team=payments\) allows it only where .* "payments"; asked for is .* "checkout"/,
      ],
      [
        'ana',
        'storage:events:read',
        'prod',
        [],
        'rule',
        /"contractors" ended on 2020-01-31: the project is over\./,
      ],
      [
        'ana',
        'storage:bizevents:read',
        'prod',
        [],
        'rule',
        /No rule binds a policy that allows storage:bizevents:read/,
      ],
      [
        'bo',
        'storage:metrics:read',
        'prod',
        [],
        'account-user',
        /invited on .* has not accepted .* 24 hours/,
      ],
      ['nobody', 'storage:metrics:read', 'prod', [], 'user', /provisioned nobody of this userName/],
    ] as const
    for (const [who, can, environment, where, kind, why] of cases) {
      const { place } = await explain(who, can, environment, where)
      t.equal(place.verdict, 'denied', `${who} ${can}`)
      t.equal(place.broken?.kind, kind, JSON.stringify(place.broken))
      t.match(place.broken?.why, why)
      t.match(place.broken?.remedy, /.{10}/)
    }
    const { place } = await explain('ana', 'storage:logs:read', 'prod', [
      'storage:dt.security_context=checkout',
    ])
    t.same(place.wouldGive, { groups: ['dt-checkout-viewer-prod'], count: 1 })
  })

  t.test('a DENY wins', async t => {
    await edit(bridge, { do: 'accept-invitation', user: 'bo@acme.example' })
    const { place } = await explain('bo', 'storage:spans:read', 'prod')
    t.equal(place.verdict, 'denied')
    t.match(place.broken, { kind: 'statement', why: /A DENY wins.*"no spans" of group "Staff"/ })
    t.match(place.decidedBy, [{ effect: 'DENY', policy: 'no spans', group: 'Staff' }])
  })

  t.test('what is not as it should be in the account', async t => {
    await edit(bridge, { do: 'remove-binding', group: 'Staff', policy: 'metrics', level: 'account' })
    const lost = (await explain('ana', 'storage:metrics:read', 'prod')).place
    t.match(lost, {
      verdict: 'denied',
      broken: { kind: 'binding', why: /does not have this binding/, remedy: /next pass/ },
    })
    await edit(bridge, { do: 'remove-member', group: 'payments viewer prod', user: 'ana@acme.example' })
    t.match((await explain('ana', 'storage:logs:read', 'prod')).place, {
      verdict: 'denied',
      broken: { kind: 'dynatrace-group', why: /not in the Dynatrace group/ },
    })
    await edit(bridge, { do: 'add-member', group: 'Environment Admins', user: 'ana@acme.example' })
    const admin = (await explain('ana', 'storage:logs:read', 'prod')).place
    t.match(admin, {
      verdict: 'denied',
      besides: [{ group: 'Environment Admins', statement: /ALLOW storage:logs:read/ }],
      dynatrace: { compared: true, agrees: true, verdict: 'allowed' },
    })
    await edit(bridge, { do: 'remove-member', group: 'Environment Admins', user: 'ana@acme.example' })
    await edit(bridge, { do: 'deactivate-environment', environment: 'prod' })
    await bridge.run('apply')
  })

  t.test('in words of 80 columns', async t => {
    const { answer } = await explain('zoe', 'storage:metrics:read', 'stage')
    const text = answerText('zoe@acme.example', answer, { colour: false })
    t.match(text, '✗ IdP group')
    t.ok(
      text.split('\n').every(line => line.length <= 80),
      text,
    )
  })

  t.test('bad questions', async t => {
    const path = '/api/v1/access/users/ana@acme.example'
    const cases = [
      ['environment=prdo', 'unknown-environment', /Did you mean "prod"/],
      ['can=logs', 'invalid-request', /storage:logs:read/],
      ['where=a=b', 'bad-where', /needs "can"/],
      ['can=storage:logs:read&where=oops', 'bad-where', /no condition with its value/],
      ['can=storage:logs:read&where=a:b=1&where=a:b=2', 'bad-where', /twice/],
    ] as const
    for (const [query, code, message] of cases) {
      const answer = await bridge.call('GET', `${path}?${query}`)
      t.equal(answer.statusCode, 400, `${query} ${answer.body}`)
      t.match(answer.json(), { error: { code, message } })
    }
    t.match((await explain('ana', 'storage:log:read', 'prod')).answer.problems, [
      /did you mean storage:logs:read\?/,
    ])
    const only = (await bridge.call('GET', `${path}?environment=abc12345`)).json()
    t.same(
      only.access.map(({ where }: { where: { name?: string } }) => where.name ?? where),
      ['account', 'prod'],
    )
  })
})

function explainer(bridge: RunningBridge) {
  return async (name: string, can: string, environment: string, where: readonly string[] = []) => {
    const query = new URLSearchParams([
      ['can', can],
      ['environment', environment],
      ...where.map(one => ['where', one]),
    ] as [string, string][])
    const answer = await bridge.call('GET', `/api/v1/access/users/${name}@acme.example?${query}`)
    if (answer.statusCode !== 200) throw new Error(answer.body)
    const told = userAccessSchema.parse(answer.json()).answer
    const place = told?.places[0]
    if (told === undefined || place === undefined) throw new Error(answer.body)
    return { answer: told, place }
  }
}

async function edit(bridge: RunningBridge, change: object): Promise<void> {
  const answer = await request(`${bridge.simulator.url}/_simulator/edit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'ana.kos@acme.example', ...change }),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 400) throw new Error(text)
}
