/** Back to the state after an earlier run: what was carried out since is undone, through the same guards. */
import fc from 'fast-check'
import { test } from 'tap'
import { inverseOf } from '../../src/reconcile/rollback/inverse.ts'
import { undoOf } from '../../src/reconcile/rollback/undo.ts'
import type { State } from '../../src/reconcile/state.ts'
import type { StepAction } from '../../src/reconcile/step.ts'
import { command, envOf } from '../support/command.ts'
import { runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: Standard User, level: account } ]
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 } }
`
const who = ['--by', 'kim', '--reason', 'that was too much']

interface AccountState {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
}

test('what was carried out since a run is undone, and nothing else happens until somebody resumes', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const env = envOf(bridge)
  const ids = await Promise.all(['ana', 'ben', 'cy'].map(name => bridge.user(name)))
  const group = await bridge.group('dt-payments', ids)
  const good = await bridge.run('apply')
  const members = async () => {
    const { users }: AccountState = await bridge.state()
    return users
      .filter(({ groups }) => groups.includes('team payments'))
      .map(({ email }) => email)
      .sort()
  }
  const before = await members()
  t.equal(before.length, 3)
  const patch = (operation: object) =>
    bridge.call('PATCH', `/scim/v2/Groups/${group}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [operation],
    })
  await patch({ op: 'remove', path: `members[value eq "${ids[0]}"]` })
  await patch({ op: 'remove', path: `members[value eq "${ids[1]}"]` })
  await bridge.edit({ do: 'add-binding', group: 'team payments', policy: 'Admin User', level: 'account' })
  await bridge.run('apply')
  t.same(await members(), ['cy@acme.example'])

  await t.test('a preview changes nothing', async t => {
    const shown = await command(['rollback', good.id, ...who, '--plan'], env)
    t.equal(shown.code, 2, shown.err)
    t.match(shown.out, /\+ add ana@acme\.example/)
    t.notMatch(shown.out, /Admin User/, 'what somebody gave by hand, and was repaired, does not come back')
    t.same(await members(), ['cy@acme.example'])
    t.same((await bridge.call('GET', '/api/v1/controls')).json(), {})
  })

  await t.test('and then it is done', async t => {
    const done = await command(['rollback', good.id, ...who], env)
    t.equal(done.code, 0, done.err)
    t.match(done.out, /✓ add ana@acme\.example to "team payments"/)
    t.match(done.out, /The bridge is paused/)
    t.same(await members(), before)
    t.match((await bridge.call('GET', '/api/v1/controls')).json(), {
      paused: { by: 'kim', reason: `rolled back to run ${good.id}: that was too much` },
    })
    const next = await bridge.run('apply')
    t.same(
      [...new Set(next.plan.steps.map(({ verdict }: { verdict: { guard: string } }) => verdict.guard))],
      ['paused'],
    )
    t.same(await members(), before)
  })

  await t.test('after that the directory is followed again', async t => {
    t.equal((await command(['resume', ...who], env)).code, 0)
    await bridge.run('apply')
    t.same(await members(), ['cy@acme.example'])
    const kinds = (await bridge.call('GET', '/api/v1/journal?limit=1000'))
      .json()
      .entries.map(({ kind }: { kind: string }) => kind)
    t.ok(kinds.includes('run.rollback-requested') && kinds.includes('control.paused'))
  })

  await t.test('a run that is not there', async t => {
    const refused = await command(['rollback', 'run-nobody', ...who], env)
    t.match(refused, { code: 1, err: /no run "run-nobody"/ })
  })
})

const email = (who: number): { emailKey: string; email: string } => ({
  emailKey: `p${who}`,
  email: `p${who}`,
})
const binding = (group: string, policyId: string, boundaryIds: readonly string[]) => ({
  ...{ level: { kind: 'account' as const }, policyId, group, parameters: {}, metadata: {} },
  boundaryIds,
})

/** Groups g and h, five people, two policies with and without a boundary. */
function stateOf(
  members: readonly (readonly [string, number])[],
  bound: readonly (readonly [string, string, boolean])[],
): State {
  const bindings = bound.map(([group, policy, isWithin]) => binding(group, policy, isWithin ? ['b'] : []))
  return {
    policies: new Map(),
    boundaries: new Map(),
    users: new Map([0, 1, 2, 3, 4].map(who => [`p${who}`, email(who)])),
    groups: new Map(['g', 'h'].map(ref => [ref, { ref, name: ref, description: '' }])),
    members: new Map(
      ['g', 'h'].map(ref => [ref, new Set(members.filter(([of]) => of === ref).map(([, who]) => `p${who}`))]),
    ),
    bindings: new Map(bindings.map(each => [keyOf(each), each])),
    permissions: new Map(),
  }
}
const keyOf = (each: ReturnType<typeof binding>): string =>
  JSON.stringify(['account', each.policyId, each.group, {}, {}])

/** What a step does to a state, said again without a word of the production code. */
function carriedOut(state: State, action: StepAction): State {
  const members = new Map([...state.members].map(([ref, people]) => [ref, new Set(people)]))
  const bindings = new Map(state.bindings)
  if (action.kind === 'add-member') members.get(action.group)?.add(action.emailKey)
  else if (action.kind === 'remove-member') members.get(action.group)?.delete(action.emailKey)
  else if (action.kind === 'add-binding') bindings.set(keyOf(action.binding as never), action.binding)
  else if (action.kind === 'remove-binding') bindings.delete(keyOf(action.binding as never))
  else if (action.kind === 'change-binding') bindings.set(keyOf(action.to as never), action.to)
  return { ...state, members, bindings }
}

const plain = ({ members, bindings }: State): unknown => ({
  members: [...members].map(([ref, people]) => [ref, [...people].sort()]),
  bindings: [...bindings.values()].map(each => JSON.stringify(each)).sort(),
})

const group = fc.constantFrom('g', 'h')
const anyMembers = fc.uniqueArray(fc.tuple(group, fc.nat(4)), { selector: String })
const anyBound = fc.uniqueArray(fc.tuple(group, fc.constantFrom('p', 'q'), fc.boolean()), {
  selector: ([of, policy]) => `${of}${policy}`,
})
const wishes = fc.array(fc.tuple(group, fc.nat(4), fc.constantFrom('member', 'p', 'q'), fc.boolean()), {
  maxLength: 20,
})

test('whatever was carried out, undoing it leads back', t => {
  fc.assert(
    fc.property(anyMembers, anyBound, wishes, (members, bound, asked) => {
      const start = stateOf(members, bound)
      let state = start
      const applied: StepAction[] = []
      for (const [of, who, what, flag] of asked) {
        const action = actionFor(state, of, who, what, flag)
        applied.push(action)
        state = carriedOut(state, action)
      }
      const { actions, left } = undoOf(applied, state)
      t.same(left, [])
      const back = actions.reduce(carriedOut, state)
      if (JSON.stringify(plain(back)) !== JSON.stringify(plain(start))) throw new Error('not where it began')
      return true
    }),
    { numRuns: 500 },
  )
  t.end()
})

/** A step that a plan could hold in this state. */
function actionFor(state: State, of: string, who: number, what: string, flag: boolean): StepAction {
  if (what === 'member') {
    const kind = state.members.get(of)?.has(`p${who}`) === true ? 'remove-member' : 'add-member'
    return { kind, group: of, ...email(who) }
  }
  const there = state.bindings.get(keyOf(binding(of, what, [])))
  if (there === undefined) return { kind: 'add-binding', binding: binding(of, what, flag ? ['b'] : []) }
  if (flag) return { kind: 'remove-binding', binding: there }
  return {
    kind: 'change-binding',
    from: there,
    to: { ...there, boundaryIds: there.boundaryIds.length === 0 ? ['b'] : [] },
  }
}

test('what has an inverse is the inverse of that, and what has none says why', t => {
  const member = { kind: 'add-member', group: 'g', ...email(1) } as const
  const there = inverseOf(member)
  t.match(there, { kind: 'action', action: { kind: 'remove-member' } })
  t.same(there.kind === 'action' && inverseOf(there.action), { kind: 'action', action: member })
  t.match(inverseOf({ kind: 'invite-user', ...email(1) }), { kind: 'none', why: /stays in the account/ })
  t.end()
})
