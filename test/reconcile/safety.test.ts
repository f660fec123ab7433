/** What must not happen: wrong removals, wrong claims, rights that get stuck. Each was once possible. */
import { type Test, test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, type TestClock, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
  stage: { id: def67890 }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: team data, level: account, parameters: { team: payments } } ]
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 50 } }
lifecycle: { deleted: { remove-after: 1d } }
`

test('removals', async t => {
  t.test('a group whose members cannot be read is not deleted, nor are its rights taken away', async t => {
    const world = await worldOf(t)
    const id = await world.group('dt-payments', [await world.user('ana'), await world.user('bo')])
    await world.apply()
    await world.edit({ do: 'add-binding', group: 'team payments', policy: 'Admin User', level: 'account' })
    await world.fault({ match: { path: '/users$' }, fault: 'status', status: 500, times: 100 })
    await world.scim('DELETE', `/Groups/${id}`)
    const run = await world.apply()
    t.not(run.status, 'in-step')
    t.same(
      run.plan.steps.filter(step => /delete|unbind/.test(step.title)),
      [],
    )
  })

  t.test('while the deletion of a group waits for a person, leavers lose it all the same', async t => {
    const world = await worldOf(t)
    const [ana, bo] = [await world.user('ana'), await world.user('bo')]
    const id = await world.group('dt-payments', [ana, bo])
    await world.apply()
    await world.scim('DELETE', `/Groups/${id}`)
    t.equal((await world.apply()).status, 'held')
    await world.patch(`/Users/${ana}`, { op: 'replace', path: 'active', value: false })
    await world.keyed()
    t.same(membersOf(await world.state(), 'team payments'), ['bo@acme.example'])
  })

  t.test('a role in an environment that became inactive is left alone', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    await world.simulated('POST', '/seed', {
      environments: [{ id: 'def67890', name: 'stage', active: false }],
    })
    const run = await world.apply()
    t.same(run.plan.steps, [])
    t.match(run.findings, [{ kind: 'environment-inactive' }])
  })

  t.test('an orphaned group stays while what its members move to could not be made', async t => {
    const world = await worldOf(t, RULES.replace('percent: 50', 'percent: 100'))
    const ana = await world.user('ana')
    const old = await world.group('dt-payments', [ana])
    await world.apply()
    await world.scim('DELETE', `/Groups/${old}`)
    await world.group('dt-checkout', [ana])
    await world.fault({ match: { method: 'POST', path: '/groups$' }, fault: 'status', status: 403, times: 1 })
    t.equal((await world.apply()).status, 'partial')
    t.same(membersOf(await world.state(), 'team payments'), ['ana@acme.example'])
    t.equal((await world.apply()).status, 'in-step')
    t.same(membersOf(await world.state(), 'team checkout'), ['ana@acme.example'])
    t.notOk(named(await world.state(), 'team payments'))
  })
})

test('ownership', async t => {
  t.test('a creation that Dynatrace refused claims nothing that somebody makes later', async t => {
    const world = await worldOf(t)
    const id = await world.group('dt-payments', [await world.user('ben.okafor')])
    await world.fault({ match: { method: 'POST', path: '/groups$' }, fault: 'status', status: 403, times: 1 })
    t.equal((await world.apply()).status, 'partial')
    await world.edit({ do: 'create-group', name: 'team payments', description: 'made by hand' })
    const before = await world.state()
    const run = await world.apply()
    t.match(run.findings, [{ kind: 'name-taken' }])
    t.same(await world.state(), before)
    await world.scim('DELETE', `/Groups/${id}`)
    await world.apply()
    t.same(await world.state(), before)
  })

  t.test('an invitation that Dynatrace refused claims nobody who is invited by hand later', async t => {
    const world = await worldOf(t)
    const ana = await world.user('ana')
    await world.fault({ match: { method: 'POST', path: '/users$' }, fault: 'status', status: 403, times: 1 })
    await world.apply()
    await world.edit({ do: 'add-user', user: 'ana@acme.example' })
    await world.apply()
    await world.scim('DELETE', `/Users/${ana}`)
    world.clock.advance(2 * 86_400_000)
    await world.apply()
    t.ok((await world.state()).users.some((user: { email: string }) => user.email === 'ana@acme.example'))
  })

  t.test('a crash between a rename and its record is made good by the next pass', async t => {
    const world = await worldOf(t)
    const id = await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    await world.patch(`/Groups/${id}`, { op: 'replace', value: { displayName: 'dt-checkout' } })
    await world.apply()
    await world.store.write(tx =>
      tx
        .updateTable('ownership')
        .set({ name: 'team payments', nameKey: 'team payments' })
        .where('kind', '=', 'group')
        .execute(),
    )
    await world.apply()
    await world.group('dt-payments', [])
    t.equal((await world.apply()).status, 'in-step')
    t.same(membersOf(await world.state(), 'team checkout'), ['ana@acme.example'])
    t.ok(named(await world.state(), 'team payments'))
  })

  t.test('somebody whose address changed leaves under the old one', async t => {
    const world = await worldOf(t)
    const ana = await world.user('ana')
    await world.group('dt-payments', [ana])
    await world.apply()
    await world.patch(`/Users/${ana}`, { op: 'replace', path: 'userName', value: 'ana.new@acme.example' })
    await world.keyed()
    t.same(membersOf(await world.state(), 'team payments'), ['ana.new@acme.example'])
    world.clock.advance(2 * 86_400_000)
    t.equal((await world.apply()).status, 'in-step')
    const emails = (await world.state()).users.map((user: { email: string }) => user.email)
    t.notOk(emails.includes('ana@acme.example'))
    t.ok(emails.includes('ana.new@acme.example'))
  })
})

test('rights', async t => {
  t.test('parameters of the only binding of a policy change in place, in one call', async t => {
    const world = await worldOf(
      t,
      RULES.replace(', parameters: { team: payments }', '').replace('team data', 'Pro User'),
    )
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    world.configure(RULES.replace('team data', 'Pro User'))
    await world.forgetCalls()
    const run = await world.apply()
    t.same(
      run.plan.steps.map(step => [step.title, step.reason]),
      [
        [
          'change "Pro User" on the account of "team payments"',
          'no parameters within no boundary → team=payments within no boundary. Granted by rule "teams".',
        ],
      ],
    )
    t.equal(run.status, 'in-step', JSON.stringify(run.results))
    t.equal((await world.calls()).writes, 1)
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('two bindings that cannot be told apart are left for a person, who is told which', async t => {
    const world = await worldOf(
      t,
      RULES.replace(', parameters: { team: payments }', '').replace('team data', 'Pro User'),
    )
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    const binding = { group: 'team payments', policy: 'Pro User', level: 'account' }
    await world.edit({ do: 'change-boundaries', ...binding, boundaries: ['production only'] })
    await world.edit({ do: 'add-binding', ...binding, parameters: { x: '1' } })
    const before = await world.state()
    const run = await world.apply()
    t.equal(run.status, 'partial')
    t.match(Object.values(run.results), [
      { kind: 'failed', reason: /cannot tell that binding from the one with x=1/ },
      { kind: 'skipped', reason: /stays until they do/ },
    ])
    t.same(await world.state(), before, 'whichever went first, somebody would have less for a while')
    await world.edit({ do: 'remove-binding', ...binding, parameters: { x: '1' } })
    t.equal((await world.apply()).status, 'in-step')
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('a second binding of the policy, by hand, goes, and what it hid is narrowed again', async t => {
    const world = await worldOf(
      t,
      RULES.replace(', parameters: { team: payments }', ', boundaries: [ production only ]').replace(
        'team data',
        'Pro User',
      ),
    )
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    const binding = { group: 'team payments', policy: 'Pro User', level: 'account' }
    await world.edit({ do: 'change-boundaries', ...binding, boundaries: [] })
    await world.edit({ do: 'add-binding', ...binding, parameters: { x: '1' } })
    await world.apply()
    t.equal((await world.apply()).status, 'in-step')
    t.same((await world.plan()).plan.steps, [])
  })
})

test('keys', async t => {
  t.test('an IdP group renamed into a match in other letters is taken up by the keyed pass', async t => {
    const world = await worldOf(t)
    const id = await world.group('something else', [await world.user('ana')])
    await world.apply()
    await world.patch(`/Groups/${id}`, { op: 'replace', value: { displayName: 'DT-Payments' } })
    t.equal((await world.keyed()).status, 'in-step')
    t.same(membersOf(await world.state(), 'team Payments'), ['ana@acme.example'])
  })

  t.test('an active user does not inherit the groups of a deactivated one with the same address', async t => {
    const world = await worldOf(t)
    const old = await world.user('old-name', { emails: [{ value: 'x', primary: true }] })
    await world.patch(`/Users/${old}`, { op: 'replace', path: 'active', value: false })
    const duplicate = await world.scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'somebody',
      active: true,
      emails: [{ value: 'old-name@acme.example', primary: true }],
    })
    t.equal(duplicate.status, 201)
    await world.group('dt-payments', [old])
    await world.apply()
    t.same(membersOf(await world.state(), 'team payments'), [])
    await world.patch(`/Users/${duplicate.body.id}`, {
      op: 'replace',
      path: 'displayName',
      value: 'Somebody',
    })
    await world.keyed()
    t.same(membersOf(await world.state(), 'team payments'), [])
  })
})

async function worldOf(t: Test, rules = RULES): Promise<World & { readonly clock: TestClock }> {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules, clock })
  t.teardown(() => store.close())
  return { ...world, clock }
}

interface AccountState {
  readonly groups: readonly { readonly name: string }[]
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
}

const named = (state: AccountState, name: string) => state.groups.some(group => group.name === name)

const membersOf = (state: AccountState, name: string) =>
  state.users.filter(user => user.groups.includes(name)).map(user => user.email)
