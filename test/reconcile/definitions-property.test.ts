/**
 * Random edits of bridge.yaml that change texts of policies, queries of boundaries and who is bound to what, all at
 * once, over a faulty network and across crashes. The account is asked what its groups may really do after every
 * write that reached it: at no time less than both ends grant, or more than both ends allow. Afterwards the bridge is
 * quiet, or says why there is no safe way.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import { allows } from '../../src/policy/decide.ts'
import { type EffectiveStatement, effectiveStatements } from '../../src/policy/effective.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { openStore } from '../../src/store/open.ts'
import { forward, relay } from '../support/relay.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

/** Set it for a long run: `DEFINITION_HISTORIES=500 npx tap test/reconcile/definitions-property.test.ts`. */
const HISTORIES = Number(process.env.DEFINITION_HISTORIES ?? 12)

const FAULTS = ['none', 'refused', 'cut', 'lost', 'crash-before', 'crash-after'] as const
type Fault = (typeof FAULTS)[number]

const PERMISSIONS = ['storage:logs:read', 'storage:metrics:read', 'storage:events:read'] as const
const TEAMS = ['a', 'b'] as const
const ENVIRONMENTS = ['abc12345', 'def67890'] as const
const QUERIES = [
  'storage:dt.security_context = "a";',
  'storage:dt.security_context IN ("a", "b");',
  'storage:bucket-name = "x";',
  'storage:dt.security_context = "b";\nstorage:bucket-name = "x";',
]

interface Bound {
  readonly policy: number
  readonly prod: boolean
  readonly boundaries: readonly number[]
}

/** What one state of bridge.yaml says; a rule for each team. */
interface Model {
  readonly statements: readonly string[]
  readonly queries: readonly string[]
  readonly rules: readonly [readonly Bound[], readonly Bound[]]
}

const where = fc.constantFrom(
  '',
  '',
  ' WHERE storage:dt.security_context = "a"',
  ' WHERE storage:bucket-name = "x"',
)
const line = (effects: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...effects),
      fc.uniqueArray(fc.constantFrom(...PERMISSIONS), { minLength: 1, maxLength: 2 }),
      where,
    )
    .map(([effect, permissions, condition]) => `${effect} ${permissions.join(', ')}${condition};`)
const statement = fc.oneof(
  { weight: 6, arbitrary: line(['ALLOW']) },
  { weight: 1, arbitrary: line(['DENY']) },
)
const bound = fc.record({
  policy: fc.nat(2),
  prod: fc.boolean(),
  boundaries: fc.uniqueArray(fc.nat(1), { maxLength: 2 }),
})
const bounds = fc.uniqueArray(bound, { maxLength: 3, selector: each => `${each.policy} ${each.prod}` })
const model: fc.Arbitrary<Model> = fc.record({
  statements: fc.array(statement, { minLength: 3, maxLength: 3 }),
  queries: fc.array(fc.constantFrom(...QUERIES), { minLength: 2, maxLength: 2 }),
  rules: fc.tuple(bounds, bounds),
})
/** What changes of the first model on the way to the second: as a person edits, a few things at once. */
const edit = fc.record({
  statements: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  queries: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
  rules: fc.tuple(fc.boolean(), fc.boolean()),
})
const history = fc
  .record({
    before: model,
    other: model,
    edit,
    faults: fc.array(fc.constantFrom(...FAULTS, 'none', 'none', 'none', 'none'), { maxLength: 10 }),
  })
  .map(({ before, other, edit: changed, faults }) => ({
    before,
    after: {
      statements: before.statements.map((old, n) =>
        changed.statements[n] ? (other.statements[n] ?? old) : old,
      ),
      queries: before.queries.map((old, n) => (changed.queries[n] ? (other.queries[n] ?? old) : old)),
      rules: [
        changed.rules[0] ? other.rules[0] : before.rules[0],
        changed.rules[1] ? other.rules[1] : before.rules[1],
      ] as const,
    },
    faults,
  }))

const lostCalls: Fault[] = ['none', 'crash-before', 'lost', 'crash-before', 'cut']

/** A new right waited for a denial that was to come no more, that for its new text, and the text for the new right. */
const circle = {
  before: {
    statements: [
      'ALLOW storage:events:read WHERE storage:dt.security_context = "a";',
      'ALLOW storage:metrics:read, storage:events:read WHERE storage:bucket-name = "x";',
      'DENY storage:events:read WHERE storage:dt.security_context = "a";',
    ],
    queries: [
      'storage:dt.security_context = "b";\nstorage:bucket-name = "x";',
      'storage:dt.security_context IN ("a", "b");',
    ],
    rules: [
      [{ policy: 1, prod: false, boundaries: [1] }],
      [{ policy: 2, prod: true, boundaries: [0, 1] }],
    ] as const,
  },
  after: {
    statements: [
      'ALLOW storage:events:read WHERE storage:dt.security_context = "a";',
      'ALLOW storage:logs:read;',
      'ALLOW storage:logs:read;',
    ],
    queries: [
      'storage:dt.security_context = "b";\nstorage:bucket-name = "x";',
      'storage:dt.security_context = "b";\nstorage:bucket-name = "x";',
    ],
    rules: [
      [{ policy: 1, prod: false, boundaries: [1] }],
      [
        { policy: 2, prod: false, boundaries: [] },
        { policy: 1, prod: true, boundaries: [1] },
        { policy: 0, prod: true, boundaries: [1] },
      ],
    ] as const,
  },
  faults: lostCalls,
}

test('no edit of texts and bindings leads through less than both ends grant, or more than both allow', async t => {
  const life = await wiredWorld(t)
  let converged = 0
  let samples = 0
  await fc.assert(
    fc.asyncProperty(history, async each => {
      const outcome = await life(each)
      samples += outcome.samples
      if (outcome.converged) converged += 1
    }),
    { numRuns: HISTORIES, endOnFailure: true, examples: [[circle]] },
  )
  t.comment(`${HISTORIES} histories, ${converged} converged, ${samples} states looked at`)
  t.ok(converged > HISTORIES * 0.6, `most have a safe way: ${converged} of ${HISTORIES}`)
})

async function wiredWorld(t: Test) {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  t.teardown(() => store.close())
  let wire: Awaited<ReturnType<typeof faultyWire>> | undefined
  const through = async (url: string) => {
    wire = await faultyWire(t, url)
    return wire.url
  }
  const world = await makeWorld(t, { store, rules: textOf(EMPTY), clock, through })
  const ana = await world.user('ana')
  for (const team of TEAMS) await world.group(`dt-${team}`, [ana])
  await settle(world, EMPTY)
  const { groups } = await world.state()
  const uuids = TEAMS.map(
    team => groups.find((each: { name: string; uuid: string }) => each.name === `${team} people`).uuid,
  )

  let last: Model = EMPTY
  return async ({
    before,
    after,
    faults,
  }: {
    readonly before: Model
    readonly after: Model
    readonly faults: readonly Fault[]
  }) => {
    if (wire === undefined) throw new Error('There is no wire')
    const line = wire
    line.reset([], async () => undefined)
    // Nobody is bound to anything when the texts are set, so that any order of theirs is safe.
    await settle(world, { ...last, rules: [[], []] })
    await settle(world, { ...before, rules: [[], []] })
    await settle(world, before)
    last = before
    const had = await grants(world, uuids)
    line.reset([], async () => undefined)
    const shall = expected(after)
    if (JSON.stringify([...had]) !== JSON.stringify([...expected(before)]))
      throw new Error('The test expects what is not so')
    const trail: string[] = []
    let wrong: string | undefined
    line.reset(faults, async call => {
      const has = await grants(world, uuids)
      trail.push(call)
      for (const [point, is] of has) {
        const [was, will] = [had.get(point), shall.get(point)]
        if (was === true && will === true && !is) wrong ??= `lost ${point}\n${trail.join('\n')}`
        if (was === false && will === false && is) wrong ??= `gained ${point}\n${trail.join('\n')}`
      }
    })
    world.configure(textOf(after))
    let run: Run | undefined
    for (let pass = 0; pass < 25 && wrong === undefined; pass += 1) {
      const quiet = line.faults.length === 0
      line.crashed = false
      run = await world.apply()
      if (run.plan.steps.length === 0 && run.status === 'in-step') break
      if (quiet && isWithoutWay(run)) break
    }
    if (wrong !== undefined) throw new Error(wrong)
    const converged = run?.plan.steps.length === 0
    if (converged) last = after
    if (!converged && !(run !== undefined && isWithoutWay(run)))
      throw new Error(`stuck: ${JSON.stringify([run?.plan.steps, run?.results, run?.problems], null, 1)}`)
    if (converged && JSON.stringify([...(await grants(world, uuids))]) !== JSON.stringify([...shall]))
      throw new Error('ends elsewhere')
    return { converged, samples: trail.length }
  }
}

const EMPTY: Model = {
  statements: PERMISSIONS.map(permission => `ALLOW ${permission};`),
  queries: ['storage:bucket-name = "x";', 'storage:bucket-name = "x";'],
  rules: [[], []],
}

async function settle(world: World, wanted: Model): Promise<void> {
  world.configure(textOf(wanted))
  for (let pass = 0; pass < 5; pass += 1) if ((await world.apply()).plan.steps.length === 0) return
  throw new Error(`The account could not be prepared: ${JSON.stringify((await world.apply()).results)}`)
}

const isWithoutWay = (run: Run): boolean =>
  run.plan.steps.some(({ verdict }) => verdict.kind === 'refuse' && /safe order/.test(verdict.reason)) ||
  Object.values(run.results).some(
    result => result.kind === 'failed' && /no safe order|cannot tell that binding/.test(result.reason),
  )

function textOf({ statements, queries, rules }: Model): string {
  const bindings = (of: readonly Bound[]) =>
    of
      .map(
        ({ policy, prod, boundaries }) =>
          `{ policy: policy ${policy}, level: ${prod ? '{ environments: { stage: prod } }' : 'account'}, ` +
          `boundaries: [ ${boundaries.map(n => `boundary ${n}`).join(', ')} ] }`,
      )
      .join(', ')
  const list = (of: readonly string[], line: (text: string, n: number) => string) => of.map(line).join('\n')
  return `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
${TEAMS.map(
  (team, n) => `
  - name: ${team}
    match: { displayNames: [ dt-${team} ] }
    group: { name: ${team} people }
    bindings: [ ${bindings(rules[n] ?? [])} ]
`,
).join('')}
policies:
${list(statements, (text, n) => `  - { name: policy ${n}, level: account, statement: ${JSON.stringify(text)} }`)}
boundaries:
${list(queries, (text, n) => `  - { name: boundary ${n}, query: ${JSON.stringify(text)} }`)}
guards: { removals: { count: 50, percent: 100 }, groupShrink: { percent: 100 }, widening: allow }
`
}

/** What the account really grants its groups. */
async function grants(world: World, uuids: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  const points = new Map<string, boolean>()
  for (const [n, uuid] of uuids.entries()) {
    for (const environment of ENVIRONMENTS) {
      const path = `/effective?group=${uuid}&environment=${environment}`
      const { statements } = await world.simulated('GET', path)
      ask(`${TEAMS[n]} ${environment}`, statements, points)
    }
  }
  return points
}

/** What a model is to grant. */
function expected({ statements, queries, rules }: Model): ReadonlyMap<string, boolean> {
  const points = new Map<string, boolean>()
  const conditions = queries.map(query => {
    const parsed = parseBoundary(query)
    if (parsed.kind !== 'parsed') throw new Error(JSON.stringify(parsed))
    return parsed.conditions
  })
  const texts = statements.map(text => {
    const parsed = parsePolicy(text)
    if (parsed.kind !== 'parsed') throw new Error(JSON.stringify(parsed))
    return parsed.statements
  })
  for (const [n, bounds] of rules.entries()) {
    for (const environment of ENVIRONMENTS) {
      const held = bounds
        .filter(({ prod }) => !prod || environment === 'abc12345')
        .flatMap(({ policy, boundaries }) =>
          effectiveStatements({
            statements: texts[policy] ?? [],
            boundaries: boundaries.map(at => conditions[at] ?? []),
            parameters: {},
          }),
        )
      ask(`${TEAMS[n]} ${environment}`, held, points)
    }
  }
  return points
}

/** Every request there is in this little world. */
function ask(who: string, statements: readonly EffectiveStatement[], into: Map<string, boolean>): void {
  for (const permission of PERMISSIONS) {
    for (const context of ['a', 'b', 'c']) {
      for (const bucket of ['x', 'z']) {
        const attributes = { 'storage:dt.security_context': context, 'storage:bucket-name': bucket }
        into.set(`${who} ${permission} ${context} ${bucket}`, allows(statements, { permission, attributes }))
      }
    }
  }
}

/** Stands between the bridge and the account: meets writes with faults, and looks after every one. */
async function faultyWire(t: Test, target: string) {
  const wire = {
    url: '',
    faults: [] as Fault[],
    crashed: false,
    look: async (_call: string): Promise<void> => undefined,
    reset(faults: readonly Fault[], look: (call: string) => Promise<void>) {
      wire.faults = [...faults]
      wire.crashed = false
      wire.look = look
    },
  }
  // One after the other, so that what is seen after a write is the state that it made.
  let turn: Promise<void> = Promise.resolve()
  wire.url = await relay(t, (asked, answer) => {
    turn = turn.then(() => pass(asked, answer)).catch(() => void asked.socket.destroy())
  })
  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const isWrite = asked.method !== 'GET' && asked.url?.startsWith('/sso') !== true
    const fault = (isWrite ? wire.faults.shift() : undefined) ?? 'none'
    if (wire.crashed || fault === 'cut' || fault === 'crash-before') {
      wire.crashed ||= fault === 'crash-before'
      return void asked.socket.destroy()
    }
    if (fault === 'refused') {
      answer.writeHead(503, { 'content-type': 'application/json' })
      return void answer.end('{"error":{"code":503,"message":"not now"}}')
    }
    const { body, status, text } = await forward(asked, target)
    if (isWrite) await wire.look(`${asked.method} ${asked.url} ${body} ${status}`)
    if (fault === 'lost' || fault === 'crash-after') {
      wire.crashed ||= fault === 'crash-after'
      return void asked.socket.destroy()
    }
    answer.writeHead(status, { 'content-type': 'application/json' })
    answer.end(text)
  }
  return wire
}
