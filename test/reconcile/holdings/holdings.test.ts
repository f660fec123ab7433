/** Who had what: at each full pass as the account was then, for ever, hand edits included; and why it changed. */
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { changesBetween } from '../../../src/reconcile/holdings/changes.ts'
import { type Held, type HistoryFilter, heldAt } from '../../../src/reconcile/holdings/held-at.ts'
import { holdingsSince } from '../../../src/reconcile/holdings/see-holdings.ts'
import { pseudonymise } from '../../../src/store/pseudonymise.ts'
import { eachDatabase, sqliteDatabase, type TestDatabase } from '../../support/databases.ts'
import { type Act, anyAct, empty, nobody, perform } from '../../support/history.ts'
import { makeWorld, testClock, type World } from '../../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: teams
    match: dt-{team:payments|checkout}-{role:viewer|editor}
    group: { name: "{team} {role}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team data, level: { environments: all }, parameters: { team: "{team}" }, boundaries: [ "team {team}" ] }
  - name: teams together
    match: dt-{team:payments|checkout}-{role}
    group: { name: "{team} everybody" }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`
const OURS = [
  'payments viewer',
  'payments editor',
  'checkout viewer',
  'checkout editor',
  'payments everybody',
]

eachDatabase({
  'at every full pass it is what the account held then, and stays so': async (t, database) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct(OURS), { minLength: 5, maxLength: 30 }), async acts => {
        await t.test('a history', async t => holds(t, database, acts))
      }),
      { numRuns: 12, endOnFailure: true },
    )
  },
})

async function holds(t: Test, database: TestDatabase, acts: readonly Act[]): Promise<void> {
  const store = await database.open()
  await empty(store)
  await store.write(async tx => {
    for (const table of ['holdings', 'heldGroups'] as const) await tx.deleteFrom(table).execute()
  })
  const clock = testClock()
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const cast = nobody()
  const past: { readonly at: string; readonly lines: readonly string[] }[] = []
  for (const act of [...acts, { kind: 'full' } as const]) {
    clock.advance(60_000)
    if (act.kind !== 'full') {
      await perform(world, cast, act)
      continue
    }
    const { status } = await world.apply()
    if (status !== 'in-step' && status !== 'held') continue
    const at = clock.now().toISOString()
    const lines = linesOf(await all(world, at))
    t.same(lines, await snapshot(world), `as the account was at ${at}`)
    past.push({ at, lines })
  }
  for (const { at, lines } of past) t.same(linesOf(await all(world, at)), lines, `still so of ${at}`)
}

test('a pass that finds nothing new writes nothing', async t => {
  const { world } = await team(t)
  await world.apply()
  const rows = () => world.store.db.selectFrom('holdings').selectAll().orderBy('id').execute()
  const groups = () => world.store.db.selectFrom('heldGroups').selectAll().orderBy('groupId').execute()
  const before = [await rows(), await groups()]
  t.ok((before[0]?.length ?? 0) > 5)
  await world.apply()
  t.same([await rows(), await groups()], before)
})

test('who gained and who lost what is told with the run and the reason', async t => {
  const { world, clock, ana } = await team(t)
  const known = await holdingsSince(world.store)
  t.ok(known, 'known since the first full pass')
  const from = clock.now().toISOString()
  clock.advance(60_000)

  await world.edit({ do: 'add-member', group: 'payments viewer', user: 'ben.okafor@acme.example' })
  await world.plan()
  const edited = clock.now().toISOString()
  const byHand = await changesBetween(world.store.db, { from, to: edited }, {})
  t.match(byHand, [
    {
      change: 'gained',
      held: { kind: 'member', person: 'ben.okafor@acme.example', group: { name: 'payments viewer' } },
      cause: { step: undefined },
    },
  ])
  clock.advance(60_000)
  const { id } = await world.apply()
  t.same(
    await changesBetween(world.store.db, { from, to: clock.now().toISOString() }, {}),
    [],
    'repaired: nothing is different',
  )

  clock.advance(60_000)
  await world.patch(`/Groups/${await groupId(world)}`, { op: 'remove', path: `members[value eq "${ana}"]` })
  const keyed = await world.keyed()
  const to = clock.now().toISOString()
  const left = await changesBetween(
    world.store.db,
    { from: edited, to },
    { group: 'PAYMENTS viewer', person: 'ana@acme.example' },
  )
  t.match(left, [
    {
      change: 'lost',
      held: { kind: 'member', person: 'ana@acme.example' },
      cause: { run: keyed.id, step: { title: 'remove ana@acme.example from "payments viewer"' } },
    },
  ])
  t.match(await changesBetween(world.store.db, { from: edited, to }, { person: 'ben.okafor@acme.example' }), [
    {
      change: 'lost',
      cause: { run: id, step: { title: 'remove ben.okafor@acme.example from "payments viewer"' } },
    },
  ])
  t.match(
    (await changesBetween(world.store.db, { from: edited, to }, { environment: 'prod' })).map(
      ({ held }) => held.group?.name,
    ),
    ['payments viewer', 'payments viewer'],
    'only groups that have something there',
  )
})

test('questions are narrowed by person, group and environment', async t => {
  const { world, clock } = await team(t)
  const at = clock.now().toISOString()
  const of = async (filter: HistoryFilter) =>
    linesOf(await all(world, at, filter)).map(line => line.replace(/^\S+ /, ''))
  const ana = await of({ person: 'ana@acme.example' })
  t.ok(ana.includes('member ana@acme.example'))
  t.notOk(ana.some(line => line.includes('bob@')))
  t.ok(
    ana.some(line => line.startsWith('binding account')),
    'with what she has through her groups',
  )
  t.same(await of({ person: 'nobody@acme.example' }), [])
  const viewers = await of({ group: 'payments VIEWER' })
  t.equal(viewers.filter(line => line.startsWith('group ')).length, 1)
  const stage = await all(world, at, { environment: 'stage' })
  t.ok(stage.some(({ kind, group }) => kind === 'permission' && group?.name === 'payments everybody'))
  t.notOk(
    stage.some(({ detail }) => 'on' in detail && detail.on !== 'account' && detail.on.id === 'abc12345'),
  )
  t.same(await all(world, '2020-01-01T00:00:00.000Z'), [])
})

test('whoever was made unknown is unknown in the past, too', async t => {
  const { world, clock } = await team(t)
  const at = clock.now().toISOString()
  const { label } = await pseudonymise(world.store, {
    names: ['ana@acme.example'],
    by: 'eva',
    reason: 'gone',
    at,
  })
  const people = (await all(world, at)).flatMap(({ person }) => person ?? [])
  t.ok(people.includes(label ?? ''))
  t.notOk(people.includes('ana@acme.example'))
  t.ok((await all(world, at, { person: label })).length > 0)
})

async function team(t: Test) {
  const clock = testClock()
  const store = await (await sqliteDatabase(t)).open()
  const world = await makeWorld(t, { store, rules: RULES, clock })
  const [ana, bob] = [await world.user('ana'), await world.user('bob')]
  await world.group('dt-payments-viewer', [ana, bob])
  await world.apply()
  clock.advance(60_000)
  return { world, clock, ana }
}

async function groupId(world: World): Promise<string> {
  return (await world.scim('GET', '/Groups?filter=displayName%20eq%20%22dt-payments-viewer%22')).body
    .Resources[0].id
}

async function all(world: World, at: string, filter: HistoryFilter = {}): Promise<readonly Held[]> {
  const found: Held[] = []
  for await (const chunk of heldAt(world.store.db, at, filter)) found.push(...chunk)
  return found
}

function linesOf(held: readonly Held[]): readonly string[] {
  return held
    .map(({ kind, group, person, detail }) => `${group?.id ?? 'account'} ${kind} ${person ?? text(detail)}`)
    .sort()
}

function text(detail: Held['detail']): string {
  if ('name' in detail) return detail.name
  if ('policy' in detail)
    return `${detail.on === 'account' ? 'account' : detail.on.id} ${detail.policyId} ${JSON.stringify(detail.parameters)} ${detail.boundaries.toSorted().join()}`
  if ('role' in detail) return `${detail.on === 'account' ? 'account' : detail.on.id} ${detail.role}`
  return ''
}

/** What the account holds of groups that are ours, said in the same way. */
async function snapshot(world: World): Promise<readonly string[]> {
  const state = await world.state()
  const rows = await world.store.db
    .selectFrom('ownership')
    .select('dynatraceId')
    .where('kind', '=', 'group')
    .execute()
  const owned = new Set(rows.map(({ dynatraceId }) => dynatraceId))
  const groups = state.groups.filter(({ uuid }: { uuid: string }) => owned.has(uuid))
  const idOf = new Map<string, string>(
    groups.map(({ name, uuid }: { name: string; uuid: string }) => [name, uuid]),
  )
  const people = state.users.filter(({ email }: { email: string }) => !email.includes('@service.'))
  return [
    ...people.map(({ email }: { email: string }) => `account account-user ${email.toLowerCase()}`),
    ...groups.map(({ name, uuid }: { name: string; uuid: string }) => `${uuid} group ${name}`),
    ...people.flatMap(({ email, groups: of }: { email: string; groups: string[] }) =>
      of.flatMap(name => (idOf.has(name) ? [`${idOf.get(name)} member ${email.toLowerCase()}`] : [])),
    ),
    ...state.bindings.flatMap(
      (each: {
        level: string
        groupUuid: string
        policyUuid: string
        parameters: object
        boundaries: string[]
      }) =>
        owned.has(each.groupUuid)
          ? [
              `${each.groupUuid} binding ${each.level.replace(/^account\/.*/, 'account').replace('environment/', '')} ${each.policyUuid} ${JSON.stringify(each.parameters)} ${each.boundaries.join()}`,
            ]
          : [],
    ),
    ...state.permissions.flatMap((each: { group: string; permissionName: string; scope: string }) =>
      idOf.has(each.group) ? [`${idOf.get(each.group)} permission ${each.scope} ${each.permissionName}`] : [],
    ),
  ].sort()
}
