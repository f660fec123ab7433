/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** `scim-bridge init`: what it writes of an account leaves the first plan nothing to do, and drops nothing. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Test, test } from 'tap'
import { draftAccount } from '../../src/access/from-account/draft-account.ts'
import { settleDraft } from '../../src/access/from-account/settle-draft.ts'
import { writeDraft } from '../../src/access/from-account/write-draft.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import { readAccount } from '../../src/cli/init/read-account.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { command } from '../support/command.ts'
import { sqliteDatabase } from '../support/databases.ts'
import { makeWorld, type World } from '../support/world.ts'

const NOTHING = 'version: 1\nrules: []\n'

test('the sample account: the file says all of it that can be said, and the first plan is empty', async t => {
  const { world } = await worldOf(t, 'sample')
  const { text, draft } = await written(world)
  t.same(
    draft.rules.map(({ name }) => name),
    [
      'Account Admins',
      'Account viewers',
      'break-glass',
      'Environment Admins',
      'Environment Professionals',
      'Environment Users',
      'finance reports',
      'on-call pager',
    ],
  )
  t.match(text, /owner@acme\.example/, 'emergency contacts are protected')
  t.match(text, /groups: {2}# what the bridge itself lives on\n {4}- service_user_group_/)
  await emptyPlans(t, world, text)
})

test('random accounts: the first plan is empty before and after adoption, and applying changes nothing', async t => {
  const run = async (account: Account) => {
    const { world, end } = await worldOf(t, 'empty')
    await world.simulated('POST', '/seed', seedOf(account))
    const { text } = await written(world)
    await emptyPlans(t, world, text)
    await end()
  }
  await fc.assert(fc.asyncProperty(accounts(), run), { numRuns: 15 })
})

test('the command writes a file that can be read, and never over one that is there', async t => {
  const { env, folder } = await place(t)
  const out = join(folder, 'sub', 'bridge.yaml')
  const first = await command(['init', '--from-account', '--out', out, '--match', 'dt-{name}'], env)
  t.equal(first.code, 2, first.err)
  t.match(first.out, '8 rules, 2 policies, 4 boundaries')
  t.match(first.out, 'group "idp-developers": it belongs to SAML')
  const text = await readFile(out, 'utf8')
  t.equal((await stat(out)).mode & 0o777, 0o600)
  t.match(text, 'match: { displayNames: [ dt-finance reports ] }')
  t.notMatch(text + first.out, env.DT_CLIENT_SECRET)
  const linted = await command(['lint', out], env)
  t.not(linted.code, 1, linted.out)

  const again = await command(['init', '--from-account', '--out', out], env)
  t.equal(again.code, 1)
  t.match(again.err, 'bridge.yaml is there already. Give another place with --out, or --force')
  const forced = await command(['init', '--from-account', '--out', out, '--force', '--json'], env)
  t.equal(forced.code, 2)
  t.match(JSON.parse(forced.out), { files: [out], rules: 8, unsaid: [{ kind: 'environment' }] })
  t.notMatch(await readFile(out, 'utf8'), 'dt-finance')
})

test('what does not make sense is refused in a sentence', async t => {
  const { env, folder } = await place(t)
  const out = join(folder, 'bridge.yaml')
  const same = await command(['init', '--from-account', '--out', out, '--match', 'everybody'], env)
  t.match(same.err, '--match "everybody" does not hold {name}')
  await writeFile(join(folder, 'file'), '')
  const inFile = await command(['init', '--out', join(folder, 'file', 'bridge.yaml')], env)
  t.match(inFile.err, /cannot be written: .*Give another place with --out/)
  const wrong = await command(['init', '--from-account', '--out', out], { ...env, DT_CLIENT_SECRET: 'wrong' })
  t.equal(wrong.code, 1)
  t.notMatch(wrong.err, /^ {4}at /m, 'no stack')
  const settings = await command(['init', '--from-account', '--out', out], {
    ...env,
    DT_ACCOUNT_UUID: undefined,
  })
  t.match(settings.err, 'DT_ACCOUNT_UUID')
})

test('without an account: the commented sample', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'init-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const out = join(folder, 'bridge.yaml')
  const { code, out: said } = await command(['init', '--out', out])
  t.equal(code, 0)
  t.match(said, 'scim-bridge init --from-account')
  t.equal(parseAccessModel(await readFile(out, 'utf8'), out).kind, 'valid')
})

test('what cannot be read is said, and nothing is concluded from it', async t => {
  const { world } = await worldOf(t, 'sample')
  const facts = await readAccount(world.connection.with({ runId: 'init', requestIds: [] }))
  const { policies } = facts
  const blind = { ...facts, policies: policies.map(each => ({ ...each, statement: undefined })) }
  const draft = draftAccount(blind)
  t.same(draft.policies, [])
  t.same(
    draft.unsaid.filter(({ kind }) => kind === 'policy').map(({ what, why }) => `${what}: ${why}`),
    ['team data', 'finance dashboards'].map(
      name =>
        `policy "${name}" of the account: its text could not be read; it stays as it is, and bindings may name it all the same`,
    ),
  )
  t.equal(draft.rules.length, 8, 'bindings name the policies all the same')
})

async function place(t: Test) {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  const folder = await mkdtemp(join(tmpdir(), 'init-'))
  t.teardown(async () => {
    await simulator.close()
    await rm(folder, { recursive: true })
  })
  const env = {
    DT_ACCOUNT_UUID: simulator.accountUuid,
    DT_CLIENT_ID: simulator.clientId,
    DT_CLIENT_SECRET: simulator.clientSecret,
    DT_API_URL: simulator.url,
    DT_SSO_URL: simulator.url,
  }
  return { env, folder }
}

async function worldOf(t: Test, seed: 'sample' | 'empty') {
  const database = await sqliteDatabase(t)
  const store = await database.open()
  const world = await makeWorld(t, { store, rules: NOTHING, seed })
  return { world, end: async () => undefined }
}

async function written(world: World) {
  const facts = await readAccount(world.connection.with({ runId: 'init', requestIds: [] }))
  const preface = { lines: ['A file.'], steps: [] }
  const { draft, files } = settleDraft(draftAccount(facts), each => writeDraft(each, preface))
  return { draft, text: files.main }
}

/** With `sync`, which would show anything that the file leaves out. */
async function emptyPlans(t: Test, world: World, text: string): Promise<void> {
  world.configure(text.replace('mode: observe', 'mode: sync'))
  const before = await world.state()
  t.same(stepsOf(await world.plan()), [], 'nobody has pushed anything')

  await push(world, before)
  t.same(stepsOf(await world.plan()), [], 'pushed, and not adopted yet')
  const { all } = await world.adoption.candidates()
  const obstacles = all.filter(({ obstacle }) => obstacle !== undefined)
  t.same(obstacles, [], 'all that the file names can be adopted')
  const adopted = await world.adoption.adopt({
    names: undefined,
    by: 'ana',
    reason: 'first',
    rehearse: false,
  })
  if ('code' in adopted) throw new Error(adopted.message)
  const { draft } = await written(world)
  t.same(
    adopted.groups.map(({ name }) => name).sort(),
    draft.rules.map(({ name }) => name).sort(),
    'each rule adopts its group',
  )
  const partly = new Set(draft.unsaid.map(({ rule }) => rule))
  const beyond = adopted.kept.filter(({ kind, groupName }) => kind !== 'member' && !partly.has(groupName))
  t.same(beyond, [], 'what the file says is all that the groups hold')
  t.same(stepsOf(await world.plan()), [], 'adopted')
  await world.apply()
  const after = await world.state()
  for (const part of ['groups', 'bindings', 'permissions', 'policies', 'boundaries', 'users']) {
    t.same(after[part], before[part], `${part} are as they were`)
  }
}

const stepsOf = ({ plan }: Awaited<ReturnType<World['plan']>>) =>
  (plan?.steps ?? []).map(step => JSON.stringify(step))

/** The identity provider has the same groups with the same people. */
async function push(world: World, state: SimulatedState): Promise<void> {
  const people = new Map<string, string>()
  for (const { email } of state.users.filter(({ email }) => !email.includes('service.sso'))) {
    const { body } = await world.scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: email,
      active: true,
    })
    people.set(email, body.id)
  }
  for (const group of state.groups) {
    const members = state.users.filter(user => user.groups.includes(group.name))
    await world.group(
      group.name,
      members.flatMap(({ email }) => people.get(email) ?? []),
    )
  }
}

interface SimulatedState {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly { readonly name: string }[]
}

interface Account {
  readonly groups: readonly {
    readonly name: string
    readonly description: string
    readonly owner: 'LOCAL' | 'SCIM'
    readonly bindings: readonly {
      readonly policy: string
      readonly level: string
      readonly boundaries: readonly string[]
      readonly metadata: Readonly<Record<string, string>>
      readonly team: string
    }[]
    readonly permissions: readonly { readonly role: string; readonly level: string }[]
    readonly members: readonly string[]
  }[]
  readonly policies: readonly {
    readonly name: string
    readonly level: string
    readonly description: string
  }[]
  readonly boundaries: readonly string[]
}

const LEVELS = ['account', 'prod', 'stage', 'qa00001']
const ROLES = ['tenant-viewer', 'tenant-logviewer', 'tenant-manage-settings']

function accounts(): fc.Arbitrary<Account> {
  const odd = fc.constantFrom(
    ...[
      'Team: A',
      "it's",
      '# hash',
      'true',
      '123',
      'a {b}',
      'Größe ü',
      'on 🚀',
      '- dash',
      '@at',
      'a "q"',
      'no',
    ],
    ...[
      'x, y',
      '[z]',
      '%w',
      '*star',
      '&amp',
      '!bang',
      '| pipe',
      '> more',
      'null',
      '2027-01-31',
      'a\\b',
      'C: \\d',
    ],
  )
  const description = fc.oneof(
    fc.constant(''),
    odd,
    fc.constant(` ${'long '.repeat(40)}`),
    fc.constant('two\nlines'),
  )
  const policyNames = fc.constantFrom('team data', 'Team Data', 'all logs', 'a: b', 'x {y}', 'Read Logs')
  const boundaryNames = fc.constantFrom('only a', 'Only A', 'b # c', 'd {e}', 'f')
  const binding = fc.record({
    policy: fc.oneof(policyNames, fc.constantFrom('Standard User', 'Pro User', 'Read Events')),
    level: fc.constantFrom(...LEVELS),
    boundaries: fc.uniqueArray(boundaryNames, { maxLength: 2 }),
    metadata: fc.oneof(
      { weight: 8, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constant({ by: 'x' }) },
    ),
    team: fc.constantFrom('a', 'b b', '{c}', ' d'),
  })
  const permission = fc.oneof(
    fc.record({
      role: fc.constantFrom(...ROLES),
      level: fc.constantFrom('prod', 'stage', 'qa00001', 'qa00001:Zone A'),
    }),
    fc.constant({ role: 'account-viewer', level: 'account' }),
  )
  return fc.record({
    groups: fc.uniqueArray(
      fc.record({
        name: odd,
        description,
        owner: fc.constantFrom<'LOCAL' | 'SCIM'>('LOCAL', 'LOCAL', 'LOCAL', 'SCIM'),
        bindings: fc.uniqueArray(binding, { maxLength: 5, selector: pairOf }),
        permissions: fc.uniqueArray(permission, { maxLength: 4, selector: each => JSON.stringify(each) }),
        members: fc.subarray(['ana@acme.example', 'ben@acme.example', 'cem@acme.example']),
      }),
      { minLength: 1, maxLength: 6, selector: ({ name }) => name },
    ),
    policies: fc.uniqueArray(
      fc.record({ name: policyNames, level: fc.constantFrom('account', 'prod', 'stage'), description }),
      { maxLength: 5, selector: ({ name, level }) => `${name} ${level}` },
    ),
    boundaries: fc.uniqueArray(boundaryNames, { maxLength: 4 }),
  })
}

/** Dynatrace takes no binding twice with other boundaries. */
const pairOf = ({ policy, level, team }: { policy: string; level: string; team: string }) =>
  `${policy} ${level} ${policy.toLowerCase() === 'team data' ? team : ''}`

/** Drops what refers to things that this account does not have. */
function seedOf({ groups, policies, boundaries }: Account): object {
  const own = Map.groupBy(policies, ({ name }) => name)
  const takesTeam = (name: string) => name.toLowerCase() === 'team data'
  const canBind = ({ policy, level }: { readonly policy: string; readonly level: string }) => {
    const found = own.get(policy)
    const isGlobal = /User$|^Read/.test(policy)
    return isGlobal || found?.some(each => each.level === 'account' || each.level === level) === true
  }
  return {
    environments: [{ id: 'qa00001', name: 'QA — München', managementZones: [{ id: '101', name: 'Zone A' }] }],
    users: ['ana', 'ben', 'cem'].map(name => ({ email: `${name}@acme.example` })),
    policies: policies.map(({ name, level, description }) => ({
      ...{ name, level, description },
      statement: takesTeam(name)
        ? 'ALLOW storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";'
        : '// all of it\nALLOW storage:logs:read,\n  storage:buckets:read;\n',
    })),
    boundaries: boundaries.map(name => ({ name, query: `storage:dt.security_context = "${name}"` })),
    groups: groups.map(({ name, description, owner }) => ({ name, description, owner })),
    memberships: groups.flatMap(({ name, members, owner }) =>
      owner === 'LOCAL' ? members.map(user => ({ user, group: name })) : [],
    ),
    permissions: groups.flatMap(({ name, permissions }) =>
      permissions.map(({ role, level }) => ({ group: name, role, level })),
    ),
    bindings: groups.flatMap(({ name, bindings }) =>
      bindings.filter(canBind).map(({ policy, level, team, metadata, boundaries: limits }) => ({
        ...{ group: name, policy, level, metadata },
        boundaries: limits.filter(each => boundaries.includes(each)),
        parameters: takesTeam(policy) ? { team } : {},
      })),
    ),
  }
}
