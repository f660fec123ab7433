/** Who changed the account by hand, by its audit log: over the simulator, with every form its events come in. */
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { silentLog } from '../../../src/lib/log.ts'
import { attribute, type DriftSubject } from '../../../src/reconcile/actors/attribute.ts'
import { ANYTHING, filterFor } from '../../../src/reconcile/actors/filter.ts'
import type { DriftActor } from '../../../src/reconcile/drift/drift.ts'
import type { StepAction } from '../../../src/reconcile/step.ts'
import { openStore } from '../../../src/store/open.ts'
import { makeWorld, type TestClock, testClock, type World } from '../../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345, labels: { stage: prod } } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}", description: "From {displayName}" }
    permissions: [ { role: account-viewer, level: account } ]
    bindings:
      - { policy: Standard User, level: account }
      - { policy: own data, level: account, boundaries: [ "own {team}" ] }
      - { policy: team data, level: { environments: { stage: prod } }, parameters: { team: "{team}" } }
policies:
  - { name: own data, level: account, statement: "ALLOW storage:logs:read;" }
boundaries:
  - { name: "own {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`
const ANA = 'ana.kos@acme.example'
const BO = 'bo.lind@acme.example'
const MINUTE = 60_000
const AUDIT = 'GET /audit/v1/accounts/{account}'

test('an edit of a person', async t => {
  const edits: readonly (readonly [edit: object, kind: StepAction['kind']])[] = [
    [{ do: 'remove-member', group: 'team payments', user: 'eva@acme.example' }, 'add-member'],
    [{ do: 'add-member', group: 'team payments', user: 'zoe@acme.example' }, 'remove-member'],
    [{ do: 'remove-user', user: 'eva@acme.example' }, 'add-member'],
    [{ do: 'remove-user', user: 'eva@acme.example' }, 'invite-user'],
    [{ do: 'remove-binding', group: 'team payments', policy: 'Standard User' }, 'add-binding'],
    [{ do: 'add-binding', group: 'team payments', policy: 'Pro User' }, 'remove-binding'],
    [
      { do: 'change-boundaries', group: 'team payments', policy: 'own data', boundaries: [] },
      'change-binding',
    ],
    [{ do: 'remove-permission', group: 'team payments', role: 'account-viewer' }, 'add-permission'],
    [{ do: 'add-permission', group: 'team payments', role: 'account-user-management' }, 'remove-permission'],
    [{ do: 'describe-group', group: 'team payments', description: 'mine now' }, 'update-group'],
    [{ do: 'rename-group', group: 'team payments', name: 'renamed' }, 'update-group'],
    [{ do: 'delete-group', group: 'team payments' }, 'create-group'],
    [{ do: 'delete-group', group: 'team payments' }, 'add-member'],
    [{ do: 'delete-group', group: 'team payments' }, 'add-binding'],
    [{ do: 'change-policy', policy: 'own data', statement: 'ALLOW storage:metrics:read;' }, 'update-policy'],
    [{ do: 'rename-policy', policy: 'own data', name: 'their data' }, 'update-policy'],
    [
      { do: 'change-boundary', boundary: 'own payments', query: 'storage:dt.security_context = "all";' },
      'update-boundary',
    ],
  ]
  for (const [edit, kind] of edits) {
    await t.test(`is theirs: ${JSON.stringify(edit)} as ${kind}`, async t => {
      const world = await worldOf(t)
      await world.edit({ as: ANA, ...edit })
      const actors = await actorsOf(world, kind)
      t.ok(actors.length > 0, `there is ${kind} to do`)
      for (const actor of actors) t.match(actor, { kind: 'person', name: ANA, client: undefined })
    })
  }
})

test('automation with another client is told with its client', async t => {
  const world = await worldOf(t)
  await world.edit({
    as: ANA,
    client: 'dt0s02.TERRAFRM',
    do: 'remove-member',
    group: 'team payments',
    user: 'eva@acme.example',
  })
  t.match(await actorsOf(world), [{ kind: 'automation', name: ANA, client: 'dt0s02.TERRAFRM' }])
})

test('staff of the vendor and its platform have names', async t => {
  const world = await worldOf(t)
  await world.edit({ as: 'DYNATRACE', do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await world.edit({ as: 'SYSTEM', do: 'remove-member', group: 'team payments', user: 'finn@acme.example' })
  const actors = await actorsOf(world)
  t.strictSame(actors.map(each => ('name' in each ? [each.kind, each.name] : [])).sort(), [
    ['automation', 'Dynatrace'],
    ['person', 'Dynatrace staff'],
  ])
})

test('two people edit one group: each is behind their own edit, and the last behind what both did', async t => {
  const world = await worldOf(t)
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await world.edit({ as: BO, do: 'remove-member', group: 'team payments', user: 'finn@acme.example' })
  const found = await attributed(world)
  t.equal(nameFor(found, 'eva@acme.example'), ANA)
  t.equal(nameFor(found, 'finn@acme.example'), BO)
  await world.edit({ as: BO, do: 'add-member', group: 'team payments', user: 'eva@acme.example' })
  await world.edit({ as: BO, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  t.equal(nameFor(await attributed(world), 'eva@acme.example'), BO)
})

test('what the directory brings about is nobody, though our client changed the same things before', async t => {
  const world = await worldOf(t)
  const id = await world.user('gus')
  const group = await groupId(world)
  await world.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] })
  await world.apply()
  await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${id}"]` })
  t.match(await actorsOf(world), [{ kind: 'none' }], 'our own call is what brought the membership about')
  await world.apply()
  await world.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] })
  t.match(await actorsOf(world), [{ kind: 'none' }])
})

test('another process with our client is told apart by our journal', async t => {
  const world = await worldOf(t)
  await world.edit({
    as: ANA,
    client: world.simulator.clientId,
    do: 'remove-member',
    group: 'team payments',
    user: 'eva@acme.example',
  })
  t.match(await actorsOf(world), [{ kind: 'own-client', event: /./ }])
})

test('changes of a process that died before it wrote them down are ours', async t => {
  const world = await worldOf(t)
  await world.edit({
    as: ANA,
    client: world.simulator.clientId,
    do: 'remove-member',
    group: 'team payments',
    user: 'eva@acme.example',
  })
  const begun = { kind: 'steps.begun', runId: 'run-died', actor: 'bridge', data: { steps: [] } }
  await world.runs.note([begun])
  t.match(await actorsOf(world), [{ kind: 'none' }])
  await world.runs.note([{ ...begun, kind: 'step.applied' }])
  t.match(await actorsOf(world), [{ kind: 'own-client' }], 'and not those of one that went on')
})

test('while the log may lag it is not yet known; then it is, or nobody is found', async t => {
  const clock = testClock()
  const world = await worldOf(t, clock)
  await world.simulated('PUT', '/switches', { auditLag: 4 * MINUTE })
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  const since = clock.now().toISOString()
  t.match(await actorsOf(world, undefined, { since }), [{ kind: 'not-yet-known' }])
  clock.advance(5 * MINUTE)
  t.match(await actorsOf(world, undefined, { since }), [{ kind: 'person', name: ANA }])
  await world.simulated('PUT', '/switches', { auditLag: 3_600_000 })
  t.match(await actorsOf(world, undefined, { since }), [{ kind: 'not-yet-known' }])
  clock.advance(6 * MINUTE)
  t.match(await actorsOf(world, undefined, { since }), [
    { kind: 'unknown', why: 'The audit log has no entry of this change.' },
  ])
})

test('what was undone before the thing was last in step is not the cause', async t => {
  const clock = testClock()
  const world = await worldOf(t, clock)
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await world.apply()
  clock.advance(60 * MINUTE)
  const lastInStepAt = clock.now().toISOString()
  await world.edit({ as: BO, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  t.match(await actorsOf(world, undefined, { lastInStepAt }), [{ kind: 'person', name: BO }])
  await world.simulated('PUT', '/switches', { auditLag: 1 })
  // The log has our repair as its newest word on this membership, and not yet what came after.
  const lagging = await worldOf(t, clock)
  await lagging.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await lagging.apply()
  clock.advance(MINUTE)
  await lagging.edit({ as: BO, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await lagging.simulated('PUT', '/switches', { auditLag: 30_000 })
  t.match(await actorsOf(lagging), [{ kind: 'not-yet-known' }])
})

test('events of the older generation say the same', async t => {
  const world = await worldOf(t)
  await world.simulated('PUT', '/switches', { auditDetails: 'objects' })
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await world.edit({ as: BO, do: 'remove-member', group: 'team payments', user: 'finn@acme.example' })
  const found = await attributed(world)
  t.equal(nameFor(found, 'eva@acme.example'), ANA)
  t.equal(nameFor(found, 'finn@acme.example'), BO)
})

test('events that do not say what they changed prove nothing about one membership', async t => {
  const clock = testClock()
  const world = await worldOf(t, clock)
  await world.simulated('PUT', '/switches', { auditDetails: 'none' })
  clock.advance(60 * MINUTE)
  const lastInStepAt = clock.now().toISOString()
  clock.advance(10 * MINUTE)
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  const since = clock.now().toISOString()
  const times = { since, lastInStepAt }
  t.match(await actorsOf(world, undefined, times), [{ kind: 'not-yet-known' }])
  clock.advance(20 * MINUTE)
  const [told] = await actorsOf(world, undefined, times)
  t.match(told, {
    kind: 'unknown',
    why: /ana\.kos@acme\.example changed something of this kind in the group/,
  })

  await world.apply()
  await world.edit({ as: ANA, do: 'describe-group', group: 'team payments', description: 'mine' })
  t.match(await actorsOf(world, 'update-group', { lastInStepAt }), [{ kind: 'person', name: ANA }])
  await world.edit({ as: BO, do: 'describe-group', group: 'team payments', description: 'no, mine' })
  t.match(await actorsOf(world, 'update-group', { since, lastInStepAt }), [
    { kind: 'unknown', why: /bo\.lind@acme\.example and ana\.kos@acme\.example changed it/ },
  ])
  await world.edit({ as: ANA, do: 'delete-group', group: 'team payments' })
  t.match(await actorsOf(world, 'create-group'), [{ kind: 'person', name: ANA }])
})

test('an account whose log we may not read', async t => {
  const clock = testClock()
  const world = await worldOf(t, clock)
  const { scopes } = await world.simulated('GET', '/client')
  const without = scopes.filter((scope: string) => scope !== 'account-audit-logs-read')
  await world.client({ scopes: without })
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await world.forgetCalls()
  for (const _ of [1, 2, 3]) {
    t.match(await actorsOf(world), [{ kind: 'unknown', why: /scope account-audit-logs-read/ }])
  }
  t.equal((await callCounts(world))[AUDIT] ?? 0, 0)
  t.match(world.auditLog.findings(), [
    { kind: 'audit-unreadable', severity: 'warning', remedy: /account-audit-logs-read/ },
  ])
  const run = await world.plan()
  t.equal(run.findings.filter(({ kind }) => kind === 'audit-unreadable').length, 1)
  t.not(run.status, 'partial')

  await world.client({ scopes })
  t.match(await actorsOf(world), [{ kind: 'unknown' }], 'nobody asks again at once')
  clock.advance(61 * MINUTE)
  t.match(await actorsOf(world), [{ kind: 'person', name: ANA }])
  t.strictSame(world.auditLog.findings(), [])
})

test('a log that cannot be read this time is no problem of anything else', async t => {
  const world = await worldOf(t)
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  const steps = await subjectsOf(world)
  await world.fault({ match: { path: '/audit' }, fault: 'status', status: 504, times: 20 })
  const found = await ask(world, steps)
  t.match([...found.values()], [{ kind: 'unknown', why: /audit\.query failed/ }])
  t.strictSame(world.auditLog.findings(), [])
  await world.forgetCalls()
  await ask(world, steps)
  t.notOk((await callCounts(world))[AUDIT], 'it is left alone for half a minute')
  for (const wait of [31_000, 61_000]) {
    world.clock.advance(wait)
    await ask(world, steps)
  }
  t.match(world.auditLog.findings(), [{ kind: 'audit-unreadable', remedy: /asked again by itself/ }])
  await world.simulated('DELETE', '/faults')
  world.clock.advance(130_000)
  t.match([...(await ask(world, steps)).values()], [{ kind: 'person', name: ANA }])
  t.strictSame(world.auditLog.findings(), [])
})

test('what it costs', async t => {
  const world = await worldOf(t)
  await attributed(world)
  await world.forgetCalls()
  await ask(world, [])
  t.notOk((await callCounts(world))[AUDIT], 'nothing without drift')
  await world.edit({ as: ANA, do: 'remove-member', group: 'team payments', user: 'eva@acme.example' })
  await world.edit({ as: ANA, do: 'delete-group', group: 'team checkout' })
  const subjects = await subjectsOf(world)
  t.ok(subjects.length > 4)
  await world.forgetCalls()
  await ask(world, subjects)
  t.equal((await callCounts(world))[AUDIT], 1, 'one call for all of it')
})

test('in random histories each difference is the work of whoever touched it last', async t => {
  const world = await worldOf(t)
  const authors = [ANA, BO, 'cy.tran@acme.example']
  const groups = ['team payments', 'team checkout']
  const people = ['eva@acme.example', 'finn@acme.example', 'zoe@acme.example']
  const edit = fc.record({
    as: fc.constantFrom(...authors),
    do: fc.constantFrom('add-member', 'remove-member'),
    group: fc.constantFrom(...groups),
    user: fc.constantFrom(...people),
  })
  const last = new Map<string, string>()
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async edits => {
      for (const one of edits) {
        const wasIn = await isMember(world, one.group, one.user)
        await world.edit(one)
        if (wasIn !== (one.do === 'add-member')) last.set(`${one.group} ${one.user}`, one.as)
      }
      for (const { action, actor } of await attributed(world)) {
        if (action.kind !== 'add-member' && action.kind !== 'remove-member') continue
        const group = await groupName(world, action.group)
        t.match(actor, { kind: 'person', name: last.get(`${group} ${action.email}`) }, action.email)
      }
    }),
    { numRuns: 8 },
  )
})

test('a filter never has more than 256 characters', t => {
  const names = { groupName: (ref: string) => `team ${ref.slice(-1)}`, definitionName: (id: string) => id }
  const member = (n: number, email = `p${n}@acme.example`): StepAction => ({
    kind: 'add-member',
    group: `c7a10000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    emailKey: email,
    email,
  })
  const all = { ...names, uidOf: () => undefined }
  for (const count of [1, 2, 3, 4, 5, 1_000]) {
    const filter = filterFor(
      Array.from({ length: count }, (_, n) => member(n)),
      all,
    )
    t.ok(filter.length <= 256)
    t.equal(filter === ANYTHING, count > 3, filter)
  }
  t.equal(
    filterFor([member(1)], all),
    "resourceId = 'c7a10000-0000-4000-8000-000000000001' or resourceName in ('team 1', 'p1@acme.example')",
  )
  t.equal(filterFor([member(1, "o'hara@acme.example")], all), ANYTHING, 'nobody knows how a quote is written')
  t.end()
})

type Timed = World & { readonly clock: TestClock }

async function worldOf(t: Test, clock: TestClock = testClock()): Promise<Timed> {
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const people = await Promise.all(['eva', 'finn'].map(name => world.user(name)))
  await world.group('dt-payments', people)
  await world.group('dt-checkout', people)
  await world.edit({ do: 'add-user', user: 'zoe@acme.example' })
  const run = await world.apply()
  t.equal(run.status, 'in-step', JSON.stringify([run.problems, run.findings, run.results]))
  // What is missing right after it was made may only not be seen yet.
  clock.advance(20 * MINUTE)
  return { ...world, clock }
}

type Times = Partial<Pick<DriftSubject, 'since' | 'lastInStepAt'>>

/** What a plan finds to do, as drift that somebody asks about. */
async function subjectsOf(world: Timed, times: Times = {}): Promise<readonly DriftSubject[]> {
  const { plan } = await world.plan()
  return plan.steps.map(({ id, action }) => ({
    key: id,
    action,
    since: times.since ?? world.clock.now().toISOString(),
    ...(times.lastInStepAt === undefined ? {} : { lastInStepAt: times.lastInStepAt }),
  }))
}

async function ask(world: Timed, subjects: readonly DriftSubject[]) {
  const dynatrace = world.connection.with({ runId: 'test', requestIds: [] })
  const { groups, policies, boundaries, users } = await world.simulated('GET', '/snapshot')
  const nameIn = (list: readonly { uuid: string; name: string }[], id: string) =>
    list.find(({ uuid }) => uuid === id)?.name
  const group = (ref: string) => nameIn(groups, ref) ?? `team ${ref.replace('new:team ', '')}`
  return attribute(subjects, {
    dynatrace,
    store: world.store,
    clock: world.clock,
    auditLog: world.auditLog,
    names: {
      groupName: group,
      definitionName: id => nameIn(policies, id) ?? nameIn(boundaries, id) ?? id,
      uidOf: key => users.find(({ email }: { email: string }) => email === key)?.uid,
    },
  })
}

async function attributed(world: Timed, times?: Times) {
  const subjects = await subjectsOf(world, times)
  const actors = await ask(world, subjects)
  return subjects.map(({ key, action }) => ({ action, actor: actors.get(key) }))
}

/** Of the steps of one kind; of all when none is named. */
async function actorsOf(
  world: Timed,
  kind?: StepAction['kind'],
  times?: Times,
): Promise<readonly DriftActor[]> {
  const found = await attributed(world, times)
  return found
    .filter(({ action }) => kind === undefined || action.kind === kind)
    .flatMap(({ actor }) => actor ?? [])
}

function nameFor(found: Awaited<ReturnType<typeof attributed>>, emailKey: string): string | undefined {
  const actor = found.find(({ action }) => 'emailKey' in action && action.emailKey === emailKey)?.actor
  return actor !== undefined && 'name' in actor ? actor.name : undefined
}

async function groupId(world: World): Promise<string> {
  const { body } = await world.scim(
    'GET',
    `/Groups?filter=${encodeURIComponent('displayName eq "dt-payments"')}`,
  )
  return body.Resources[0].id
}

async function callCounts(world: World): Promise<Readonly<Record<string, number>>> {
  return (await world.calls()).byOperation
}

async function isMember(world: World, group: string, user: string): Promise<boolean> {
  const { users } = await world.state()
  return users.find(({ email }: { email: string }) => email === user).groups.includes(group)
}

async function groupName(world: World, ref: string): Promise<string> {
  const { groups } = await world.simulated('GET', '/snapshot')
  return groups.find(({ uuid }: { uuid: string }) => uuid === ref).name
}
