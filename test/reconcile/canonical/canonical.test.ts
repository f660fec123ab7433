/** What says the same is no difference: canonical forms by themselves, and rounds of apply and pass over them. */
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { silentLog } from '../../../src/lib/log.ts'
import { printCondition, printStatement } from '../../../src/policy/print.ts'
import type { Condition, Statement } from '../../../src/policy/statement.ts'
import { benignDifferences } from '../../../src/reconcile/canonical/benign.ts'
import { canonicalBoundary } from '../../../src/reconcile/canonical/boundary-text.ts'
import { impliedBy } from '../../../src/reconcile/canonical/implied-role.ts'
import { canonicalPolicy } from '../../../src/reconcile/canonical/policy-text.ts'
import { samePolicy, sameStatement } from '../../../src/reconcile/definition-text.ts'
import { permissionKey } from '../../../src/reconcile/keys.ts'
import type { Run } from '../../../src/reconcile/run.ts'
import type { StatePermission } from '../../../src/reconcile/state.ts'
import { openStore } from '../../../src/store/open.ts'
import { anyCondition, anyStatement } from '../../policy/arbitrary.ts'
import { makeWorld, testClock, type World } from '../../support/world.ts'

/** Set it for a long run: `CANONICAL_ROUNDS=1000 npx tap test/reconcile/canonical/canonical.test.ts`. */
const ROUNDS = Number(process.env.CANONICAL_ROUNDS ?? 100)

test('the canonical form of a policy', async t => {
  await t.test('is one for all ways to write it down', async () => {
    fc.assert(
      fc.property(fc.array(anyStatement, { minLength: 1, maxLength: 5 }), fc.nat(), (statements, seed) => {
        const plain = statements.map(printStatement).join('\n')
        return canonicalPolicy(respelledPolicy(statements, seed)) === canonicalPolicy(plain)
      }),
    )
  })
  await t.test('is its own canonical form, also of what cannot be read', async () => {
    const text = fc.oneof(
      fc.array(anyStatement, { minLength: 1, maxLength: 5 }).map(all => all.map(printStatement).join('\n')),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('ALLOW a:b:c', 'ALLOW;', '\r\n ALLOW a:b:c WHERE x \r', ''),
    )
    fc.assert(fc.property(text, each => canonicalPolicy(canonicalPolicy(each)) === canonicalPolicy(each)))
  })
  await t.test('is another one as soon as the text allows something else', async t => {
    const base = 'ALLOW storage:logs:read, storage:events:read WHERE storage:bucket-name IN ("a", "b");'
    const others = [
      'ALLOW storage:logs:read WHERE storage:bucket-name IN ("a", "b");',
      'ALLOW storage:logs:read, storage:events:read WHERE storage:bucket-name IN ("a");',
      'ALLOW storage:logs:read, storage:events:read WHERE storage:bucket-name NOT IN ("a", "b");',
      'ALLOW storage:logs:read, storage:events:read WHERE storage:bucket-name IN ("a", "B");',
      'ALLOW storage:logs:read, storage:events:read;',
      'DENY storage:logs:read, storage:events:read WHERE storage:bucket-name IN ("a", "b");',
      `${base} ALLOW storage:metrics:read;`,
      `// ${base}\nALLOW storage:logs:read;`,
      'ALLOW storage:logs:read, storage:events:read WHERE storage:bucket-name IN ("a // ", "b");',
    ]
    for (const other of others) t.notOk(sameStatement(base, other), other)
  })
  await t.test('does not take a text that cannot be read for one that can', async t => {
    t.notOk(sameStatement('ALLOW storage:logs:read;', 'ALLOW storage:logs:read WHERE;'))
    t.ok(sameStatement('ALLOW this is nothing\r\n', '\nALLOW this is nothing'))
  })
  await t.test('leaves names as they are', async t => {
    const level = { kind: 'account' } as const
    const policy = { id: 'p', level, name: 'A', description: 'x', statement: 'ALLOW a:b:c;' }
    t.ok(samePolicy(policy, { ...policy, description: ' x\r\n', statement: 'allow a:b:c // as ever' }))
    t.notOk(samePolicy(policy, { ...policy, name: 'a' }))
    t.notOk(samePolicy(policy, { ...policy, description: 'y' }))
  })
})

test('the canonical form of a boundary is one for all orders, and its own', async () => {
  fc.assert(
    fc.property(fc.array(anyCondition, { minLength: 1, maxLength: 6 }), fc.nat(), (conditions, seed) => {
      const plain = conditions.map(each => `${printCondition(each)};`).join('\n')
      const canonical = canonicalBoundary(plain)
      return (
        canonicalBoundary(respelledBoundary(conditions, seed)) === canonical &&
        canonicalBoundary(canonical) === canonical
      )
    }),
  )
})

test('a role that another one brings with it', async t => {
  const permission = (role: string, more: Partial<StatePermission> = {}): StatePermission => ({
    group: 'g',
    role,
    scopeType: 'tenant',
    scope: 'abc12345',
    ...more,
  })
  const wanted = (...all: StatePermission[]) => new Map(all.map(each => [permissionKey(each), each]))
  const viewer = permission('tenant-viewer')
  t.equal(impliedBy(viewer, wanted(permission('tenant-manage-settings'))), 'tenant-manage-settings')
  t.equal(impliedBy(viewer, wanted()), undefined)
  t.equal(impliedBy(viewer, wanted(permission('tenant-agent-install'))), undefined, 'shows nothing')
  t.equal(impliedBy(viewer, wanted(permission('tenant-manage-settings', { group: 'h' }))), undefined)
  t.equal(impliedBy(viewer, wanted(permission('tenant-manage-settings', { scope: 'def67890' }))), undefined)
  const zone = { scopeType: 'management-zone', scope: 'abc12345:1' } as const
  t.equal(
    impliedBy(viewer, wanted(permission('tenant-manage-settings', zone))),
    undefined,
    'a zone is not all',
  )
  t.equal(impliedBy({ ...viewer, ...zone }, wanted(permission('tenant-logviewer', zone))), 'tenant-logviewer')
  t.equal(
    impliedBy(permission('tenant-manage-settings'), wanted(viewer)),
    undefined,
    'not the other way round',
  )
  t.equal(
    impliedBy(
      permission('tenant-view-security-problems'),
      wanted(permission('tenant-manage-security-problems')),
    ),
    'tenant-manage-security-problems',
  )
})

test('what is written otherwise is told to who asks', async t => {
  const level = { kind: 'account' } as const
  const state = {
    policies: new Map([['p', { id: 'p', level, name: 'P', description: 'd', statement: 'ALLOW a:b:c;' }]]),
    boundaries: new Map([['b', { id: 'b', name: 'B', query: 'a:b = "1";' }]]),
    groups: new Map([['g', { ref: 'g', name: 'G', description: 'd' }]]),
    permissions: new Map<string, StatePermission>(),
  }
  t.strictSame(benignDifferences({ desired: state, observed: state }), [])
  const observed = {
    ...state,
    policies: new Map([
      ['p', { id: 'p', level, name: 'P', description: 'd ', statement: 'ALLOW a:b:c; // by hand' }],
    ]),
    boundaries: new Map([['b', { id: 'b', name: 'B', query: '\na:b   = "1";' }]]),
    groups: new Map([['g', { ref: 'g', name: 'G', description: ' d' }]]),
  }
  const told = benignDifferences({ desired: state, observed })
  t.strictSame(
    told.map(({ key }) => key),
    ['policy p', 'boundary b', 'group g'],
  )
  const changed = new Map([['p', { id: 'p', level, name: 'P', description: 'd', statement: 'ALLOW x:y:z;' }]])
  t.strictSame(
    benignDifferences({ desired: state, observed: { ...state, policies: changed } }),
    [],
    'what says something else is drift, and not told here',
  )
})

test(`${ROUNDS} random rounds of apply and pass plan nothing, however the account spells it`, async t => {
  const world = await worldOf(t)
  let rounds = 0
  let respelled = 0
  let last: Model = { statements: [], queries: [], rules: [] }
  await fc.assert(
    fc.asyncProperty(anyModel, fc.nat(), async (model, seed) => {
      // Nobody is bound to anything when the texts are set, so that any order of theirs is safe.
      await settle(world, { ...last, rules: unbound(last) })
      await settle(world, { ...model, rules: unbound(model) })
      await settle(world, model)
      last = model
      quiet(await world.apply(), 'after it was applied')
      respelled += await respell(world, model, seed)
      quiet(await world.apply(), 'after a person wrote the same in other words')
      world.configure(textOf(rewritten(model, seed)))
      quiet(await world.apply(), 'after bridge.yaml says the same in other words')
      rounds += 1
    }),
    { numRuns: ROUNDS, endOnFailure: true },
  )
  t.ok(rounds >= ROUNDS, `${rounds} rounds, ${respelled} texts respelled`)
  t.ok(respelled > ROUNDS, 'most rounds had something to respell')
})

test('a role that Dynatrace adds of itself stays, and one that nothing brings goes', async t => {
  const world = await worldOf(t)
  world.configure(
    textOf({ statements: [], queries: [], rules: [{ bound: [], roles: ['tenant-manage-settings'] }] }),
  )
  await world.apply()
  await world.edit({ do: 'add-permission', group: 'a people', role: 'tenant-viewer', level: 'prod' })
  quiet(await world.apply(), 'with the role that comes along')
  await world.edit({ do: 'add-permission', group: 'a people', role: 'tenant-logviewer', level: 'prod' })
  const run = await world.apply()
  t.strictSame(
    run.plan.steps.map(({ action }) => action.kind),
    ['remove-permission'],
  )
})

/** One state of bridge.yaml. */
interface Model {
  readonly statements: readonly (readonly Statement[])[]
  readonly queries: readonly (readonly Condition[])[]
  readonly rules: readonly {
    readonly bound: readonly { readonly policy: number; readonly boundaries: readonly number[] }[]
    readonly roles: readonly string[]
  }[]
}

const nearValue = fc.constantFrom('a', 'b', 'c')
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    name: fc.constantFrom('storage:dt.security_context', 'storage:bucket-name'),
    operator: fc.constant('EQ' as const),
    values: fc.array(nearValue, { minLength: 1, maxLength: 1 }),
  }),
  fc.record({
    name: fc.constantFrom('storage:dt.security_context', 'storage:bucket-name'),
    operator: fc.constant('IN' as const),
    values: fc.uniqueArray(nearValue, { minLength: 1, maxLength: 3 }),
  }),
)
const statement: fc.Arbitrary<Statement> = fc.record({
  effect: fc.constant('ALLOW' as const),
  permissions: fc.uniqueArray(
    fc.constantFrom('storage:logs:read', 'storage:metrics:read', 'storage:events:read'),
    { minLength: 1, maxLength: 3 },
  ),
  conditions: fc.array(condition, { maxLength: 2 }),
})
const anyModel: fc.Arbitrary<Model> = fc.record({
  statements: fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  queries: fc.array(fc.array(condition, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  rules: fc.array(
    fc.record({
      bound: fc.uniqueArray(
        fc.record({ policy: fc.nat(0), boundaries: fc.uniqueArray(fc.nat(0), { maxLength: 1 }) }),
        { maxLength: 1 },
      ),
      roles: fc.uniqueArray(fc.constantFrom('tenant-viewer', 'tenant-logviewer', 'tenant-manage-settings'), {
        maxLength: 2,
      }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
})

const TEAMS = ['a', 'b']

function unbound({ rules }: Model): Model['rules'] {
  return rules.map(rule => ({ ...rule, bound: [] }))
}

async function settle(world: World, model: Model): Promise<void> {
  world.configure(textOf(model))
  for (let pass = 0; pass < 5; pass += 1) if ((await world.apply()).status === 'in-step') return
}

function textOf({ statements, queries, rules }: Model): string {
  return modelText({
    statements: statements.map(all => all.map(printStatement).join('\n')),
    queries: queries.map(all => all.map(each => `${printCondition(each)};`).join('\n')),
    rules,
  })
}

function modelText({
  statements,
  queries,
  rules,
}: Pick<Model, 'rules'> & {
  readonly statements: readonly string[]
  readonly queries: readonly string[]
}): string {
  return JSON.stringify({
    version: 1,
    environments: { prod: { id: 'abc12345', labels: { stage: 'prod' } } },
    rules: rules.map(({ bound, roles }, n) => ({
      name: TEAMS[n],
      match: { displayNames: [`dt-${TEAMS[n]}`] },
      group: { name: `${TEAMS[n]} people` },
      bindings: bound.map(({ policy, boundaries }) => ({
        policy: `policy ${policy}`,
        level: 'account',
        boundaries: boundaries.map(each => `boundary ${each}`),
      })),
      permissions: roles.map(role => ({ role, level: { environments: ['prod'] } })),
    })),
    policies: statements.map((text, n) => ({ name: `policy ${n}`, level: 'account', statement: text })),
    boundaries: queries.map((query, n) => ({ name: `boundary ${n}`, query })),
    guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 100 }, widening: 'allow' },
  })
}

/** The same model as somebody else would write it. */
function rewritten({ statements, queries, rules }: Model, seed: number): Model {
  return {
    statements: statements.map(all => shuffled(all, seed)),
    queries: queries.map(all => shuffled(all, seed)),
    rules,
  }
}

/** Writes texts of ours in the account in other words; answers how many. */
async function respell(world: World, { statements, queries }: Model, seed: number): Promise<number> {
  for (const [n, all] of statements.entries()) {
    await world.edit({
      do: 'change-policy',
      policy: `policy ${n}`,
      statement: respelledPolicy(all, seed + n),
    })
  }
  for (const [n, all] of queries.entries()) {
    await world.edit({
      do: 'change-boundary',
      boundary: `boundary ${n}`,
      query: respelledBoundary(all, seed + n),
    })
  }
  return statements.length + queries.length
}

function respelledPolicy(statements: readonly Statement[], seed: number): string {
  return shuffled(statements, seed)
    .map(({ effect, permissions, conditions }) => {
      const where = shuffled(conditions, seed + 1).map(each => listShuffled(each, seed))
      return `// ${seed}\r\n${effect.toLowerCase()}\t${printStatement({ effect, permissions: shuffled(permissions, seed), conditions: where }).slice(effect.length)}`
    })
    .join('\n\n')
}

const respelledBoundary = (conditions: readonly Condition[], seed: number): string =>
  shuffled(conditions, seed)
    .map(each => `  ${printCondition(listShuffled(each, seed))} ; // ${seed}`)
    .join('\r\n')

function listShuffled(each: Condition, seed: number): Condition {
  return { ...each, values: shuffled(each.values, seed) }
}

/** Rotated, and turned round: enough of an order that is not the one given. */
function shuffled<T>(all: readonly T[], seed: number): readonly T[] {
  const start = all.length === 0 ? 0 : seed % all.length
  const turned = [...all.slice(start), ...all.slice(0, start)]
  return seed % 2 === 0 ? turned : turned.reverse()
}

function quiet(run: Run, when: string): void {
  if (run.plan.steps.length === 0 && run.status === 'in-step') return
  const steps = run.plan.steps.map(
    ({ title, reason, verdict }) => `${title}: ${reason} ${JSON.stringify(verdict)}`,
  )
  throw new Error(`${when}: ${[run.status, ...steps, ...run.problems].join('\n')}`)
}

async function worldOf(t: Test): Promise<World> {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  const world = await makeWorld(t, {
    store,
    clock,
    rules: textOf({ statements: [], queries: [], rules: [{ bound: [], roles: [] }] }),
  })
  const eva = await world.user('eva')
  for (const team of TEAMS) await world.group(`dt-${team}`, [eva])
  await world.apply()
  clock.advance(60_000)
  return world
}
