/** The pure decisions: who is who (assign), what differs (diff), in which order (plan), whether at all (guard). */
import { test } from 'tap'
import type { DesiredGroup } from '../../src/access/desired-group.ts'
import type { AccountGroup } from '../../src/dynatrace/dynatrace.ts'
import { atOnce } from '../../src/lib/turns.ts'
import { nothingKept } from '../../src/reconcile/adopt/kept.ts'
import { assignGroups } from '../../src/reconcile/assign.ts'
import { diff } from '../../src/reconcile/diff/diff.ts'
import type { DiffInput } from '../../src/reconcile/diff/input.ts'
import type { GuardFacts } from '../../src/reconcile/guard/facts.ts'
import { judge } from '../../src/reconcile/guard/guard.ts'
import { bindingKey } from '../../src/reconcile/keys.ts'
import type { OwnedGroup, Ownership } from '../../src/reconcile/ownership.ts'
import { makePlan, stepId } from '../../src/reconcile/plan.ts'
import type { State, StateBinding } from '../../src/reconcile/state.ts'
import type { StepAction } from '../../src/reconcile/step.ts'
import { emptyModel } from '../support/empty-model.ts'
import { parseModel } from '../support/world.ts'

const nobody: ReadonlySet<string> = new Set<string>()
const noBlindSpots = { members: nobody, unread: nobody, permissions: nobody, bindings: nobody, users: nobody }
const empty: State = {
  policies: new Map(),
  boundaries: new Map(),
  users: new Map(),
  groups: new Map(),
  members: new Map(),
  bindings: new Map(),
  permissions: new Map(),
}

const NOW = new Date('2026-11-22T12:00:00Z')
const noRules = { mode: 'sync', rules: [] } as const
const KINDS = `
version: 1
rules:
  - { name: kept, match: 'dt-{team}', group: { name: '{team} kept' } }
  - { name: watched, match: 'dt-{team}', group: { name: '{team} watched' }, mode: observe }
`

test('assign', async t => {
  t.test('a group follows its uuid when the rule gives it another name', async t => {
    const result = assignGroups(
      [wanted('payments viewers', 'idp-1')],
      registry({ name: 'pay viewers', id: 'g1', sources: ['idp-1'] }),
      [account('g1', 'pay viewers')],
      nobody,
      NOW,
      noRules,
    )
    t.same([...result.desired.keys()], ['g1'])
    t.equal(result.orphans.size, 0)
  })

  t.test('a group of the same name that is not ours is left alone', async t => {
    const result = assignGroups(
      [wanted('auditors', 'idp-1')],
      registry(),
      [account('g9', 'Auditors')],
      nobody,
      NOW,
      noRules,
    )
    t.equal(result.desired.size, 0)
    t.same(
      result.taken.map(group => group.name),
      ['auditors'],
    )
  })

  t.test(
    'a creation that a crash left open is claimed when the group is younger than the intent',
    async t => {
      const open = registry({
        name: 'auditors',
        id: undefined,
        sources: ['idp-1'],
        at: '2026-11-01T10:00:00Z',
      })
      const ours = assignGroups(
        [wanted('auditors', 'idp-1')],
        open,
        [account('g1', 'auditors', '2026-11-01T10:00:02Z')],
        nobody,
        NOW,
        noRules,
      )
      t.same(ours.claims, [{ name: 'auditors', id: 'g1' }])
      const theirs = assignGroups(
        [wanted('auditors', 'idp-1')],
        open,
        [account('g1', 'auditors', '2024-01-01T00:00:00Z')],
        nobody,
        NOW,
        noRules,
      )
      t.same(theirs.claims, [])
      t.equal(theirs.taken.length, 1)
    },
  )

  t.test('a group that somebody deleted is made again, and nothing is an orphan for that', async t => {
    const result = assignGroups(
      [wanted('a', 'idp-1')],
      registry({ name: 'a', id: 'g1', sources: ['idp-1'] }),
      [],
      nobody,
      NOW,
      noRules,
    )
    t.same([...result.desired.keys()], ['new:a'])
    t.same(result.vanished, [])
  })

  t.test('a group made a moment ago that does not show yet is neither made again nor forgotten', async t => {
    for (const id of ['g1', undefined]) {
      const owned = registry({ name: 'a', id, sources: ['idp-1'], at: NOW.toISOString() })
      const wish = assignGroups(
        [wanted('a', 'idp-1')],
        owned,
        [],
        nobody,
        new Date(NOW.getTime() + 4_000),
        noRules,
      )
      t.same([...wish.desired.keys()], [])
      t.match(wish.unseen, [{ name: 'a' }])
      const left = assignGroups([], owned, [], nobody, new Date(NOW.getTime() + 4_000), noRules)
      t.same(left.vanished, [])
      t.match(left.unseen, [{ name: 'a' }])
      const later = assignGroups(
        [wanted('a', 'idp-1')],
        owned,
        [],
        nobody,
        new Date(NOW.getTime() + 6_000),
        noRules,
      )
      t.same([...later.desired.keys()], ['new:a'])
    }
  })

  t.test('a group whose rules contradict each other is neither renamed nor orphaned', async t => {
    const owned = registry({ name: 'x', id: 'g1', sources: ['idp-1'] })
    const result = assignGroups(
      [wanted('y', 'idp-1')],
      owned,
      [account('g1', 'x')],
      new Set(['x']),
      NOW,
      noRules,
    )
    t.same([...result.desired.keys()], ['new:y'])
    t.equal(result.orphans.size, 0)
  })

  t.test('of two groups of one IdP group each takes the name that its own rule gives it now', async t => {
    const owned = [
      ...registry({ name: 'old kept', id: 'g1', sources: ['idp-1'] }).groups,
      ...registry({ name: 'old watched', id: 'g2', sources: ['idp-1'] }).groups,
    ]
    const there = [account('g1', 'old kept'), account('g2', 'old watched')]
    const ownership = { ...registry(), groups: new Map(owned) }
    const wish = (name: string, rule: string) => {
      const group = wanted(name, 'idp-1')
      return { ...group, sources: group.sources.map(source => ({ ...source, rule })) }
    }
    const model = parseModel(KINDS)
    const both = [wish('new watched', 'watched'), wish('new kept', 'kept')]
    const result = assignGroups(both, ownership, there, nobody, NOW, model)
    t.same([...result.desired].map(([ref, { name }]) => [ref, name]).sort(), [
      ['g1', 'new kept'],
      ['g2', 'new watched'],
    ])

    t.test('and none passes to or from a rule that only observes', async t => {
      const kept = assignGroups(
        [wish('new kept', 'kept')],
        without(ownership, 'old kept'),
        there,
        nobody,
        NOW,
        model,
      )
      t.same([...kept.desired.keys()], ['new:new kept'])
      t.same([...kept.orphans.keys()], ['g2'])
      const watched = assignGroups(
        [wish('new watched', 'watched')],
        without(ownership, 'old watched'),
        there,
        nobody,
        NOW,
        model,
      )
      t.same([...watched.desired.keys()], ['new:new watched'])
      const bold = { ...model, rules: model.rules.map(rule => ({ ...rule, mode: undefined })) }
      const passed = assignGroups(
        [wish('new kept', 'kept')],
        without(ownership, 'old kept'),
        there,
        nobody,
        NOW,
        bold,
      )
      t.same([...passed.desired.keys()], ['g2'])
    })
  })
})

test('diff', async t => {
  const group = { ref: 'g1', name: 'viewers', description: 'd' }
  const to = binding(['b1'])
  const base = {
    blind: noBlindSpots,
    unsaid: nobody,
    orphans: [],
    leaving: new Map<string, string>(),
    unruled: nobody,
    kept: nothingKept,
    handedBack: new Set<string>(),
    renames: new Map(),
    isGone: () => false,
    considers: () => true,
    mayTake: () => true,
    sourcesOf: () => [],
  }
  const desired: State = {
    ...empty,
    groups: new Map([['g1', group]]),
    bindings: new Map([[bindingKey(to), to]]),
  }

  const diffOf = (input: DiffInput) =>
    atOnce(
      diff({ ...input, uses: { of: new Map(), complete: true }, unwanted: { policies: [], boundaries: [] } }),
    )

  t.test('a lost boundary is a change in place, never a removal and an addition', async t => {
    const from = binding([])
    const observed = { ...desired, bindings: new Map([[bindingKey(from), from]]) }
    t.same(diffOf({ ...base, desired, observed }), [{ kind: 'change-binding', from, to }])
  })

  t.test('where a wish could not be said nothing is taken away', async t => {
    const extra = { ...binding([]), policyId: 'p9' }
    const observed = { ...desired, bindings: new Map([...desired.bindings, [bindingKey(extra), extra]]) }
    t.equal(diffOf({ ...base, desired, observed }).length, 1)
    t.same(diffOf({ ...base, desired, observed, unsaid: new Set(['g1 account']) }), [])
  })

  t.test('a blind spot shows no difference at all', async t => {
    const members = { ...desired, members: new Map([['g1', new Set(['ana@acme.example'])]]) }
    const observed = { ...desired, members: new Map([['g1', new Set(['bo@acme.example'])]]) }
    t.equal(diffOf({ ...base, desired: members, observed }).length, 2)
    const blind = { ...noBlindSpots, members: new Set(['g1']) }
    t.same(diffOf({ ...base, desired: members, observed, blind }), [])
  })

  t.test('white space around a description is no difference', async t => {
    const observed = { ...desired, groups: new Map([['g1', { ...group, description: ' d\n' }]]) }
    t.same(diffOf({ ...base, desired, observed }), [])
  })
})

test('plan', async t => {
  const leave: StepAction = { kind: 'remove-member', group: 'g1', emailKey: 'leaver@x', email: 'leaver@x' }
  const move: StepAction = { kind: 'remove-member', group: 'g1', emailKey: 'mover@x', email: 'mover@x' }
  const join: StepAction = { kind: 'add-member', group: 'g2', emailKey: 'mover@x', email: 'mover@x' }
  const add: StepAction = { kind: 'add-binding', binding: binding(['b1']) }
  const take: StepAction = {
    kind: 'remove-binding',
    binding: { ...binding([]), policyId: 'p2' },
  }
  const planOf = (actions: readonly StepAction[]) =>
    atOnce(
      makePlan({
        actions,
        staying: new Set(['mover@x']),
        describe: action => ({ title: action.kind, reason: '' }),
        drifts: new Map(),
        judge: () => new Map(),
      }),
    )

  t.test('leavers go first, rights come before they go, movers leave last', async t => {
    const { steps } = planOf([move, join, take, add, leave])
    t.same(
      steps.map(step => step.action),
      [leave, add, take, join, move],
    )
  })

  t.test('the same changes have the same hash, in whatever order they were found', async t => {
    t.equal(planOf([move, join, add]).hash, planOf([add, move, join]).hash)
    t.not(planOf([move]).hash, planOf([join]).hash)
  })
})

test('guard', async t => {
  const member = (n: number, group = 'g1'): StepAction => ({
    kind: 'remove-member',
    group,
    emailKey: `u${n}@x`,
    email: `u${n}@x`,
  })

  t.test('a single leaver is never held, whatever he leaves', async t => {
    const steps = drafts(member(1, 'g1'), member(1, 'g2'), {
      kind: 'remove-user',
      emailKey: 'u1@x',
      email: 'u1@x',
    })
    t.same(verdicts(steps, { totals: { people: 1, groups: 2 } }), ['proceed', 'proceed', 'proceed'])
  })

  t.test('more removals than the count are held together, with figures', async t => {
    const steps = drafts(...Array.from({ length: 21 }, (_, n) => member(n, `g${n}`)))
    const held = judge(steps, facts({ totals: { people: 1_000, groups: 100 } }))
    t.match(held.get(steps[0]?.id ?? ''), {
      kind: 'hold',
      guard: 'removals',
      reason: /^21 removals .*\(20\)/,
    })
  })

  t.test('a share of all people above the percentage is held', async t => {
    const steps = drafts(member(1), member(2))
    t.same(verdicts(steps, { totals: { people: 30, groups: 1 }, sizeOf: () => 30 }), ['proceed', 'proceed'])
    t.same(verdicts(steps, { totals: { people: 19, groups: 1 }, sizeOf: () => 30 }), ['hold', 'hold'])
  })

  t.test('a group that would lose more than half of its members is held', async t => {
    const steps = drafts(member(1), member(2), member(3))
    t.same(verdicts(steps, { sizeOf: () => 5 }), ['hold', 'hold', 'hold'])
    t.same(verdicts(steps, { sizeOf: () => 6 }), ['proceed', 'proceed', 'proceed'])
  })

  t.test('what a person approved is no longer held', async t => {
    const steps = drafts(member(1), member(2))
    t.same(verdicts(steps, { sizeOf: () => 2, decisions: approving(steps) }), ['proceed', 'proceed'])
  })

  t.test('what a person rejected stays held, though no threshold holds it any more', async t => {
    const steps = drafts(member(1))
    const rejected = new Map(steps.map(step => [step.id, 'ana: still needed']))
    t.match(judge(steps, facts({ decisions: { approved: new Set(), rejected } })).get(steps[0]?.id ?? ''), {
      kind: 'hold',
      reason: 'Rejected by ana: still needed',
    })
  })

  t.test('protected people, emergency contacts and groups are refused even when approved', async t => {
    const steps = drafts(member(1), member(2), { kind: 'remove-binding', binding: binding([]) })
    const decisions = approving(steps)
    const model = { ...emptyModel, protect: { users: ['u1@x'], groups: ['break-glass'] } }
    const emergencyContacts = new Set(['u2@x'])
    t.same(verdicts(steps, { model, decisions, emergencyContacts, nameOf: () => 'Break-Glass' }), [
      'refuse',
      'refuse',
      'refuse',
    ])
  })

  t.test('upsert adds and never removes', async t => {
    const steps = drafts(member(1), { kind: 'add-binding', binding: binding([]) })
    t.same(verdicts(steps, { model: { ...emptyModel, mode: 'upsert' } }), ['refuse', 'proceed'])
  })

  t.test('rights that a service user lives on are not taken away', async t => {
    const steps = drafts({ kind: 'remove-binding', binding: binding([]) })
    const withServiceUsers = new Map([['g1', ['robot@service.sso.dynatrace.com']]])
    t.same(verdicts(steps, { withServiceUsers }), ['refuse'])
  })
})

test('a group of ours that the federation took over keeps its name and its members', async t => {
  const group = { ref: 'g1', name: 'g1', description: '' }
  const steps = drafts(
    { kind: 'update-group', from: group, to: { ...group, name: 'other' }, sources: [] },
    { kind: 'delete-group', group, members: 0 },
    { kind: 'add-member', group: 'g1', emailKey: 'ana@acme.example', email: 'ana@acme.example' },
    { kind: 'remove-member', group: 'g1', emailKey: 'bo@acme.example', email: 'bo@acme.example' },
    { kind: 'add-permission', permission: { group: 'g1', role: 'r', scopeType: 'account', scope: 'a' } },
  )
  const verdicts = judge(steps, facts({ federatedSince: new Map([['g1', 'SAML']]) }))
  t.same(
    steps.map(step => verdicts.get(step.id)?.kind),
    ['refuse', 'refuse', 'refuse', 'refuse', 'proceed'],
  )
})

function facts(some: Partial<GuardFacts>): GuardFacts {
  return {
    model: emptyModel,
    totals: { people: 1_000, groups: 1_000 },
    sizeOf: () => 1_000,
    nameOf: ref => ref,
    emergencyContacts: new Set(),
    subject: undefined,
    federatedSince: new Map(),
    withServiceUsers: new Map(),
    isKept: () => false,
    doubtOf: () => undefined,
    ruleMode: () => undefined,
    failed: undefined,
    isFarewell: () => false,
    driftOf: () => undefined,
    now: new Date(),
    past: { people: new Set(), others: 0 },
    directory: { active: 0, gone: 0, since: undefined },
    administrators: { groups: new Map(), elsewhere: true },
    policyName: (id: string) => id,
    otherGroupsOf: () => [],
    uses: { of: new Map(), complete: true },
    limits: new Map(),
    decisions: { approved: new Set(), rejected: new Map() },
    ...some,
  }
}

function drafts(...actions: readonly StepAction[]) {
  return actions.map(action => ({ id: stepId(action), action, title: '', reason: '' }))
}

function approving(steps: ReturnType<typeof drafts>): GuardFacts['decisions'] {
  return { approved: new Set(steps.map(step => step.id)), rejected: new Map() }
}

function verdicts(
  steps: ReturnType<typeof drafts>,
  some: Partial<GuardFacts>,
): readonly (string | undefined)[] {
  const all = judge(steps, facts(some))
  return steps.map(step => all.get(step.id)?.kind)
}

function binding(boundaryIds: readonly string[]): StateBinding {
  return {
    level: { kind: 'account' },
    policyId: 'p1',
    group: 'g1',
    parameters: {},
    metadata: {},
    boundaryIds,
  }
}

function wanted(name: string, idpGroupId: string): DesiredGroup {
  const sources = [{ rule: 'r', idpGroupId, idpGroupName: idpGroupId }]
  return { name, description: '', sources, bindings: [], permissions: [] }
}

function registry(row?: { name: string; id: string | undefined; sources: string[]; at?: string }): Ownership {
  const others = {
    users: new Set<string>(),
    invited: new Map(),
    policies: new Map(),
    boundaries: new Map(),
    rights: new Map(),
  }
  if (row === undefined) return { groups: new Map(), ...others }
  const owned: OwnedGroup = {
    rowId: `row of ${row.name}`,
    dynatraceId: row.id,
    name: row.name,
    nameKey: row.name,
    sources: row.sources,
    at: row.at ?? '2026-11-01T00:00:00Z',
    adopted: false,
  }
  return { groups: new Map([[row.name, owned]]), ...others }
}

function account(id: string, name: string, createdAt = '2026-11-02T00:00:00Z'): AccountGroup {
  return { id, name, description: '', owner: 'LOCAL', federatedAttributeValues: [], createdAt }
}

function without(ownership: Ownership, name: string): Ownership {
  return { ...ownership, groups: new Map([...ownership.groups].filter(([, row]) => row.name !== name)) }
}
