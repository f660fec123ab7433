/**
 * What went wrong in other SCIM servers, each as a test of this one: bugs 8 to 12, 14, 15 and 17 to 20 of a list of 30
 * (`account.test.ts` has the others). The name says where it happened.
 */

import { test } from 'tap'
import { eachDatabase } from '../support/databases.ts'
import { runningBridge } from '../support/running-bridge.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
rules:
  - name: teams
    match: dt-{team}-viewer
    group: { name: "{team} viewer" }
    bindings: [ { policy: Standard User, level: account } ]
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`

const membersOf = async (world: World, group: string): Promise<readonly string[]> =>
  ((await world.scim('GET', `/Groups/${group}`)).body.members ?? [])
    .map(({ value }: { value: string }) => value)
    .sort()

async function people(world: World, count: number): Promise<string[]> {
  const ids: string[] = []
  // Not more at once than the bridge takes.
  for (let from = 0; from < count; from += 250) {
    const some = Array.from({ length: Math.min(250, count - from) }, (_, at) => world.user(`p${from + at}`))
    ids.push(...(await Promise.all(some)))
  }
  return ids
}

eachDatabase({
  '8 fleet#50724, 11 litellm#34209: members added and removed at once by many lose nobody': async (
    t,
    database,
  ) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    const ids = await people(world, 24)
    const [first = '', ...others] = ids
    const group = await world.group('dt-payments-viewer', [first])
    const answers = await Promise.all([
      ...others.map(value =>
        world.patch(`/Groups/${group}`, { op: 'Add', path: 'members', value: [{ value }] }),
      ),
      world.patch(`/Groups/${group}`, { op: 'Remove', path: `members[value eq "${first}"]` }),
    ])
    t.ok(answers.every(({ status }) => status < 300))
    t.same(await membersOf(world, group), others.toSorted())
  },

  '9 fleet#52600: one member nobody knows does not fail the others, and counts once it arrives': async (
    t,
    database,
  ) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    const ana = await world.user('ana')
    const later = '11111111-2222-4333-8444-555555555555'
    const group = await world.group('dt-payments-viewer', [])
    const answer = await world.patch(`/Groups/${group}`, {
      op: 'add',
      path: 'members',
      value: [{ value: later }, { value: ana }],
    })
    t.ok(answer.status < 300)
    t.match(await world.plan(), { findings: [{ kind: 'parked-member' }] })
    t.equal((await world.apply()).status, 'in-step')
  },

  '12 sentry#77191: a push of 5,000 members has 5,000 members': async (t, database) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    const ids = await people(world, 5_000)
    const group = await world.group('dt-payments-viewer', ids)
    t.equal((await membersOf(world, group)).length, 5_000)
  },

  '14 fusionauth#2784: who reads a group and takes one member out leaves the others': async (t, database) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    const ids = await people(world, 250)
    const group = await world.group('dt-payments-viewer', ids)
    t.equal((await membersOf(world, group)).length, 250, 'one answer has them all')
    await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${ids[7]}"]` })
    t.equal((await membersOf(world, group)).length, 249)
  },

  '15 better-auth#11111, django-scim2#83: who comes back is brought back, with the same id': async (
    t,
    database,
  ) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    const ana = await world.user('ana')
    const group = await world.group('dt-payments-viewer', [ana])
    await world.patch(`/Users/${ana}`, { op: 'replace', path: 'active', value: false })
    t.equal(await world.user('ana'), ana)
    t.same(await membersOf(world, group), [ana])
    t.match((await world.scim('GET', `/Users/${ana}`)).body, { active: true })
  },

  '17 sentry#117860, polis#4067, 18 langfuse#13528: a userName is taken in every spelling, and the answer says so':
    async (t, database) => {
      const world = await makeWorld(t, { store: await database.open(), rules: RULES })
      await world.user('Ana.Kos')
      const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User']
      const answer = await world.scim('POST', '/Users', {
        schemas,
        userName: 'ana.kos@ACME.example',
        active: true,
      })
      t.match(answer, { status: 409, body: { status: '409', scimType: 'uniqueness' } })
      const found = await world.scim(
        'GET',
        `/Users?filter=${encodeURIComponent('userName eq "ANA.KOS@acme.example"')}`,
      )
      t.match(
        found.body,
        { totalResults: 1, Resources: [{ userName: 'Ana.Kos@acme.example' }] },
        'shown as it was sent',
      )
    },

  '19 devforum.okta.com 14380: a stale deactivation behind a reactivation locks nobody out': async (
    t,
    database,
  ) => {
    const clock = testClock()
    const world = await makeWorld(t, { store: await database.open(), rules: RULES, clock })
    const ana = await world.user('ana')
    await world.group('dt-payments-viewer', [ana])
    await world.apply()
    const set = (active: boolean) =>
      world.patch(`/Users/${ana}`, { op: 'replace', path: 'active', value: active })
    await set(false)
    await set(true)
    await set(false)
    const run = await world.apply()
    t.match(run, { status: 'held', findings: [{ kind: 'deactivation-doubted' }] })
    t.match(
      run.plan.steps.map(({ verdict }) => verdict),
      [{ kind: 'hold', guard: 'doubt' }],
    )
  },

  '20 sentry#79354: active comes as text, and is the truth that it says': async (t, database) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    const ana = await world.user('ana')
    for (const [said, meant] of [
      ['False', false],
      ['True', true],
      ['false', false],
    ] as const) {
      t.ok((await world.patch(`/Users/${ana}`, { op: 'Replace', path: 'active', value: said })).status < 300)
      t.match((await world.scim('GET', `/Users/${ana}`)).body, { active: meant })
    }
  },
})

test('10 langwatch#7136: a change of members that nobody can read changes nothing, is refused with the reason, and is a finding', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const group = await bridge.group('dt-payments-viewer', [await bridge.user('ana')])
  const answer = await bridge.call('PATCH', `/scim/v2/Groups/${group}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'members', value: { everybody: true } }],
  })
  t.match(answer.json(), { status: '400', detail: /member/ })
  const { members } = (await bridge.call('GET', `/scim/v2/Groups/${group}`)).json()
  t.equal(members.length, 1)
  const { findings } = (await bridge.call('GET', '/api/v1/findings')).json()
  t.match(findings, [{ kind: 'unrecognised-membership-change' }])
  t.match(
    (await bridge.call('GET', '/metrics')).body,
    /refusals_total\{kind="unrecognised-membership-change"\} 1/,
  )
})
