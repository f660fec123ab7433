/** Who has access and where, as findings: people, their peers, environments and groups. */
import { test } from 'tap'
import type { DesiredBinding, DesiredGroup, DesiredLevel } from '../../src/access/desired-group.ts'
import type { Texts } from '../../src/access/evaluate/texts.ts'
import { type AccessSeen, accessFindings } from '../../src/access/findings/access-findings.ts'
import { eachOrRest } from '../../src/access/findings/each-or-rest.ts'
import type { PeopledGroup } from '../../src/access/findings/sight.ts'
import type { Environment } from '../../src/access/model.ts'
import type { Person } from '../../src/directory/snapshot.ts'
import type { Finding } from '../../src/lib/finding.ts'
import { atOnce } from '../../src/lib/turns.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'

const denial = 'DENY environment:roles:viewer;'
const texts: Texts = {
  statements(policy) {
    if (policy !== 'only denies') return undefined
    const parsed = parsePolicy(denial)
    return parsed.kind === 'parsed' ? parsed.statements : undefined
  },
  conditions: () => undefined,
}

const prod = environment('prod')
const stage = environment('stage')
const everywhere: DesiredLevel = { kind: 'account' }

test('people who can sign in', async t => {
  t.test('and see nothing, each by name', async t => {
    const found = look({ people: ['ana', 'bo', 'cy'], groups: [group('viewers', ['ana'], [at(prod)])] })
    t.match(ofKind(found, 'no-access'), [
      { subject: 'user bo', severity: 'warning', message: /^"bo" can sign in and sees nothing/ },
      { subject: 'user cy', remedy: /IdP group/ },
    ])
  })

  t.test('although they are in a group, when it grants nothing that shows', async t => {
    const found = look({
      people: ['ana', 'bo', 'cy'],
      groups: [
        group('nothing', ['ana'], []),
        group('denied', ['bo'], [{ ...at(prod), policy: 'only denies' }]),
        { ...group('federation', ['cy'], []), ...holding('account-saml-flexible-federation') },
      ],
    })
    t.same(subjects(found, 'no-access'), ['user ana', 'user bo', 'user cy'])
  })

  t.test('a policy anywhere, or a role of an environment, is enough', async t => {
    const found = look({
      people: ['ana', 'bo', 'cy', 'di'],
      groups: [
        group('one', ['ana'], [at(everywhere)]),
        group('two', ['bo'], [at(stage)]),
        { ...group('three', ['cy'], []), ...holding('tenant-viewer', inside(prod)) },
        // Elsewhere she has something.
        group('four', ['di'], []),
        group('five', ['di'], [at(prod)]),
      ],
    })
    t.same(subjects(found, 'no-access'), [])
  })

  t.test('but not who is not invited, or not active', async t => {
    const groups = [group('nothing', ['bo'], [])]
    const found = look({ people: ['ana', 'bo'], inactive: ['cy'], groups, invite: 'with-first-access' })
    t.same(subjects(found, 'no-access'), ['user bo'])
  })

  t.test('administrators without an environment are told of as such', async t => {
    const found = look({
      people: ['ana', 'bo'],
      groups: [
        { ...group('admins', ['ana', 'bo'], []), ...holding('account-user-management') },
        group('viewers', ['bo'], [at(prod)]),
      ],
    })
    t.same(subjects(found, 'no-access'), [])
    t.match(ofKind(found, 'administrator-without-environment'), [
      {
        subject: 'user ana',
        severity: 'info',
        message: /account-user-management on the account, but no policy/,
      },
    ])
  })

  t.test('many of them are told in one', async t => {
    const people = Array.from({ length: 30 }, (_, n) => `p${String(n).padStart(2, '0')}`)
    const found = look({ people, groups: [] })
    t.equal(found.length, 11)
    t.match(found.at(-1), {
      subject: 'directory',
      message: /^20 more people can sign in and see nothing: p10, .*p19 and 10 more\.$/,
    })
  })
})

test('people without what their peers have', async t => {
  const team = ['ana', 'bo', 'cy', 'di', 'ed', 'flo']
  const others = (...names: string[]) => group('prod viewers', names, [at(prod)])

  t.test('one finding for a group and environment', async t => {
    const found = look({
      people: team,
      groups: [group('team', team, [at(stage)]), others('ana', 'bo', 'cy', 'di', 'ed')],
    })
    t.match(ofKind(found, 'missing-in-environment'), [
      {
        severity: 'warning',
        subject: 'group team, environment prod',
        message:
          'flo of group "team" has no access in environment prod, where 5 of the 5 other members have it.',
      },
    ])
  })

  t.test('four of five are enough, three are not', async t => {
    const six = group('team', team, [at(stage)])
    const four = look({ people: team, groups: [six, others('ana', 'bo', 'cy', 'di')] })
    t.match(ofKind(four, 'missing-in-environment'), [{ message: /^ed, flo of group "team" have no access/ }])
    const three = look({ people: team, groups: [six, others('ana', 'bo', 'cy')] })
    t.same(ofKind(three, 'missing-in-environment'), [])
  })

  t.test('among fewer than five nothing is usual', async t => {
    const four = team.slice(0, 4)
    const found = look({
      people: four,
      groups: [group('team', four, [at(stage)]), others('ana', 'bo', 'cy')],
    })
    t.same(ofKind(found, 'missing-in-environment'), [])
  })

  t.test('what counts for the account counts everywhere', async t => {
    const found = look({
      people: team,
      groups: [
        group('all', team, [at(everywhere)]),
        group('team', team, []),
        others('ana', 'bo', 'cy', 'di', 'ed'),
      ],
    })
    t.same(ofKind(found, 'missing-in-environment'), [])
  })

  t.test('nobody is told of twice for an environment', async t => {
    const found = look({
      people: team,
      groups: [
        group('a', team, [at(stage)]),
        group('b', team, [at(stage)]),
        others('ana', 'bo', 'cy', 'di', 'ed'),
      ],
    })
    t.same(subjects(found, 'missing-in-environment'), ['group a, environment prod'])
  })

  t.test('at most ten by name', async t => {
    const many = Array.from({ length: 100 }, (_, n) => `p${String(n).padStart(3, '0')}`)
    const found = look({
      people: many,
      groups: [group('team', many, [at(stage)]), group('some', many.slice(0, 85), [at(prod)])],
    })
    t.match(ofKind(found, 'missing-in-environment'), [{ message: /^p085, .*p094 and 5 more of group/ }])
  })

  t.test('whose members the rules do not decide has no peers', async t => {
    const federated = { ...group('team', team, [at(stage)]), members: undefined }
    const found = look({ people: team, groups: [federated, others('ana', 'bo', 'cy', 'di', 'ed')] })
    t.same(ofKind(found, 'missing-in-environment'), [])
  })
})

test('environments', async t => {
  t.test('in which nobody has anything', async t => {
    const found = look({ people: ['ana'], groups: [group('viewers', ['ana'], [at(prod)])] })
    t.match(ofKind(found, 'environment-without-anybody'), [
      {
        subject: 'environment stage',
        severity: 'warning',
        message: /nobody has access in environment stage/,
      },
    ])
  })

  t.test('a group without active members opens none', async t => {
    const found = look({
      people: ['ana'],
      groups: [group('viewers', ['ana'], [at(prod)]), group('stage viewers', [], [at(stage)])],
    })
    t.same(subjects(found, 'environment-without-anybody'), ['environment stage'])
  })

  t.test('with access by the account alone, where others have their own', async t => {
    const groups = [group('all', ['ana'], [at(everywhere)]), group('viewers', ['ana'], [at(prod)])]
    t.match(ofKind(look({ people: ['ana'], groups }), 'environment-without-anybody'), [
      { subject: 'environment stage', severity: 'info', message: /by policies of the whole account alone/ },
    ])
    t.same(ofKind(look({ people: ['ana'], groups: groups.slice(0, 1) }), 'environment-without-anybody'), [])
  })

  t.test('nothing is said before anybody is there', async t => {
    t.same(look({ people: [], groups: [] }), [])
  })
})

test('groups that nobody active is in', async t => {
  t.test('are told with the IdP groups behind them', async t => {
    const found = look({
      people: ['ana'],
      inactive: ['bo'],
      groups: [group('editors', [], [at(prod)], { 'dt-editors': ['bo'], 'dt-more': [] })],
    })
    t.match(ofKind(found, 'empty-group'), [
      {
        subject: 'group editors',
        severity: 'info',
        message:
          'Nobody active is in the group "editors": the IdP groups "dt-editors", "dt-more" have no active member.',
      },
    ])
  })

  t.test('an IdP group by itself when its group has members by another one', async t => {
    const found = look({
      people: ['ana'],
      groups: [group('editors', ['ana'], [at(prod)], { 'dt-editors': ['ana'], 'dt-more': [] })],
    })
    t.same(subjects(found, 'empty-group'), ['IdP group dt-more'])
  })
})

test('of many the rest is one finding, whose subject stays', async t => {
  const told = (count: number) =>
    eachOrRest(
      Array.from({ length: count }, (_, n) => n),
      n => finding(`number ${n}`),
      left => finding(`rest of ${left.length}`),
    ).map(({ subject }) => subject)
  t.same([told(0).length, told(10).length, told(11).length, told(12).length], [0, 10, 11, 11])
  t.equal(told(50).at(-1), 'rest of 40')
})

test('10,000 people, 5,000 groups and 50 environments are looked at in less than a second of CPU', async t => {
  const environments = Array.from({ length: 50 }, (_, n) => environment(`e${n}`))
  const people = Array.from({ length: 10_000 }, (_, n) => `p${n}`)
  const groups = Array.from({ length: 5_000 }, (_, n) => {
    const members = Array.from({ length: 20 }, (_, m) => `p${(n * 7 + m * 131 * ((n % 13) + 1)) % 10_000}`)
    const where = Array.from({ length: 6 }, (_, m) => environments[(n + m * (n % 11)) % 50] ?? prod)
    return group(`g${String(n).padStart(4, '0')}`, [...new Set(members)], where.map(at))
  })
  const before = process.cpuUsage()
  look({ people, groups, environments })
  const { user, system } = process.cpuUsage(before)
  t.ok((user + system) / 1e6 < 1, `${(user + system) / 1e6} s`)
})

function look({
  people: names,
  inactive = [],
  groups,
  environments = [prod, stage],
  invite = 'on-creation',
}: {
  readonly people: readonly string[]
  readonly inactive?: readonly string[]
  readonly groups: readonly (PeopledGroup & { readonly sources?: ReadonlyMap<string, ReadonlySet<string>> })[]
  readonly environments?: readonly Environment[]
  readonly invite?: 'on-creation' | 'with-first-access'
}): readonly Finding[] {
  const people = new Map([
    ...names.map(name => [name, person(name, true)] as const),
    ...inactive.map(name => [name, person(name, false)] as const),
  ])
  const members = new Map(groups.flatMap(({ sources }) => [...(sources ?? [])]))
  const lifecycle: AccessSeen['model']['lifecycle'] = {
    invite,
    deactivated: { kind: 'strip-groups' },
    deleted: { kind: 'strip-groups' },
  }
  return atOnce(
    accessFindings({ groups, snapshot: { people, members }, model: { environments, lifecycle }, texts }),
  )
}

function group(
  name: string,
  members: readonly string[],
  bindings: readonly DesiredBinding[],
  sources: Readonly<Record<string, readonly string[]>> = { [`dt-${name}`]: members },
) {
  const desired: DesiredGroup = {
    name,
    description: '',
    sources: Object.keys(sources).map(idpGroupName => ({
      rule: 'rule',
      idpGroupId: `id of ${idpGroupName}`,
      idpGroupName,
    })),
    bindings,
    permissions: [],
  }
  const meant = new Set(members)
  const ids = Object.entries(sources).map(([key, own]) => [`id of ${key}`, new Set(own)] as const)
  return { group: desired, members: meant, meant, sources: new Map(ids) }
}

/** In place of `group` of what `group()` made. */
function holding(role: string, level: DesiredLevel = everywhere) {
  const permissions = [{ role, level, zone: undefined, rules: ['rule'] }]
  return { group: { name: role, description: '', sources: [], bindings: [], permissions } }
}

function at(where: Environment | DesiredLevel): DesiredBinding {
  const level = 'kind' in where ? where : inside(where)
  return { policy: 'Standard User', level, parameters: {}, boundaries: [], rules: ['rule'] }
}

function inside({ id }: Environment): DesiredLevel {
  return { kind: 'environment', id }
}

function environment(name: string): Environment {
  return { name, id: `id-of-${name}`, labels: {} }
}

function person(name: string, active: boolean): Person {
  const unknown = { inactiveSince: undefined, reactivatedAt: undefined, doubtedSince: undefined }
  return { userName: name, email: name, emailKey: name, active, ...unknown }
}

function finding(subject: string): Finding {
  return { kind: 'k', severity: 'info', subject, message: '', remedy: '' }
}

function ofKind(found: readonly Finding[], kind: string): readonly Finding[] {
  return found.filter(each => each.kind === kind)
}

function subjects(found: readonly Finding[], kind: string): readonly string[] {
  return ofKind(found, kind).map(each => each.subject)
}
