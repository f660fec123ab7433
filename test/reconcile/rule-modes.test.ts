/** How far the bridge goes with each rule: every kind of action, alone and with what rests on it. */
import { type Test, test } from 'tap'
import type { DesiredGroup } from '../../src/access/desired-group.ts'
import type { AccessModel, Mode, Rule } from '../../src/access/model.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { Assignment } from '../../src/reconcile/assign.ts'
import type { RuleMode } from '../../src/reconcile/cautious-rules.ts'
import { bindingKey, permissionKey } from '../../src/reconcile/keys.ts'
import { ruleModes } from '../../src/reconcile/rule-modes.ts'
import type { Run } from '../../src/reconcile/run.ts'
import type { State, StateBinding, StatePermission } from '../../src/reconcile/state.ts'
import type { StepAction } from '../../src/reconcile/step.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings: [ { policy: Standard User, level: account } ]
  - name: trial
    match: { displayNames: [ trial ] }
    group: { name: "payments viewers" }
    permissions: [ { role: tenant-viewer, level: { environments: [ prod ] } } ]
  - name: editors
    match: dt-{team}-editor
    group: { name: "{team} editors" }
    bindings: [ { policy: editing, level: account, boundaries: [ "only {team}" ] } ]
policies:
  - { name: editing, level: account, statement: "ALLOW storage:logs:read;" }
boundaries:
  - name: only {team}
    for: editors
    query: storage:dt.security_context = "{team}";
lifecycle: { invite: with-first-access }
guards: { removals: { count: 20, percent: 100 }, groupShrink: { percent: 100 } }
`

test('a rule that only observes', async t => {
  t.test(
    'makes nothing: no group, policy, boundary, binding or membership; who it means is invited',
    async t => {
      const world = await place(t)
      world.adjust(mode('editors', 'observe'))
      await world.group('dt-payments-editor', [await world.user('ana')])
      await world.forgetCalls()
      const run = await world.apply()
      t.equal(run.status, 'held')
      t.match(said(run), [
        ['create-boundary', 'mode'],
        ['create-policy', 'mode'],
        ['create-group', 'mode'],
        ['invite-user', 'proceed'],
        ['add-binding', 'mode'],
        ['add-member', 'mode'],
      ])
      for (const { verdict } of run.plan.steps) {
        if (verdict.kind !== 'proceed')
          t.match(verdict.reason, /^Rule "editors" only observes \(mode: observe\)/)
      }
      t.equal((await world.calls()).writes, 1, 'the invitation')
      t.equal((await world.plan()).plan.steps.length, 5)
    },
  )

  t.test('leaves what hand edits did, in every kind, and another rule is carried out beside it', async t => {
    const world = await place(t)
    const [ana, bo] = [await world.user('ana'), await world.user('bo')]
    const editors = await world.group('dt-payments-editor', [ana, bo])
    await world.group('dt-search-viewer', [ana])
    t.equal((await world.apply()).status, 'in-step')
    world.adjust(mode('editors', 'observe'))
    const group = 'payments editors'
    await world.edit({ do: 'describe-group', group, description: 'by hand' })
    await world.edit({ do: 'remove-member', group, user: 'ana@acme.example' })
    await world.edit({ do: 'change-boundaries', group, policy: 'editing', level: 'account', boundaries: [] })
    await world.edit({ do: 'add-permission', group, role: 'account-viewer', level: 'account' })
    await world.edit({ do: 'add-binding', group, policy: 'Admin User', level: 'account' })
    await world.edit({ do: 'remove-member', group: 'search viewers', user: 'ana@acme.example' })
    await world.patch(`/Groups/${editors}`, { op: 'remove', path: `members[value eq "${bo}"]` })
    await world.forgetCalls()
    const run = await world.apply()
    t.match(said(run).toSorted(), [
      ['add-member', 'mode'],
      ['add-member', 'proceed'],
      ['change-binding', 'mode'],
      ['remove-binding', 'mode'],
      ['remove-member', 'mode'],
      ['remove-permission', 'mode'],
      ['update-group', 'mode'],
    ])
    t.equal((await world.calls()).writes, 1)
    world.adjust(mode('editors', 'sync'))
    t.equal((await world.apply()).status, 'in-step')
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('keeps the text of policies and boundaries that its groups are bound to', async t => {
    const world = await place(t)
    await world.group('dt-payments-editor', [await world.user('ana')])
    t.equal((await world.apply()).status, 'in-step')
    world.adjust(mode('editors', 'observe'))
    const statement = 'ALLOW storage:logs:read, storage:spans:read;'
    await world.edit({ do: 'change-policy', policy: 'editing', level: 'account', statement })
    t.match(said(await world.apply()), [['update-policy', 'mode']])
    const query = 'storage:dt.security_context = "x";'
    await world.edit({ do: 'change-boundary', boundary: 'only payments', query })
    t.match(said(await world.apply()), [
      ['update-boundary', 'mode'],
      ['update-policy', 'mode'],
    ])
  })

  t.test('holds the groups that it shares, but not a right that only others ask for', async t => {
    const world = await place(t)
    const group = await world.group('dt-payments-viewer', [await world.user('ana')])
    t.equal((await world.apply()).status, 'in-step')
    await world.group('trial', [await world.user('bo')])
    world.adjust(mode('trial', 'observe'))
    await world.edit({ do: 'remove-binding', group: 'payments viewers', policy: 'Standard User' })
    await world.edit({ do: 'add-binding', group: 'payments viewers', policy: 'Admin User' })
    const run = await world.apply()
    t.match(said(run), [
      ['invite-user', 'proceed'],
      ['add-binding', 'proceed'],
      ['add-permission', 'mode'],
      ['remove-binding', 'mode'],
      ['add-member', 'mode'],
    ])
    t.ok(group)
  })

  t.test('a shared group that is not there is not made, and the rights of others wait for it', async t => {
    const world = await place(t)
    await world.group('dt-payments-viewer', [await world.user('ana')])
    await world.group('trial', [])
    world.adjust(mode('trial', 'observe'))
    const run = await world.plan()
    const binding = run.plan.steps.find(({ action }) => action.kind === 'add-binding')
    t.match(binding?.verdict, {
      kind: 'refuse',
      guard: 'mode',
      reason: 'It needs the new group, which is refused (mode).',
    })
    t.equal((await world.apply()).status, 'held')
  })

  t.test('what stands refused day by day does not count as removals of other rules', async t => {
    const world = await place(t)
    const people = await Promise.all(['a', 'b', 'c', 'd'].map(name => world.user(name)))
    const editors = await world.group('dt-payments-editor', people)
    const viewers = await world.group('dt-search-viewer', people)
    await world.apply()
    world.adjust(model => ({
      ...mode('editors', 'observe')(model),
      guards: {
        ...model.guards,
        removals: { count: 2, percent: 100, perDay: { count: 100, percent: 100 } },
        groupShrink: { percent: 100 },
      },
    }))
    await world.patch(`/Groups/${editors}`, { op: 'remove', path: 'members' })
    for (const id of people.slice(0, 2))
      await world.patch(`/Groups/${viewers}`, { op: 'remove', path: `members[value eq "${id}"]` })
    const run = await world.apply()
    t.same(run.plan.steps.map(({ verdict }) => verdict.kind).sort(), [
      'proceed',
      'proceed',
      'refuse',
      'refuse',
      'refuse',
      'refuse',
    ])
  })
})

test('a rule in mode upsert adds and changes, and never removes', async t => {
  const world = await place(t)
  const [ana, bo] = [await world.user('ana'), await world.user('bo')]
  const editors = await world.group('dt-payments-editor', [bo])
  world.adjust(mode('editors', 'upsert'))
  t.equal((await world.apply()).status, 'in-step')
  const group = 'payments editors'
  await world.edit({ do: 'describe-group', group, description: 'by hand' })
  await world.edit({ do: 'change-boundaries', group, policy: 'editing', level: 'account', boundaries: [] })
  await world.edit({ do: 'add-permission', group, role: 'account-viewer', level: 'account' })
  await world.edit({ do: 'add-binding', group, policy: 'Admin User', level: 'account' })
  await world.patch(`/Groups/${editors}`, { op: 'add', path: 'members', value: [{ value: ana }] })
  await world.patch(`/Groups/${editors}`, { op: 'remove', path: `members[value eq "${bo}"]` })
  const run = await world.apply()
  t.match(said(run).toSorted(), [
    ['add-member', 'proceed'],
    ['change-binding', 'proceed'],
    ['invite-user', 'proceed'],
    ['remove-binding', 'mode'],
    ['remove-member', 'mode'],
    ['remove-permission', 'mode'],
    ['update-group', 'proceed'],
  ])
  t.match(run.plan.steps.find(({ action }) => action.kind === 'remove-member')?.verdict, {
    reason: 'Rule "editors" adds and changes, and never removes (mode: upsert).',
  })
  t.equal(run.status, 'held')

  t.test('not even when the rule is over', async t => {
    world.adjust(model => ({
      ...model,
      rules: model.rules.map(rule =>
        rule.name === 'editors' ? { ...rule, until: { lastDay: '2020-01-01', reason: 'long gone' } } : rule,
      ),
    }))
    const after = await world.plan()
    const deletion = after.plan.steps.find(({ action }) => action.kind === 'delete-group')
    t.match(deletion, {
      reason: 'Rule "editors" ended on 2020-01-01: long gone.',
      verdict: { kind: 'refuse', guard: 'mode', reason: /^Rule "editors" adds/ },
    })
  })
})

test('a keyed pass minds the modes as well', async t => {
  const world = await place(t)
  const group = await world.group('dt-payments-editor', [await world.user('ana')])
  await world.apply()
  world.adjust(mode('editors', 'observe'))
  await world.patch(`/Groups/${group}`, {
    op: 'add',
    path: 'members',
    value: [{ value: await world.user('bo') }],
  })
  const run = await world.keyed()
  t.match(said(run), [
    ['invite-user', 'proceed'],
    ['add-member', 'mode'],
  ])
})

test('the mode of each kind of action', t => {
  const own = binding('P1', ['B1'])
  const shared = binding('P2', ['B2'])
  const role: StatePermission = { group: 'G', role: 'r', scopeType: 'account', scope: 'a' }
  const of = (modes: Readonly<Record<string, Mode>>, file: Mode = 'sync') =>
    ruleModes(
      { mode: file, rules: ['one', 'two'].map(name => named(name, modes[name])) },
      {
        assignment: assigned({ G: ['one', 'two'], H: ['one'] }),
        desired: {
          state: { ...nothing, bindings: new Map([own, shared].map(each => [bindingKey(each), each])) },
          rules: new Map([
            [bindingKey(own), ['one']],
            [bindingKey(shared), ['one', 'two']],
            [permissionKey(role), ['two']],
          ]),
        },
        endedBehind: () => undefined,
      },
    )
  const one: RuleMode = { rule: 'one', mode: 'observe' }
  const group = (ref: string) => ({ ref, name: ref, description: '' })
  const person = { emailKey: 'a@x', email: 'a@x' }
  const policy = (id: string) =>
    ({ id, level: { kind: 'account' }, name: id, description: '', statement: '' }) as const
  const boundary = (id: string) => ({ id, name: id, query: '' })
  const cases: readonly (readonly [StepAction, RuleMode | undefined])[] = [
    [{ kind: 'create-group', group: group('G'), sources: [] }, one],
    [{ kind: 'update-group', from: group('H'), to: group('H'), sources: [] }, one],
    [{ kind: 'delete-group', group: group('orphan'), members: 1 }, undefined],
    [{ kind: 'add-member', group: 'G', ...person }, one],
    [{ kind: 'remove-member', group: 'G', ...person }, one],
    [{ kind: 'remove-member', group: 'orphan', ...person }, undefined],
    [{ kind: 'invite-user', ...person }, undefined],
    [{ kind: 'remove-user', ...person }, undefined],
    [{ kind: 'add-binding', binding: own }, one],
    [{ kind: 'change-binding', from: own, to: shared }, one],
    [{ kind: 'remove-binding', binding: binding('P9', []) }, one],
    [{ kind: 'add-permission', permission: role }, undefined],
    [{ kind: 'remove-permission', permission: role }, one],
    [{ kind: 'create-policy', policy: policy('P1') }, one],
    [{ kind: 'create-policy', policy: policy('P2') }, undefined],
    [{ kind: 'create-policy', policy: policy('unused') }, undefined],
    [{ kind: 'update-policy', from: policy('P2'), to: policy('P2') }, one],
    [{ kind: 'delete-policy', policy: policy('P1') }, undefined],
    [{ kind: 'create-boundary', boundary: boundary('B1') }, one],
    [{ kind: 'create-boundary', boundary: boundary('B2') }, undefined],
    [{ kind: 'update-boundary', from: boundary('B2'), to: boundary('B2') }, one],
    [{ kind: 'delete-boundary', boundary: boundary('B1') }, undefined],
  ]
  const modeOf = of({ one: 'observe' })
  for (const [action, expected] of cases) t.same(modeOf(action), expected, action.kind)
  const removal: StepAction = { kind: 'remove-member', group: 'G', ...person }
  t.same(
    of({ one: 'upsert', two: 'observe' })(removal),
    { rule: 'two', mode: 'observe' },
    'the most cautious',
  )
  t.same(of({ one: 'sync' }, 'upsert')(removal), undefined, 'a rule is never bolder than the file')
  t.same(of({ one: 'upsert' }, 'upsert')(removal), undefined)
  t.same(of({ one: 'observe' }, 'upsert')(removal), one)
  t.end()
})

function binding(policyId: string, boundaryIds: readonly string[]): StateBinding {
  return { level: { kind: 'account' }, policyId, group: 'G', parameters: {}, metadata: {}, boundaryIds }
}

function named(name: string, mode: Mode | undefined): Rule {
  const match = { kind: 'names', attribute: 'displayName', names: [] } as const
  return { name, description: '', mode, match, unless: [], until: undefined, groups: [] }
}

function assigned(groups: Readonly<Record<string, readonly string[]>>): Assignment {
  const group = (name: string, rules: readonly string[]): DesiredGroup => ({
    ...{ name, description: '', bindings: [], permissions: [] },
    sources: rules.map(rule => ({ rule, idpGroupId: rule, idpGroupName: rule })),
  })
  return {
    desired: new Map(Object.entries(groups).map(([ref, rules]) => [ref, group(ref, rules)])),
    ...{ rows: new Map(), federated: new Map(), orphans: new Map(), withheld: new Map() },
    ...{ claims: [], vanished: [], unseen: [], taken: [] },
  }
}

const nothing: State = {
  policies: new Map(),
  boundaries: new Map(),
  users: new Map(),
  groups: new Map(),
  members: new Map(),
  bindings: new Map(),
  permissions: new Map(),
}

/** Kind and guard of each step, or `proceed`. */
function said({ plan }: Run): readonly (readonly [string, string])[] {
  return plan.steps.map(({ action, verdict }) => [
    action.kind,
    verdict.kind === 'proceed' ? 'proceed' : verdict.guard,
  ])
}

function mode(name: string, to: Mode): (model: AccessModel) => AccessModel {
  return model => ({
    ...model,
    rules: model.rules.map(rule => (rule.name === name ? { ...rule, mode: to } : rule)),
  })
}

async function place(t: Test) {
  const store = await openStore({
    dataDir: t.testdir(),
    databaseUrl: undefined,
    log: silentLog,
    clock: { now: () => new Date(), sleep: async () => undefined },
  })
  const world = await makeWorld(t, { store, rules: RULES })
  t.teardown(() => store.close())
  return world
}
