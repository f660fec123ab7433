/**
 * What went wrong in other tools between directory and target, each as a test of this one: bugs 1 to 7, 13, 16 and 21 to 30
 * of a list of 30 (`directory.test.ts` has the others). The name says where it happened.
 */
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 }, stage: { id: def67890 } }
rules:
  - name: teams
    match: dt-{team}-{role:viewer|editor}
    group: { name: "{team} {role}", description: "Of IdP group {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: Pro User, level: { environments: [ prod ] } }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`

async function worldOf(t: Tap, rules = RULES): Promise<World & { readonly advance: (ms: number) => void }> {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules, clock })
  t.teardown(() => store.close())
  return { ...world, advance: ms => clock.advance(ms) }
}

type Tap = Parameters<typeof makeWorld>[0]

/** Ana, Ben and Cy are payments viewers, and in step. */
async function settled(t: Tap, rules = RULES) {
  const world = await worldOf(t, rules)
  const [ana = '', ben = '', cy = ''] = await Promise.all(['ana', 'ben', 'cy'].map(name => world.user(name)))
  const group = await world.group('dt-payments-viewer', [ana, ben, cy])
  t.equal((await world.apply()).status, 'in-step')
  world.advance(60_000)
  return { world, ana, ben, cy, group }
}

interface State {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly { readonly name: string; readonly uuid: string }[]
  readonly bindings: readonly { readonly group: string; readonly policy: string; readonly level: string }[]
}

const membersOf = ({ users }: State, group: string): readonly string[] =>
  users
    .filter(({ groups }) => groups.includes(group))
    .map(({ email }) => email.replace('@acme.example', ''))
    .sort()

test('1 idp-scim-sync#70: an upstream error wipes no group, and no group is ever deleted to be made again', async t => {
  const { world } = await settled(t)
  const before: State = await world.state()
  for (const fault of [
    { fault: 'status', status: 500 },
    { fault: 'html' },
    { fault: 'short-list' },
    { fault: 'truncate' },
  ]) {
    await world.simulated('DELETE', '/faults')
    await world.fault({ ...fault, match: { method: 'GET' }, times: 200 })
    const run = await world.apply()
    t.not(run.status, 'in-step', fault.fault)
    t.same(await world.state(), before, fault.fault)
  }
  await world.simulated('DELETE', '/faults')
  t.equal((await world.apply()).status, 'in-step')
  t.same((await world.state()).groups, before.groups, 'with the uuids they had')
})

test('2 ssosync#194, #159: nobody is taken out of the account to be invited again', async t => {
  const rules = `${RULES}lifecycle: { deleted: { remove-after: 7d }, deactivated: { remove-after: 7d } }\n`
  const { world, ana } = await settled(t, rules)
  const uidOf = async () =>
    (await world.state()).users.find((user: { email: string }) => user.email === 'ana@acme.example')?.uid
  const uid = await uidOf()
  await world.scim('DELETE', `/Users/${ana}`)
  t.equal((await world.apply()).status, 'in-step')
  t.equal(await uidOf(), uid, 'within the grace period the user stays')
  const again = await world.user('ana')
  await world.group('dt-search-viewer', [again])
  t.equal((await world.apply()).status, 'in-step')
  world.advance(8 * 86_400_000)
  t.equal((await world.apply()).status, 'in-step')
  t.equal(await uidOf(), uid, 'and who came back in time stays for good')
})

test('3 ssosync#278, #234: one 503 in the middle makes the run partial, and skips no group in silence', async t => {
  const { world } = await settled(t)
  const before: State = await world.state()
  const path = '/groups/.*/users|/users/.*@'
  for (const at of [0, 1, 2]) {
    await world.simulated('DELETE', '/faults')
    await world.fault({ fault: 'status', status: 503, match: { method: 'GET', path }, times: 20 + at })
    const run = await world.apply()
    t.match(run, { status: /partial|failed/, problems: [/./] })
    t.match(run.snapshot ?? { complete: false }, { complete: false })
    t.same(await world.state(), before)
  }
})

test('4 ssosync#105, #179, #286: what the bridge did not make is never touched', async t => {
  const { world } = await settled(t)
  const strangers = async () => {
    const { groups, bindings }: State = await world.state()
    return {
      groups: groups.filter(({ name }) => name !== 'payments viewer'),
      bindings: bindings.filter(({ group }) => group !== 'payments viewer'),
    }
  }
  const before = await strangers()
  await world.configure(RULES.replace('match: dt-{team}', 'match: other-{team}'))
  t.match(await world.apply(), { unmanaged: { groups: before.groups.length } })
  t.same(await strangers(), before)
})

test('5 ssosync#353: one address that is refused, or changes, keeps nobody else', async t => {
  const { world, ana } = await settled(t)
  await world.fault({ fault: 'status', status: 400, match: { method: 'POST', path: '/users$' }, times: 1 })
  const [dora, eve] = [await world.user('dora'), await world.user('eve')]
  await world.patch(`/Users/${ana}`, { op: 'replace', path: 'userName', value: 'ana.k@acme.example' })
  await world.group('dt-search-viewer', [dora, eve, ana])
  const run = await world.apply()
  t.equal(run.status, 'partial', 'success of most is no success of all')
  t.equal(membersOf(await world.state(), 'search viewer').length, 2)
  world.advance(60_000)
  t.equal((await world.apply()).status, 'in-step')
  t.same(membersOf(await world.state(), 'search viewer'), ['ana.k', 'dora', 'eve'])
  t.same(membersOf(await world.state(), 'payments viewer'), ['ana.k', 'ben', 'cy'])
})

test('6 ssosync#329: every field that is written is read back, so a second plan is empty', async t => {
  const { world } = await settled(t)
  await world.forgetCalls()
  t.same((await world.apply()).plan.steps, [])
  t.equal((await world.calls()).writes, 0)
})

test('7 ssosync#65: lists are read to their end', async t => {
  const world = await worldOf(
    t,
    `${RULES.replace('{ policy: Standard User, level: account }', '{ policy: Standard User, level: account, boundaries: [ "b 1210" ] }')}`,
  )
  const boundaries = Array.from({ length: 1_210 }, (_, at) => ({
    name: `b ${at + 1}`,
    query: 'storage:dt.security_context = "x";',
  }))
  await world.simulated('POST', '/seed', { boundaries })
  await world.group('dt-payments-viewer', [await world.user('ana')])
  const run = await world.apply()
  t.match(run, { status: 'in-step', findings: [] }, 'what stands on the last page is found')
  t.match(run.snapshot, { complete: true })
})

test('13 authentik#20410: a group of 300 people arrives whole, none twice', async t => {
  const world = await worldOf(t)
  const ids = await Promise.all(Array.from({ length: 300 }, (_, at) => world.user(`p${at}`)))
  await world.group('dt-payments-viewer', ids)
  t.equal((await world.apply()).status, 'in-step')
  t.equal(membersOf(await world.state(), 'payments viewer').length, 300)
  t.same((await world.plan()).plan.steps, [])
})

test('16 lightdash#22402, 28 terraform-provider-dynatrace#461: who is in the account already is neither invited nor refused', async t => {
  const world = await worldOf(t)
  const email = 'ben.okafor@acme.example'
  const name = 'ben.okafor'
  t.ok((await world.state()).users.some((user: { email: string }) => user.email === email))
  await world.forgetCalls()
  await world.group('dt-payments-viewer', [await world.user(name)])
  const run = await world.apply()
  t.equal(run.status, 'in-step')
  t.same(
    run.plan.steps.filter(({ action }) => action.kind === 'invite-user'),
    [],
  )
  t.ok(membersOf(await world.state(), 'payments viewer').includes(name))
  const { users }: State = await world.state()
  t.equal(users.filter(user => user.email === email).length, 1)
})

test('21 sentry#85832: who never followed the invitation is taken out all the same', async t => {
  const { world, ana, group } = await settled(t)
  const { users } = await world.state()
  t.match(
    users.find((user: { email: string }) => user.email === 'ana@acme.example'),
    { status: 'PENDING' },
  )
  await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${ana}"]` })
  t.equal((await world.keyed()).status, 'in-step')
  t.same(membersOf(await world.state(), 'payments viewer'), ['ben', 'cy'])
})

test('22 terraform-provider-dynatrace#1046: a binding that changes is never missing between two calls', async t => {
  const { world } = await settled(t)
  world.configure(RULES.replace('policy: Pro User', 'policy: Read Logs'))
  const run = await world.apply()
  t.equal(run.status, 'in-step')
  const kinds = run.plan.steps.map(({ action }) => action.kind)
  t.ok(kinds.indexOf('add-binding') < kinds.indexOf('remove-binding'))
  const sent = (kind: string) =>
    run.results[run.plan.steps.find(({ action }) => action.kind === kind)?.id ?? '']?.sent
  t.ok(
    Date.parse(sent('add-binding')?.startedAt ?? '') <= Date.parse(sent('remove-binding')?.startedAt ?? ''),
  )
})

test('23 terraform-provider-dynatrace#962: a removal that Dynatrace only pretends to make is not called done', async t => {
  const { world } = await settled(t)
  await world.edit({ do: 'add-binding', group: 'payments viewer', policy: 'Admin User', level: 'stage' })
  await world.fault({ fault: 'html', status: 204, match: { method: 'DELETE' }, times: 20 })
  const run = await world.apply()
  t.equal(run.status, 'partial')
  t.match(Object.values(run.results), [{ kind: 'failed', reason: /does not show|read back|not/ }])
  await world.simulated('DELETE', '/faults')
  t.equal((await world.apply()).status, 'in-step')
})

test('24 terraform-provider-dynatrace#545: one binding that is lost is one step, and no other is written', async t => {
  const { world } = await settled(t)
  await world.edit({ do: 'remove-binding', group: 'payments viewer', policy: 'Pro User', level: 'prod' })
  await world.forgetCalls()
  const run = await world.apply()
  t.same(
    run.plan.steps.map(({ action }) => action.kind),
    ['add-binding'],
  )
  t.equal((await world.calls()).writes, 1)
})

test('26 terraform-provider-dynatrace#1034, #491: a call that waited is sent with a token of that moment', async t => {
  const world = await worldOf(t)
  await world.fault({ fault: 'short-lived-token', uses: 12, match: { path: '/sso/' }, times: 50 })
  const ids = await Promise.all(Array.from({ length: 10 }, (_, at) => world.user(`p${at}`)))
  await world.group('dt-payments-viewer', ids)
  t.equal((await world.apply()).status, 'in-step')
  t.equal(membersOf(await world.state(), 'payments viewer').length, 10)
})

test('27 terraform-provider-dynatrace#193: "too many requests" is waited for, and not passed on', async t => {
  const world = await worldOf(t)
  await world.group('dt-payments-viewer', [await world.user('ana')])
  await world.fault({ fault: 'rate-limit', retryAfter: 2, match: {}, times: 2 })
  t.equal((await world.apply()).status, 'in-step')
})

test('25 terraform-provider-dynatrace#492, #544: what Dynatrace adds by itself, or spells otherwise, is no difference', async t => {
  const { world } = await settled(t)
  // The role to see an environment comes with any other role there.
  const rules = RULES.replace('role: tenant-viewer', 'role: tenant-logviewer')
  world.configure(rules)
  await world.apply()
  await world.edit({ do: 'add-permission', group: 'payments viewer', role: 'tenant-viewer', level: 'stage' })
  const run = await world.apply()
  t.same(
    run.plan.steps.filter(({ action }) => action.kind === 'remove-permission').map(({ title }) => title),
    [],
    'it is not taken away again and again',
  )
  await world.forgetCalls()
  t.same((await world.apply()).plan.steps, [])
  t.equal((await world.calls()).writes, 0)
})

test('29 terraform-provider-dynatrace#843: two writers of one group do not overwrite each other for ever', async t => {
  const { world } = await settled(t)
  const other = { do: 'remove-binding', group: 'payments viewer', policy: 'Pro User', level: 'prod' }
  let repairs = 0
  for (let nth = 0; nth < 20; nth += 1) {
    // What it took away already it cannot take away again.
    await world.edit(other).catch(() => undefined)
    const run = await world.apply()
    if (run.status === 'in-step') repairs += 1
    else t.match(run.findings.filter(({ kind }) => kind === 'contested-drift').length, 1)
    world.advance(60_000)
  }
  t.ok(repairs >= 2 && repairs <= 5, `${repairs} repairs in twenty minutes`)
})

test('30 external-dns#4059, #6617, #2036: two bridges with two databases do not fight for one account', async t => {
  const clock = testClock()
  const open = async (name: string) => {
    const store = await openStore({
      dataDir: `${t.testdirName}/${name}`,
      databaseUrl: undefined,
      log: silentLog,
      clock,
    })
    t.teardown(() => store.close())
    return store
  }
  t.testdir({})
  const one = await makeWorld(t, { store: await open('one'), rules: RULES, clock, marked: true })
  const other = await makeWorld(t, {
    ...{ store: await open('other'), rules: RULES, clock, marked: true },
    account: one.simulator,
  })
  for (const world of [one, other]) await world.group('dt-payments-viewer', [await world.user('ana')])
  t.equal((await one.apply()).status, 'in-step')
  const before = await one.state()
  for (let nth = 0; nth < 3; nth += 1) {
    const run = await other.apply()
    t.ok(run.findings.some(({ kind }) => kind === 'second-instance'))
    t.same(await one.state(), before)
    t.same((await one.apply()).plan.steps, [])
    clock.advance(60_000)
  }
})

test('no call that overwrites memberships or bindings wholesale is in the client, nor one that it could be made of', async t => {
  const folder = new URL('../../src/dynatrace/', import.meta.url)
  const files = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.ts'))
  const texts = await Promise.all(files.map(name => readFile(new URL(name, folder), 'utf8')))
  t.notOk(texts.some(text => /method: 'PUT'[^}]*bindings\/groups\/\$\{[^}]*\}`/s.test(text)))
  t.notOk(texts.some(text => /method: 'PUT'[^}]*users\/\$\{[^}]*\}\/groups/s.test(text)))
})
