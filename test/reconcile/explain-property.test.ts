/**
 * For random models and directories, once a pass has brought the account in step: what `explain` says of every person,
 * environment and permission is what the simulated account itself evaluates.
 */
import fc from 'fast-check'
import type { Test } from 'tap'
import type { Explanation } from '../../src/access/explain/explain.ts'
import type { Place } from '../../src/access/impact/side.ts'
import { sqlSnapshot } from '../../src/directory/sql-snapshot.ts'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import { silentLog } from '../../src/lib/log.ts'
import { allows } from '../../src/policy/decide.ts'
import type { EffectiveStatement } from '../../src/policy/effective.ts'
import { policyTextMemory } from '../../src/reconcile/account-texts.ts'
import { catalogueMemory } from '../../src/reconcile/catalogue-memory.ts'
import { askedPerson } from '../../src/reconcile/inspect/asked-person.ts'
import { type ExplainParts, explainAll, explainFacts } from '../../src/reconcile/inspect/explain-access.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'
import { makeWorld, parseModel, testClock, type World } from '../support/world.ts'

const POLICIES = ['own data', 'all logs', 'no metrics', 'no bucket', 'Standard User', 'Read Spans']
const PERMISSIONS = [
  'storage:logs:read',
  'storage:metrics:read',
  'storage:spans:read',
  'storage:buckets:read',
  'storage:events:read',
  'environment:roles:viewer',
]
const ATTRIBUTES = ['storage:dt.security_context', 'storage:bucket-name', 'storage:k8s.namespace.name']
const VALUES = ['one', 'two', 'elsewhere']
const GROUPS = ['dt-one-viewer', 'dt-two-viewer', 'dt-one-editor', 'staff', 'unmatched']
/** How many models and directories, on each database: `EXPLAIN_MODELS=100 npx tap test/reconcile/explain-property.test.ts`. */
const MODELS = Number(process.env.EXPLAIN_MODELS ?? 5)
const PEOPLE = ['p0', 'p1', 'p2', 'p3']
const PLACES: readonly Place[] = [
  { kind: 'account' },
  { kind: 'environment', id: 'abc12345', name: 'prod' },
  { kind: 'environment', id: 'def67890', name: 'stage' },
]

const binding = fc.record({
  policy: fc.constantFrom(...POLICIES),
  level: fc.constantFrom('account', '{ environments: [ prod ] }', '{ environments: { stage: nonprod } }'),
  /** Two of them are alternatives. */
  boundaries: fc.subarray(['only {team}', 'buckets of {team}']),
  until: fc.option(fc.constantFrom('2020-01-31', '2199-01-31'), { freq: 3 }),
})
/** Policies of one environment can be bound there alone. */
const local = fc.record({
  policy: fc.constant('prod events'),
  level: fc.constant('{ environments: [ prod ] }'),
  boundaries: fc.subarray(['only {team}']),
  until: fc.constant(null),
})
const rule = fc.record({
  match: fc.constantFrom('dt-{team}-{role}', 'dt-{team}-viewer', 'dt-{team}-{role:editor}'),
  group: fc.constantFrom('{team} all', '{team} {displayName}', 'everybody {team}'),
  bindings: fc.array(fc.oneof({ weight: 5, arbitrary: binding }, local), { minLength: 1, maxLength: 3 }),
  unless: fc.option(
    fc.constantFrom('{ values: { team: one } }', '{ displayNames: [ dt-two-viewer ] }', '"{any}-editor"'),
    { freq: 2 },
  ),
  until: fc.option(fc.constantFrom('2020-01-31', '2199-01-31'), { freq: 2 }),
})
const scenario = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  staff: fc.array(
    fc.record({ policy: fc.constantFrom(...POLICIES.slice(1)), level: fc.constant('account') }),
    {
      minLength: 1,
      maxLength: 2,
    },
  ),
  members: fc.array(fc.subarray(PEOPLE), { minLength: GROUPS.length, maxLength: GROUPS.length }),
  /** Which group is put into which one. */
  nested: fc.option(fc.tuple(fc.nat(GROUPS.length - 1), fc.nat(GROUPS.length - 1))),
  inactive: fc.subarray(PEOPLE, { maxLength: 1 }),
  /** Who does not accept the invitation. */
  pending: fc.subarray(PEOPLE, { maxLength: 1 }),
  where: fc.dictionary(fc.constantFrom(...ATTRIBUTES), fc.constantFrom(...VALUES)),
  probes: fc.array(fc.dictionary(fc.constantFrom(...ATTRIBUTES), fc.constantFrom(...VALUES)), {
    minLength: 3,
    maxLength: 6,
  }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

eachDatabase({
  'explain agrees with the effective permissions of the account': async (t, database) => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        await t.test('a model and a directory', async t => agrees(t, database, given))
      }),
      { numRuns: MODELS, endOnFailure: true },
    )
  },
})

const tables = [
  'members',
  'users',
  'groups',
  'departures',
  'accountUsers',
  'changes',
  'ownership',
  'runs',
  'decisions',
  'journal',
] as const

async function agrees(t: Test, database: TestDatabase, given: Scenario): Promise<void> {
  const store = await database.open()
  await store.write(async tx => {
    for (const table of tables) await tx.deleteFrom(table).execute()
  })
  const clock = testClock()
  const rules = rulesText(given)
  const world = await makeWorld(t, { store, rules, seed: 'empty', clock })
  await provision(world, given)
  const run = await world.apply()
  t.ok(['in-step', 'partial'].includes(run.status), `${run.status} ${JSON.stringify(run.problems)}`)
  const state = await world.state()
  const uids = new Map<string, string>(
    state.users.map(({ email, uid }: { email: string; uid: string }) => [email.toLowerCase(), uid]),
  )
  for (const name of PEOPLE) {
    const email = `${name}@acme.example`
    if (!uids.has(email) || given.pending.includes(name)) continue
    await world.simulated('POST', '/edit', { as: 'owner@acme.example', do: 'accept-invitation', user: email })
  }
  const { parts, close } = partsOf(world, rules, clock)
  try {
    for (const name of PEOPLE)
      await agreesFor(t, name, uids.get(`${name}@acme.example`), { given, world, parts })
  } finally {
    await close()
  }
}

async function agreesFor(
  t: Test,
  name: string,
  uid: string | undefined,
  { given, world, parts }: { readonly given: Scenario; readonly world: World; readonly parts: ExplainParts },
): Promise<void> {
  const person = await askedPerson(`${name}@acme.example`, world.store)
  const isLeaving = given.inactive.includes(name)
  const isShut = isLeaving || given.pending.includes(name) || uid === undefined
  const truths: (readonly EffectiveStatement[])[] = []
  for (const place of PLACES) {
    const at = place.kind === 'account' ? '' : `&environment=${place.id}`
    truths.push(
      uid === undefined ? [] : (await world.simulated('GET', `/effective?user=${uid}${at}`)).statements,
    )
  }
  for (const permission of PERMISSIONS) {
    const { facts } = await explainFacts(person, { permission, places: PLACES }, parts)
    for (const where of [{}, given.where, ...given.probes]) {
      const told = await explainAll({ permission, where, places: PLACES }, facts)
      const wrong = told.flatMap((answer, at) => {
        // What is not said of the thing stays open: everything it could be is tried.
        const open = completions(where).map(attributes =>
          allows(truths[at] ?? [], { permission, attributes }),
        )
        const expected = isShut ? 'denied' : verdictFor(open)
        const isTold = answer.verdict === expected && isWhole(answer)
        const isCompared = uid === undefined || isLeaving || isAgreed(answer)
        return isTold && isCompared ? [] : [{ expected, answer, truth: truths[at] }]
      })
      t.same(wrong, [], `${name} ${permission} ${JSON.stringify(where)}`)
    }
  }
}

/** A denial says where and what to do, everything else has a way without a break. */
const isWhole = ({ verdict, broken, ways }: Explanation): boolean =>
  verdict === 'denied'
    ? broken?.remedy !== undefined
    : (ways[0]?.links.every(({ state }) => state === 'ok') ?? false)

const isAgreed = ({ dynatrace }: Explanation): boolean => dynatrace.compared && dynatrace.agrees

/** With values for what was not asked about, and without any. */
function completions(where: Readonly<Record<string, string>>): readonly Readonly<Record<string, string>>[] {
  let all: readonly Readonly<Record<string, string>>[] = [where]
  for (const name of ATTRIBUTES.filter(each => !Object.hasOwn(where, each))) {
    all = all.flatMap(some => [some, ...VALUES.map(value => ({ ...some, [name]: value }))])
  }
  return all
}

/** What is so of some things only is `allowed-if`. */
function verdictFor(allowed: readonly boolean[]): Explanation['verdict'] {
  if (allowed.every(one => one)) return 'allowed'
  return allowed.some(one => one) ? 'allowed-if' : 'denied'
}

async function provision(world: World, given: Scenario): Promise<void> {
  const ids = new Map<string, string>()
  for (const name of PEOPLE) ids.set(name, await world.user(name, { active: !given.inactive.includes(name) }))
  const groups: string[] = []
  for (const [at, name] of GROUPS.entries()) {
    const members = (given.members[at] ?? []).flatMap(who => ids.get(who) ?? [])
    groups.push(await world.group(name, members))
  }
  const [inner = 0, outer = 0] = given.nested ?? []
  if (inner === outer) return
  await world.patch(`/Groups/${groups[outer]}`, {
    op: 'add',
    path: 'members',
    value: [{ value: groups[inner] }],
  })
}

function rulesText({ rules, staff }: Scenario): string {
  const ruleTexts = rules.map(
    ({ match, group, bindings, unless, until }, at) =>
      `  - name: rule ${at}\n    match: "${match}"\n    group: { name: "${at} ${group}" }\n` +
      `${unless === null ? '' : `    unless: ${unless}\n`}${until === null ? '' : `    until: ${until}\n    reason: a trial\n`}` +
      `    bindings:\n${distinct(bindings).map(bindingText).join('\n')}`,
  )
  return `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
${ruleTexts.join('\n')}
  - name: staff
    match: { displayNames: [ staff ] }
    group: { name: Staff }
    bindings:
${distinct(staff).map(bindingText).join('\n')}
boundaries:
  - name: only {team}
    for: rule 0
    query: |
      storage:dt.security_context = "{team}";
  - name: buckets of {team}
    for: rule 0
    query: |
      storage:bucket-name = "{team}";
policies:
  - name: prod events
    level: { environments: [ prod ] }
    statement: ALLOW storage:events:read, storage:buckets:read;
  - name: own data
    level: account
    statement: ALLOW storage:logs:read, storage:buckets:read WHERE storage:bucket-name = "\${bindParam:team}";
  - name: all logs
    level: account
    statement: ALLOW storage:logs:read, storage:metrics:read;
  - name: no metrics
    level: account
    statement: DENY storage:metrics:read WHERE storage:k8s.namespace.name = "one";
  - name: no bucket
    level: account
    statement: ALLOW storage:buckets:read; DENY storage:buckets:read, storage:logs:read WHERE storage:bucket-name = "two";
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`
}

function bindingText({
  policy,
  level,
  boundaries = [],
  until = null,
}: {
  readonly policy: string
  readonly level: string
  readonly boundaries?: readonly string[]
  readonly until?: string | null
}): string {
  const more = [
    ...(policy === 'own data' ? ['parameters: { team: "{team}" }'] : []),
    ...(boundaries.length === 0 ? [] : [`boundaries: [ ${boundaries.map(name => `"${name}"`).join(', ')} ]`]),
    ...(until === null ? [] : [`until: ${until}`, 'reason: a trial']),
  ]
  return `      - { ${[`policy: ${policy}`, `level: ${level}`, ...more].join(', ')} }`
}

/** Two bindings of one policy would contradict each other. */
const distinct = <T extends { readonly policy: string }>(bindings: readonly T[]): readonly T[] => [
  ...new Map(bindings.map(each => [each.policy, each])).values(),
]

function partsOf(world: World, rules: string, clock: ReturnType<typeof testClock>) {
  const { simulator, store, runs } = world
  const connection = connectDynatrace({
    accountUuid: simulator.accountUuid,
    clientId: simulator.clientId,
    clientSecret: simulator.clientSecret,
    apiUrl: simulator.url,
    ssoUrl: simulator.url,
    clock,
    log: silentLog,
    onCall: () => undefined,
  })
  const parts: ExplainParts = {
    model: parseModel(rules),
    store,
    runs,
    readSnapshot: sqlSnapshot(store),
    connection,
    catalogue: catalogueMemory(clock),
    policyTexts: policyTextMemory(() => clock.now()),
    clock,
  }
  return { parts, close: () => connection.close() }
}
