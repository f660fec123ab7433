/** Where a way can break, told from plain data: directory, rules, and what the account was found to hold. */
import { type Test, test } from 'tap'
import { desiredGroups } from '../../src/access/desired.ts'
import { textsOf } from '../../src/access/evaluate/texts.ts'
import { placesAsked } from '../../src/access/explain/asked-places.ts'
import type { AccountEvidence, HeldGroup } from '../../src/access/explain/evidence.ts'
import { type Explanation, explaining } from '../../src/access/explain/explain.ts'
import { possibleAccess } from '../../src/access/explain/possible.ts'
import type { Asked, ExplainFacts } from '../../src/access/explain/question.ts'
import { formatProblems } from '../../src/access/format-problems.ts'
import { inForce } from '../../src/access/in-force.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import type { DirectorySnapshot } from '../../src/directory/snapshot.ts'
import { atOnce } from '../../src/lib/turns.ts'

const head = `
version: 1
environments:
  prod:  { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
`
const definitions = `
policies:
  - { name: logs, level: account, statement: "ALLOW storage:logs:read;" }
  - { name: own logs, level: account, statement: "ALLOW storage:logs:read WHERE storage:bucket-name = '\${bindParam:team}';" }
`
const LOGS = 'storage:logs:read'
const now = new Date('2026-11-01T12:00:00Z')
const bindLogs = 'bindings: [ { policy: logs, level: account } ]'

test('the directory', async t => {
  const rules = `rules: [ { name: r, match: "dt-{x}", group: { name: "{x}" }, ${bindLogs} } ]`
  const groups = { 'dt-a': ['ana'], 'dt-b': [], 'dt-c': [], other: ['bo'] }
  breaks(t, { rules, groups, who: 'ana', person: { active: false, inactiveSince: '2026-10-01' } }, [
    ['user', /deactivated the person since 2026-10-01/],
  ])
  breaks(t, { rules, groups, who: 'ana', person: { emailKey: undefined } }, [
    ['user', /no usable e-mail address/],
  ])
  breaks(
    t,
    {
      rules,
      groups,
      who: 'ana',
      person: { inDirectory: false, emailKey: undefined, parked: new Map([['dt-b', 1]]) },
    },
    [['user', /provisioned nobody of this userName\. Members .* \(parked\) are in "dt-b"/]],
  )
  const bo = explain({ rules, groups, who: 'bo', person: { parked: new Map([['dt-a', 2]]) } })
  t.match(bo.broken, {
    kind: 'idp-group',
    why: /has 2 members that .* \(parked\)/,
    remedy: /provision them again/,
  })
  t.same(bo.wouldGive, { groups: ['dt-a', 'dt-b', 'dt-c'], count: 3 })
  const nested = explain({ rules, groups, who: 'ana', person: { through: new Map([['dt-a', ['inner']]]) } })
  t.equal(nested.verdict, 'allowed')
  t.match(nested.ways[0]?.links[1], { kind: 'idp-group', why: 'Through "inner".' })
  breaks(t, { rules: 'rules: []', groups, who: 'bo' }, [
    ['rule', /No rule binds.*No rule matches the person's IdP group "other"/],
  ])
  breaks(t, { rules: rules.replace('dt-{x}', 'zz-{x}'), groups, who: 'ana' }, [
    ['idp-group', /no group that matches the pattern zz-\{x\}, which rule "r" takes/],
  ])
})

test('the rules', async t => {
  const groups = { 'dt-a': ['ana'], 'dt-b': ['ana'], admins: ['ana'] }
  const rule = (more: string) =>
    `rules: [ { name: r, match: { displayNames: [ dt-a ] }, group: { name: A }, ${more} } ]`
  breaks(t, { rules: rule(`unless: { displayNames: [ dt-a ] }, ${bindLogs}`), groups, who: 'ana' }, [
    ['rule', /leaves the IdP group "dt-a" out by its "unless"/],
  ])
  breaks(t, { rules: rule(`until: 2026-10-31, reason: trial, ${bindLogs}`), groups, who: 'ana' }, [
    ['rule', /Rule "r" ended on 2026-10-31: trial\./],
  ])
  breaks(
    t,
    {
      rules: rule('bindings: [ { policy: logs, level: account, until: 2026-10-31, reason: trial } ]'),
      groups,
      who: 'ana',
    },
    [['binding', /"logs" ended on 2026-10-31: trial\./]],
  )
  breaks(
    t,
    { rules: rule('bindings: [ { policy: logs, level: { environments: [ stage ] } } ]'), groups, who: 'ana' },
    [['binding', /Rule "r" binds "logs" in environment stage only, not in environment prod/]],
  )
  breaks(
    t,
    {
      rules: rule('bindings: [ { policy: own logs, level: account, parameters: { team: a } } ]'),
      groups,
      who: 'ana',
      where: { 'storage:bucket-name': 'b' },
    },
    [
      [
        'statement',
        /\(parameters team=a\) allows it only where storage:bucket-name = "a"; asked for is storage:bucket-name = "b"/,
      ],
    ],
  )
  const bounded =
    'rules: [ { name: s, match: { displayNames: [ dt-b ] }, group: { name: A }, bindings: [ { policy: logs, level: account, boundaries: [ some ] } ] } ]'
  breaks(t, { rules: rule(bindLogs), more: bounded, groups, who: 'ana' }, [
    ['dynatrace-group', /is left as it is until they agree/],
  ])
  const unread = explain({
    rules: rule('bindings: [ { policy: Mystery, level: account } ]'),
    groups,
    who: 'ana',
  })
  t.match(unread, { verdict: 'unknown', unread: ['Mystery'] })
  t.match(
    unread.ways[0]?.links.find(({ kind }) => kind === 'statement'),
    { state: 'unknown', why: /could not be read/ },
  )
})

test('the account', async t => {
  const rules = `rules: [ { name: r, match: { displayNames: [ dt-a ] }, group: { name: A }, ${bindLogs} } ]`
  const given = { rules, groups: { 'dt-a': ['ana'] }, who: 'ana' }
  const ours: HeldGroup = { name: 'A', owner: 'bridge', isMember: true }
  t.equal(explain({ ...given, account: evidence({}) }).verdict, 'allowed')
  const cases: readonly (readonly [Partial<AccountEvidence>, string, RegExp, RegExp])[] = [
    [{ user: read(undefined) }, 'account-user', /does not know the person yet/, /next pass/],
    [
      { user: read({ status: 'PENDING', invitedAt: '2026-10-31' }) },
      'account-user',
      /invited on 2026-10-31 .* 24 hours/,
      /accept/,
    ],
    [
      { user: read({ status: 'BLOCKED', invitedAt: undefined }) },
      'account-user',
      /does not let the person sign in/,
      /Account Management/,
    ],
    [{ groups: read([]) }, 'dynatrace-group', /no group "A" yet/, /next pass/],
    [{ groups: read([{ ...ours, owner: 'other' }]) }, 'dynatrace-group', /did not make/, /another name/],
    [
      { groups: read([{ ...ours, owner: 'idp', isMember: false }]) },
      'dynatrace-group',
      /federated group/,
      /sign in to Dynatrace again/,
    ],
    [
      { groups: read([{ ...ours, isMember: false }]) },
      'dynatrace-group',
      /not in the Dynatrace group "A" yet/,
      /next pass adds them/,
    ],
    [
      { bindings: new Map([['', read([])]]) },
      'binding',
      /does not have this binding in account \(drift\)/,
      /next pass/,
    ],
    [
      {
        bindings: new Map([['', read([])]]),
        waiting: new Map([['a', ['The step "bind" is held by removals.']]]),
      },
      'binding',
      /drift/,
      /held by removals/,
    ],
    [{ environments: read(new Map([['abc12345', false]])) }, 'environment', /not active/, /Activate/],
    [{ environments: read(new Map()) }, 'environment', /has no environment abc12345/, /bridge\.yaml/],
  ]
  for (const [change, kind, why, remedy] of cases) {
    const answer = explain({ ...given, account: evidence(change) })
    t.equal(answer.verdict, 'denied', why.source)
    t.match(answer.broken, { kind, why, remedy })
  }
  const observing = explain({
    ...given,
    rules: `mode: observe\n${rules}`,
    account: evidence({ user: read(undefined) }),
  })
  t.match(observing.broken?.remedy, /mode observe/)

  const silent = { kind: 'unread' as const, why: 'Dynatrace does not answer.' }
  const dark = explain({
    ...given,
    account: {
      user: silent,
      groups: silent,
      environments: silent,
      bindings: new Map([['', silent]]),
      effective: new Map([['abc12345', silent]]),
      waiting: new Map(),
    },
  })
  t.match(dark, { verdict: 'allowed', dynatrace: { compared: false, why: silent.why } })
  t.ok(dark.ways[0]?.links.some(({ state }) => state === 'unknown'))

  const allow = { effect: 'ALLOW' as const, permission: LOGS, conditions: [], policy: 'logs' }
  const effective = (...groups: string[]) =>
    new Map([['abc12345', read(groups.map(group => ({ ...allow, group })))]])
  t.match(explain({ ...given, account: evidence({ effective: effective('A', 'Admins') }) }), {
    besides: [{ group: 'Admins', policy: 'logs' }],
    dynatrace: { compared: true, agrees: true },
  })
  t.match(explain({ ...given, account: evidence({ effective: effective('Admins') }) }).dynatrace, {
    agrees: false,
    differences: ['The bridge says yes.', 'Dynatrace says no.'],
    verdict: 'allowed',
  })
})

test('places by name and id', async t => {
  const { environments } = model('rules: []')
  t.match(placesAsked('PROD', environments, []), { places: [{ id: 'abc12345' }] })
  t.match(placesAsked('def67890', environments, []), { places: [{ name: 'stage' }] })
  t.match(placesAsked('account', environments, []), { places: [{ kind: 'account' }] })
  t.match(placesAsked('lab', environments, [{ id: 'lab00001', name: 'Lab' }]), {
    places: [{ id: 'lab00001' }],
  })
  t.match(placesAsked('stagee', environments, []), { kind: 'unknown', message: /Did you mean "stage"/ })
  t.equal(placesAsked(undefined, environments, []).kind, 'places')
})

interface Given {
  readonly rules: string
  /** Rules that a file would not take beside the others. */
  readonly more?: string
  /** IdP groups with the names of their members. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly who: string
  readonly person?: Partial<Asked>
  readonly where?: Readonly<Record<string, string>>
  readonly account?: AccountEvidence
}

function breaks(t: Test, given: Given, expected: readonly (readonly [kind: string, why: RegExp])[]): void {
  const answer = explain(given)
  for (const [kind, why] of expected) {
    t.equal(answer.verdict, 'denied')
    t.match(answer.broken, { kind, why, remedy: /.{10}/ })
  }
}

function explain({
  rules,
  more = 'rules: []',
  groups,
  who,
  person,
  where = {},
  account,
}: Given): Explanation {
  const whole = { ...model(rules), rules: [...model(rules).rules, ...model(more).rules] }
  const emailKey = `${who}@acme.example`
  const snapshot = snapshotOf(groups, person?.active !== false)
  const valid = inForce(whole, now)
  const desired = desiredGroups(valid, snapshot.groups)
  const facts: ExplainFacts = {
    person: {
      userName: emailKey,
      inDirectory: true,
      emailKey,
      active: true,
      inactiveSince: undefined,
      through: new Map(),
      parked: new Map(),
      ...person,
    },
    view: { model: valid, desired, snapshot, texts: textsOf(desired) },
    whole,
    possible: atOnce(possibleAccess(whole, snapshot.groups)),
    account,
    now,
  }
  const place = { kind: 'environment' as const, id: 'abc12345', name: 'prod' }
  return atOnce(explaining({ permission: LOGS, where, place }, facts))
}

function snapshotOf(groups: Given['groups'], active: boolean): DirectorySnapshot {
  const address = (name: string) => `${name}@acme.example`
  const names = [...new Set(Object.values(groups).flat())]
  return {
    groups: Object.keys(groups).map(displayName => ({ id: displayName, displayName, externalId: undefined })),
    people: new Map(
      names.map(name => {
        const email = address(name)
        const never = { inactiveSince: undefined, reactivatedAt: undefined, doubtedSince: undefined }
        return [email, { userName: email, email, emailKey: email, active, ...never }]
      }),
    ),
    departures: new Map(),
    members: new Map(Object.entries(groups).map(([id, members]) => [id, new Set(members.map(address))])),
    unreachable: [],
    parked: new Map(),
    seq: 0,
  }
}

function model(rules: string) {
  const parsed = parseAccessModel(head + rules + definitions, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(formatProblems(parsed.problems))
  return parsed.model
}

const read = <T>(value: T) => ({ kind: 'read' as const, value })

/** Everything in step, but for what is given. */
function evidence(change: Partial<AccountEvidence>): AccountEvidence {
  return {
    user: read({ status: 'ACTIVE', invitedAt: undefined }),
    groups: read([{ name: 'A', owner: 'bridge', isMember: true }]),
    environments: read(new Map([['abc12345', true]])),
    bindings: new Map([['', read([{ group: 'A', policy: 'logs', parameters: {}, boundaries: [] }])]]),
    effective: new Map(),
    waiting: new Map(),
    ...change,
  }
}
