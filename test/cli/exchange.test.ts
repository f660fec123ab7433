/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** `scim-bridge export` and `import`: what goes out to Monaco and Terraform comes back as the same wishes. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { z } from 'zod'
import { desiredGroups } from '../../src/access/desired.ts'
import type { AccessModel } from '../../src/access/model.ts'
import { command, envOf } from '../support/command.ts'
import { runningBridge } from '../support/running-bridge.ts'
import { parseModel } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewers", description: "Viewers of {team}: 100% \\"careful\\"" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: own logs, level: account, boundaries: [ "limits of {team}" ] }
      - { policy: stage only, level: { environments: [ stage ] } }
    permissions:
      - { role: tenant-viewer, level: { environments: all } }
      - { role: tenant-logviewer, level: { environments: [ prod ] }, managementZones: [ Payments ] }
  - name: admins
    match: { displayNames: [ dynatrace-admins ] }
    group: { name: Cloud administrators }
    bindings: [ { policy: Admin User, level: account } ]
    permissions: [ { role: account-viewer, level: account } ]
  - name: pagers
    match: dt-{team}-pager
    group: { name: "{team} pagers" }
    bindings:
      - { policy: of one team, level: { environments: [ prod ] }, parameters: { team: "{team}" } }
      - { policy: of one team, level: { environments: [ prod ] }, parameters: { team: shared } }
policies:
  - name: own logs
    description: "Logs: all of them"
    statement: |
      // for viewers
      ALLOW storage:logs:read, storage:buckets:read;
  - name: stage only
    level: { environments: [ stage ] }
    statement: ALLOW storage:events:read;
  - name: of one team
    statement: ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";
boundaries:
  - name: limits of {team}
    for: viewers
    query: storage:dt.security_context = "{team}";
`
const IDP_GROUPS = ['dt-payments-viewer', 'dt-search-viewer', 'dynatrace-admins', 'dt-search-pager']

test('what goes out to Terraform comes back as the same wishes', async t => {
  const { bridge, folder, env } = await place(t)
  const before = wishes(parseModel(RULES), IDP_GROUPS)
  const exported = await command(['export', 'terraform', '--out', join(folder, 'tf')], env)
  t.equal(exported.code, 0, exported.out + exported.err)
  const file = join(folder, 'tf', 'dynatrace-access.tf.json')
  const configured = JSON.parse(await readFile(file, 'utf8'))
  t.match(
    configured.resource.dynatrace_iam_policy.of_one_team.statement_query,
    '$${bindParam:team}',
    'what Terraform would take for its own template is escaped',
  )
  t.equal(configured.import, undefined, 'nothing is there yet')

  const out = join(folder, 'bridge.yaml')
  const imported = await command(['import', 'terraform', file, '--out', out, '--with-account'], env)
  t.equal(imported.code, 0, imported.out + imported.err)
  t.same(
    wishes(
      await modelOf(out),
      before.groups.map(({ name }) => name),
    ),
    before,
  )

  t.test('with the ids of what is there, once the bridge has made it', async t => {
    bridge.start()
    const applied = await command(['apply'], env)
    t.equal(applied.code, 0, applied.out + applied.err)
    const again = await command(['export', 'terraform', '--out', join(folder, 'later')], env)
    t.equal(again.code, 0, again.err)
    const later = JSON.parse(await readFile(join(folder, 'later', 'dynatrace-access.tf.json'), 'utf8'))
    const ids = new Map(
      z
        .array(z.object({ to: z.string(), id: z.string() }))
        .parse(later.import)
        .map(each => [each.to, each.id]),
    )
    const uuid = /^[0-9a-f-]{36}$/
    t.match(ids.get('dynatrace_iam_group.search_viewers'), uuid)
    t.match(ids.get('dynatrace_iam_policy_boundary.limits_of_search'), uuid)
    t.match(ids.get('dynatrace_iam_policy.stage_only'), /^[0-9a-f-]{36}#-#environment#-#def67890$/)
    t.match(
      ids.get('dynatrace_iam_policy_bindings_v2.search_viewers_account'),
      new RegExp(`^[0-9a-f-]{36}#-#account#-#${bridge.simulator.accountUuid}$`),
    )
    t.same(later.resource, { ...configured.resource }, 'and the same resources')
  })
})

test('what goes out to Monaco comes back as the same wishes, but for what Monaco has no words for', async t => {
  const { folder, env } = await place(t)
  const exported = await command(['export', 'monaco', '--out', join(folder, 'monaco')], env)
  t.equal(exported.code, 2)
  t.match(exported.out, 'group "search pagers": a binding of it has parameters')
  t.same((await readdir(join(folder, 'monaco'), { recursive: true })).sort(), [
    'account-access',
    'account-access/boundaries.yaml',
    'account-access/groups.yaml',
    'account-access/policies.yaml',
    'manifest.yaml',
  ])
  const out = join(folder, 'bridge.yaml')
  const from = join(folder, 'monaco')
  const imported = await command(['import', 'monaco', from, '--out', out, '--with-account'], env)
  t.equal(imported.code, 0, imported.out + imported.err)
  const before = wishes(parseModel(RULES), IDP_GROUPS)
  const groups = before.groups.filter(({ name }) => name !== 'search pagers')
  t.same(
    wishes(
      await modelOf(out),
      groups.map(({ name }) => name),
    ),
    { ...before, groups },
  )

  const alone = await command(['import', 'monaco', from, '--out', join(folder, 'alone.yaml'), '--json'], env)
  t.equal(alone.code, 2, 'without the account nobody knows what a management zone is called')
  t.match(JSON.parse(alone.out).unsaid, [{ kind: 'permission' }, { kind: 'permission' }])
})

test('a state of Terraform: people, named policies, and what it does not manage', async t => {
  const { folder, env } = await place(t)
  const state = join(folder, 'terraform.tfstate')
  await writeFile(state, JSON.stringify(stateFile()))
  const out = join(folder, 'bridge.yaml')
  const { code, out: said } = await command(['import', 'terraform', state, '--out', out], env)
  t.equal(code, 2)
  t.match(said, 'group 77777777-0000-4000-8000-000000000007: Terraform grants something to it')
  const model = await modelOf(out)
  t.same(
    model.rules.map(({ name }) => name),
    ['Team "A"'],
  )
  t.match(wishes(model, ['Team "A"']).groups, [
    {
      bindings: [
        { policy: 'Standard User', level: 'account' },
        { policy: 'team data', level: 'abc12345', parameters: { team: 'a' }, boundaries: ['only a'] },
      ],
      permissions: [
        { role: 'account-viewer', level: 'account' },
        { role: 'tenant-viewer', level: 'abc12345' },
      ],
    },
  ])
  t.equal(
    await readFile(join(folder, 'bridge-members.csv'), 'utf8'),
    'group,email\r\n"Team ""A""",ana@acme.example\r\n',
  )
})

test('what Monaco files say in their older words, and of people', async t => {
  const { folder, env } = await place(t)
  await writeFile(
    join(folder, 'access.yaml'),
    `
users:
  - email: ana@acme.example
    groups: [ { type: reference, id: a }, Elsewhere ]
serviceUsers: [ { name: ci, groups: [ { type: reference, id: a } ] } ]
groups:
  - name: Team A
    id: a
    account: { permissions: [ account-viewer ], policies: [ Standard User, { type: reference, id: p } ] }
    environments: [ { environment: abc12345, policies: [ { policy: Pro User, boundaries: [ only a ] } ] } ]
  - { name: From SAML, id: s, federatedAttributeValues: [ x ] }
policies: [ { name: own, id: p, level: { type: account }, policy: "ALLOW storage:logs:read;" } ]
`,
  )
  await writeFile(join(folder, 'project.yaml'), 'configs: []\n')
  const out = join(folder, 'out', 'bridge.yaml')
  const members = join(folder, 'people.csv')
  const { code, out: said } = await command(
    [
      'import',
      'monaco',
      folder,
      '--out',
      out,
      '--members',
      members,
      '--match',
      'dt-{name}',
      '--match',
      '{name}',
    ],
    env,
  )
  t.equal(code, 2)
  t.match(said, 'service user "ci": it is in group "Team A"')
  t.match(said, 'group "From SAML": it belongs to SAML')
  t.equal(
    await readFile(members, 'utf8'),
    'group,email\r\nElsewhere,ana@acme.example\r\nTeam A,ana@acme.example\r\n',
  )
  t.match(wishes(await modelOf(out), ['DT-team a']).groups, [
    {
      name: 'Team A',
      bindings: [
        { policy: 'Pro User', level: 'abc12345', boundaries: ['only a'] },
        { policy: 'Standard User', level: 'account' },
        { policy: 'own', level: 'account' },
      ],
    },
  ])
})

test('files that are no such files are refused with their name and what to do', async t => {
  const { folder, env } = await place(t)
  const tries = async (name: string, text: string, tool: string) => {
    await writeFile(join(folder, name), text)
    const { code, err } = await command(
      ['import', tool, join(folder, name), '--out', join(folder, 'x.yaml')],
      env,
    )
    t.equal(code, 1, name)
    t.match(err, name)
    t.notMatch(err, /^ {4}at /m)
    return err
  }
  t.match(await tries('a.yaml', 'groups: [ {', 'monaco'), /a\.yaml, line 1: .*: .+\./)
  t.match(await tries('b.yaml', 'groups: [ { name: x } ]', 'monaco'), 'b.yaml: groups[0].id: ')
  t.match(await tries('c.yaml', 'configs: []', 'monaco'), 'There are no account resources of Monaco in')
  const lost = 'groups: [ { name: x, id: x, account: { policies: [ { type: reference, id: y } ] } } ]'
  await writeFile(join(folder, 'd.yaml'), lost)
  const { err } = await command(['import', 'monaco', join(folder, 'd.yaml'), '--out', join(folder, 'x')], env)
  t.match(err, 'Group "x" refers to the policy "y", which no file defines. Give its file too.')
  t.match(await tries('e.json', '{', 'terraform'), 'e.json is not JSON')
  t.match(await tries('f.json', '[]', 'terraform'), 'is no Terraform state. Give terraform.tfstate')
  t.match(await tries('g.json', '{"version":3}', 'terraform'), 'is a Terraform state of version 3, not 4')
  t.match(await tries('h.json', '{"version":4,"resources":[]}', 'terraform'), 'holds no IAM resources')
  t.match(
    await tries('i.json', JSON.stringify(brokenState()), 'terraform'),
    'i.json: dynatrace_iam_group.a.name: ',
  )
  const gone = await command(['import', 'terraform', join(folder, 'gone')], env)
  t.match(gone.err, /gone cannot be read: ENOENT.*Give a file or folder that is there/)
})

async function place(t: Test) {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  const ana = await bridge.user('ana')
  for (const name of IDP_GROUPS) await bridge.group(name, [ana])
  const folder = await mkdtemp(join(tmpdir(), 'exchange-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const { simulator } = bridge
  const env = {
    ...envOf(bridge),
    DT_ACCOUNT_UUID: simulator.accountUuid,
    DT_CLIENT_ID: simulator.clientId,
    DT_CLIENT_SECRET: simulator.clientSecret,
    DT_API_URL: simulator.url,
    DT_SSO_URL: simulator.url,
  }
  return { bridge, folder, env }
}

const modelOf = async (path: string): Promise<AccessModel> => parseModel(await readFile(path, 'utf8'))

/** What the rules want, without the names of rules and in one order. */
function wishes(model: AccessModel, idpGroups: readonly string[]) {
  const groups = idpGroups.map((displayName, index) => ({
    ...{ id: `g${index}`, displayName, externalId: undefined },
    members: [],
  }))
  const { groups: desired, policies, boundaries } = desiredGroups(model, groups)
  const place = (level: { kind: 'account' } | { kind: 'environment'; id: string }) =>
    level.kind === 'account' ? 'account' : level.id
  const sorted = <T>(all: readonly T[]) =>
    all
      .map(each => [JSON.stringify(each), each] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, each]) => each)
  return {
    groups: sorted(
      desired.map(({ name, description, bindings, permissions }) => ({
        ...{ name, description },
        bindings: sorted(
          bindings.map(({ policy, level, parameters, boundaries: limits }) => {
            return { policy, level: place(level), parameters, boundaries: [...limits] }
          }),
        ),
        permissions: sorted(
          permissions.map(({ role, level, zone }) => ({ role, level: place(level), zone })),
        ),
      })),
    ),
    policies: sorted(policies.map(each => ({ ...each, level: place(each.level) }))),
    boundaries: sorted(boundaries.map(({ name, query }) => ({ name, query }))),
  }
}

const ACCOUNT = '7f1c2b3a-0000-4000-8000-00000000a001'

function stateFile(): object {
  const managed = (type: string, name: string, attributes: object) => ({
    ...{ mode: 'managed', type, name },
    instances: [{ attributes }],
  })
  const group = '11111111-0000-4000-8000-000000000001'
  const policy = '22222222-0000-4000-8000-0000000000aa'
  const standard = '22222222-0000-4000-8000-000000000001'
  return {
    version: 4,
    resources: [
      managed('dynatrace_iam_group', 'a', {
        ...{ id: group, name: 'Team "A"', description: null, federated_attribute_values: null },
        permissions: [{ permission: [{ name: 'tenant-viewer', scope: 'abc12345', type: 'tenant' }] }],
      }),
      managed('dynatrace_iam_permission', 'p', {
        name: 'account-viewer',
        group,
        account: ACCOUNT,
        environment: '',
      }),
      managed('dynatrace_iam_permission', 'q', {
        ...{ name: 'account-viewer', account: ACCOUNT },
        group: '77777777-0000-4000-8000-000000000007',
      }),
      managed('dynatrace_iam_policy', 'd', {
        ...{ id: `${policy}#-#account#-#${ACCOUNT}`, uuid: policy, name: 'team data', account: ACCOUNT },
        statement_query: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";',
      }),
      managed('dynatrace_iam_policy_boundary', 'b', {
        id: 'b1',
        name: 'only a',
        query: 'storage:dt.security_context = "a";',
      }),
      managed('dynatrace_iam_policy_bindings_v2', 'v2', {
        ...{ group, environment: 'abc12345', account: '' },
        policy: [
          {
            id: `${policy}#-#account#-#${ACCOUNT}`,
            parameters: { team: 'a' },
            metadata: null,
            boundaries: ['b1'],
          },
        ],
      }),
      managed('dynatrace_iam_policy_bindings', 'v1', { group, account: ACCOUNT, policies: [standard] }),
      managed('dynatrace_iam_user', 'u', { email: 'ana@acme.example', groups: [group] }),
      managed('dynatrace_dashboard', 'other', { id: 'x' }),
      {
        ...{ mode: 'data', type: 'dynatrace_iam_policies', name: 'all' },
        instances: [{ attributes: { policies: [{ id: standard, uuid: standard, name: 'Standard User' }] } }],
      },
    ],
  }
}

const brokenState = (): object => ({
  version: 4,
  resources: [
    { mode: 'managed', type: 'dynatrace_iam_group', name: 'a', instances: [{ attributes: { id: 'x' } }] },
  ],
})
