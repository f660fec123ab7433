/** The route of one group from the bindings it has to those it should have: which calls, in which order, and none else. */
import fc from 'fast-check'
import { test } from 'tap'
import { covers, unite } from '../../src/reconcile/bindings/boundary-sets.ts'
import { effectsOf, type PolicyEffects, restricts } from '../../src/reconcile/bindings/effects.ts'
import type { BindingAction, BindingCall } from '../../src/reconcile/bindings/moves.ts'
import { inOrder } from '../../src/reconcile/bindings/order.ts'
import { realmsOf } from '../../src/reconcile/bindings/realm.ts'
import { bindingRoute, type Route, textsNeeded } from '../../src/reconcile/bindings/route.ts'
import type { StateBinding } from '../../src/reconcile/state.ts'

test('a route', async t => {
  t.test('adds before it removes, and needs no texts for that', t => {
    const [old, young] = [binding('p1'), binding('p2')]
    const actions = [remove(old), add(young)]
    t.same(said(route(actions, [old])), ['add p2', '|', 'remove p1'])
    t.same(needed(actions, [old]), [])
    t.end()
  })

  t.test('takes the only difference in one call', t => {
    const [from, to] = [binding('p1', ['a']), binding('p1', ['b'])]
    t.same(said(route([change(from, to)], [from])), ['change p1 [a] to [b]', '|'])
    t.end()
  })

  t.test('goes through the union of the boundaries where something else differs', t => {
    const [from, to] = [binding('p1', ['a']), binding('p1', ['b'])]
    t.same(said(route([change(from, to), add(binding('p2'))], [from])), [
      'change p1 [a] to [a,b]',
      'add p2',
      '|',
      'change p1 [a,b] to [b]',
    ])
    t.end()
  })

  t.test('widens to no boundary at once, and narrows from none at the end', t => {
    const others = [add(binding('p2'))]
    const [open, bounded] = [binding('p1'), binding('p1', ['a'])]
    t.same(said(route([change(bounded, open), ...others], [bounded])), ['change p1 [a] to []', 'add p2', '|'])
    t.same(said(route([change(open, bounded), ...others], [open])), ['add p2', '|', 'change p1 [] to [a]'])
    t.end()
  })

  t.test('lets what denies come first and go last', t => {
    const texts = { allow: 'ALLOW a:b:c;', deny: 'DENY a:b:c;' }
    const [allow, deny] = [binding('allow'), binding('deny')]
    t.same(said(route([add(allow), add(deny)], [], texts)), ['add deny', 'add allow', '|'])
    t.same(said(route([remove(deny), remove(allow)], [allow, deny], texts)), [
      '|',
      'remove allow',
      'remove deny',
    ])
    const elsewhere = { ...allow, level: { kind: 'environment', id: 'e1' } as const }
    const here = { ...deny, level: { kind: 'environment', id: 'e2' } as const }
    t.same(said(route([add(elsewhere), add(here)], [], texts)), ['add allow', 'add deny', '|'])
    t.end()
  })

  t.test('says which policies have no safe order, and does the rest', t => {
    const texts = { one: 'ALLOW a:b:c; DENY d:e:f;', two: 'ALLOW d:e:f; DENY a:b:c;', three: 'ALLOW g:h:i;' }
    const found = route([add(binding('one')), add(binding('two')), add(binding('three'))], [], texts)
    t.same(said(found), ['add three', '|'])
    t.match([...found.refused.values()], [/one, two/, /no safe order/])
    t.equal(found.lacking.size, 3)
    t.end()
  })

  t.test('fails the group when a text that decides cannot be read', t => {
    const effects = new Map<string, PolicyEffects | string>([
      ['p1', 'Forbidden'],
      ['p2', effectsOf('ALLOW a:b:c;')],
    ])
    const steps = [add(binding('p1')), add(binding('p2'))].map((action, n) => ({ id: String(n), action }))
    t.same([...bindingRoute({ steps, present: [], effects }).refused.values()], ['Forbidden', 'Forbidden'])
    t.same(
      bindingRoute({ steps, present: [], effects: undefined }).refused.size,
      0,
      'a group without members',
    )
    t.end()
  })

  t.test('removes what hides another first, and refuses what stays hidden', t => {
    const [bare, more] = [binding('p1'), binding('p1', [], { x: '1' })]
    t.same(said(route([remove(bare), remove(more)], [bare, more])), ['|', 'remove p1 x=1', 'remove p1'])
    const kept = route([remove(bare)], [bare, more])
    t.match(
      [...kept.refused.values()],
      [/cannot tell that binding from the one with x=1.*Account Management/],
    )
    t.end()
  })

  t.test('changes a binding before another one hides it', t => {
    const [from, to] = [binding('p1', ['a']), binding('p1')]
    const hiding = binding('p1', [], { x: '1' })
    t.same(said(route([add(hiding), change(from, to)], [from])), ['change p1 [a] to []', 'add p1 x=1', '|'])
    const narrower = route([add(hiding), change(to, from)], [to])
    t.same(said(narrower), ['|'])
    t.equal(narrower.refused.size, 2)
    t.end()
  })

  t.test('leaves alone what is bound twice in the same way', t => {
    const [one, other] = [binding('p1', ['a']), binding('p1', ['b'])]
    t.equal(route([remove(binding('p1', ['a', 'b']))], [one, other]).refused.size, 1)
    t.end()
  })

  t.test('has nothing to do where it is so already', t => {
    const [old, young] = [binding('p1'), binding('p2', ['a'])]
    t.same(said(route([add(young), remove(old)], [young])), ['|'])
    t.end()
  })
})

test('the parts of a route', async t => {
  t.test('boundaries unite to what covers both, and none is most', t => {
    const sets = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'))
    fc.assert(fc.property(sets, sets, (a, b) => covers(unite(a, b), a) && covers(unite(a, b), b)))
    t.ok(covers([], ['a']))
    t.notOk(covers(['a'], []))
    t.notOk(covers(['a'], ['a', 'b']))
    t.end()
  })

  t.test('of a text that cannot be understood the worst is assumed', t => {
    t.same(effectsOf('ALLOW nonsense'), { allows: 'every', denies: new Set() })
    t.same(effectsOf('deny nonsense'), { allows: 'every', denies: 'every' })
    t.ok(restricts(effectsOf('deny nonsense'), effectsOf('ALLOW a:b:c;')))
    t.notOk(restricts(effectsOf('DENY x:y:z;'), effectsOf('ALLOW a:b:c;')))
    t.end()
  })

  t.test('only what lies on the circle is circular', t => {
    const waits: Readonly<Record<string, readonly string[]>> = { a: ['b'], b: ['a'], c: ['a'], d: [] }
    const found = inOrder(
      ['a', 'b', 'c', 'd'],
      each => each,
      each => new Set(waits[each]),
    )
    t.same(found, { sorted: ['d'], circular: ['a', 'b'] })
    t.end()
  })

  t.test('environments are settled apart unless something on the account ties them', t => {
    const account = { kind: 'account' } as const
    const [e1, e2] = [{ kind: 'environment', id: 'e1' } as const, { kind: 'environment', id: 'e2' } as const]
    t.same(
      realmsOf([e1, e2, e1], each => each),
      [[e1, e1], [e2]],
    )
    t.same(
      realmsOf([e1, account], each => each),
      [[e1, account]],
    )
    t.end()
  })
})

function route(
  actions: readonly BindingAction[],
  present: readonly StateBinding[],
  texts: Readonly<Record<string, string>> = {},
): Route {
  const effects = new Map(Object.entries(texts).map(([id, text]) => [id, effectsOf(text)]))
  return bindingRoute({ steps: stepsOf(actions), present, effects })
}

function needed(
  actions: readonly BindingAction[],
  present: readonly StateBinding[],
): readonly StateBinding[] {
  return textsNeeded({ steps: stepsOf(actions), present })
}

function stepsOf(actions: readonly BindingAction[]) {
  return actions.map((action, n) => ({ id: String(n), action }))
}

function said({ expand, contract }: Route): readonly string[] {
  return [...expand.map(move => callText(move.call)), '|', ...contract.map(move => callText(move.call))]
}

function callText(call: BindingCall): string {
  const { policyId, parameters, boundaryIds } = call.binding
  const which = [policyId, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(' ')
  return call.kind === 'change'
    ? `change ${which} [${call.from.boundaryIds}] to [${boundaryIds}]`
    : `${call.kind} ${which}`
}

function binding(
  policyId: string,
  boundaryIds: readonly string[] = [],
  parameters: StateBinding['parameters'] = {},
): StateBinding {
  return { level: { kind: 'account' }, policyId, group: 'g1', parameters, metadata: {}, boundaryIds }
}

function add(added: StateBinding): BindingAction {
  return { kind: 'add-binding', binding: added }
}

function remove(removed: StateBinding): BindingAction {
  return { kind: 'remove-binding', binding: removed }
}

function change(from: StateBinding, to: StateBinding): BindingAction {
  return { kind: 'change-binding', from, to }
}
