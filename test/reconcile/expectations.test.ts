/** Expectations of the file: a plan that breaks one is refused, except what takes leave of people who are gone. */
import { type Test, test } from 'tap'
import type { AccessModel, Expectation } from '../../src/access/model.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings: [ { policy: reading, level: account } ]
  - name: users
    match: dt-{team}-user
    group: { name: "{team} users" }
    bindings: [ { policy: Standard User, level: account } ]
  - name: both
    match: { displayNames: [ dt-both ] }
    group: { name: both }
    bindings: [ { policy: theirs, level: account } ]
policies:
  - { name: reading, level: account, statement: "ALLOW storage:logs:read, storage:buckets:read;" }
guards: { removals: { count: 20, percent: 100 }, groupShrink: { percent: 100 } }
`

test('an expectation that fails', async t => {
  t.test('refuses every step, says which it is, and nothing is written', async t => {
    const world = await place(t)
    world.adjust(expecting({ title: 'no spans', can: ['storage:spans:read'] }))
    await world.group('dt-payments-viewer', [await world.user('ana')])
    await world.forgetCalls()
    const run = await world.apply()
    t.equal(run.status, 'held')
    t.ok(run.plan.steps.length >= 5)
    t.same([...new Set(guards(run))], ['expectation'])
    t.match(run.plan.steps[0]?.verdict, {
      kind: 'refuse',
      reason:
        /^Expectation "no spans" \(bridge.yaml:7\) fails: .*storage:spans:read is denied in the account: .*\. Until it is met, nothing is changed\.$/,
    })
    t.match(
      run.findings.find(({ kind }) => kind === 'expectation-failed'),
      { severity: 'error', subject: 'expectation no spans', message: /storage:spans:read is denied/ },
    )
    t.equal((await world.calls()).writes, 0)
  })

  t.test('is one of several: the first is told, and how many more there are', async t => {
    const world = await place(t)
    const bad = { can: ['storage:spans:read'] }
    world.adjust(
      expecting(
        { title: 'good', can: ['storage:logs:read'] },
        { title: 'one', ...bad },
        { title: 'two', ...bad },
      ),
    )
    await world.group('dt-payments-viewer', [])
    const run = await world.plan()
    t.match(run.plan.steps[0]?.verdict, { reason: /^Expectation "one" .*\. 1 more fails as well\./ })
    t.equal(run.findings.filter(({ kind }) => kind === 'expectation-failed').length, 2)
  })

  t.test('does not keep leavers, nor those past their grace; movers stay', async t => {
    const world = await place(t)
    const [ana, bo, di] = [await world.user('ana'), await world.user('bo'), await world.user('di')]
    const group = await world.group('dt-payments-viewer', [ana, bo, di])
    await world.apply()
    world.adjust(expecting({ title: 'bad', can: ['storage:spans:read'] }))
    await world.patch(`/Users/${ana}`, { op: 'replace', path: 'active', value: false })
    await world.scim('DELETE', `/Users/${di}`)
    await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${bo}"]` })
    const run = await world.apply()
    t.same(
      run.plan.steps.map(({ title, verdict }) => [title, verdict.kind]),
      [
        ['remove ana@acme.example from "payments viewers"', 'proceed'],
        ['remove bo@acme.example from "payments viewers"', 'refuse'],
        ['remove di@acme.example from "payments viewers"', 'proceed'],
      ],
    )
    t.equal(run.results[run.plan.steps[0]?.id ?? '']?.kind, 'applied')
    world.adjust(model => ({ ...model, expectations: [] }))
    t.equal((await world.apply()).status, 'in-step')
  })

  t.test('refuses in a keyed pass over groups as well', async t => {
    const world = await place(t)
    world.adjust(expecting({ title: 'bad', cannot: ['storage:logs:read'] }))
    await world.group('dt-payments-viewer', [])
    const run = await world.keyed()
    t.same([...new Set(guards(run))], ['expectation'])
    t.ok(run.findings.some(({ kind }) => kind === 'expectation-failed'))
  })
})

test('a pass over people alone goes by the newest look, and asks the account for nothing more', async t => {
  const world = await place(t)
  const [ana, zoe] = [await world.user('ana'), await world.user('zoe')]
  const group = await world.group('dt-payments-viewer', [ana])
  await world.apply()
  const join = { op: 'add', path: 'members', value: [{ value: zoe }] }

  world.adjust(expecting({ title: 'bad', can: ['storage:spans:read'] }))
  await world.plan()
  await world.patch(`/Groups/${group}`, join)
  await world.forgetCalls()
  const run = await world.keyed()
  t.same(run.scope, ['zoe@acme.example'])
  t.same(guards(run), ['expectation'])
  t.equal(run.calls['policies.list'], undefined)
  t.equal((await world.calls()).writes, 0)

  await t.test('and looks where nobody has looked yet', async t => {
    world.adjust(expecting({ title: 'bad still', can: ['storage:spans:read'] }))
    await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${zoe}"]` })
    await world.patch(`/Groups/${group}`, join)
    t.same(guards(await world.keyed()), ['expectation'])
  })
})

test('an expectation that is met changes nothing, and asks nothing where the file defines all it hangs on', async t => {
  const world = await place(t)
  await world.group('dt-payments-viewer', [await world.user('ana')])
  await world.apply()
  await world.forgetCalls()
  await world.plan()
  const before = await world.calls()
  world.adjust(expecting({ title: 'logs', can: ['storage:logs:read'], cannot: ['storage:spans:read'] }))
  await world.forgetCalls()
  const run = await world.plan()
  t.equal(run.status, 'in-step')
  t.notMatch(run.findings.map(({ kind }) => kind).join(), /expectation/)
  t.equal((await world.calls()).total, before.total)
})

test('what the account itself defines is asked for once, and remembered', async t => {
  const world = await place(t)
  const statement = 'ALLOW storage:metrics:read;'
  await world.edit({ do: 'create-policy', policy: 'theirs', level: 'account', statement })
  world.adjust(expecting({ title: 'metrics', groups: ['dt-both'], can: ['storage:metrics:read'] }))
  t.notMatch((await world.plan()).findings.map(({ kind }) => kind).join(), /expectation/)
  const again = await world.plan()
  t.equal(again.calls['policies.get'], undefined, 'the file defines "reading", which nobody is bound to yet')
  world.adjust(expecting({ title: 'spans', groups: ['dt-both'], can: ['storage:spans:read'] }))
  t.match(
    (await world.plan()).findings.find(({ kind }) => kind === 'expectation-failed'),
    { subject: 'expectation spans' },
  )
})

test('what cannot be told is a warning, and stops nothing', async t => {
  const world = await place(t)
  world.adjust(expecting({ title: 'unknowable', groups: ['dt-both'], can: ['storage:metrics:read'] }))
  await world.group('dt-payments-viewer', [await world.user('ana')])
  const run = await world.apply()
  t.match(
    run.findings.find(({ kind }) => kind === 'expectation-unknown'),
    { severity: 'warning', subject: 'expectation unknowable', message: /policy "theirs"/ },
  )
  t.same([...new Set(guards(run))], ['proceed'])
})

test('what a policy says that cannot be read', async t => {
  const clock = testClock()
  const world = await place(t, clock)
  const people = [await world.user('ana'), await world.user('bo')]
  await world.group('dt-both', people)
  const statement = 'ALLOW storage:metrics:read;'
  await world.edit({ do: 'create-policy', policy: 'theirs', level: 'account', statement })
  await world.apply()
  await world.user('cy')
  /** And is not remembered any more. */
  const cannotRead = async () => {
    clock.advance(61_000)
    const match = { method: 'GET', path: '/policies/[^/]+$' }
    await world.fault({ match, fault: 'status', status: 500, times: 10 })
  }

  t.test('counts as it was when it was read last', async t => {
    world.adjust(expecting({ title: 'metrics', groups: ['dt-both'], can: ['storage:metrics:read'] }))
    t.same(guards(await world.plan()), ['proceed'])
    await cannotRead()
    const run = await world.plan()
    t.same(guards(run), ['proceed'])
    t.match(run.problems.join('\n'), /^What policy "theirs" says could not be read/m)
    await world.simulated('DELETE', '/faults')
  })

  t.test('refuses what is new to everybody where it was never read, and leavers go', async t => {
    world.adjust(expecting({ title: 'spans', groups: ['dt-both'], cannot: ['storage:spans:read'] }))
    await cannotRead()
    await world.patch(`/Users/${people[0]}`, { op: 'replace', path: 'active', value: false })
    const run = await world.keyed()
    t.same(run.plan.steps.map(({ action, verdict }) => [action.kind, verdict.kind]).sort(), [
      ['invite-user', 'refuse'],
      ['remove-member', 'proceed'],
    ])
    t.match(run.plan.steps.find(({ verdict }) => verdict.kind === 'refuse')?.verdict, {
      guard: 'expectation',
      reason: /^Expectation "spans" \(bridge.yaml:7\) fails: it could not be checked: What policy "theirs"/,
    })
    await world.simulated('DELETE', '/faults')
    t.same(guards(await world.apply()), ['proceed'])
  })
})

/** What is said is that of the first viewers on the account, unless it says otherwise. */
function expecting(
  ...entries: readonly (Partial<Expectation> & { readonly title: string })[]
): (model: AccessModel) => AccessModel {
  const blank = {
    groups: ['dt-payments-viewer'],
    externalId: undefined,
    environments: undefined,
    can: [],
    cannot: [],
    where: {},
    place: { file: 'bridge.yaml', line: 7, column: 3 },
  }
  return model => ({ ...model, expectations: entries.map(entry => ({ ...blank, ...entry })) })
}

/** Of each step, what speaks against it. */
function guards({ plan }: Run): readonly string[] {
  return plan.steps.map(({ verdict }) => (verdict.kind === 'proceed' ? 'proceed' : verdict.guard))
}

async function place(t: Test, clock: Clock = testClock()) {
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules: RULES, clock })
  t.teardown(() => store.close())
  return world
}
