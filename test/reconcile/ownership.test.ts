/** Who owns what: two bridges on one account, the registry as a file, and taking over what is there. */
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { installationId } from '../../src/reconcile/installation.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { sqliteDatabase } from '../support/databases.ts'
import { makeWorld, type TestClock, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
rules:
  - name: team access
    match: dt-{team}
    group: { name: "team {team}", description: "Team {team}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team logs, level: account, parameters: { team: "{team}" }, boundaries: [ "zone {team}" ] }
    permissions: [ { role: account-viewer, level: account } ]
boundaries:
  - name: zone {team}
    for: team access
    query: |
      storage:dt.security_context = "{team}";
policies:
  - name: team logs
    level: account
    statement: ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";
guards: { removals: { count: 20, percent: 100 }, groupShrink: { percent: 100 } }
`
const WORD = { by: 'kim', reason: 'database lost' }

test('the marker of the account', async t => {
  t.test('is one local group without members and rights, written once, and nobody counts it', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    t.equal((await world.apply()).status, 'in-step')
    const state = await world.state()
    const marker = named(state, 'dynatrace-scim-bridge')
    t.equal(marker.owner, 'LOCAL')
    t.same(membersOf(state, 'dynatrace-scim-bridge'), [])
    t.match(marker.description, `instance ${await installationId(world.store)} epoch 1 mark `)
    await world.forgetCalls()
    const again = await world.apply()
    t.same(again.plan.steps, [])
    t.equal((await world.calls()).writes, 0, 'written once')
    const bare = await worldOf(t, { marked: false })
    await bare.group('dt-payments', [await bare.user('ana')])
    t.equal(again.unmanaged.groups, (await bare.apply()).unmanaged.groups, 'and not counted')
  })

  t.test('that somebody deleted or edited is written again', async t => {
    const world = await worldOf(t)
    await world.apply()
    const { uuid } = named(await world.state(), 'dynatrace-scim-bridge')
    await world.edit({ do: 'delete-group', group: 'dynatrace-scim-bridge' })
    await world.apply()
    const anew = named(await world.state(), 'dynatrace-scim-bridge')
    t.ok(anew)
    t.not(anew.uuid, uuid)
  })

  t.test('of another bridge: this one only observes, until somebody says otherwise', async t => {
    const one = await worldOf(t)
    const other = await worldOf(t, { account: one.simulator })
    await one.group('dt-payments', [await one.user('ana')])
    await one.apply()
    await other.group('dt-checkout', [await other.user('bo')])
    await one.forgetCalls()
    const run = await other.apply()
    t.equal((await one.calls()).writes, 0)
    t.ok(run.plan.steps.length > 0)
    t.ok(
      run.plan.steps.every(({ verdict }) => verdict.kind === 'refuse' && verdict.guard === 'second-instance'),
    )
    const finding = run.findings.find(({ kind }) => kind === 'second-instance')
    t.match(finding?.message, await installationId(one.store))
    t.match(finding?.remedy, /ownership claim/)
    await other.keyed()
    t.equal((await one.calls()).writes, 0, 'a keyed pass likewise')
    t.equal((await one.apply()).status, 'in-step', 'the first one goes on')

    const claimed = await other.ownership.claim(WORD)
    t.match(claimed, { before: await installationId(one.store), epoch: 1 })
    t.equal((await other.apply()).status, 'in-step')
    t.ok(named(await one.state(), 'team checkout'))
    t.ok(named(await one.state(), 'team payments'), 'and what the other one made is not ours')
    const back = await one.apply()
    t.ok(back.findings.some(({ kind }) => kind === 'second-instance'))
    t.same(await journalKinds(other, 'ownership.claimed'), ['kim'])
  })

  t.test('of a copy of our own database is told apart', async t => {
    const one = await worldOf(t)
    await one.apply()
    const copy = await worldOf(t, { account: one.simulator })
    for (const row of await one.store.db.selectFrom('settings').selectAll().execute()) {
      await copy.store.write(async tx => {
        await tx.deleteFrom('settings').where('name', '=', row.name).execute()
        await tx.insertInto('settings').values(row).execute()
      })
    }
    t.notOk(
      (await copy.apply()).findings.some(({ kind }) => kind === 'second-instance'),
      'the copy goes on',
    )
    const run = await one.apply()
    t.ok(
      run.findings.some(({ kind }) => kind === 'second-instance'),
      'and the original stands back',
    )
  })

  t.test('of a write that never came about locks nobody out', async t => {
    const clock = testClock()
    const store = await storeOf(t, clock)
    const world = await worldOf(t, { store, clock })
    await world.apply()
    await world.fault({ fault: 'status', status: 500, match: { method: 'PUT', path: '/groups' }, times: 10 })
    const next = await worldOf(t, { store, clock, account: world.simulator })
    const run = await next.apply()
    t.ok(
      run.findings.some(({ kind }) => kind === 'marker-not-written'),
      JSON.stringify(run.findings),
    )
    t.notOk(run.findings.some(({ kind }) => kind === 'second-instance'))
    await world.simulated('DELETE', '/faults')
    t.notOk((await next.apply()).findings.some(({ kind }) => /marker|second/.test(kind)))
    t.match(named(await world.state(), 'dynatrace-scim-bridge').description, /epoch 3 /)
  })

  t.test('is no name for a group of a rule, and somebody else may have it', async t => {
    const world = await worldOf(t, { rules: RULES.replace('"team {team}"', 'Dynatrace-SCIM-bridge') })
    await world.edit({ do: 'create-group', name: 'dynatrace-scim-bridge' })
    await world.group('dt-payments', [await world.user('ana')])
    const run = await world.apply()
    const kinds = run.findings.map(({ kind }) => kind)
    t.ok(kinds.includes('reserved-name'))
    t.ok(kinds.includes('marker-name-taken'))
    t.same(membersOf(await world.state(), 'dynatrace-scim-bridge'), [])
  })
})

test('ownership follows the uuid', async t => {
  t.test('a group renamed by hand stays ours, and another one that gets its name is not', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    const { uuid } = named(await world.state(), 'team payments')
    await world.edit({ do: 'rename-group', group: 'team payments', name: 'theirs' })
    await world.edit({ do: 'create-group', name: 'team payments' })
    const run = await world.apply()
    const steps = run.plan.steps.map(({ action }) => action.kind)
    t.notOk(steps.includes('create-group'))
    const state = await world.state()
    t.same(membersOf(state, byId(state, uuid).name), ['ana@acme.example'])
    const homonym = state.groups.find((group: Group) => group.name === 'team payments' && group.uuid !== uuid)
    if (homonym !== undefined) t.same(membersOf(state, 'team payments'), [])
  })

  t.test('so it is with a policy', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    await world.edit({ do: 'rename-policy', policy: 'team logs', name: 'theirs' })
    await world.edit({ do: 'create-policy', policy: 'team logs', statement: 'ALLOW storage:events:read;' })
    const run = await world.apply()
    t.ok(run.findings.some(({ kind }) => kind === 'policy-name-taken'))
    const statements = (await world.state()).policies
      .filter(({ name }: { name: string }) => name === 'team logs')
      .map(({ statementQuery }: { statementQuery: string }) => statementQuery)
    t.same(statements, ['ALLOW storage:events:read;'], 'what has our name is not ours')
  })
})

test('adoption', async t => {
  t.test('merges members, drops nothing, and gives up what is released', async t => {
    const world = await worldOf(t)
    await world.edit({ do: 'create-group', name: 'team payments' })
    await world.edit({ do: 'add-member', group: 'team payments', user: 'ana.kos@acme.example' })
    await world.edit({ do: 'add-binding', group: 'team payments', policy: 'Admin User', level: 'account' })
    await world.group('dt-payments', [await world.user('bo')])
    const before = await world.apply()
    t.ok(before.findings.some(({ kind }) => kind === 'name-taken'))
    const { all } = await world.adoption.candidates()
    t.match(all, [{ kind: 'group', group: { name: 'team payments' }, obstacle: undefined }])

    const review = await adopt(world, { rehearse: true })
    t.equal(review.done, false)
    t.same(review.kept.map(({ title }) => title).sort(), [
      'ana.kos@acme.example',
      'policy "Admin User" on the account',
    ])
    t.notOk(review.plan.steps.some(({ action }) => /^(remove|delete)/.test(action.kind)))
    t.match((await world.adoption.candidates()).all, [{ kind: 'group' }], 'a rehearsal takes nothing')

    t.equal((await adopt(world)).done, true)
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.problems))
    t.same(membersOf(await world.state(), 'team payments'), ['ana.kos@acme.example', 'bo@acme.example'])
    t.same((await world.apply()).plan.steps, [], 'what is kept is no drift')

    const kept = await world.adoption.kept()
    t.equal(kept.length, 2)
    const [member] = kept.filter(({ kind }) => kind === 'member')
    await world.adoption.release(member?.id ?? '', { by: 'kim', reason: 'left the team' })
    t.match(await world.adoption.release('kept-none', WORD), { kind: 'refused', code: 'no-such-element' })
    t.match((await world.apply()).plan.steps, [{ action: { kind: 'remove-member' } }])
    t.same(membersOf(await world.state(), 'team payments'), ['bo@acme.example'])
    t.same(await journalKinds(world, 'adoption.adopted'), ['kim'])
    t.same(await journalKinds(world, 'adoption.released'), ['kim'])
  })

  t.test('what the rules come to wish for goes when they no longer do', async t => {
    const world = await worldOf(t)
    await world.edit({ do: 'create-group', name: 'team payments' })
    await world.edit({ do: 'add-member', group: 'team payments', user: 'ana.kos@acme.example' })
    const id = await world.group('dt-payments', [])
    await adopt(world)
    await world.apply()
    const ana = await world.user('ana.kos')
    await world.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: ana }] })
    await world.apply()
    t.same(await world.adoption.kept(), [])
    await world.patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${ana}"]` })
    await world.apply()
    t.same(membersOf(await world.state(), 'team payments'), [])
  })

  t.test('an adopted group that no rule wants is left, without what we gave', async t => {
    const world = await worldOf(t)
    await world.edit({ do: 'create-group', name: 'team payments' })
    await world.edit({ do: 'add-member', group: 'team payments', user: 'ana.kos@acme.example' })
    await world.edit({ do: 'add-binding', group: 'team payments', policy: 'Standard User', level: 'account' })
    const id = await world.group('dt-payments', [await world.user('bo')])
    await adopt(world)
    await world.apply()
    await world.scim('DELETE', `/Groups/${id}`)
    const run = await world.apply()
    t.notOk(run.plan.steps.some(({ action }) => action.kind === 'delete-group'))
    t.equal(
      run.status,
      'in-step',
      JSON.stringify(run.plan.steps.map(({ title, verdict }) => [title, verdict])),
    )
    const state = await world.state()
    t.same(membersOf(state, 'team payments'), ['ana.kos@acme.example'])
    t.equal(rightsOf(state, 'team payments').length, 1)
    await world.apply()
    t.same(
      (await world.ownership.list()).rows.filter(({ kind }) => kind === 'group'),
      [],
      'and is nobody of ours',
    )
  })

  t.test('takes only what is the account’s own and wanted', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [])
    t.match(await world.adoption.adopt({ ...WORD, names: ['team nothing'], rehearse: false }), {
      kind: 'refused',
      code: 'no-candidate',
    })
  })
})

test('losing the database', async t => {
  t.test(
    'is survived: what the IdP sends again and adoption bring it back, and nobody loses access',
    async t => {
      const one = await worldOf(t)
      await push(one)
      t.equal((await one.apply()).status, 'in-step')
      const before = access(await one.state())

      const two = await worldOf(t, { account: one.simulator })
      await two.group('dt-payments', [await two.user('ana')])
      const blind = await two.apply()
      t.ok(blind.findings.some(({ kind }) => kind === 'second-instance'))
      t.same(access(await one.state()), before)
      t.match(await two.adoption.adopt({ ...WORD, names: undefined, rehearse: false }), {
        kind: 'refused',
        code: 'second-instance',
      })
      await two.ownership.claim(WORD)
      await two.apply()
      t.same(access(await one.state()), before)
      await pushRest(two)
      await two.apply()
      t.same(access(await one.state()), before, 'names that are taken are left alone')
      const adopted = await adopt(two)
      t.same(adopted.kept, [], 'all of it is as the rules want it')
      const run = await two.apply()
      t.same(titles(run), [])
      t.same(access(await one.state()), before)
      await two.scim('DELETE', `/Users/${await idOf(two, 'ana')}`)
      await two.apply()
      t.notOk(
        membersOf(await one.state(), 'team payments').includes('ana@acme.example'),
        'and it is ours again',
      )
    },
  )

  t.test('with an export at hand, everything is ours again', async t => {
    const one = await worldOf(t)
    await push(one)
    await one.apply()
    const file = await one.ownership.export()
    const two = await worldOf(t, { account: one.simulator })
    const tried = await two.ownership.import(file, { ...WORD, rehearse: true })
    t.match(tried, { done: false, ours: false, leftOut: [] })
    await one.edit({ do: 'delete-group', group: 'team checkout' })
    const done = await two.ownership.import(file, { ...WORD, rehearse: false })
    t.match(done, { done: true, leftOut: [{ name: 'team checkout', why: /not in the account/ }] })
    await push(two)
    const still = await two.apply()
    t.ok(
      still.findings.some(({ kind }) => kind === 'second-instance'),
      'on record, and not ours',
    )
    t.match(await two.ownership.migrate(await installationId(two.store), { ...WORD, rehearse: false }), {
      code: 'own-instance',
    })
    t.match(await two.ownership.migrate(file.instance, { ...WORD, rehearse: true }), {
      done: false,
      marker: true,
    })
    t.match(await two.ownership.migrate(file.instance, { ...WORD, rehearse: false }), {
      done: true,
      marker: true,
    })
    const run = await two.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.problems))
    t.notOk(run.plan.steps.some(({ action }) => /^(remove|delete)/.test(action.kind)))
    t.ok(named(await one.state(), 'team checkout'), 'and what was gone is made anew')
    t.same((await two.apply()).plan.steps, [])
    const again = await two.ownership.import(file, { ...WORD, rehearse: false })
    t.match(again, { rows: [] }, 'a second time nothing is taken')
    t.match(await two.ownership.import({ ...file, account: 'other' }, { ...WORD, rehearse: true }), {
      code: 'other-account',
    })
  })
})

test('two bridges on one account never undo each other, in whatever order they act', async t => {
  const deed = fc.record({
    who: fc.constantFrom('one' as const, 'other' as const),
    what: fc.constantFrom('push', 'drop', 'apply', 'keyed', 'restart'),
    team: fc.constantFrom('payments', 'checkout', 'search'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 6, maxLength: 14 }), async deeds => {
      await t.test(`${deeds.map(({ who, what, team }) => `${who} ${what} ${team}`).join(', ')}`, async t => {
        const clock = testClock()
        const stores = { one: await storeOf(t, clock), other: await storeOf(t, clock) }
        const one = await worldOf(t, { store: stores.one, clock })
        const account = one.simulator
        const worlds = { one, other: await worldOf(t, { store: stores.other, clock, account }) }
        let first: 'one' | 'other' | undefined
        for (const { who, what, team } of deeds) {
          const before = await one.state()
          await carryOut(worlds[who], what, team)
          if (what === 'restart') worlds[who] = await worldOf(t, { store: stores[who], clock, account })
          // Whichever pass it was, it is the first that marks the account.
          if (isMarked(await one.state()) && !isMarked(before)) first = who
          if (first !== undefined && first !== who)
            t.same(await one.state(), before, `${who} ${what} ${team}`)
        }
      })
    }),
    { numRuns: 12 },
  )
})

async function carryOut(world: World, what: string, team: string): Promise<void> {
  const groups = await world.scim(
    'GET',
    `/Groups?filter=${encodeURIComponent(`displayName eq "dt-${team}"`)}`,
  )
  const [group] = groups.body.Resources ?? []
  if (what === 'push' && group === undefined) {
    const found = await world.scim(
      'GET',
      `/Users?filter=${encodeURIComponent(`userName eq "${team}@acme.example"`)}`,
    )
    await world.group(`dt-${team}`, [found.body.Resources?.[0]?.id ?? (await world.user(team))])
  }
  if (what === 'drop' && group !== undefined) await world.scim('DELETE', `/Groups/${group.id}`)
  if (what === 'apply') await world.apply()
  if (what === 'keyed') await world.keyed()
}

interface Group {
  readonly uuid: string
  readonly name: string
  readonly owner: string
  readonly description: string
}

interface State {
  readonly groups: readonly Group[]
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly permissions: readonly { readonly group: string }[]
  readonly bindings: readonly { readonly group: string }[]
}

function titles(run: Run): readonly string[] {
  return run.plan.steps.map(({ title }) => title)
}

async function adopt(world: World, { rehearse = false } = {}) {
  const done = await world.adoption.adopt({ ...WORD, names: undefined, rehearse })
  if ('code' in done) throw new Error(done.message)
  return done
}

async function push(world: World): Promise<void> {
  await world.group('dt-payments', [await world.user('ana')])
  await pushRest(world)
}

async function pushRest(world: World): Promise<void> {
  await world.group('dt-checkout', [await world.user('bo'), await world.user('cy')])
}

async function idOf(world: World, name: string): Promise<string> {
  const { body } = await world.scim(
    'GET',
    `/Users?filter=${encodeURIComponent(`userName eq "${name}@acme.example"`)}`,
  )
  return body.Resources[0].id
}

function named(state: State, name: string): Group {
  return state.groups.find(group => group.name === name) as Group // undefined shows as a failure
}

function byId(state: State, uuid: string): Group {
  return state.groups.find(group => group.uuid === uuid) as Group // likewise
}

function membersOf(state: State, name: string): readonly string[] {
  return state.users.filter(({ groups }) => groups.includes(name)).map(({ email }) => email)
}

function rightsOf({ bindings, permissions }: State, name: string) {
  return [...bindings, ...permissions].filter(({ group }) => group === name)
}

/** What the groups of the rules hold, as people would notice. */
function access(state: State): unknown {
  return state.groups
    .filter(({ name }) => name.startsWith('team '))
    .map(group => ({
      ...group,
      members: membersOf(state, group.name),
      rights: rightsOf(state, group.name),
    }))
}

async function journalKinds(world: World, kind: string): Promise<readonly string[]> {
  const rows = await world.store.db.selectFrom('journal').select('actor').where('kind', '=', kind).execute()
  return rows.map(({ actor }) => actor)
}

async function worldOf(
  t: Test,
  {
    marked = true,
    rules = RULES,
    account,
    store,
    clock = testClock(),
  }: {
    readonly marked?: boolean
    readonly rules?: string
    readonly account?: World['simulator']
    readonly store?: World['store']
    readonly clock?: TestClock
  } = {},
) {
  const at = store ?? (await storeOf(t, clock))
  return makeWorld(t, { store: at, rules, marked, clock, ...(account === undefined ? {} : { account }) })
}

async function storeOf(t: Test, clock: TestClock) {
  return (await sqliteDatabase(t)).open(clock)
}

const isMarked = ({ groups }: { readonly groups: readonly { readonly name: string }[] }): boolean =>
  groups.some(({ name }) => name === 'dynatrace-scim-bridge')
