/** Policies and boundaries that bridge.yaml defines, from the file through passes to a simulated account. */
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'
import { nameId } from '../../src/lib/ids.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { GuardFacts } from '../../src/reconcile/guard/facts.ts'
import { judge } from '../../src/reconcile/guard/guard.ts'
import type { Fullness } from '../../src/reconcile/guard/usage.ts'
import { installationId } from '../../src/reconcile/installation.ts'
import { inPreference, type Redefinition } from '../../src/reconcile/redefinitions/preference.ts'
import type { Run } from '../../src/reconcile/run.ts'
import type { StepAction } from '../../src/reconcile/step.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { eachDatabase } from '../support/databases.ts'
import { makeWorld, parseModel, testClock, type World } from '../support/world.ts'

interface Texts {
  readonly policies?: readonly { name: string; statement: string; level?: string; description?: string }[]
  readonly boundaries?: readonly { name: string; query: string; for?: string }[]
  readonly bindings?: readonly string[]
  readonly rest?: string
}

const DATA = {
  name: 'bridge data',
  statement: `ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";`,
}
const SCOPE = { name: '{team} scope', query: 'storage:dt.security_context = "{team}";', for: 'teams' }
const BOUND =
  '{ policy: bridge data, level: account, parameters: { team: "{team}" }, boundaries: [ "{team} scope" ] }'

function rules({
  policies = [DATA],
  boundaries = [SCOPE],
  bindings = [BOUND],
  rest = '',
}: Texts = {}): string {
  const policyText = policies.map(
    ({ name, statement, level = 'account', description = 'Kept by the bridge' }) =>
      `  - { name: ${JSON.stringify(name)}, level: ${level}, description: ${JSON.stringify(description)}, statement: ${JSON.stringify(statement)} }\n`,
  )
  const boundaryText = boundaries.map(
    each =>
      `  - { name: ${JSON.stringify(each.name)}, query: ${JSON.stringify(each.query)}${each.for === undefined ? '' : `, for: ${each.for}`} }\n`,
  )
  return `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "{team} people" }
    bindings: [ ${bindings.join(', ')} ]
${policyText.length > 0 ? `policies:\n${policyText.join('')}` : ''}${boundaryText.length > 0 ? `boundaries:\n${boundaryText.join('')}` : ''}guards: { removals: { count: 50, percent: 100 }, groupShrink: { percent: 100 }, widening: allow }
${rest}`
}

eachDatabase({
  async 'are created under ids of our own, bound, and then in step without a write'(t, database) {
    const world = await worldOf(t, await database.open())
    const ana = await world.user('ana')
    await world.group('dt-payments', [ana])
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify([run.problems, run.results]))
    t.same(titles(run).slice(0, 3), [
      'create boundary "payments scope"',
      'create policy "bridge data" on the account',
      'create group "payments people"',
    ])
    const { policy, boundary, bindings } = await seen(world)
    const installation = await installationId(world.store)
    t.equal(policy?.uuid, nameId(installation, 'policy account bridge data'))
    t.equal(boundary?.uuid, nameId(installation, 'boundary account payments scope'))
    t.same(
      bindings.map(each => [each.policy, each.boundaries]),
      [['bridge data', ['payments scope']]],
    )
    t.same(await ownedDefinitions(world), [
      ['boundary', 'account payments scope', 'owned'],
      ['policy', 'account bridge data', 'owned'],
    ])
    await world.forgetCalls()
    const again = await world.apply()
    t.same(again.plan.steps, [])
    t.equal(again.status, 'in-step')
    const { writes, byOperation } = await world.calls()
    t.equal(writes, 0)
    t.equal(again.calls['policies.get'], 1, `one text of ours is read: ${JSON.stringify(byOperation)}`)
    t.equal(again.calls['limits.level'], undefined, 'limits are of no interest when nothing is added')
    t.ok((again.unmanaged.policies ?? 0) > 0, 'policies that are not ours are counted')
    t.ok((again.unmanaged.boundaries ?? 0) > 0)
  },

  async 'a crash between the call and the registry loses nothing and doubles nothing'(t, database) {
    const store = await database.open()
    const world = await worldOf(t, store)
    await world.group('dt-payments', [await world.user('ana')])
    await world.fault({ match: { method: 'PUT', path: '/policies/' }, fault: 'cut-after-write', times: 3 })
    const first = await world.apply()
    t.equal(first.status, 'partial')
    t.same(
      (await ownedDefinitions(world)).find(([kind]) => kind === 'policy'),
      ['policy', 'account bridge data', 'creating'],
    )
    t.same((await seen(world)).bindings, [], 'nothing is bound to what may not be there')
    const second = await world.apply()
    t.equal(second.status, 'in-step', JSON.stringify(second.results))
    t.notOk(titles(second).some(title => title.startsWith('create policy')))
    await store.write(async tx => {
      await tx.updateTable('ownership').set({ state: 'creating' }).where('kind', '=', 'policy').execute()
    })
    t.same((await world.apply()).plan.steps, [])
    t.ok((await ownedDefinitions(world)).every(([, , state]) => state === 'owned'))
    t.equal((await world.state()).policies.filter((each: Named) => each.name === 'bridge data').length, 1)
  },

  async 'two instances make one installation, two bridges make two'(t, database) {
    const [one, two] = [await database.open(), await database.open()]
    const ids = await Promise.all([installationId(one), installationId(two), installationId(one)])
    t.equal(new Set(ids).size, 1)
    t.match(ids[0], /^[0-9a-f-]{36}$/)
    const other = await newStore(t)
    t.teardown(() => other.close())
    t.not(await installationId(other), ids[0])
  },

  async 'a definition renamed in the file is made and bound before the old one goes, in one pass'(
    t,
    database,
  ) {
    const world = await worldOf(t, await database.open())
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    world.configure(
      rules({
        policies: [{ ...DATA, name: 'bridge data v2', statement: DATA.statement.replace('team}', 'unit}') }],
        bindings: [
          '{ policy: bridge data v2, level: account, parameters: { unit: "{team}" }, boundaries: [ "{team} scope" ] }',
        ],
      }),
    )
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.results))
    t.same(titles(run), [
      'create policy "bridge data v2" on the account',
      'bind "bridge data v2" (unit=payments) on the account, within "payments scope" to "payments people"',
      'unbind "bridge data" (team=payments) on the account, within "payments scope" from "payments people"',
      'delete policy "bridge data" on the account',
    ])
    t.same(
      (await seen(world)).bindings.map(each => each.policy),
      ['bridge data v2'],
    )
    t.same((await world.plan()).plan.steps, [])
    t.same(
      (await ownedDefinitions(world)).map(([, key]) => key),
      ['account payments scope', 'account bridge data v2'],
    )
  },
})

test('edits by hand', async t => {
  t.test('of text, name and existence are found and undone under the same id', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    const before = await seen(world)
    await world.edit({
      do: 'change-boundary',
      boundary: 'payments scope',
      query: 'storage:dt.security_context = "any";',
    })
    await world.edit({ do: 'rename-boundary', boundary: 'payments scope', name: 'mine now' })
    await world.edit({
      do: 'change-policy',
      policy: 'bridge data',
      level: 'account',
      statement: DATA.statement.replace('logs', 'events'),
    })
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.results))
    t.same(titles(run), ['change boundary "payments scope"', 'change policy "bridge data" on the account'])
    const [boundary, policy] = run.plan.steps
    t.match(boundary?.reason, /its name \("mine now"\) and its text/)
    t.match(policy?.reason, /\n- ALLOW storage:events:read .*\n\+ ALLOW storage:logs:read/)
    const after = await seen(world)
    t.same([after.policy, after.boundary], [before.policy, before.boundary])

    await world.edit({ do: 'delete-policy', policy: 'bridge data', level: 'account', force: true })
    const repair = await world.apply()
    t.equal(repair.status, 'in-step', JSON.stringify(repair.results))
    t.match(repair.plan.steps[0]?.reason, /somebody deleted it/)
    t.equal((await seen(world)).policy?.uuid, before.policy?.uuid)
    t.same(
      (await seen(world)).bindings.map(each => each.boundaries),
      [['payments scope']],
    )
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('to say the same in other words is no edit, to say anything else is', async t => {
    const statement = 'ALLOW storage:logs:read;\nALLOW storage:events:read;'
    const plain = { name: 'plain', statement }
    const world = await worldOf(t, undefined, rules({ policies: [plain], bindings: [], boundaries: [] }))
    await world.apply()
    const change = (text: string) =>
      world.edit({ do: 'change-policy', policy: 'plain', level: 'account', statement: text })
    await change(`\n ${statement.replace('\n', '\r\n')} \n`)
    t.same((await world.plan()).plan.steps, [])
    await change('// by hand\nallow  storage:events:read; ALLOW storage:logs:read;')
    t.same((await world.plan()).plan.steps, [])
    await change(statement.replace('logs', 'metrics'))
    t.same(titles(await world.plan()), ['change policy "plain" on the account'])
  })
})

test('what is not ours', async t => {
  t.test('a policy and a boundary of the same name stay, and nothing is bound to them', async t => {
    const world = await worldOf(t)
    await world.edit({
      do: 'create-policy',
      policy: 'Bridge Data',
      level: 'account',
      statement: 'ALLOW storage:logs:read;',
    })
    await world.edit({
      do: 'create-boundary',
      boundary: 'payments scope',
      query: 'storage:dt.security_context = "x";',
    })
    await world.group('dt-payments', [await world.user('ana')])
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.results))
    const taken = run.findings.filter(each => each.kind.endsWith('-name-taken'))
    t.same(taken.map(each => each.kind).sort(), ['boundary-name-taken', 'policy-name-taken'])
    t.match(taken[0]?.remedy, /Rename or delete/)
    t.notOk(run.findings.some(each => each.kind.endsWith('-not-found')))
    t.same((await seen(world)).bindings, [])
    t.same(await ownedDefinitions(world), [])
  })

  t.test('a homonym that comes later does not make ours ambiguous', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    await world.edit({
      do: 'create-boundary',
      boundary: 'payments scope',
      query: 'storage:dt.security_context = "x";',
    })
    const run = await world.apply()
    t.same(run.plan.steps, [])
    t.notOk(run.findings.some(each => /ambiguous|taken/.test(each.kind)))
  })
})

test('templates', async t => {
  t.test('other parameters are refused while somebody is bound, and the plan says what to do', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    const before = await seen(world)
    world.configure(
      rules({
        policies: [{ ...DATA, statement: DATA.statement.replace('team}', 'unit}') }],
        bindings: [BOUND.replace('team: ', 'unit: ')],
      }),
    )
    for (const _ of [1, 2]) {
      const run = await world.apply()
      t.equal(run.status, 'held', JSON.stringify(run.results))
      t.ok(run.plan.steps.every(step => step.verdict.kind === 'refuse'))
      const [update] = run.plan.steps.filter(step => step.action.kind === 'update-policy')
      t.match(update?.verdict, {
        guard: 'template-parameters',
        reason: /they are team, would be unit.*"bridge data v2"/s,
      })
      t.same(await seen(world), before)
    }
  })

  t.test('other parameters of a policy that nobody is bound to are just said', async t => {
    const world = await worldOf(t, undefined, rules({ bindings: [], boundaries: [] }))
    await world.apply()
    world.configure(
      rules({ policies: [{ ...DATA, statement: 'ALLOW storage:logs:read;' }], bindings: [], boundaries: [] }),
    )
    t.equal((await world.apply()).status, 'in-step')
    t.equal((await seen(world)).policy?.statementQuery, 'ALLOW storage:logs:read;')
  })
})

test('deletion', async t => {
  t.test('waits for bindings by hand, of groups that are not ours too, and names them', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    await world.edit({ do: 'create-group', name: 'by hand' })
    await world.edit({
      do: 'add-binding',
      group: 'by hand',
      policy: 'bridge data',
      level: 'prod',
      parameters: { team: 'x' },
      boundaries: ['payments scope'],
    })
    world.configure(rules({ policies: [], boundaries: [], bindings: [] }))
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.results))
    t.notOk(titles(run).some(title => title.startsWith('delete')))
    const stuck = run.findings.filter(each => each.kind === 'still-in-use')
    t.same(stuck.map(each => each.subject).sort(), ['boundary payments scope', 'policy bridge data'])
    t.match(stuck[0]?.message, /"by hand"/)
    await world.edit({ do: 'delete-group', group: 'by hand' })
    const last = await world.apply()
    t.equal(last.status, 'in-step', JSON.stringify(last.results))
    t.same(titles(last), ['delete boundary "payments scope"', 'delete policy "bridge data" on the account'])
    const { policy, boundary } = await seen(world)
    t.same([policy, boundary], [undefined, undefined])
    t.same(await ownedDefinitions(world), [])
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('does not happen in upsert mode, and is only reported when observing', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    world.configure(rules({ policies: [], boundaries: [], bindings: [], rest: 'mode: upsert' }))
    const run = await world.apply()
    t.ok(run.plan.steps.every(step => step.verdict.kind === 'refuse'))
    t.ok((await seen(world)).policy)
    world.configure(rules({ policies: [], boundaries: [], bindings: [], rest: 'mode: observe' }))
    await world.forgetCalls()
    t.equal((await world.apply()).status, 'planned')
    t.equal((await world.calls()).writes, 0)
  })

  t.test('of many is no removal that thresholds hold', async t => {
    const many = Array.from({ length: 8 }, (_, n) => ({
      name: `p${n}`,
      statement: 'ALLOW storage:logs:read;',
    }))
    const strict = 'guards: { removals: { count: 2, percent: 1 } }\n'
    const text = (policies: typeof many) =>
      rules({ policies, boundaries: [], bindings: [] }).replace(/guards:.*\n/, strict)
    const world = await worldOf(t, undefined, text(many))
    t.equal((await world.apply()).status, 'in-step')
    world.configure(text([]))
    t.equal((await world.apply()).status, 'in-step')
    t.equal(await policiesNamed(world, /^p\d$/), 0)
  })
})

test('limits', async t => {
  t.test('are checked before anything is written, and what needs the missing policy waits', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    const own = (await world.state()).policies.filter((each: At) => each.level.startsWith('account'))
    await world.simulated('POST', '/seed', {
      policies: Array.from({ length: 200 - own.length }, (_, n) => ({
        name: `other ${n}`,
        statement: 'ALLOW storage:logs:read;',
      })),
    })
    world.configure(
      rules({
        policies: [{ ...DATA, name: 'bridge data v2' }],
        bindings: [BOUND.replace('bridge data', 'bridge data v2')],
      }),
    )
    const before = await seen(world)
    await world.forgetCalls()
    const run = await world.apply()
    t.equal(run.status, 'held', JSON.stringify(run.plan.steps))
    t.equal((await world.calls()).writes, 0)
    t.same(titles(run).length, 4)
    t.ok(run.plan.steps.every(step => step.verdict.kind === 'refuse' && step.verdict.guard === 'limits'))
    t.match(run.plan.steps[0]?.verdict, { reason: /200 of at most 200 policies.*Delete policies/s })
    t.same((await seen(world)).bindings, before.bindings)
  })

  t.test('that cannot be read stop nothing, and the run says so', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.fault({ match: { path: '/limits' }, fault: 'status', status: 403, times: 3 })
    const run = await world.apply()
    t.equal(run.status, 'partial')
    t.match(run.problems.join(), /How full the account is could not be read/)
    t.equal((await seen(world)).bindings.length, 1)
  })
})

test('failures', async t => {
  t.test('nothing is bound without its boundary', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.fault({
      match: { method: 'PUT', path: '/boundaries/' },
      fault: 'status',
      status: 400,
      times: 1,
    })
    const run = await world.apply()
    t.equal(run.status, 'partial')
    t.same((await seen(world)).bindings, [])
    const [bound] = run.plan.steps.filter(step => step.action.kind === 'add-binding')
    t.equal(run.results[bound?.id ?? '']?.kind, 'skipped')
    t.same(
      (await ownedDefinitions(world)).map(([kind]) => kind),
      ['policy'],
      'what was refused is not claimed',
    )
    t.equal((await world.apply()).status, 'in-step')
    t.same(
      (await seen(world)).bindings.map(each => each.boundaries),
      [['payments scope']],
    )
  })

  t.test('a boundary that could not be changed keeps its groups what else they have', async t => {
    const world = await worldOf(
      t,
      undefined,
      rules({ bindings: [BOUND, '{ policy: Standard User, level: account }'] }),
    )
    await world.group('dt-payments', [await world.user('ana')])
    t.equal((await world.apply()).status, 'in-step')
    world.configure(
      rules({ boundaries: [{ ...SCOPE, query: 'storage:dt.security_context startsWith "{team}";' }] }),
    )
    await world.fault({
      match: { method: 'PUT', path: '/boundaries/' },
      fault: 'status',
      status: 400,
      times: 1,
    })
    t.equal((await world.apply()).status, 'partial')
    t.equal((await seen(world)).bindings.length, 2)
    t.equal((await world.apply()).status, 'in-step')
    t.equal((await seen(world)).bindings.length, 1)
  })

  t.test('a text that cannot be read is left alone', async t => {
    const world = await worldOf(t)
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    await world.fault({
      match: { method: 'GET', path: '/policies/[0-9a-f]' },
      fault: 'status',
      status: 403,
      times: 3,
    })
    const run = await world.apply()
    t.same(run.plan.steps, [])
    t.equal(run.status, 'partial')
    t.match(run.problems.join(), /What policy "bridge data" says could not be read/)
  })
})

test('an intent whose outcome nobody knows is kept as long as it may come about', async t => {
  const clock = testClock()
  const store = await newStore(t)
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, clock, rules: rules({ bindings: [], boundaries: [] }) })
  await world.fault({ match: { method: 'PUT', path: '/policies/' }, fault: 'cut', times: 3 })
  t.equal((await world.apply()).status, 'partial')
  world.configure(rules({ policies: [], bindings: [], boundaries: [] }))
  await world.apply()
  t.same((await ownedDefinitions(world)).length, 1)
  clock.advance(60 * 60_000)
  await world.apply()
  t.same(await ownedDefinitions(world), [])
})

test('a keyed pass makes the boundary of a new team, and reads no text', async t => {
  const world = await worldOf(t)
  await world.group('dt-payments', [await world.user('ana')])
  await world.apply()
  await world.group('dt-checkout', [await world.user('bo')])
  const run = await world.keyed()
  t.equal(run.status, 'in-step', JSON.stringify(run.results))
  t.ok(titles(run).includes('create boundary "checkout scope"'))
  t.notOk(titles(run).some(title => title.includes('policy')))
  t.equal(run.calls['policies.get'], undefined)
  t.same((await world.plan()).plan.steps, [])
})

test('a keyed pass does not take a deleted boundary for granted because it remembers it', async t => {
  const world = await worldOf(t)
  const ana = await world.user('ana')
  const id = await world.group('dt-payments', [ana])
  await world.apply()
  await world.scim('DELETE', `/Groups/${id}`)
  const gone = await world.apply()
  t.ok(titles(gone).includes('delete boundary "payments scope"'), titles(gone).join())
  t.equal(gone.status, 'in-step', JSON.stringify(gone.results))
  await world.group('dt-payments', [ana])
  const back = await world.keyed()
  t.equal(back.status, 'in-step', JSON.stringify(back.results))
  t.ok(titles(back).includes('create boundary "payments scope"'), titles(back).join())
})

test('a keyed pass says nothing anew, since it does not know everybody who is bound to it', async t => {
  const clock = testClock()
  const store = await newStore(t)
  t.teardown(() => store.close())
  const world = await makeWorld(t, { store, rules: rules(), clock })
  const id = await world.group('dt-payments', [await world.user('ana')])
  await world.apply()
  const query = 'storage:host.name = "by hand";'
  await world.edit({ do: 'change-boundary', boundary: 'payments scope', query })
  clock.advance(120_000)
  await world.patch(`/Groups/${id}`, { op: 'replace', path: 'externalId', value: 'other' })
  const run = await world.keyed()
  t.same(titles(run), [])
  const full = await world.apply()
  t.ok(titles(full).includes('change boundary "payments scope"'), titles(full).join())
  t.equal(full.status, 'in-step')
})

test('definitions in environments live there', async t => {
  const level = '{ environments: { stage: prod } }'
  const world = await worldOf(
    t,
    undefined,
    rules({
      policies: [{ name: 'local', statement: 'ALLOW storage:logs:read;', level }],
      boundaries: [],
      bindings: [`{ policy: local, level: ${level} }`],
    }),
  )
  await world.group('dt-payments', [await world.user('ana')])
  const run = await world.apply()
  t.equal(run.status, 'in-step', JSON.stringify([run.results, run.findings]))
  t.ok(titles(run).includes('create policy "local" on environment prod (abc12345)'))
  t.same((await world.plan()).plan.steps, [])
})

test('whatever the definitions, a second pass finds nothing to do', async t => {
  const world = await worldOf(t, undefined, rules({ policies: [], boundaries: [], bindings: [] }))
  await world.group('dt-payments', [await world.user('ana')])
  const text = fc.record({
    policies: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
    permissions: fc.array(fc.constantFrom('logs', 'events', 'metrics'), { minLength: 3, maxLength: 3 }),
    boundaries: fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 2 }),
    queries: fc.array(fc.constantFrom('one', 'two'), { minLength: 2, maxLength: 2 }),
    bound: fc.nat({ max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(text, async ({ policies, permissions, boundaries, queries, bound }) => {
      world.configure(
        rules({
          policies: policies.map((name, n) => ({ name, statement: `ALLOW storage:${permissions[n]}:read;` })),
          boundaries: boundaries.map((name, n) => ({
            name,
            query: `storage:dt.security_context = "${queries[n]}";`,
          })),
          bindings: policies
            .slice(0, bound)
            .map(name => `{ policy: ${name}, level: account, boundaries: [ ${boundaries.join(', ')} ] }`),
        }),
      )
      const run = await world.apply()
      const isRefused = run.plan.steps.some(
        ({ verdict }) => verdict.kind === 'refuse' && verdict.guard === 'no-safe-order',
      )
      if (run.status !== 'in-step' && !isRefused)
        throw new Error(JSON.stringify([run.problems, run.plan.steps, run.results]))
      const again = await world.plan()
      if (isRefused) {
        // What has no safe order waits for a person, with all that is tied to it; nothing else is left to do.
        const open = again.plan.steps.filter(step => step.verdict.kind === 'proceed')
        if (open.length > 0) throw new Error(JSON.stringify(open))
        return
      }
      if (again.plan.steps.length > 0) throw new Error(titles(again).join('\n'))
      const left = await policiesNamed(world, /^[abc]$/)
      if (left !== policies.length) throw new Error(`${left} policies, ${policies.length} wanted`)
    }),
    { numRuns: 25 },
  )
})

test('verdicts', async t => {
  const account = { kind: 'account' } as const
  const usage = (count: number, limit: number) => ({ count, limit })
  const binding = (group: string, policyId: string) => ({
    ...{ level: account, policyId, group, parameters: {}, metadata: {}, boundaryIds: [] },
  })
  const facts = (limits: Fullness): GuardFacts => ({
    model: parseModel(rules()),
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
    limits: new Map([['account', limits]]),
    decisions: { approved: new Set(), rejected: new Map() },
  })
  const kinds = (limits: Fullness, ...actions: readonly StepAction[]) => {
    const steps = actions.map((action, n) => ({ id: `${n}`, action, title: `${n}`, reason: '' }))
    return [...judge(steps, facts(limits)).values()].map(verdict => verdict.kind)
  }

  t.test('only the bindings beyond the limit are refused, and what they replace stays', async t => {
    t.same(
      kinds(
        { bindings: usage(29_999, 30_000) },
        { kind: 'add-binding', binding: binding('g1', 'p2') },
        { kind: 'add-binding', binding: binding('g2', 'p2') },
        { kind: 'remove-binding', binding: binding('g1', 'p1') },
        { kind: 'remove-binding', binding: binding('g2', 'p1') },
      ),
      ['proceed', 'refuse', 'proceed', 'refuse'],
    )
  })

  t.test('nobody leaves a group for one that cannot be made', async t => {
    const ana = { emailKey: 'ana@acme.example', email: 'ana@acme.example' }
    const group = { ref: 'new:g', name: 'g', description: '' }
    t.same(
      kinds(
        { groups: usage(5_000, 5_000) },
        { kind: 'create-group', group, sources: [] },
        { kind: 'add-binding', binding: binding('new:g', 'p') },
        { kind: 'add-member', group: 'new:g', ...ana },
        { kind: 'remove-member', group: 'g1', ...ana },
        { kind: 'remove-member', group: 'g1', emailKey: 'bo@acme.example', email: 'bo@acme.example' },
      ),
      ['refuse', 'refuse', 'refuse', 'refuse', 'proceed'],
    )
  })

  t.test('a level without figures limits nothing', async t => {
    t.same(kinds({}, { kind: 'add-binding', binding: binding('g1', 'p') }), ['proceed'])
  })
})

test('a policy that narrows is said anew before its boundaries, any other after them, if nothing speaks against it', async t => {
  const said = (id: string, statement: string) => ({
    ...{ id, level: account, name: id, description: '' },
    statement,
  })
  const account = { kind: 'account' } as const
  const both = 'ALLOW storage:logs:read, storage:events:read;'
  const step = (action: StepAction) => {
    const verdict = { kind: 'proceed' } as const
    return { ...{ id: '', title: '', reason: '', verdict }, action } as Redefinition
  }
  const [less, more] = [said('less', 'ALLOW storage:logs:read;'), said('more', both)]
  const boundary = { id: 'boundary', name: 'boundary', query: 'storage:dt.security_context = "x";' }
  const [order] = inPreference([
    step({ kind: 'update-policy', from: said('more', less.statement), to: more }),
    step({ kind: 'update-boundary', from: boundary, to: boundary }),
    step({ kind: 'update-policy', from: said('less', both), to: less }),
  ])
  t.same(
    order?.now.map(each => each.action.to.id),
    ['less', 'boundary', 'more'],
  )
  t.same(order?.later, [])
})

test('ids from names are UUIDs of version 5', async t => {
  // The example of RFC 9562, appendix A.4.
  t.equal(
    nameId('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'),
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  )
})

interface At {
  /** Type and id. */
  readonly level: string
}

interface Named {
  readonly name: string
  readonly uuid: string
  readonly statementQuery?: string
}

async function seen(world: World) {
  const state = await world.state()
  const named = (all: readonly Named[], name: string) => all.find(each => each.name === name)
  const group = state.groups.find((each: Named) => each.name === 'payments people')
  const nameOf = (all: readonly Named[], id: string) => all.find(each => each.uuid === id)?.name ?? id
  const bindings = state.bindings
    .filter((each: { groupUuid: string }) => each.groupUuid === group?.uuid)
    .map((each: { policyUuid: string; boundaries: readonly string[] }) => ({
      policy: nameOf(state.policies, each.policyUuid),
      boundaries: each.boundaries.map(id => nameOf(state.boundaries, id)),
    }))
  return {
    policy: named(state.policies, 'bridge data'),
    boundary: named(state.boundaries, 'payments scope'),
    bindings: bindings as readonly { policy: string; boundaries: readonly string[] }[],
  }
}

async function policiesNamed(world: World, pattern: RegExp): Promise<number> {
  return (await world.state()).policies.filter((each: Named) => pattern.test(each.name)).length
}

async function ownedDefinitions(world: World): Promise<readonly (readonly [string, string, string])[]> {
  const rows = await world.store.db
    .selectFrom('ownership')
    .selectAll()
    .where('kind', 'in', ['policy', 'boundary'])
    .orderBy('kind')
    .orderBy('nameKey')
    .execute()
  return rows.map(row => [row.kind, row.nameKey, row.state] as const)
}

const titles = (run: Run) => run.plan.steps.map(step => step.title)

const newStore = (t: Test) =>
  openStore({ dataDir: t.testdir(), databaseUrl: undefined, clock: systemClock, log: silentLog })

async function worldOf(t: Test, given?: Store, text = rules()): Promise<World> {
  const store = given ?? (await newStore(t))
  if (given === undefined) t.teardown(() => store.close())
  return makeWorld(t, { store, rules: text })
}
