/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** Drafting a `bridge.yaml` of facts about an account: whatever its texts are, the file says them or names them. */
import fc from 'fast-check'
import { test } from 'tap'
import { listedFiles } from '../../../src/access/access-files.ts'
import type {
  AccountFacts,
  BindingFact,
  GroupFact,
  PolicyFact,
} from '../../../src/access/from-account/account-facts.ts'
import { draftAccount } from '../../../src/access/from-account/draft-account.ts'
import { membersCsv, withAccount } from '../../../src/access/from-account/imported.ts'
import { nameEnvironments } from '../../../src/access/from-account/name-environments.ts'
import { ownIds } from '../../../src/access/from-account/own-ids.ts'
import { settleDraft } from '../../../src/access/from-account/settle-draft.ts'
import { writeDraft } from '../../../src/access/from-account/write-draft.ts'
import { parseAccessFiles } from '../../../src/access/parse.ts'
import { escapeTemplate, unescapeTemplate } from '../../../src/access/terraform/escape.ts'
import { parseModel } from '../../support/world.ts'

const ENVIRONMENTS = [
  { id: 'e1', name: 'one', active: true },
  { id: 'e2', name: 'two', active: true },
  { id: 'e3', name: 'three', active: true },
]

const STANDARD = policyOf({ id: 'std', name: 'Standard User', level: { kind: 'global' }, defined: false })

const PREFACE = { lines: ['A file: with "quotes", {braces} and # signs.'], steps: ['One.', 'Two.'] }

test('any text is written so that it is read as it was, or it is named', t => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.stringMatching(/^[ -~\n\t]{1,40}$/),
  )
  const group = fc.record({ name: text, description: fc.oneof(fc.constant(''), text), value: text })
  fc.assert(
    fc.property(fc.array(group, { maxLength: 6 }), fc.array(text, { maxLength: 4 }), (groups, names) => {
      const facts = accountOf({
        groups: groups.map(({ name, description, value }, at) =>
          groupOf({
            ...{ id: `g${at}`, name, description },
            bindings: [bindingOf({ policyId: 'std', parameters: { p: value } })],
          }),
        ),
        policies: [...names.map((name, at) => policyOf({ id: `p${at}`, name, description: name })), STANDARD],
        boundaries: names.map((name, at) => ({
          ...{ id: `b${at}`, name, query: `storage:dt.security_context = "${at}";` },
          defined: true,
        })),
      })
      const { draft, text: file } = settled(facts)
      const model = parseModel(file)
      for (const { id: _, name, description, bindings } of facts.groups) {
        const rule = model.rules.find(each => each.name === name)
        if (rule === undefined) {
          const told = draft.unsaid.some(({ what }) => what === `group "${name}"`)
          if (!told) throw new Error(`group ${JSON.stringify(name)} is lost`)
          continue
        }
        const [made] = rule.groups
        const [bound] = made?.bindings ?? []
        const given = bound?.parameters.p ?? null
        const said = draft.unsaid.some(({ rule: of }) => of === name) ? null : bindings[0]?.parameters.p
        if (made?.name !== name || made.description !== description.trim() || given !== said) {
          throw new Error(`${JSON.stringify([name, description, said])} became ${JSON.stringify(made)}`)
        }
      }
    }),
    { numRuns: 300 },
  )
  t.end()
})

test('what is the same in several environments is said once', t => {
  const at = (id: string) => ({ kind: 'environment', id }) as const
  const facts = accountOf({
    policies: [
      STANDARD,
      policyOf({ id: 'a', name: 'logs', level: at('e1') }),
      policyOf({ id: 'b', name: 'logs', level: at('e2') }),
      policyOf({ id: 'c', name: 'logs', level: at('e3'), statement: 'ALLOW storage:events:read;' }),
    ],
    groups: [
      groupOf({
        name: 'Team',
        bindings: [
          ...['e1', 'e2', 'e3'].map(id => bindingOf({ policyId: 'std', level: at(id) })),
          bindingOf({ policyId: 'a', level: at('e1') }),
          bindingOf({ policyId: 'b', level: at('e2') }),
        ],
        permissions: [
          { role: 'tenant-viewer', scopeType: 'tenant', scope: 'e1' },
          { role: 'tenant-viewer', scopeType: 'tenant', scope: 'e2' },
          { role: 'tenant-viewer', scopeType: 'management-zone', scope: 'e3:1' },
          { role: 'tenant-viewer', scopeType: 'management-zone', scope: 'e3:2' },
        ],
      }),
    ],
    zones: [
      { environmentId: 'e3', id: '1', name: 'Z' },
      { environmentId: 'e3', id: '2', name: 'A' },
    ],
  })
  const { draft, text } = settled(facts)
  t.same(draft.unsaid, [])
  t.match(text, '- { policy: Standard User, level: { environments: [ one, three, two ] } }')
  t.match(text, '- { policy: logs, level: { environments: [ one, two ] } }')
  t.match(text, '- { role: tenant-viewer, level: { environments: [ one, two ] } }')
  t.match(text, 'level: { environments: [ three ] }, managementZones: [ A, Z ] }')
  t.equal(draft.policies.length, 2, 'two of three policies are one entry')
  t.end()
})

test('what cannot be said is named, with the reason', t => {
  const facts = accountOf({
    environments: [...ENVIRONMENTS, { id: 'old', name: 'Old', active: false }],
    policies: [
      STANDARD,
      policyOf({ id: 'x1', name: 'twice' }),
      policyOf({ id: 'x2', name: 'Twice', level: { kind: 'environment', id: 'e1' } }),
      policyOf({ id: 'broken', name: 'broken', statement: 'GRANT everything' }),
      policyOf({
        id: 'needs',
        name: 'needs',
        statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";',
      }),
    ],
    boundaries: [
      { id: 'b1', name: 'same', query: 'a', defined: true },
      { id: 'b2', name: 'same', query: 'a', defined: true },
    ],
    groups: [
      groupOf({
        id: 'g',
        name: 'Team',
        bindings: [
          bindingOf({ policyId: 'std', metadata: { by: 'x' } }),
          bindingOf({ policyId: 'std', boundaryIds: ['b1'] }),
          bindingOf({ policyId: 'x1' }),
          bindingOf({ policyId: 'broken' }),
          bindingOf({ policyId: 'broken', level: { kind: 'environment', id: 'e1' } }),
          bindingOf({ policyId: 'broken', level: { kind: 'environment', id: 'e1' }, boundaryIds: ['b1'] }),
          bindingOf({ policyId: 'needs' }),
          bindingOf({ policyId: 'gone' }),
          bindingOf({ policyId: 'std', level: { kind: 'environment', id: 'old' } }),
        ],
        permissions: [
          { role: 'account-viewer', scopeType: 'account', scope: 'another' },
          { role: 'account-something-new', scopeType: 'account', scope: 'acc' },
          { role: 'tenant-viewer', scopeType: 'management-zone', scope: 'e1:9' },
        ],
      }),
      groupOf({ id: 's', name: 'From SAML', owner: 'SAML' }),
      groupOf({ id: 'd1', name: 'Double' }),
      groupOf({ id: 'd2', name: 'double' }),
      groupOf({ id: 'v', name: 'a {variable}' }),
      groupOf({ id: 'all', name: 'Everybody', owner: 'ALL_USERS' }),
      groupOf({
        id: 'all2',
        name: 'Everybody 2',
        owner: 'ALL_USERS',
        bindings: [bindingOf({ policyId: 'std' })],
      }),
      groupOf({ id: 'own', name: 'ours', apart: 'the bridge lives on it' }),
      groupOf({ id: 'marker', name: 'dynatrace-scim-bridge' }),
    ],
  })
  const { draft, text } = settled(facts)
  const told = draft.unsaid.map(({ what, why }) => `${what}: ${why}`).join('\n')
  for (const part of [
    'environment "Old" (old): it is not active',
    'group "From SAML": it belongs to SAML',
    'group "Double": 2 groups have this name',
    'group "double": 2 groups have this name',
    'group "a {variable}": its name holds braces',
    'group "Everybody 2": everybody is in it',
    'group "ours": the bridge lives on it',
    'at account level: it carries metadata',
    'policy "Standard User" at account level: 2 boundaries are called "same"',
    'policy "broken" at environment e1: it is bound twice, with different boundaries',
    'policy "needs" at the account: policy "needs" takes the parameter "team", which is not given',
    'nothing tells the name of the policy gone',
    'the account has no active environment old',
    'role account-viewer for account another: it is for another account',
    'role account-something-new at the account: Dynatrace has no role "account-something-new"',
    'nothing tells the name of the management zone 9',
    'policy "twice" of the account: another policy has the same name',
    'policy "Twice" of environment e1: another policy has the same name',
    'policy "broken": ',
    'boundary "same": another boundary has the same name',
  ]) {
    t.ok(told.includes(part), `${part}\nin\n${told}`)
  }
  t.notMatch(told, /"Everybody":|dynatrace-scim-bridge/)
  t.same(
    draft.rules.map(({ name, bindings }) => [name, bindings.map(({ policy }) => policy)]),
    [['Team', ['broken', 'twice']]],
    'a policy is bound by its name even where it cannot be defined',
  )
  t.match(text, '# Not said here: policy "Standard User"')
  t.end()
})

test('environments get names that rules can call them by', t => {
  const named = (...given: readonly (readonly [string, string])[]) =>
    nameEnvironments(given.map(([id, name]) => ({ id, name, active: true }))).map(({ name }) => name)
  t.same(named(['a1', 'Production (EU)'], ['a2', 'production eu'], ['a3', 'München']), [
    'production-eu',
    'production-eu-2',
    'munchen',
  ])
  t.same(named(['a1', 'all'], ['a2', '測試'], ['a3', '2nd'], ['a4', 'a4'], ['a5', 'A1']), [
    'all-2',
    'env-a2',
    'env-2nd',
    'a4',
    'a1-2',
  ])
  t.end()
})

test('IdP groups can be called otherwise', t => {
  const draft = draftAccount(accountOf({ groups: [groupOf({ name: '$& Team' })] }), [
    'dt-{name}',
    '{name}',
    'DT-{name}',
  ])
  t.same(draft.rules[0]?.match, ['dt-$& Team', '$& Team'])
  t.end()
})

test('names of an account stand in for ids that files only mention', t => {
  const files = accountOf({
    policies: [policyOf({ id: 'p', name: 'own' })],
    groups: [
      groupOf({ name: 'Team', bindings: [bindingOf({ policyId: 'std' }), bindingOf({ policyId: 'p' })] }),
    ],
  })
  const known = withAccount(files, accountOf({ policies: [STANDARD, policyOf({ id: 'q', name: 'Own' })] }))
  const { draft } = settled(known)
  t.same(draft.unsaid, [])
  t.same(
    draft.policies.map(({ name }) => name),
    ['own'],
    'what the account has besides is not defined',
  )
  t.end()
})

test('rules that are too many for one file are included from others', t => {
  const broken = policyOf({ id: 'bad', name: 'bad role' })
  const groups = Array.from({ length: 1_000 }, (_, at) =>
    groupOf({
      ...{ name: `group ${at}`, description: 'd'.repeat(250) },
      bindings: [bindingOf({ policyId: 'bad' }), bindingOf({ policyId: 'std' })],
      permissions: at === 999 ? [{ role: 'account-new', scopeType: 'account', scope: 'acc' }] : [],
    }),
  )
  const { draft, files } = settled(accountOf({ policies: [STANDARD, broken], groups }))
  t.ok(files.included.length > 1)
  t.match(files.main, 'include:\n  - bridge-rules-1.yaml\n  - bridge-rules-2.yaml')
  t.match(draft.unsaid, [{ what: 'group "group 999": role account-new at the account' }])
  const parsed = parseAccessFiles(listedFiles({ path: 'bridge.yaml', text: files.main }, files.included))
  t.equal(parsed.kind === 'valid' && parsed.model.rules.length, 1_000)
  t.end()
})

test('small things', t => {
  t.equal(membersCsv([{ group: 'a "b", c', email: 'x@y' }]), 'group,email\r\n"a ""b"", c",x@y\r\n')
  t.same(
    [
      ...ownIds([
        { id: '1', name: 'Team A' },
        { id: '2', name: 'team-a' },
        { id: '3', name: '9' },
        { id: '4', name: '測' },
      ]).values(),
    ],
    ['team_a', 'team_a_2', '_9', 'unnamed'],
  )
  fc.assert(
    fc.property(
      fc.string(),
      text => unescapeTemplate(escapeTemplate(text)) === text || /[$%]{2}\{/.test(text),
    ),
  )
  t.end()
})

function settled(facts: AccountFacts) {
  const { draft, files } = settleDraft(draftAccount(facts), each => writeDraft(each, PREFACE))
  return { draft, files, text: files.main }
}

function policyOf(given: Partial<PolicyFact> & { readonly id: string; readonly name: string }): PolicyFact {
  const level = { kind: 'account' } as const
  return { level, description: '', statement: 'ALLOW storage:logs:read;', defined: true, ...given }
}

function bindingOf(given: Partial<BindingFact> & { readonly policyId: string }): BindingFact {
  return { level: { kind: 'account' }, parameters: {}, metadata: {}, boundaryIds: [], ...given }
}

function groupOf(given: Partial<GroupFact> & { readonly name: string }): GroupFact {
  const { name } = given
  return {
    id: name,
    description: '',
    owner: 'LOCAL',
    bindings: [],
    permissions: [],
    apart: undefined,
    ...given,
  }
}

function accountOf(given: Partial<AccountFacts>): AccountFacts {
  return {
    ...{ accountId: 'acc', environments: ENVIRONMENTS, policies: [], boundaries: [], zones: [], groups: [] },
    protect: { users: [], groups: [] },
    gaps: [],
    ...given,
  }
}
