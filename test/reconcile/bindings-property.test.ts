/**
 * Random bindings become other random bindings, over a faulty network and across crashes. The account is looked at
 * after every single write that reached it: at no time does the group have less than both ends grant, or more than
 * both ends allow. In the end it has what it should, or is told why there is no safe way.
 */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import type { Dynatrace } from '../../src/dynatrace/dynatrace.ts'
import { silentLog } from '../../src/lib/log.ts'
import { atOnce } from '../../src/lib/turns.ts'
import { effectiveStatements } from '../../src/policy/effective.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { nothingKept } from '../../src/reconcile/adopt/kept.ts'
import { applyPlan } from '../../src/reconcile/apply/apply.ts'
import { Ledger } from '../../src/reconcile/apply/ledger.ts'
import { bindingActions } from '../../src/reconcile/diff/rights.ts'
import { bindingKey } from '../../src/reconcile/keys.ts'
import { observeBindings } from '../../src/reconcile/observe/rights.ts'
import { ownershipWrites } from '../../src/reconcile/ownership-writes.ts'
import { makePlan } from '../../src/reconcile/plan.ts'
import type { State, StateBinding } from '../../src/reconcile/state.ts'
import type { StepResult } from '../../src/reconcile/step.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { openStore } from '../../src/store/open.ts'
import { forward, relay } from '../support/relay.ts'
import { testClock } from '../support/world.ts'

/** Set it for a long run: `BINDING_HISTORIES=1000 npx tap test/reconcile/bindings-property.test.ts`. */
const HISTORIES = Number(process.env.BINDING_HISTORIES ?? 100)

const FAULTS = ['none', 'refused', 'busy', 'cut', 'lost', 'crash-before', 'crash-after'] as const
type Fault = (typeof FAULTS)[number]

const LEVELS: readonly StateBinding['level'][] = [
  { kind: 'account' },
  { kind: 'environment', id: 'abc12345' },
  { kind: 'environment', id: 'def67890' },
]
const PERMISSIONS = ['storage:logs:read', 'storage:metrics:read', 'storage:events:read'] as const
const BOUNDARIES = [
  'storage:dt.security_context = "a";',
  'storage:dt.security_context = "b";\nstorage:bucket-name = "x";',
  'storage:bucket-name = "y";',
  'settings:schemaId = "none of these permissions knows it";',
]

interface Wish {
  readonly level: number
  readonly policy: number
  readonly team: 'a' | 'b'
  /** Something besides what the policy asks for, which makes a binding hard to address. */
  readonly extra: boolean
  readonly boundaries: readonly number[]
}

const condition = fc.constantFrom(
  '',
  '',
  ' WHERE storage:dt.security_context = "a"',
  ' WHERE storage:bucket-name = "x"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the vendor's own syntax of a template
  ' WHERE storage:dt.security_context = "${bindParam:team}"',
)
const statement = (effects: readonly ('ALLOW' | 'DENY')[]) =>
  fc
    .tuple(
      fc.constantFrom(...effects),
      fc.uniqueArray(fc.constantFrom(...PERMISSIONS), { minLength: 1, maxLength: 2 }),
      condition,
    )
    .map(([effect, permissions, where]) => `${effect} ${permissions.join(', ')}${where};`)
const policy = fc.oneof(
  { weight: 4, arbitrary: statement(['ALLOW']) },
  { weight: 2, arbitrary: statement(['DENY']) },
  {
    weight: 1,
    arbitrary: fc.tuple(statement(['ALLOW']), statement(['DENY'])).map(both => both.join('\n')),
  },
)
const wish: fc.Arbitrary<Wish> = fc.record({
  level: fc.nat(LEVELS.length - 1),
  policy: fc.nat(3),
  team: fc.constantFrom('a', 'b'),
  extra: fc.integer({ min: 0, max: 11 }).map(n => n === 0),
  boundaries: fc.uniqueArray(fc.nat(BOUNDARIES.length - 1), { maxLength: 2 }),
})
/** Ends that have much in common, since between strangers there is little to lose. */
const ends = fc
  .tuple(
    fc.array(fc.tuple(wish, fc.constantFrom('stays', 'goes', 'differs'), wish), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.array(wish, { maxLength: 3 }),
  )
  .map(([olds, news]) => ({
    before: olds.map(([old]) => old),
    after: [
      ...olds.flatMap(([old, fate, other]) => {
        if (fate === 'goes') return []
        return fate === 'stays' ? [old] : [{ ...old, boundaries: other.boundaries }]
      }),
      ...news,
    ],
  }))
const history = fc.record({
  policies: fc.array(policy, { minLength: 4, maxLength: 4 }),
  ends,
  writes: fc.array(fc.constantFrom(...FAULTS, 'none', 'none', 'none'), { maxLength: 12 }),
  reads: fc.array(fc.constantFrom<Fault>('busy', 'cut', 'none', 'none', 'none', 'none', 'none'), {
    maxLength: 10,
  }),
})

test('no state between two calls has less than both ends grant, or more than both ends allow', async t => {
  const account = await wiredAccount(t)
  let converged = 0
  let samples = 0
  await fc.assert(
    fc.asyncProperty(history, async each => {
      const outcome = await account.live({ ...each, ...each.ends })
      samples += outcome.samples
      if (outcome.converged) converged += 1
    }),
    { numRuns: HISTORIES, endOnFailure: true },
  )
  t.comment(`${HISTORIES} histories, ${converged} converged, ${samples} states looked at`)
  t.ok(converged > HISTORIES * 0.7, `most have a safe way: ${converged} of ${HISTORIES}`)
  t.ok(samples > HISTORIES, `${samples} states looked at`)
})

test('what simple changes cost in calls', async t => {
  const account = await wiredAccount(t)
  const policies = [
    'ALLOW storage:logs:read;',
    'ALLOW storage:metrics:read;',
    'DENY storage:logs:read;',
    'ALLOW storage:events:read;',
  ]
  const of = (n: number, boundaries: readonly number[] = [], level = 0): Wish => {
    return { level, policy: n, team: 'a', extra: false, boundaries }
  }
  const cost = async (before: readonly Wish[], after: readonly Wish[]) =>
    (await account.live({ policies, before, after, writes: [], reads: [] })).calls
  t.equal(await cost([of(0, [0])], [of(0, [1])]), 'GET PUT GET', 'other boundaries')
  t.equal(await cost([of(0)], [of(1)]), 'POST GET GET DELETE GET', 'another policy: no texts are read for it')
  t.equal(await cost([of(0)], [of(0), of(1, [0], 1)]), 'POST GET', 'one more')
  t.equal(
    await cost([of(0, [0], 1), of(0, [0], 2)], [of(0, [1], 1), of(0, [1], 2)]),
    'GET PUT GET GET PUT GET',
    'other boundaries in two environments, each by itself',
  )
  t.equal(
    await cost([of(3)], [of(3), of(0), of(2)]),
    'GET GET POST POST GET',
    'what denies is known after one look at each text',
  )
})

async function wiredAccount(t: Test) {
  const clock = testClock()
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'empty', clock })
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const wire = await faultyWire(t, simulator.url)
  const connect = (apiUrl: string) =>
    connectDynatrace({
      accountUuid: simulator.accountUuid,
      clientId: simulator.clientId,
      clientSecret: simulator.clientSecret,
      apiUrl,
      ssoUrl: simulator.url,
      clock,
      log: silentLog,
      limits: { retries: 1 },
    })
  const [straight, wired] = [connect(simulator.url), connect(wire.url)]
  t.teardown(async () => {
    await Promise.all([straight.close(), wired.close()])
    await simulator.close()
    await store.close()
  })
  const context = { runId: 'r', requestIds: [] }
  const setUp = straight.with(context)
  const dynatrace = wired.with(context)
  const boundaryIds = BOUNDARIES.map(() => randomUUID())
  for (const [n, query] of BOUNDARIES.entries()) {
    await setUp.boundaries.put({ id: boundaryIds[n] ?? '', name: `boundary ${n}`, query })
  }

  async function live(each: {
    readonly policies: readonly string[]
    readonly before: readonly Wish[]
    readonly after: readonly Wish[]
    readonly writes: readonly Fault[]
    readonly reads: readonly Fault[]
  }) {
    const [group] = await setUp.groups.create([{ name: `group ${randomUUID()}`, description: '' }])
    if (group === undefined) throw new Error('The group was not created')
    const policyIds = each.policies.map(() => randomUUID())
    for (const [n, statementText] of each.policies.entries()) {
      const id = policyIds[n] ?? ''
      await setUp.policies.put({
        id,
        name: id,
        level: { kind: 'account' },
        description: '',
        statement: statementText,
      })
    }
    const stated = (wishes: readonly Wish[]): ReadonlyMap<string, StateBinding> =>
      new Map(
        wishes.map(({ level, policy: n, team, extra, boundaries }) => {
          const binding: StateBinding = {
            level: LEVELS[level] ?? { kind: 'account' },
            policyId: policyIds[n] ?? '',
            group: group.id,
            parameters: {
              ...(each.policies[n]?.includes('bindParam') === true ? { team } : {}),
              ...(extra ? { extra: 'yes' } : {}),
            },
            metadata: {},
            boundaryIds: boundaries.map(at => boundaryIds[at] ?? '').sort(),
          }
          return [bindingKey(binding), binding]
        }),
      )
    const [before, after] = [stated(each.before), stated(each.after)]
    for (const { group: groupId, ...binding } of before.values()) {
      await setUp.bindings.add({ ...binding, groupId })
    }
    const wanted = stateOf(group.id, after)
    const granted = (bindings: Iterable<StateBinding>) =>
      grants([...bindings], {
        policies: new Map(policyIds.map((id, n) => [id, each.policies[n] ?? ''])),
        boundaryIds,
      })
    const [had, shall] = [granted(before.values()), granted(after.values())]
    const trail: string[] = []
    wire.look = async call => {
      const now = await present(setUp, group.id)
      trail.push(`${call} → ${[...now.keys()].join(' | ')}`)
      const has = granted(now.values())
      for (const [point, is] of has) {
        const [was, will] = [had.get(point), shall.get(point)]
        if (was === true && will === true && !is) wire.wrong ??= `lost ${point}\n${trail.join('\n')}`
        if (was === false && will === false && is) wire.wrong ??= `gained ${point}\n${trail.join('\n')}`
      }
    }
    wire.writes = [...each.writes]
    wire.reads = [...each.reads]
    wire.calls = []
    wire.wrong = undefined
    let results: ReadonlyMap<string, StepResult> = new Map()
    let actions: ReturnType<typeof actionsOf> = []
    for (let pass = 0; pass < 25; pass += 1) {
      wire.crashed = false
      const quiet = wire.writes.length === 0 && wire.reads.length === 0
      actions = actionsOf(wanted, await present(setUp, group.id))
      if (actions.length === 0) break
      const planning = makePlan({
        actions,
        staying: new Set(),
        describe: action => ({ title: action.kind, reason: '' }),
        drifts: new Map(),
        judge: () => new Map(),
      })
      const plan = atOnce(planning)
      results = await applyPlan(
        plan,
        {
          dynatrace,
          ownership: ownershipWrites(store, 'r', () => clock.now()),
          ledger: new Ledger(() => (wire.crashed ? 'It crashed.' : undefined)),
          clock,
          uses: { of: new Map(), complete: false },
          federated: new Map(),
          meet: () => undefined,
        },
        { begun: async () => undefined, done: async () => undefined },
      )
      if (wire.wrong !== undefined) break
      if (quiet && [...results.values()].some(isWithoutWay)) break
    }
    const samples = trail.length
    const calls = wire.calls.join(' ')
    if (wire.wrong !== undefined) throw new Error(wire.wrong)
    const converged = actions.length === 0
    if (!converged && ![...results.values()].some(isWithoutWay)) {
      throw new Error(`stuck: ${JSON.stringify([...results.values()])}\n${trail.join('\n')}`)
    }
    if (converged) {
      const end = await present(setUp, group.id)
      if (JSON.stringify(sorted(end)) !== JSON.stringify(sorted(after))) throw new Error('ends elsewhere')
    }
    await setUp.groups.remove(group.id)
    for (const id of policyIds) await setUp.policies.remove({ kind: 'account' }, id)
    return { converged, samples, calls }
  }
  return { live }
}

const isWithoutWay = (result: StepResult): boolean =>
  result.kind === 'failed' && /no safe order|cannot tell that binding/.test(result.reason)

function actionsOf(desired: State, bindings: ReadonlyMap<string, StateBinding>) {
  const none: ReadonlySet<string> = new Set()
  return bindingActions({
    desired,
    observed: { ...desired, bindings },
    blind: { members: none, unread: none, permissions: none, bindings: none, users: none },
    unsaid: none,
    orphans: [],
    unruled: none,
    kept: nothingKept,
    handedBack: new Set<string>(),
    isGone: () => false,
    renames: new Map(),
    leaving: new Map(),
    considers: () => true,
    mayTake: () => true,
    sourcesOf: () => [],
  })
}

function stateOf(ref: string, bindings: ReadonlyMap<string, StateBinding>): State {
  return {
    policies: new Map(),
    boundaries: new Map(),
    users: new Map(),
    groups: new Map([[ref, { ref, name: ref, description: '' }]]),
    members: new Map(),
    bindings,
    permissions: new Map(),
  }
}

async function present(dynatrace: Dynatrace, ref: string): Promise<ReadonlyMap<string, StateBinding>> {
  const told = { problems: [], blind: new Set<string>() }
  const asked = { wanted: new Set([ref]), levels: LEVELS, full: false }
  const { bindings } = await observeBindings(dynatrace, asked, told)
  if (told.problems.length > 0) throw new Error(told.problems.join())
  return bindings
}

const sorted = (bindings: ReadonlyMap<string, StateBinding>) =>
  [...bindings].map(([key, { boundaryIds }]) => [key, boundaryIds]).sort()

/** Every request there is in this little world, and whether it is granted. */
function grants(
  bindings: readonly StateBinding[],
  texts: { readonly policies: ReadonlyMap<string, string>; readonly boundaryIds: readonly string[] },
): ReadonlyMap<string, boolean> {
  const effective = bindings.map(({ level, policyId, parameters, boundaryIds }) => {
    const parsed = parsePolicy(texts.policies.get(policyId) ?? '')
    if (parsed.kind !== 'parsed') throw new Error(JSON.stringify(parsed))
    const boundaries = boundaryIds.map(id => {
      const boundary = parseBoundary(BOUNDARIES[texts.boundaryIds.indexOf(id)] ?? '')
      if (boundary.kind !== 'parsed') throw new Error(JSON.stringify(boundary))
      return boundary.conditions
    })
    return {
      level,
      statements: effectiveStatements({ statements: parsed.statements, boundaries, parameters }),
    }
  })
  const result = new Map<string, boolean>()
  for (const environment of ['abc12345', 'def67890']) {
    const here = effective
      .filter(({ level }) => level.kind !== 'environment' || level.id === environment)
      .flatMap(({ statements }) => statements)
    for (const permission of PERMISSIONS) {
      for (const context of ['a', 'b', 'c']) {
        for (const bucket of ['x', 'y', 'z']) {
          const said = here.filter(
            each =>
              each.permission === permission &&
              each.conditions.every(
                ({ name, values }) => values[0] === (name === 'storage:bucket-name' ? bucket : context),
              ),
          )
          result.set(
            `${environment} ${permission} ${context} ${bucket}`,
            said.some(each => each.effect === 'ALLOW') && said.every(each => each.effect === 'ALLOW'),
          )
        }
      }
    }
  }
  return result
}

/** Stands between the client and the account: meets calls on bindings with faults, and looks after every write. */
async function faultyWire(t: Test, target: string) {
  const wire = {
    url: '',
    writes: [] as Fault[],
    reads: [] as Fault[],
    /** Methods of the calls that came. */
    calls: [] as string[],
    crashed: false,
    wrong: undefined as string | undefined,
    look: async (_call: string): Promise<void> => undefined,
  }
  wire.url = await relay(t, async (asked, answer) => {
    const isWrite = asked.method !== 'GET'
    wire.calls.push(asked.method ?? '')
    const fault = (isWrite ? wire.writes : wire.reads).shift() ?? 'none'
    if (wire.crashed || fault === 'cut' || fault === 'crash-before') {
      wire.crashed ||= fault === 'crash-before'
      asked.socket.destroy()
      return
    }
    if (fault === 'refused' || fault === 'busy') {
      answer.writeHead(fault === 'busy' ? 429 : 503, { 'content-type': 'application/json' })
      answer.end('{"error":{"code":503,"message":"not now"}}')
      return
    }
    const { body, status, text } = await forward(asked, target)
    if (isWrite) await wire.look(`${asked.method} ${asked.url} ${body} ${status}`)
    if (fault === 'lost' || fault === 'crash-after') {
      wire.crashed ||= fault === 'crash-after'
      asked.socket.destroy()
      return
    }
    answer.writeHead(status, { 'content-type': 'application/json' })
    answer.end(text)
  })
  return wire
}
