/** Single bindings on the wire: how each is named, what becomes of lost answers, and what refusals say. */
import { test } from 'tap'
import { shadowing } from '../../src/dynatrace/binding-filter.ts'
import type { Binding } from '../../src/dynatrace/dynatrace.ts'
import { empty, ok, refusal, stage } from './scripted-server.ts'

test('a binding is named by everything on it when others share its policy and group', async t => {
  const { dynatrace, seen } = await stage(t, () => empty(204))
  const [a, b] = [binding({ parameters: { team: 'a' } }), binding({ parameters: { team: 'b' } })]
  const wider = { ...a, boundaryIds: ['b1'] }
  await dynatrace.bindings.change(a, wider, [a, b])
  await dynatrace.bindings.remove(b, [wider, b])
  await dynatrace.bindings.remove(a, [a, { ...b, policyId: 'p2' }])
  t.same(
    seen.map(({ method, query }) => [method, query]),
    [
      ['PUT', 'parameters%5Bteam%5D=a'],
      ['DELETE', 'parameters%5Bteam%5D=b'],
      ['DELETE', ''],
    ],
  )
  t.notOk(seen.some(({ query }) => query.includes('forceMultiple')))
})

test('what a filter cannot single out is left alone without a call', async t => {
  const { dynatrace, seen } = await stage(t, [])
  const [less, more] = [
    binding({ parameters: { team: 'a' } }),
    binding({ parameters: { team: 'a' }, metadata: { by: 'hand' } }),
  ]
  const said = {
    name: 'UpstreamError',
    failure: 'rejected',
    sent: false,
    message: /team=a cannot be addressed.*metadata by=hand/,
  }
  await t.rejects(dynatrace.bindings.remove(less, [less, more]), said)
  await t.rejects(dynatrace.bindings.change(less, less, [less, more]), said)
  await t.rejects(dynatrace.bindings.remove(less, [less, { ...less, boundaryIds: ['b1'] }]), {
    name: 'UpstreamError',
    failure: 'rejected',
  })
  t.same(seen, [])
  t.same(shadowing(more, [less, more]), [], 'the other one can be named')
})

test('a change whose answer was lost is looked for, not guessed', async t => {
  const from = binding({ parameters: { team: 'a' } })
  const to = binding({ parameters: { team: 'b' } })
  const lost = [refusal(500, 'Internal'), held([to])]
  const done = await stage(t, lost)
  await done.dynatrace.bindings.change(from, to, [from])
  t.same(
    done.seen.map(({ method }) => method),
    ['PUT', 'GET'],
  )
  for (const there of [[from], [from, to], []]) {
    const undone = await stage(t, [refusal(500, 'Internal'), held(there)])
    await t.rejects(undone.dynatrace.bindings.change(from, to, [from]), {
      name: 'UpstreamError',
      failure: 'unavailable',
    })
  }
})

test('a policy at the wrong level is named, with its level and a remedy', async t => {
  const words = "Policy p1 can't be bound to levelType: environment, levelId: abc12345"
  const { dynatrace } = await stage(t, [refusal(400, words), held([])])
  const there = binding({ level: { kind: 'environment', id: 'abc12345' } })
  await t.rejects(dynatrace.bindings.add(there), {
    name: 'UpstreamError',
    failure: 'rejected',
    status: 400,
    message: /can't be bound.*Policy p1 cannot be bound at environment abc12345.*bridge\.yaml/,
  })
})

function held(bindings: readonly Binding[]) {
  return ok({
    policyUuids: [...new Set(bindings.map(each => each.policyId))],
    bindingsDetails: bindings.map(({ policyId, parameters, metadata, boundaryIds }) => ({
      policyUuid: policyId,
      parameters,
      metadata,
      boundaries: boundaryIds,
    })),
  })
}

function binding(over: Partial<Binding>): Binding {
  return {
    level: { kind: 'account' },
    policyId: 'p1',
    groupId: 'g1',
    parameters: {},
    metadata: {},
    boundaryIds: [],
    ...over,
  }
}
