/** What passes keep of people for the Dynatrace extension of the SCIM user. */
import { type AccountFact, accountFacts } from '../../src/directory/account-facts.ts'
import type { Store } from '../../src/store/store.ts'
import { eachDatabase } from '../support/databases.ts'
import { makeWorld, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
  stage: { id: def67890 }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
  - name: everywhere
    match: { displayNames: [ everywhere ] }
    group: { name: everywhere }
    bindings: [ { policy: Standard User, level: account } ]
lifecycle: { deleted: { remove-after: 1s } }
`
const ANA = 'ana@acme.example'
const BEN = 'ben.okafor@acme.example'

eachDatabase({
  'a pass keeps uid, status, sign-in, environments and when it was in step': async (t, database) => {
    const store = await database.open()
    const clock = testClock()
    const world = await makeWorld(t, { store, rules: RULES, clock })
    const [ana, ben] = [await world.user('ana'), await world.user('ben.okafor')]
    await world.group('dt-payments', [ana])
    const everywhere = await world.group('everywhere', [ben])
    await world.apply()
    const first = await factOf(store, ANA)
    t.match(first, { status: 'PENDING', environments: ['stage'], lastSignIn: undefined, error: undefined })
    t.match(first?.uid, /./)
    t.match(first?.syncedAt, /^\d{4}-/)
    t.match(await factOf(store, BEN), {
      status: 'ACTIVE',
      environments: ['prod', 'stage'],
      lastSignIn: /^\d{4}-/,
    })

    await world.patch(`/Groups/${everywhere}`, { op: 'add', path: 'members', value: [{ value: ana }] })
    await world.keyed()
    await world.patch(`/Users/${ana}`, { op: 'replace', path: 'userName', value: 'Ana@acme.example' })
    await world.keyed()
    t.match(
      await factOf(store, ANA),
      { environments: ['prod', 'stage'] },
      'a pass over people alone tells as much',
    )

    await world.fault({ match: { method: 'DELETE' }, fault: 'status', status: 403, times: 1 })
    await world.patch(`/Users/${ana}`, { op: 'replace', path: 'active', value: false })
    const failed = await world.keyed()
    t.equal(failed.status, 'partial')
    t.match(await factOf(store, ANA), { error: /./ })
    await world.apply()
    t.match(await factOf(store, ANA), { error: undefined, environments: [] })

    await world.scim('DELETE', `/Users/${ana}`)
    clock.advance(2_000)
    await world.apply()
    t.equal(await factOf(store, ANA), undefined, 'neither in the directory nor in the account')
    t.ok(await factOf(store, BEN))
  },

  'while nothing changes, only the time in step moves, once an hour': async (t, database) => {
    const store = await database.open()
    const clock = testClock()
    const world = await makeWorld(t, { store, rules: `${RULES}mode: observe\n`, clock })
    await world.user('ben.okafor')
    await world.apply()
    const before = await factOf(store, BEN)
    t.match(before, { status: 'ACTIVE', environments: [] }, 'in mode observe too')
    clock.advance(60_000)
    await world.apply()
    t.same(await factOf(store, BEN), before)
    clock.advance(3_600_000)
    await world.apply()
    t.ok((before?.syncedAt ?? '') < ((await factOf(store, BEN))?.syncedAt ?? ''))
  },

  'many people are written a few hundred at a time': async (t, database) => {
    const store = await database.open()
    const world = await makeWorld(t, { store, rules: `${RULES}mode: observe\n` })
    for (let n = 0; n < 620; n++) await world.user(`user${n}`)
    await world.apply()
    const { count } = await store.db
      .selectFrom('accountUsers')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    t.equal(Number(count), 620)
    t.match(await factOf(store, 'user619@acme.example'), { uid: undefined, environments: [] })
  },
})

async function factOf(store: Store, emailKey: string): Promise<AccountFact | undefined> {
  return (await accountFacts(store.db, [emailKey, 'nul\0'])).get(emailKey)
}
