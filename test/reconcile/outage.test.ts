/** An outage in real time: the account goes away and comes back, and the loop waits for it without a word too many. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Test, test } from 'tap'
import { parseAccessModel } from '../../src/access/parse.ts'
import { sqlChangeFeed } from '../../src/directory/change-feed.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { sqlSnapshot } from '../../src/directory/sql-snapshot.ts'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import type { CallRecord } from '../../src/dynatrace/dynatrace.ts'
import { createHttpApp } from '../../src/http/app.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { policyTextMemory } from '../../src/reconcile/account-texts.ts'
import { callLedger } from '../../src/reconcile/call-ledger.ts'
import { catalogueMemory } from '../../src/reconcile/catalogue-memory.ts'
import { reconcileLoop } from '../../src/reconcile/loop.ts'
import { isKnown } from '../../src/reconcile/news.ts'
import { newRun, type Run } from '../../src/reconcile/run.ts'
import { runStore } from '../../src/reconcile/run-store.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { readJournal } from '../../src/store/journal.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, testClock } from '../support/world.ts'

const RULES = `
version: 1
rules:
  - { name: teams, match: "dt-{team}", group: { name: "team {team}" } }
`
const SCIM_TOKEN = 'scim-token-for-tests'

test('the account is stopped and started again: no busy loop, one run on record, recovery within seconds', async t => {
  const first = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  const port = Number(new URL(first.url).port)
  const { loop, scim, records, store, connection } = await running(t, first)
  await until('the first pass', async () => loop.status().lastSuccessAt !== undefined)
  await first.close()
  const { body: ada } = await scim('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@acme.example',
    active: true,
  })
  await scim('POST', '/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'dt-outage',
    members: [{ value: ada.id }],
  })
  loop.notify()
  await until('calls to pause', async () => connection.status().circuit === 'open', 30_000)
  const [callsBefore, runsBefore] = [records.length, (await loop.runs(500)).length]
  for (let nth = 0; nth < 20; nth += 1) {
    loop.notify()
    await delay(150)
  }
  const calls = records.length - callsBefore
  t.ok(calls <= 8, `${calls} calls in three seconds of an outage`)
  const runs = (await loop.runs(500)).length - runsBefore
  t.ok(runs <= 1, `${runs} more runs on record`)
  t.ok((await readJournal(store.db, { limit: 1_000 })).length < 60)

  const second = await startSimulator({ host: '127.0.0.1', port, seed: 'sample' })
  t.teardown(() => second.close())
  const back = performance.now()
  const isThere = async () => {
    const answer = await fetch(`${second.url}/_simulator/state`)
    const { users } = (await answer.json()) as { users: { email: string; groups: string[] }[] }
    return users.some(user => user.email === 'ada@acme.example' && user.groups.includes('team outage'))
  }
  await until('everything to arrive', isThere, 20_000)
  t.ok(performance.now() - back < 5_000, `after ${Math.round(performance.now() - back)} ms`)
  await until('the end of trouble on record', async () => (await loop.runs(1))[0]?.status === 'in-step')
})

test('the same trouble is on record once, its end as well, and what is new always', async t => {
  const store = await openStore({
    dataDir: t.testdir(),
    databaseUrl: undefined,
    log: silentLog,
    clock: systemClock,
  })
  t.teardown(() => store.close())
  const runs = runStore(store, systemClock)
  let minute = 10
  const ended = (status: Run['status'], problems: string[] = [], of: Partial<Run> = {}): Run => {
    minute += 1
    const at = `2026-11-22T10:${minute}:00.000Z`
    const asked = { trigger: 'schedule', mode: 'apply', scope: 'full', actor: 'schedule' } as const
    return { ...newRun({ ...asked, status }, new Date(at)), finishedAt: at, problems, ...of }
  }
  const known = async (run: Run) => {
    const isOld = await isKnown(run, runs)
    if (!isOld) await runs.save(run)
    return isOld
  }
  const down = (since: string) => [`Dynatrace has not answered since 2026-11-22T${since}.`]
  const ofKeys = { trigger: 'scim', scope: ['user ana@acme.example'] } as const
  t.equal(await known(ended('in-step')), true, 'a bridge that starts in step')
  t.equal(await known(ended('failed', down('10:00:00.000Z'))), false)
  t.equal(await known(ended('failed', down('10:02:00.000Z'))), true, 'only later')
  t.equal(await known(ended('partial', down('10:00:00.000Z'))), false)
  t.equal(await known(ended('failed', down('10:02:00.000Z'))), false, 'failed again')
  t.equal(await known(ended('failed', ['Something else.'])), false)
  t.equal(await known(ended('in-step')), false, 'the end of trouble')
  t.equal(await known(ended('in-step')), true)
  t.equal(await known(ended('failed', ['Something else.'])), false, 'the same trouble another day')
  t.equal(await known(ended('partial', ['No.'], ofKeys)), false)
  t.equal(await known(ended('partial', ['No.'], ofKeys)), true)
  t.equal(await known(ended('partial', ['No.'], { ...ofKeys, scope: ['user bo@acme.example'] })), false)
  t.equal(await known(ended('in-step', [], ofKeys)), true)
})

async function running(t: Test, simulator: Awaited<ReturnType<typeof startSimulator>>) {
  const clock = systemClock
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const ledger = callLedger()
  const records: CallRecord[] = []
  const connection = connectDynatrace({
    accountUuid: simulator.accountUuid,
    clientId: simulator.clientId,
    clientSecret: simulator.clientSecret,
    apiUrl: simulator.url,
    ssoUrl: simulator.url,
    clock,
    log: silentLog,
    onCall: record => {
      records.push(record)
      ledger.record(record)
    },
    limits: { retries: 1, pause: 20, openAfter: 3, openAfterMs: 200, openPause: 500, longestOpen: 1_000 },
  })
  const parsed = parseAccessModel(RULES, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems))
  const loop = reconcileLoop(parsed.model, {
    store,
    readSnapshot: sqlSnapshot(store),
    changes: sqlChangeFeed(store),
    catalogue: catalogueMemory(clock),
    policyTexts: policyTextMemory(() => clock.now()),
    runs: runStore(store, clock),
    connection,
    calls: ledger,
    clock,
    log: silentLog,
    onRun: () => undefined,
  })
  const directory = sqlDirectory({ store, clock })
  const app = await createHttpApp({
    directory,
    scimToken: SCIM_TOKEN,
    log: false,
    onChange: () => loop.notify(),
  })
  t.teardown(async () => {
    await loop.stop()
    await app.close()
    await connection.close()
    await store.close()
  })
  loop.start()
  const scim = async (method: 'POST', path: string, payload: object) => {
    const headers = { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' }
    const answer = await app.inject({ method, url: `/scim/v2${path}`, headers, payload })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { loop, scim, records, store, connection }
}

/** Asks again and again until it is so; fails by name. */
async function until(what: string, isSo: () => Promise<boolean>, patienceMs = 10_000): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await delay(20)
  }
}

test('credentials that are revoked in the middle of a pass: it ends, says so once, and harms nothing', async t => {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const people = await Promise.all(['ana', 'bo', 'cy'].map(name => world.user(name)))
  for (let nth = 0; nth < 40; nth += 1) await world.group(`dt-${nth}`, people)
  t.equal((await world.apply()).status, 'in-step')
  await world.scim('DELETE', `/Users/${people[0]}`)
  await world.group('dt-new', people.slice(1))
  const before = await world.state()
  await world.fault({ match: { path: '/permissions$' }, fault: 'status', status: 401, times: 1_000_000 })
  await world.fault({ match: { path: '/sso/oauth2/token$' }, fault: 'status', status: 400, times: 1_000_000 })
  await world.forgetCalls()
  const run = await world.apply()
  t.match(run.status, /^(partial|failed)$/)
  t.match(run.problems.join('\n'), /DT_CLIENT_SECRET/)
  t.ok(run.problems.length <= 51 && JSON.stringify(run.problems).length < 100_000)
  const { total } = await world.calls()
  t.ok(total < 60, `${total} calls`)
  t.same(await world.state(), before, 'nothing was changed')
  await world.simulated('DELETE', '/faults')
  clock.advance(10_000)
  t.equal((await world.apply()).status, 'in-step')
})
