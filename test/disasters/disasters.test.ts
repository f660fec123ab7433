/**
 * Three disasters, replayed: the identity provider un-assigns everybody; Dynatrace answers empty lists with 200; a bad
 * bridge.yaml is rolled out and rolled back. Nobody loses access who should not, and an operator sees what happens.
 */
import { type Test, test } from 'tap'
import { planText } from '../../src/cli/output/plan-text.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { forward, relay } from '../support/relay.ts'
import { makeWorld, testClock } from '../support/world.ts'

const TEAMS = ['payments', 'checkout', 'search', 'ledger', 'fraud']
const PEOPLE_A_TEAM = 8

const RULES = `
version: 1
environments: { prod: { id: abc12345 }, stage: { id: def67890 } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team rights, level: { environments: [ prod ] }, parameters: { team: "{team}" }, boundaries: [ "only {team}" ] }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
policies:
  - { name: team rights, statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";' }
boundaries:
  - { name: "only {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
`

interface Account {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly { readonly uuid: string; readonly name: string }[]
  readonly bindings: readonly object[]
  readonly permissions: readonly object[]
}

/** Five teams of eight people each, in step. */
async function company(t: Test, through?: (url: string) => Promise<string>) {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, {
    store,
    rules: RULES,
    clock,
    ...(through === undefined ? {} : { through }),
  })
  t.teardown(() => store.close())
  const ids = new Map<string, string>()
  const groups = new Map<string, string>()
  for (const team of TEAMS) {
    const members = Array.from({ length: PEOPLE_A_TEAM }, (_, at) => `${team}${at}`)
    for (const name of members) ids.set(name, await world.user(name))
    groups.set(
      team,
      await world.group(
        `dt-${team}`,
        members.map(name => ids.get(name) ?? ''),
      ),
    )
  }
  t.equal((await world.apply()).status, 'in-step')
  clock.advance(60_000)
  const account = async (): Promise<Account> => world.state()
  const text = async () => planText(await world.plan(), { colour: false, columns: 110 })
  return { world, clock, ids, groups, account, text, before: await account() }
}

/** Who may do what: memberships and rights, whatever else an account tells. */
const accessIn = ({ users, bindings, permissions }: Account): object => ({
  members: users.map(({ email, groups }) => `${email}: ${[...groups].sort()}`).sort(),
  bindings: bindings.map(each => JSON.stringify(each)).sort(),
  permissions: permissions.map(each => JSON.stringify(each)).sort(),
})

test('the identity provider un-assigns everybody', async t => {
  const { world, clock, ids, account, text, before } = await company(t)
  const active = (name: string, value: boolean) =>
    world.patch(`/Users/${ids.get(name)}`, { op: 'replace', path: 'active', value })
  const names = [...ids.keys()]
  for (const name of names) {
    t.equal((await active(name, false)).status, 200, 'the identity provider is answered as ever')
    await world.keyed()
    clock.advance(1_000)
  }
  const kept = (await account()).users.filter(({ groups }) => groups.some(name => name.startsWith('team ')))
  t.ok(kept.length >= names.length * 0.6, `${kept.length} of ${names.length} keep what they have`)
  const told = await text()
  t.match(told, /^Held back: \d+ people lose something/m)
  t.match(
    told,
    /held by directory-shrink: The identity provider deactivated or deleted 40 of 40 people since/,
  )
  t.match(told, /error guard directory-shrink: \d+ revocations wait for a person/)
  t.match(told, /scim-bridge approve run-/)

  await t.test('and when they are back, everything is as it was', async t => {
    for (const name of names) await active(name, true)
    t.equal((await world.apply()).status, 'in-step')
    t.same(accessIn(await account()), accessIn(before))
    t.match(await text(), /No differences\. The account matches\./)
  })
})

test('Dynatrace answers an empty list with 200', async t => {
  let isEmpty: RegExp | undefined
  const { world, account, text, before } = await company(t, url =>
    relay(t, async (asked, answer) => {
      const { status, text } = await forward(asked, url)
      answer.writeHead(status, { 'content-type': 'application/json' })
      const isHit = isEmpty !== undefined && asked.method === 'GET' && isEmpty.test(asked.url ?? '')
      answer.end(isHit ? emptied(text) : text)
    }),
  )
  for (const [what, path] of [
    ['groups', /\/groups(\?|$)/],
    ['users', /\/users(\?|$)/],
    ['members of groups', /\/groups\/[^/]+\/users/],
    ['bindings', /\/bindings/],
    ['policies', /\/policies/],
    ['boundaries', /\/boundaries/],
    ['permissions', /\/permissions/],
    ['environments', /\/environments/],
    ['everything', /./],
  ] as const) {
    await t.test(`of ${what}`, async t => {
      isEmpty = path
      await world.forgetCalls()
      const run = await world.apply()
      isEmpty = undefined
      const taken = run.plan.steps.filter(
        ({ id, action }) => /^(remove|delete)-/.test(action.kind) && run.results[id]?.kind === 'applied',
      )
      t.same(taken, [], 'nothing is taken away')
      t.same(accessIn(await account()), accessIn(before), 'whatever was added had been there')
      t.same(
        (await account()).groups.filter(({ name }) => name.startsWith('team ')),
        before.groups.filter(({ name }) => name.startsWith('team ')),
        'no group is made a second time',
      )
      t.equal((await world.apply()).status, 'in-step', 'and all is well when it answers again')
    })
  }
  isEmpty = /\/groups(\?|$)/
  const told = await text()
  t.match(told, /No plan: the pass failed\.|Problems/)
  t.match(told, /group/)
})

test('a bad bridge.yaml is rolled out and rolled back', async t => {
  const { world, account, text, before } = await company(t)

  await t.test('one that matches nobody any more', async t => {
    world.configure(RULES.replace('match: dt-{team}', 'match: dynatrace-{team}'))
    const run = await world.apply()
    t.equal(run.status, 'held')
    t.ok(
      run.plan.steps.every(({ verdict }) => verdict.kind !== 'proceed'),
      'nothing of it happens by itself',
    )
    t.same(accessIn(await account()), accessIn(before))
    const told = await text()
    t.match(told, /^Held back: 40 people lose something.*hardest hit: "team \w+", 8 of 8 members/ms)
    t.match(told, /waits? for a person/)
    world.configure(RULES)
    t.equal((await world.apply()).status, 'in-step')
    t.same(accessIn(await account()), accessIn(before))
    t.match(await text(), /No differences\. The account matches\./)
  })

  await t.test('one that takes everybody a right', async t => {
    world.configure(RULES.replace('      - { policy: Standard User, level: account }\n', ''))
    await world.apply()
    t.same(accessIn(await account()), accessIn(before), 'five groups at once are more than a tenth')
    t.match(await text(), /Held back: 40 people lose something; 5 groups; rights in the account\./)
    world.configure(RULES)
    t.equal((await world.apply()).status, 'in-step')
    t.same(accessIn(await account()), accessIn(before))
  })

  await t.test('one that fails its own expectation is not carried out at all', async t => {
    const expecting = `${RULES}expect:\n  - { group: dt-payments, environment: prod, cannot: storage:logs:read, where: { storage:dt.security_context: payments } }\n`
    t.throws(() => world.configure(expecting), /cannot|denied|granted/)
    t.equal((await world.apply()).status, 'in-step')
  })
})

/** The same answer with all its lists empty, and counts that say so. */
function emptied(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (key, value: unknown) => {
      if (Array.isArray(value)) return []
      return /count/i.test(key) && typeof value === 'number' ? 0 : value
    })
  } catch {
    return text
  }
}
