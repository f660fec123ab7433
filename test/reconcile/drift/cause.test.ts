/** Which side moved, where several did at once or nobody acts: over the simulator. */
import type { Test } from 'tap'
import { test } from 'tap'
import { silentLog } from '../../../src/lib/log.ts'
import type { Run } from '../../../src/reconcile/run.ts'
import { openStore } from '../../../src/store/open.ts'
import { makeWorld, testClock } from '../../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: Pro User, level: { environments: all } }
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`
const GROUP = 'team payments'
const EVA = 'eva@acme.example'
const HOUR = 3_600_000
const AUDIT = 'GET /audit/v1/accounts/{account}'

test('where nobody acts, drift is remembered all the same, and who it was is asked once', async t => {
  const { world, clock } = await settled(t)
  world.configure(`${RULES}mode: observe\n`)
  await world.apply()
  await world.edit({ do: 'remove-binding', group: GROUP, policy: 'Standard User', level: 'account' })
  const [first] = drifts(await world.apply())
  t.match(first, { cause: 'by-hand', actor: { kind: 'person' } })
  clock.advance(HOUR)
  await world.forgetCalls()
  const [later] = drifts(await world.apply())
  t.equal(later?.since, first?.since)
  t.equal((await world.calls()).operations?.[AUDIT] ?? 0, 0, 'nobody is asked again')
  world.configure(RULES)
  t.match(drifts(await world.apply()), [{ since: first?.since, cause: 'by-hand' }])
})

test('a plan by itself remembers nothing', async t => {
  const { world, clock } = await settled(t)
  await world.edit({ do: 'remove-binding', group: GROUP, policy: 'Standard User', level: 'account' })
  const [first] = drifts(await world.plan())
  clock.advance(HOUR)
  const [later] = drifts(await world.plan())
  t.ok((later?.since ?? '') > (first?.since ?? ''))
})

test('a hand edit does not hide behind a change of bridge.yaml that has nothing to do with it', async t => {
  const { world } = await settled(t)
  await world.edit({ do: 'remove-member', group: GROUP, user: EVA })
  world.configure(RULES.replace('      - { policy: Standard User, level: account }\n', ''))
  const { steps } = (await world.plan()).plan
  t.match(steps.map(({ action, drift }) => [action.kind, drift?.cause, drift?.actor.kind]).sort(), [
    ['add-member', 'by-hand', 'person'],
    ['remove-binding', 'configuration', 'none'],
  ])
})

test('what nobody kept the beginning of has a cause that is unknown, and is asked for', async t => {
  const { world, store } = await settled(t)
  await store.write(async tx => {
    await tx.deleteFrom('settings').where('name', '=', 'settled-model').execute()
  })
  await world.edit({ do: 'remove-binding', group: GROUP, policy: 'Standard User', level: 'account' })
  t.match(drifts(await world.apply()), [{ cause: 'unknown', actor: { kind: 'person' } }])
})

test('what drifts the other way has a cause and a beginning of its own', async t => {
  const { world, clock, group, eva } = await settled(t)
  world.configure(`${RULES}protect: { groups: [ ${GROUP} ] }\nmode: upsert\n`)
  await world.apply()
  // Leaves in the directory: a difference that this mode keeps.
  await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${eva}"]` })
  const [extra] = drifts(await world.apply())
  t.match(extra, { class: 'extra', cause: 'directory' })
  // Comes back, and is taken out by hand before anybody looks.
  await world.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: eva }] })
  t.strictSame(drifts(await world.keyed()), [])
  await world.edit({ do: 'remove-member', group: GROUP, user: EVA })
  clock.advance(HOUR)
  const [missing] = drifts(await world.apply())
  t.match(missing, { class: 'missing', cause: 'by-hand' })
  t.ok((missing?.since ?? '') > (extra?.since ?? ''))
})

test('a hand edit that stands does not hide that the file wants something else of the same thing', async t => {
  const { world } = await settled(t)
  const bounded = (boundaries: string) =>
    RULES.replace('level: account }', `level: account, boundaries: [ ${boundaries} ] }`) +
    'boundaries: [ { name: one, query: "storage:bucket-name = \'a\';" }, { name: two, query: "storage:bucket-name = \'b\';" } ]\n'
  world.configure(bounded('one, two'))
  t.equal((await world.apply()).status, 'in-step')
  await world.edit({
    ...{ do: 'change-boundaries', group: GROUP, policy: 'Standard User', level: 'account' },
    boundaries: ['one'],
  })
  world.configure(`${bounded('one, two')}mode: observe\n`)
  t.match(drifts(await world.apply()), [{ class: 'changed', cause: 'by-hand', effect: 'closes' }])
  world.configure(`${bounded('')}mode: observe\n`)
  t.match(drifts(await world.apply()), [{ class: 'changed', cause: 'configuration' }])
})

async function settled(t: Test) {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const eva = await world.user('eva')
  const group = await world.group('dt-payments', [eva, await world.user('finn')])
  await world.apply()
  clock.advance(60_000)
  t.equal((await world.apply()).status, 'in-step')
  return { world, store, clock, eva, group }
}

function drifts(run: Run) {
  return run.plan.steps.map(step => step.drift)
}
