/** The loop by itself: what wakes it, what it must not lose, and a lease that is shorter than a pass. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Test, test } from 'tap'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, parseModel, type World } from '../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: Standard User, level: account } ]
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`

test('a SCIM change reaches the account within two seconds of its answer', async t => {
  const world = await worldOf(t)
  const loop = world.loop()
  await until('the first pass', async () => loop.status().lastSuccessAt !== undefined)
  const ana = await world.user('ana')
  await world.group('dt-payments', [ana])
  loop.notify()
  const asked = performance.now()
  await until('the membership', async () =>
    (await members(world, 'team payments')).includes('ana@acme.example'),
  )
  t.ok(performance.now() - asked < 2_000)
})

test('an access model that arrives in the middle of a full pass is applied right after it', async t => {
  const world = await worldOf(t)
  await world.group('dt-payments', [await world.user('ana')])
  await world.fault({ match: { path: '/bindings' }, fault: 'slow', delayMs: 300, times: 2 })
  const loop = world.loop()
  await until('the pass to begin', async () => loop.status().lastAttemptAt !== undefined)
  loop.configure(parseModel(RULES.replace('team {team}', 'crew {team}')))
  await until('the new name', async () =>
    (await members(world, 'crew payments')).includes('ana@acme.example'),
  )
  t.pass('it was not lost')
})

test('a pass that takes longer than the lease keeps it', async t => {
  const world = await worldOf(t)
  for (let n = 0; n < 6; n++) await world.group(`dt-team${n}`, [await world.user(`user${n}`)])
  await world.apply()
  await world.edit({ do: 'remove-member', group: 'team team0', user: 'user0@acme.example' })
  // Time runs a hundred times as fast for the loop: its lease of 30 s is over in 0.3 s, a pass takes longer.
  await world.fault({ match: { method: 'GET' }, fault: 'slow', delayMs: 200, times: 60 })
  const loop = world.loop(faster(100))
  await until('the repair', async () => (await members(world, 'team team0')).includes('user0@acme.example'))
  await until('the run', async () => (await loop.runs(1)).some(run => run.finishedAt !== undefined))
  t.match(await loop.runs(1), [{ status: 'in-step', trigger: 'start' }])
})

test('runs that died with their process are closed by the next one', async t => {
  const world = await worldOf(t)
  const run = await world.plan()
  await world.runs.save({ ...run, id: 'run-interrupted', status: 'running', finishedAt: undefined })
  const loop = world.loop()
  await until('the end of it', async () => (await loop.run('run-interrupted'))?.status === 'failed')
  t.match((await loop.run('run-interrupted'))?.problems, [/ended in the middle/])
})

test('two instances on one database: one leads, the other takes over when it stops', async t => {
  const world = await worldOf(t)
  const first = world.loop()
  await until('the first to lead', async () => first.status().leader)
  const second = world.loop()
  await until('the first pass', async () => first.status().lastSuccessAt !== undefined)
  t.notOk(second.status().leader)
  await first.stop()
  await until('the second to lead', async () => second.status().leader)
  t.notOk(first.status().leader)
})

test('a held plan is stored once, however many passes find it again', async t => {
  const world = await worldOf(
    t,
    RULES.replace('groupShrink: { percent: 100 }', 'groupShrink: { percent: 10 }'),
  )
  const id = await world.group('dt-payments', [await world.user('ana'), await world.user('bo')])
  await world.apply()
  await world.scim('DELETE', `/Groups/${id}`)
  const loop = world.loop()
  await until('a held run', async () => (await loop.latest())?.status === 'held')
  const before = (await loop.runs(100)).length
  const finished = (await loop.latest())?.finishedAt
  loop.configure(parseModel(RULES.replace('groupShrink: { percent: 100 }', 'groupShrink: { percent: 11 }')))
  await until('another pass', async () => (await loop.latest())?.finishedAt !== finished)
  t.match(await loop.latest(), { status: 'held' })
  // The reason names the new percentage, but the plan is the same: it is news only once.
  t.equal((await loop.runs(100)).length, before)
})

async function worldOf(t: Test, rules = RULES): Promise<World> {
  const store = await openStore({
    dataDir: t.testdir(),
    databaseUrl: undefined,
    log: silentLog,
    clock: systemClock,
  })
  t.teardown(() => store.close())
  return makeWorld(t, { store, rules, clock: systemClock })
}

async function members(world: World, name: string): Promise<readonly string[]> {
  const { users } = (await world.state()) as {
    users: readonly { email: string; groups: readonly string[] }[]
  }
  return users.filter(user => user.groups.includes(name)).map(user => user.email)
}

/** Asks again and again until it is so; fails by name after ten seconds. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await delay(20)
  }
}

function faster(factor: number): Clock {
  const start = systemClock.now().getTime()
  return {
    now: () => new Date(start + (systemClock.now().getTime() - start) * factor),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  }
}
