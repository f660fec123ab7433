/**
 * What passes cost in calls, by formula.
 *
 *   full pass in step   2 per group of ours (its members, its roles)
 *                       + 1 per policy that bridge.yaml defines (its text)
 *                       + policies and bindings of each level: 2 per environment, 3 for the account and the global level
 *                       + 1 per 500 boundaries
 *                       + 3 (groups, users, environments)
 */
import { test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 }, stage: { id: def67890 } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team rights, level: { environments: [ prod ] }, boundaries: [ "only {team}" ] }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
policies:
  - { name: team rights, statement: "ALLOW storage:logs:read;" }
boundaries:
  - { name: "only {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
`

const ENVIRONMENTS = 2
const POLICIES = 1

function callsOfFullPass(groups: number, boundaries: number): number {
  return 2 * groups + POLICIES + 2 * ENVIRONMENTS + 3 + Math.max(1, Math.ceil(boundaries / 500)) + 3
}

for (const groups of [1, 7, 40]) {
  test(`a full pass over ${groups} groups of ours makes as many calls as the formula says, and no write`, async t => {
    const clock = testClock()
    const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
    t.teardown(() => store.close())
    const world = await makeWorld(t, { store, rules: RULES, clock })
    const ana = await world.user('ana')
    for (let at = 0; at < groups; at += 1) await world.group(`dt-team${at}`, [ana])
    t.equal((await world.apply()).status, 'in-step')
    clock.advance(60_000)
    const boundaries = ((await world.state()).boundaries ?? []).length
    const environments = ((await world.state()).environments ?? []).filter(
      ({ active }: { active?: boolean }) => active !== false,
    )
    t.equal(environments.length, ENVIRONMENTS)
    await world.forgetCalls()
    const run = await world.apply()
    t.match(run, { status: 'in-step', plan: { steps: [] } })
    const { total, writes, byOperation } = await world.calls()
    t.equal(writes, 0)
    // Once an hour the limits are asked for as well, and now and then a token.
    const {
      'oauth.token': tokens = 0,
      'limits.level': levels = 0,
      'limits.account': account = 0,
    } = byOperation
    t.equal(
      total - tokens - levels - account,
      callsOfFullPass(groups, boundaries),
      JSON.stringify(byOperation),
    )
  })
}
