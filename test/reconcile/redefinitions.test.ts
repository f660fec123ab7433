/** New texts of policies and boundaries in a plan that changes bindings as well: their moment, or why there is none. */
import { type Test, test } from 'tap'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import { UpstreamError } from '../../src/dynatrace/upstream-error.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { excuseDeactivated } from '../../src/reconcile/apply/deactivated.ts'
import { Ledger } from '../../src/reconcile/apply/ledger.ts'
import { courseOf } from '../../src/reconcile/redefinitions/course.ts'
import type { StateBinding } from '../../src/reconcile/state.ts'
import type { Step, StepAction, Verdict } from '../../src/reconcile/step.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, type World } from '../support/world.ts'

const LOGS = 'ALLOW storage:logs:read;'
const EVENTS = 'ALLOW storage:events:read;'
const BOTH = 'ALLOW storage:logs:read, storage:events:read;'
const A = 'storage:dt.security_context = "a";'
const B = 'storage:dt.security_context = "b";'

const account = { kind: 'account' } as const
const bound = (policyId: string, group: string, ...boundaryIds: string[]): StateBinding => {
  return { level: account, policyId, group, parameters: {}, metadata: {}, boundaryIds }
}
const policy = (id: string, from: string, to: string): StepAction => {
  const said = { id, level: account, name: id, description: '' }
  return { kind: 'update-policy', from: { ...said, statement: from }, to: { ...said, statement: to } }
}
const boundary = (id: string, from: string, to: string): StepAction => ({
  kind: 'update-boundary',
  from: { id, name: id, query: from },
  to: { id, name: id, query: to },
})

function course(
  present: readonly StateBinding[],
  actions: readonly StepAction[],
  texts: Readonly<Record<string, string>> = {},
  verdictOf: (action: StepAction) => Verdict = () => ({ kind: 'proceed' }),
) {
  const of = new Map<string, StateBinding[]>()
  for (const each of present) {
    for (const id of [each.policyId, ...each.boundaryIds]) of.set(id, [...(of.get(id) ?? []), each])
  }
  const steps = actions.map((action, n): Step => {
    const id = 'to' in action && 'id' in action.to ? action.to.id : `${action.kind} ${n}`
    return { id, action, title: id, reason: '', verdict: verdictOf(action) }
  })
  const { before, afterwards, unsafe } = courseOf(steps, {
    of,
    complete: true,
    texts: new Map(Object.entries(texts)),
  })
  return { before, afterwards, unsafe: unsafe.flatMap(each => each.redefinitions.map(step => step.id)) }
}

test('a text has its moment', async t => {
  t.test('by itself: one call leads from end to end', async t => {
    t.same(course([bound('p', 'g')], [policy('p', LOGS, EVENTS)]), {
      before: ['p'],
      afterwards: [],
      unsafe: [],
    })
  })

  t.test('before bindings change, where another one brings what it no longer grants only later', async t => {
    const add: StepAction = { kind: 'add-binding', binding: bound('q', 'g') }
    t.same(
      course([bound('p', 'g')], [policy('p', BOTH, LOGS), add], { q: EVENTS }),
      {
        before: ['p'],
        afterwards: [],
        unsafe: [],
      },
      'what is not redefined is bound before',
    )
    t.same(
      course([bound('p', 'g'), bound('q', 'h')], [policy('q', LOGS, EVENTS), policy('p', BOTH, LOGS), add]),
      {
        before: ['q'],
        afterwards: ['p'],
        unsafe: [],
      },
      'what is redefined too is bound in between',
    )
  })

  t.test('after everything, where a binding that it would widen goes', async t => {
    const remove: StepAction = { kind: 'remove-binding', binding: bound('p', 'g') }
    t.same(course([bound('p', 'g'), bound('p', 'h')], [policy('p', LOGS, BOTH), remove]), {
      before: [],
      afterwards: ['p'],
      unsafe: [],
    })
  })

  t.test(
    'never, where policy and boundary both move elsewhere: whichever came first would grant something new',
    async t => {
      t.same(course([bound('p', 'g', 'b')], [policy('p', LOGS, EVENTS), boundary('b', A, B)]).unsafe, [
        'p',
        'b',
      ])
      t.same(course([bound('p', 'g', 'b')], [policy('p', BOTH, LOGS), boundary('b', A, B)]), {
        before: ['p', 'b'],
        afterwards: [],
        unsafe: [],
      })
    },
  )

  t.test('not while a removal that it needs waits for a person', async t => {
    const remove: StepAction = { kind: 'remove-binding', binding: bound('p', 'g') }
    const plan = [policy('p', LOGS, BOTH), remove]
    const held = course([bound('p', 'g'), bound('p', 'h')], plan, {}, ({ kind }) =>
      kind === 'remove-binding' ? { kind: 'hold', guard: 'removals', reason: '' } : { kind: 'proceed' },
    )
    t.same(held.unsafe, ['p'], 'the group would have more than both ends allow, for nobody knows how long')
    const upsert = course([bound('p', 'g'), bound('p', 'h')], plan, {}, ({ kind }) =>
      kind === 'remove-binding' ? { kind: 'refuse', guard: 'mode', reason: '' } : { kind: 'proceed' },
    )
    t.same(upsert.unsafe, [], 'in a mode that never removes, keeping it is the end')
  })
})

test('a held removal holds the new text that would widen what it is to take away', async t => {
  const world = await worldOf(t, rules(LOGS, ['a', 'b', 'c']))
  const ana = await world.user('ana')
  for (const team of ['a', 'b', 'c']) await world.group(`dt-${team}`, [ana])
  t.equal((await world.apply()).status, 'in-step')
  world.configure(rules(BOTH, ['a']))
  const before = await world.state()
  const held = await world.apply()
  t.equal(held.status, 'held', JSON.stringify(held.results))
  t.match(held.plan.steps.find(step => step.action.kind === 'update-policy')?.verdict, {
    kind: 'hold',
    guard: 'removals',
    reason: /It cannot be separated from this: unbind/,
  })
  const after = await world.state()
  t.same(after.bindings, before.bindings)
  t.same(after.policies, before.policies)
  world.configure(rules(BOTH, ['a'], 100))
  t.equal((await world.apply()).status, 'in-step')
  t.same((await world.plan()).plan.steps, [])
})

test('a permission that moves from one policy to another is never away, and the account is quiet after', async t => {
  const text = (p: string, q: string, of: string) => `
version: 1
rules:
  - { name: g, match: { displayNames: [ dt-g ] }, group: { name: g }, bindings: [ ${of} ] }
  - { name: h, match: { displayNames: [ dt-h ] }, group: { name: h }, bindings: [ { policy: q, level: account } ] }
policies:
  - { name: p, level: account, statement: "${p}" }
  - { name: q, level: account, statement: "${q}" }
`
  const world = await worldOf(t, text(BOTH, 'ALLOW storage:metrics:read;', '{ policy: p, level: account }'))
  const ana = await world.user('ana')
  for (const group of ['dt-g', 'dt-h']) await world.group(group, [ana])
  t.equal((await world.apply()).status, 'in-step')
  world.configure(text(LOGS, EVENTS, '{ policy: p, level: account }, { policy: q, level: account }'))
  await world.fault({ match: { method: 'POST', path: '/bindings/' }, fault: 'status', status: 400, times: 1 })
  const run = await world.apply()
  t.equal(run.status, 'partial')
  const { groups } = await world.state()
  const uuid = groups.find((each: { name: string }) => each.name === 'g').uuid
  const granted = async () =>
    (await world.simulated('GET', `/effective?group=${uuid}`)).statements.map(
      (each: { permission: string }) => each.permission,
    )
  t.ok(
    (await granted()).includes('storage:events:read'),
    'the old text stays while the new binding is not there',
  )
  t.equal((await world.apply()).status, 'in-step')
  t.same((await granted()).sort(), ['storage:events:read', 'storage:logs:read'])
  t.same((await world.plan()).plan.steps, [])
})

test('what fails in an environment that was deactivated meanwhile is skipped; elsewhere a right is missing', async t => {
  const step = (id: string): Step => {
    const binding = { ...bound('p', 'g'), level: { kind: 'environment', id } as const }
    const verdict = { kind: 'proceed' } as const
    return { ...{ id, title: id, reason: '', verdict }, action: { kind: 'add-binding', binding } }
  }
  const steps = [step('gone'), step('here')]
  const ledger = new Ledger()
  const world = await worldOf(t, rules(LOGS, []))
  await world.simulated('POST', '/seed', {
    environments: [
      { id: 'gone', name: 'gone', active: false },
      { id: 'here', name: 'here' },
    ],
  })
  for (const each of steps) {
    await ledger.attempt([each], () =>
      Promise.reject(new UpstreamError('forbidden', 'bindings.add', 'Forbidden')),
    )
  }
  await excuseDeactivated(steps, { ledger, dynatrace: connect(world) })
  t.match(ledger.results.get('gone'), { kind: 'skipped', reason: /"gone" was deactivated in the meantime/ })
  t.match(ledger.results.get('here'), { kind: 'failed', reason: 'Forbidden' })
})

function rules(statement: string, teams: readonly string[], count = 1): string {
  return `
version: 1
rules:
  - { name: all, match: "dt-{team}", group: { name: "{team} people" }, bindings: [ { policy: Standard User, level: account } ] }
${teams.map(team => `  - { name: ${team}, match: { displayNames: [ dt-${team} ] }, group: { name: ${team} people }, bindings: [ { policy: p, level: account } ] }`).join('\n')}
policies:
  - { name: p, level: account, statement: "${statement}" }
guards: { removals: { count: ${count}, percent: 100 }, groupShrink: { percent: 100 } }
`
}

function connect({ simulator: { url, ...simulator } }: World) {
  const connection = connectDynatrace({
    ...simulator,
    ...{ apiUrl: url, ssoUrl: url, clock: systemClock, log: silentLog, limits: { retries: 0 } },
  })
  return connection.with({ runId: 'r', requestIds: [] })
}

async function worldOf(t: Test, text: string) {
  const store = await openStore({
    dataDir: t.testdir(),
    databaseUrl: undefined,
    log: silentLog,
    clock: systemClock,
  })
  t.teardown(() => store.close())
  return makeWorld(t, { store, rules: text })
}
