/** Findings of the directory, as operators see them right behind the SCIM call that caused them. */
import { test } from 'tap'
import { type RunningBridge, runningBridge } from '../support/running-bridge.ts'
import { SCIM_TOKEN } from '../support/world.ts'

const RULES = `
version: 1
rules:
  - name: team access
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings: [ { policy: Standard User, level: account } ]
`
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const REFUSED = 'unrecognised-membership-change'

test('findings show at once', async t => {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  const ana = await bridge.user('ana')
  const team = await bridge.group('dt-payments-viewer', [ana])

  await t.test('a refused change of members, until one is accepted', async t => {
    const shapes = [
      { op: 'add', path: 'members', value: [{ id: ana }] },
      { op: 'add', path: 'members', value: 'ana' },
      { op: 'replace', path: 'members.display', value: 'x' },
      { op: 'replace', path: 'members[value eq', value: [] },
      { op: 'upsert', path: 'members', value: [] },
    ]
    for (const shape of shapes) t.equal((await patch(bridge, team, shape)).statusCode, 400)
    const [found, ...more] = await ofKind(bridge, REFUSED)
    t.same(more, [])
    t.match(found, {
      severity: 'error',
      subject: 'IdP group dt-payments-viewer',
      message: /5 times, last at .*op must be add/,
      remedy: /push the group again/,
      since: /^\d{4}-/,
    })
    t.match((await findings(bridge)).totals, { [REFUSED]: 1 })
    t.match(
      (await bridge.call('GET', '/metrics')).body,
      new RegExp(`refusals_total\\{kind="${REFUSED}"\\} 5`),
    )
    const journal = (await bridge.call('GET', '/api/v1/journal?kind=scim.refused')).json()
    t.equal(journal.entries.length, 1)

    t.equal((await patch(bridge, team, { op: 'remove', path: 'members' })).statusCode, 204)
    t.same(await ofKind(bridge, REFUSED), [])
  })

  await t.test('the same in a Bulk', async t => {
    const answer = await send(bridge, 'POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        {
          method: 'PATCH',
          path: `/Groups/${team}`,
          data: { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: 'ana' }] },
        },
      ],
    })
    t.match(answer.json().Operations, [{ status: '400' }])
    t.equal((await ofKind(bridge, REFUSED)).length, 1)
    t.equal(
      (await patch(bridge, team, { op: 'add', path: 'members', value: [{ value: ana }] })).statusCode,
      204,
    )
    t.same(await ofKind(bridge, REFUSED), [])
  })

  await t.test('nothing of groups that do not exist, users, and those who may not ask', async t => {
    const broken = { op: 'add', path: 'members', value: 'x' }
    t.equal((await patch(bridge, 'nobody', broken)).statusCode, 400)
    t.equal((await patch(bridge, team, broken, 'wrong')).statusCode, 401)
    const user = await send(bridge, 'PATCH', `/Users/${ana}`, { schemas: [PATCH], Operations: [{ op: 'x' }] })
    t.equal(user.statusCode, 400)
    t.same(await ofKind(bridge, REFUSED), [])
  })

  await t.test('a deleted group takes its finding along', async t => {
    const gone = await bridge.group('dt-gone-viewer', [])
    await patch(bridge, gone, { op: 'add', path: 'members', value: 'x' })
    t.equal((await ofKind(bridge, REFUSED)).length, 1)
    t.equal((await send(bridge, 'DELETE', `/Groups/${gone}`)).statusCode, 204)
    t.same(await ofKind(bridge, REFUSED), [])
  })

  await t.test('parked members', async t => {
    await patch(bridge, team, { op: 'add', path: 'members', value: [{ value: 'later-1' }, { value: ana }] })
    const [parked] = await ofKind(bridge, 'parked-member')
    t.match(parked, { subject: 'IdP group dt-payments-viewer', message: /^1 of .*later-1/, severity: 'info' })
    await patch(bridge, team, { op: 'remove', path: 'members[value eq "later-1"]' })
    t.same(await ofKind(bridge, 'parked-member'), [])
  })

  await t.test('users without a usable address', async t => {
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User']
    const made = await send(bridge, 'POST', '/Users', { schemas, userName: 'bo' })
    t.equal(made.statusCode, 201)
    t.match(await ofKind(bridge, 'no-usable-email'), [
      { subject: 'user bo', since: made.json().meta.created },
    ])
    await send(bridge, 'DELETE', `/Users/${made.json().id}`)
    t.same(await ofKind(bridge, 'no-usable-email'), [])
  })
})

test('of what a pass found too, the directory has the last word', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const team = await bridge.group('dt-payments-viewer', ['later-1'])
  const run = await bridge.run('apply')
  t.ok(run.findings.some((finding: { kind: string }) => finding.kind === 'parked-member'))
  t.equal((await ofKind(bridge, 'parked-member')).length, 1, 'not twice')
  await patch(bridge, team, { op: 'remove', path: 'members' })
  t.same(await ofKind(bridge, 'parked-member'), [])
})

test('findings are asked for by severity and kind, the worst and the newest first', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const ana = await bridge.user('ana')
  const team = await bridge.group('dt-payments-viewer', [ana])
  await bridge.group('all', [ana])
  await bridge.user('bo')
  await bridge.run('apply')
  await patch(bridge, team, { op: 'add', path: 'members', value: 'ana' })
  const ask = async (query: string) => (await bridge.call('GET', `/api/v1/findings${query}`)).json()
  const severitiesOf = ({ findings }: { findings: { severity: string }[] }) => [
    ...new Set(findings.map(({ severity }) => severity)),
  ]

  const all = await ask('')
  t.same(severitiesOf(all), ['error', 'warning', 'info'])
  t.ok(all.findings.every(({ since }: { since?: string }) => since !== undefined))
  t.same(severitiesOf(await ask('?severity=warning')), ['error', 'warning'])
  t.same(severitiesOf(await ask('?severity=error')), ['error'])
  const unmatched = await ask('?kind=unmatched-group')
  t.match(unmatched, { findings: [{ subject: 'IdP group all' }], totals: { 'unmatched-group': 1 } })
  t.equal(unmatched.findings.length, 1)
  t.same(await ask('?kind=unmatched-group&severity=warning'), { findings: [], totals: {} })
  t.same(await ask('?kind=parked-member'), { findings: [], totals: { 'parked-member': 0 } })
  t.equal((await bridge.call('GET', '/api/v1/findings?severity=loud')).statusCode, 400)
  const ages = all.findings
    .filter(({ severity }: { severity: string }) => severity === 'info')
    .map(({ since }: { since: string }) => since)
  t.same(ages, ages.toSorted().toReversed())
})

async function findings(bridge: RunningBridge) {
  const answer = await bridge.call('GET', '/api/v1/findings')
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json()
}

async function ofKind(bridge: RunningBridge, kind: string) {
  return (await findings(bridge)).findings.filter((finding: { kind: string }) => finding.kind === kind)
}

function patch(bridge: RunningBridge, id: string, operation: object, token = SCIM_TOKEN) {
  return send(bridge, 'PATCH', `/Groups/${id}`, { schemas: [PATCH], Operations: [operation] }, token)
}

function send(
  bridge: RunningBridge,
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  token = SCIM_TOKEN,
) {
  return bridge.app.inject({
    method,
    url: `/scim/v2${path}`,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: body }),
  })
}
