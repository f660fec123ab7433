import fc from 'fast-check'
import { test } from 'tap'
import { desiredGroups } from '../../src/access/desired.ts'
import { accessOf } from '../../src/access/explain/grants.ts'
import { formatProblems } from '../../src/access/format-problems.ts'
import type { AccessModel } from '../../src/access/model.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import type { IdpGroup } from '../../src/directory/snapshot.ts'

const environments = `
version: 1
environments:
  prod:  { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
  dev:   { id: ghi13579, labels: { stage: nonprod } }
rules:
`

const teamRule = `
  - name: team
    match: dt-{team}-{role:viewer|editor}-{stage:prod|nonprod|lab}
    group: { name: "{team} {role} {stage}", description: "From {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
      - policy: team data
        level: { environments: { stage: "{stage}" } }
        parameters: { team: "{team}" }
        boundaries: [ "z {team}", "a {team}", "z {team}" ]
    permissions: [ { role: tenant-viewer, level: { environments: [ prod ] } } ]
`

test('a rule is filled in for each group it takes, and selectors fan out', async t => {
  const { groups, findings, withheld } = desiredGroups(model(teamRule), idp('dt-Payments-viewer-nonprod'))
  t.same(findings, [])
  t.same(withheld, [])
  const data = {
    policy: 'team data',
    parameters: { team: 'Payments' },
    boundaries: ['a Payments', 'z Payments'],
  }
  t.same(groups, [
    {
      name: 'Payments viewer nonprod',
      description: 'From dt-Payments-viewer-nonprod',
      sources: [{ rule: 'team', idpGroupId: 'id-0', idpGroupName: 'dt-Payments-viewer-nonprod' }],
      bindings: [
        {
          policy: 'Standard User',
          level: { kind: 'account' },
          parameters: {},
          boundaries: [],
          rules: ['team'],
        },
        { ...data, level: { kind: 'environment', id: 'def67890' }, rules: ['team'] },
        { ...data, level: { kind: 'environment', id: 'ghi13579' }, rules: ['team'] },
      ],
      permissions: [
        { role: 'tenant-viewer', level: { kind: 'environment', id: 'abc12345' }, rules: ['team'] },
      ],
    },
  ])
})

test('several rules and several IdP groups feed one group: sources and grants are united', async t => {
  const rules = `
  - { name: one, match: "a-{x}", group: { name: "G {x}", description: first }, bindings: [ { policy: P, level: account }, { policy: Q, level: account } ] }
  - { name: two, match: "b-{x}", group: { name: "g {x}", description: second }, bindings: [ { policy: P, level: account } ], permissions: [ { role: account-viewer, level: account } ] }
  - { name: three, match: "{any}", group: { name: "{any}" } }
`
  const { groups, findings } = desiredGroups(model(rules), idp('b-x', 'a-x', 'B-X'))
  const group = groups.find(({ name }) => name === 'G x')
  t.equal(group?.description, 'first')
  t.same(
    group?.sources.map(({ rule, idpGroupName }) => `${rule} ${idpGroupName}`),
    ['one a-x', 'two B-X', 'two b-x'],
  )
  t.same(
    group?.bindings.map(({ policy, rules }) => [policy, rules]),
    [
      ['P', ['one', 'two']],
      ['Q', ['one']],
    ],
  )
  t.same(group?.permissions, [{ role: 'account-viewer', level: { kind: 'account' }, rules: ['two'] }])
  t.match(findings, [{ kind: 'different-descriptions', severity: 'info', subject: 'group G x' }])
})

test('rules that ask for different boundaries withhold the group, and only that one', async t => {
  const rules = `
  - { name: open, match: "a-{x}", group: { name: "{x}" }, bindings: [ { policy: P, level: { environments: all } } ] }
  - { name: tight, match: "a-{x}-t", group: { name: "{x}" }, bindings: [] }
  - { name: bounded, match: { displayNames: [ a-one ] }, group: { name: One }, bindings: [ { policy: P, level: { environments: [ dev ] }, boundaries: [ b ] } ] }
`
  const { groups, findings, withheld } = desiredGroups(apart(rules), idp('a-one', 'a-two'))
  t.same(
    groups.map(({ name }) => name),
    ['two'],
  )
  t.same(withheld, ['one'])
  const conflict = findings.filter(({ kind }) => kind === 'conflicting-rules')
  t.match(conflict, [{ severity: 'error', subject: 'group one' }])
  t.equal(
    conflict[0]?.message,
    'Policy "P" in environment ghi13579 is asked for with no boundary by rule "open" for IdP group "a-one",' +
      ' and with the boundary "b" by rule "bounded" for IdP group "a-one"; group "one" is left as it is until they agree.',
  )
  t.match(conflict[0]?.remedy, /rules "open" and "bounded"/)
})

test('a policy in two spellings is one policy: other boundaries contradict, equal ones are kept in both', async t => {
  const bindings = (boundaries: string) => `
  - { name: open, match: "a-{x}", group: { name: "{x}" }, bindings: [ { policy: Team Data, level: account } ] }
  - { name: bounded, match: "a-{x}", group: { name: "{x}" }, bindings: [ { policy: team data, level: account, boundaries: ${boundaries} } ] }
`
  const contradicting = desiredGroups(apart(bindings('[ b ]')), idp('a-one'))
  t.same(contradicting.groups, [])
  t.same(contradicting.withheld, ['one'])
  const { groups } = desiredGroups(model(bindings('[]')), idp('a-one'))
  t.same(
    groups[0]?.bindings.map(({ policy }) => policy),
    ['Team Data', 'team data'],
    'the account may hold both',
  )
})

test('one rule can contradict itself through two IdP groups', async t => {
  const rules = `
  - { name: r, match: "{team}-{x}", group: { name: "{x}" }, bindings: [ { policy: P, level: account, boundaries: [ "{team}" ] } ] }
`
  const { groups, withheld } = desiredGroups(model(rules), idp('a-g', 'b-g'))
  t.same(groups, [])
  t.same(withheld, ['g'])
})

test('the same policy with other parameters is another binding', async t => {
  const rules = `
  - { name: r, match: "{team}-{x}", group: { name: "{x}" }, bindings: [ { policy: P, level: account, parameters: { t: "{team}" }, boundaries: [ "{team}" ] } ] }
`
  const { groups } = desiredGroups(model(rules), idp('a-g', 'b-g'))
  t.same(
    groups[0]?.bindings.map(({ parameters }) => parameters),
    [{ t: 'a' }, { t: 'b' }],
  )
})

test('what a person should know is found', async t => {
  const others = ['other-1', 'other-2']
  const idle = '  - { name: idle, match: nobody, group: { name: n } }\n'
  const { findings, groups } = desiredGroups(
    model(teamRule + idle),
    idp('dt-a-viewer-lab', 'dt-b-viewer-lab', ...others),
  )
  t.same(
    findings.map(({ kind, severity, subject }) => `${kind} ${severity} ${subject}`),
    [
      'no-environment warning rule team',
      'idle-rule info rule idle',
      'unmatched-group info IdP group other-1',
      'unmatched-group info IdP group other-2',
    ],
  )
  t.match(findings[0]?.message, /stage=lab.*"dt-a-viewer-lab", "dt-b-viewer-lab"/)
  t.equal(groups[0]?.bindings.length, 1)
})

test('groups that a rule leaves alone are not granted, and a rule that leaves out all says so', async t => {
  const rules = `
  - { name: r, match: "x-{team}", unless: { values: { team: [ a, b ] } }, group: { name: "{team}" } }
`
  const some = desiredGroups(model(rules), idp('x-A', 'x-c'))
  t.same(
    some.groups.map(({ name }) => name),
    ['c'],
  )
  t.match(some.findings, [{ kind: 'unmatched-group', subject: 'IdP group x-A' }])
  t.equal(some.findings.length, 1)
  const none = desiredGroups(model(rules), idp('x-a', 'x-b'))
  t.match(none.findings[0], {
    kind: 'idle-rule',
    severity: 'info',
    subject: 'rule r',
    message: 'Rule "r" grants nothing: "unless" leaves out every group that it matches, "x-a", "x-b".',
  })
})

test('a group without externalId is granted nothing that its externalId is to limit', async t => {
  const rules = `
  - { name: r, match: "x-{team}", group: { name: "{team}" }, bindings: [ { policy: P, level: account, parameters: { id: "{externalId}" } } ] }
`
  const groups = idp('x-a', 'x-b').map((group, at) => ({
    ...group,
    externalId: at === 0 ? '00g1' : undefined,
  }))
  const desired = desiredGroups(model(rules), groups)
  t.same(
    desired.groups.map(({ name, bindings }) => [name, bindings[0]?.parameters]),
    [['a', { id: '00g1' }]],
  )
  t.same(desired.withheld, ['b'])
  t.match(desired.findings, [
    { kind: 'unsafe-value', remedy: /where \{externalId\} is used, let it send one/ },
  ])
})

test('a role in zones and without them is a union, and each zone is there once', async t => {
  const parsed = model(`
  - { name: r, match: "x-{team}", group: { name: "{team}" } }
  - { name: s, match: "y-{team}", group: { name: "{team}" } }
`)
  const role = (zones: readonly string[]) => ({
    role: 'tenant-viewer',
    level: { kind: 'environments', names: ['prod', 'dev'] } as const,
    zones,
    until: undefined,
  })
  const [one, other] = parsed.rules
  if (one === undefined || other === undefined) throw new Error('two rules were written')
  const withZones = (rule: typeof one, zones: readonly string[]) => ({
    ...rule,
    groups: rule.groups.map(group => ({ ...group, permissions: [role(zones)] })),
  })
  const rules = [withZones(one, ['b {team}', 'a', 'a']), withZones(other, []), withZones(other, ['a'])]
  const { groups } = desiredGroups({ ...parsed, rules }, idp('x-t', 'y-t'))
  t.same(
    groups[0]?.permissions.map(({ level, zone, rules }) => [
      level.kind === 'account' ? '' : level.id,
      zone,
      rules.join(),
    ]),
    ['abc12345', 'ghi13579'].flatMap(id => [
      [id, undefined, 's'],
      [id, 'a', 'r,s'],
      [id, 'b t', 'r'],
    ]),
  )
})

test('names and descriptions Dynatrace would refuse', async t => {
  const rules = `
  - { name: r, match: "x{x}", group: { name: " {x} " } }
  - { name: s, match: "long-{x}", group: { name: S, description: "{displayName}" } }
`
  const groups = idp('x ', `x${'y'.repeat(256)}`, `long-${'😀'.repeat(127)}`)
  const desired = desiredGroups(model(rules), groups)
  t.same(desired.withheld, ['', 'y'.repeat(256)])
  t.equal(desired.groups[0]?.description.length, 254)
  t.ok(desired.groups[0]?.description.isWellFormed(), 'no character is torn apart')
  t.same(desired.findings.map(({ kind, severity }) => `${kind} ${severity}`).sort(), [
    'description-cut warning',
    'unusable-group-name error',
    'unusable-group-name error',
  ])
})

test('labels from names of IdP groups are compared without letter case', async t => {
  const rules = `
  - { name: r, match: "x-{stage}", group: { name: "{stage}" }, bindings: [ { policy: P, level: { environments: { stage: "{stage}" } } } ] }
`
  t.equal(desiredGroups(model(rules), idp('x-PROD')).groups[0]?.bindings.length, 1)
})

const overlapping = `
  - { name: one, match: "{t:a|b}-{x}", group: { name: "{x}", description: "{displayName}" }, bindings: [ { policy: P, level: { environments: all }, parameters: { t: "{t}" } } ] }
  - { name: two, match: "a-{x}", group: { name: "{x}" }, bindings: [ { policy: Q, level: account, boundaries: [ "{x}" ] } ] }
  - { name: three, match: "{x}-{y}", group: { name: "{y}" }, bindings: [ { policy: Q, level: account, boundaries: [ z, "{y}" ] } ], permissions: [ { role: account-viewer, level: account } ] }
`

test('the order of the IdP groups makes no difference, nor does a group that is there twice', async () => {
  const names = fc.array(fc.constantFrom('a-z', 'A-z', 'b-z', 'a-y', 'b-y', 'c-Z', 'none'), { maxLength: 8 })
  const parsed = apart(overlapping)
  fc.assert(
    fc.property(names, fc.infiniteStream(fc.nat()), (names, random) => {
      const groups = idp(...names)
      const shuffled = groups
        .map(group => ({ group, rank: Number(random.next().value) }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ group }) => group)
      return JSON.stringify(desiredGroups(parsed, groups)) === JSON.stringify(desiredGroups(parsed, shuffled))
    }),
  )
})

test('asking for the same thing again adds nothing but the name of the rule', async () => {
  const once = apart(overlapping)
  const twice: AccessModel = {
    ...once,
    rules: [...once.rules, ...once.rules.map(rule => ({ ...rule, name: `${rule.name} again` }))],
  }
  const names = fc.uniqueArray(fc.constantFrom('a-z', 'b-z', 'a-y', 'b-y', 'c-z', 'none'))
  fc.assert(
    fc.property(names, names => {
      const [first, second] = [desiredGroups(once, idp(...names)), desiredGroups(twice, idp(...names))]
      const grants = (desired: typeof first): unknown =>
        desired.groups.map(({ name, description, bindings, permissions }) => ({
          name,
          description,
          bindings: bindings.map(({ rules: _rules, ...binding }) => binding),
          permissions: permissions.map(({ rules: _rules, ...permission }) => permission),
        }))
      return (
        JSON.stringify(grants(first)) === JSON.stringify(grants(second)) &&
        JSON.stringify(first.withheld) === JSON.stringify(second.withheld)
      )
    }),
  )
})

test('a large directory and many rules: each group is taken by its rule alone', async t => {
  const rules = Array.from(
    { length: 200 },
    (_, index) => `
  - name: rule ${index}
    match: "{team}-{role:viewer|editor}-{area}-${index}"
    group: { name: "{team} {role} ${index}", description: "From {displayName}" }
    bindings: [ { policy: P, level: { environments: all }, parameters: { t: "{team}" }, boundaries: [ "{team}" ] } ]
`,
  )
  const parsed = model(rules.join(''))
  const groups = idp(...Array.from({ length: 5_000 }, (_, index) => `dt-t${index}-editor-x-${index % 200}`))
  const desired = desiredGroups(parsed, groups)
  t.equal(desired.groups.length, 5_000)
  t.ok(desired.groups.every(group => group.sources.length === 1))
})

test('access is explained per environment, with the way from person to grant', async t => {
  const rules = `${teamRule}
  - { name: extra, match: more, group: { name: a viewer prod }, bindings: [ { policy: Pro User, level: { environments: [ prod ] } } ] }
  - { name: admins, match: admins, group: { name: Admins }, permissions: [ { role: account-viewer, level: account } ] }
`
  const parsed = model(rules)
  const { groups } = desiredGroups(parsed, idp('dt-a-viewer-prod', 'more', 'admins', 'dt-b-viewer-prod'))
  const members = new Map([
    ['id-0', new Set(['ana@acme.example'])],
    ['id-1', new Set(['ben@acme.example'])],
    ['id-2', new Set(['ana@acme.example'])],
    ['id-3', new Set(['ben@acme.example'])],
  ])
  const access = accessOf({
    emailKey: 'ana@acme.example',
    groups,
    members,
    environments: parsed.environments,
  })
  const shown = access.map(({ where, grants }) => [
    where === 'account' ? where : where.name,
    grants.map(
      grant => `${grant.kind} ${grant.name}: ${grant.idpGroup} → ${grant.rule} → ${grant.dynatraceGroup}`,
    ),
  ])
  const standard = 'policy Standard User: dt-a-viewer-prod → team → a viewer prod'
  t.same(shown, [
    ['account', [standard, 'role account-viewer: admins → admins → Admins']],
    [
      'prod',
      [
        standard,
        // Asked for by another rule than the one that made Ana a member: she has it all the same.
        'policy Pro User: dt-a-viewer-prod → extra → a viewer prod',
        'policy team data: dt-a-viewer-prod → team → a viewer prod',
        'role tenant-viewer: dt-a-viewer-prod → team → a viewer prod',
      ],
    ],
    ['stage', [standard]],
    ['dev', [standard]],
  ])
  t.same(access[1]?.grants.find(({ name }) => name === 'team data')?.boundaries, ['a a', 'z a'])
  const nobody = accessOf({ emailKey: 'x@acme.example', groups, members, environments: parsed.environments })
  t.ok(nobody.every(({ grants }) => grants.length === 0))
})

function model(rules: string): AccessModel {
  const parsed = parseAccessModel(environments + rules, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  return parsed.model
}

/** Rules, one a line, that contradict each other: together they are refused when they are read. */
function apart(rules: string): AccessModel {
  const models = rules.split('\n').flatMap(line => (line.trim() === '' ? [] : model(`${line}\n`)))
  const [first = model(rules)] = models
  return { ...first, rules: models.flatMap(({ rules }) => rules) }
}

function idp(...names: string[]): readonly IdpGroup[] {
  return names.map((displayName, index) => ({ id: `id-${index}`, displayName, externalId: undefined }))
}
