/** Following a run while it happens, over the API and at the command line. */
import { test } from 'tap'
import { command, envOf } from '../support/command.ts'
import { runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
mode: observe
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewer" }
    bindings: [ { policy: Standard User, level: account } ]
`
const ACTING = RULES.replace('mode: observe\n', '')

interface Event {
  readonly id: string
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

const eventsIn = (body: string): readonly Event[] =>
  body
    .split('\n\n')
    .filter(block => block.startsWith('id: '))
    .map(block => {
      const fields = new Map(
        block.split('\n').map(line => [line.split(': ')[0] ?? '', line.replace(/^\w+: /, '')]),
      )
      return {
        id: fields.get('id') ?? '',
        event: fields.get('event') ?? '',
        data: JSON.parse(fields.get('data') ?? ''),
      }
    })

test('a run tells its steps as they happen, and ends with what it came to', async t => {
  const bridge = await runningBridge(t, { rules: ACTING, start: false })
  const ana = await bridge.user('ana')
  await bridge.group('dt-payments-viewer', [ana])
  const queued = (await bridge.call('POST', '/api/v1/reconcile', { mode: 'apply' })).json()
  // Asked for before anything has happened; the answer ends with the run.
  const following = bridge.call('GET', `/api/v1/reconcile/runs/${queued.id}/events`)
  bridge.start()
  const answer = await following
  t.match(answer.headers['content-type'], /^text\/event-stream/)
  t.equal(answer.headers['cache-control'], 'no-store')
  const events = eventsIn(answer.body)
  const kinds = events.map(({ event }) => event)
  t.equal(kinds[0], 'run.requested')
  t.ok(kinds.indexOf('run.planned') < kinds.indexOf('steps.begun'))
  t.ok(kinds.indexOf('steps.begun') < kinds.indexOf('step.applied'))
  t.same(kinds.slice(-2), ['run.finished', 'end'])
  t.match(events.at(-1)?.data, { id: queued.id, status: 'in-step', tally: { failed: 0 } })
  const run = (await bridge.call('GET', `/api/v1/reconcile/runs/${queued.id}`)).json()
  t.equal(kinds.filter(kind => kind === 'step.applied').length, run.plan.steps.length)

  t.test('what was seen already is not told again', async t => {
    const seen = events.find(({ event }) => event === 'run.planned')?.id ?? ''
    const again = await bridge.call('GET', `/api/v1/reconcile/runs/${queued.id}/events`, undefined, {
      'last-event-id': seen,
    })
    t.same(
      eventsIn(again.body).map(({ id, event }) => [id, event]),
      events.filter(({ id }) => Number(id) > Number(seen)).map(({ id, event }) => [id, event]),
    )
  })

  t.test('each step names the calls that carried it out, and they are in the journal', async t => {
    const journal = (
      await bridge.call('GET', `/api/v1/journal?limit=1000&runId=${queued.id}&kind=dynatrace.call`)
    ).json()
    const calls = new Map<string, { readonly steps?: readonly string[] }>(
      journal.entries.map((line: { data: { call: string } }) => [line.data.call, line.data]),
    )
    for (const { id, title } of run.plan.steps) {
      const { sent } = run.results[id]
      t.ok(sent.calls.length > 0, title)
      for (const call of sent.calls) t.ok(calls.get(call)?.steps?.includes(id), title)
      t.ok(sent.durationMs >= 0 && sent.startedAt >= run.startedAt)
    }
  })

  t.test('how much was read, and that it was all', async t => {
    t.match(run.snapshot, {
      directory: { people: 1, groups: 1, memberships: 1 },
      account: { managedGroups: 0 },
      complete: true,
      unread: { memberships: 0, bindings: 0, permissions: 0, users: 0, lists: 0 },
    })
    const next = await bridge.run('plan')
    t.match(next.snapshot, { account: { managedGroups: 1, memberships: 1, bindings: 1 }, complete: true })
  })

  t.test('at the command line', async t => {
    const shown = await command(['run', queued.id, '--follow'], envOf(bridge))
    t.match(shown.out, /· planned: \d+ steps, 0 held, 0 refused\n/)
    t.match(shown.out, /✓ bind "Standard User" on the account to "payments viewer"\n/)
    t.match(shown.out, /· ended: in-step\n$/)
    t.equal(shown.code, 0)
    const whole = await command(['run', queued.id], envOf(bridge))
    t.match(whole.out, /4 applied, 0 failed, 0 skipped/)
    const listed = await command(['runs'], envOf(bridge))
    t.match(listed.out, new RegExp(`${queued.id} .* request +in-step +4/4 +0 +full`))
    const unknown = await command(['run', 'run-nobody', '--follow'], envOf(bridge))
    t.equal(unknown.code, 1)
    t.match(unknown.err, /no run "run-nobody"/)
  })
})

test('whoever asks for a run that is not there is told so; a closing bridge ends what it tells', async t => {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  t.equal((await bridge.call('GET', '/api/v1/reconcile/runs/run-nobody/events')).statusCode, 404)
  const queued = (await bridge.call('POST', '/api/v1/reconcile', { mode: 'plan' })).json()
  const following = bridge.call('GET', `/api/v1/reconcile/runs/${queued.id}/events`)
  await bridge.app.close()
  t.notMatch((await following).body, /event: end/)
})
