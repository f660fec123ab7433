import fc from 'fast-check'
import { test } from 'tap'
import { type Desired, desiredGroups } from '../../src/access/desired.ts'
import { textsOf } from '../../src/access/evaluate/texts.ts'
import { type Impact, impactOf } from '../../src/access/impact/impact.ts'
import type { Side } from '../../src/access/impact/side.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import type { DirectorySnapshot } from '../../src/directory/snapshot.ts'
import { foldKey } from '../../src/lib/fold.ts'
import { atOnce } from '../../src/lib/turns.ts'

const environments = `
version: 1
environments:
  prod:  { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
`

const policies = `
policies:
  - { name: all logs, statement: "ALLOW storage:buckets:read, storage:logs:read;" }
  - { name: own logs, statement: 'ALLOW storage:buckets:read; ALLOW storage:logs:read WHERE storage:dt.security_context = "a";' }
  - { name: own logs too, statement: 'ALLOW storage:buckets:read; ALLOW storage:logs:read WHERE storage:dt.security_context IN ("a");' }
  - { name: no logs, statement: "DENY storage:logs:read;" }
`

/** One rule for group A with these bindings. */
const rules = (...bindings: readonly string[]): string =>
  `rules:\n  - { name: r, match: { displayNames: [ A ] }, group: { name: G }, bindings: [ ${bindings.join(', ')} ] }\n`

const bound = (policy: string, where = 'account'): string => `{ policy: ${policy}, level: ${where} }`
const prod = '{ environments: [ prod ] }'

/** Ana and Bo are in the group A, Cy is in none, Di is in A and inactive. */
const snapshot: DirectorySnapshot = {
  groups: [{ id: 'a', displayName: 'A', externalId: undefined }],
  people: new Map(
    ['ana', 'bo', 'cy', 'di'].map(userName => [
      foldKey(userName),
      {
        userName,
        email: userName,
        emailKey: userName,
        active: userName !== 'di',
        inactiveSince: undefined,
        reactivatedAt: undefined,
        doubtedSince: undefined,
      },
    ]),
  ),
  departures: new Map(),
  members: new Map([['a', new Set(['ana', 'bo', 'di'])]]),
  unreachable: [],
  parked: new Map(),
  seq: 0,
}

const told = ({ lines }: Pick<Impact, 'lines'>): readonly string[] =>
  lines.map(
    ({ place, what, gaining, losing }) =>
      `${place.kind === 'account' ? 'account' : place.name} ${what} +${gaining} -${losing}`,
  )

test('people gain and lose permissions where their groups do, and nowhere else', t => {
  const impact = compare(rules(bound('own logs', prod)), rules(bound('all logs', prod)))
  t.same(
    { people: impact.people, gaining: impact.gaining, losing: impact.losing, lines: told(impact) },
    { people: 3, gaining: 2, losing: 0, lines: ['prod storage:logs:read +2 -0'] },
  )
  t.same(
    impact.persons.map(({ userName }) => userName),
    ['ana', 'bo'],
  )
  t.same(
    impact.persons[0]?.changes.map(({ gains }) => gains),
    [[{ what: 'storage:logs:read', where: '' }]],
  )
  t.end()
})

test('what is taken away is told with its conditions', t => {
  const impact = compare(rules(bound('own logs')), rules())
  t.same(told(impact), [
    'prod storage:buckets:read +0 -2',
    'prod storage:logs:read +0 -2',
    'stage storage:buckets:read +0 -2',
    'stage storage:logs:read +0 -2',
  ])
  const [lost] =
    impact.persons[0]?.changes[0]?.losses.filter(({ what }) => what === 'storage:logs:read') ?? []
  t.equal(lost?.where, 'storage:dt.security_context = "a"')
  t.end()
})

test('the same said otherwise changes nothing', t => {
  const nothing = { people: 3, gaining: 0, losing: 0, lines: [], persons: [] }
  t.same(compare(rules(bound('own logs')), rules(bound('own logs too'))), nothing)
  const everywhere = rules(bound('own logs', '{ environments: all }'))
  t.same(compare(rules(bound('own logs')), everywhere), nothing)
  t.end()
})

test('a denial is a loss, a policy that nobody knows and a role are told by name', t => {
  const denied = compare(rules(bound('all logs')), rules(bound('all logs'), bound('no logs')))
  t.same(told(denied), ['prod storage:logs:read +0 -2', 'stage storage:logs:read +0 -2'])
  const role = '{ role: account-viewer, level: account }'
  const after = rules(bound('Standard User', prod)).replace(' }\n', `, permissions: [ ${role} ] }\n`)
  t.same(told(compare(rules(), after)), [
    'account role account-viewer +2 -0',
    'prod policy "Standard User" +2 -0',
  ])
  t.end()
})

test('laws: nothing changes against itself, and gains are the losses of the way back', t => {
  const level = fc.constantFrom('account', prod, '{ environments: all }', '{ environments: [ stage ] }')
  const policy = fc.constantFrom('all logs', 'own logs', 'own logs too', 'no logs', 'Standard User')
  const some = fc
    .uniqueArray(fc.tuple(policy, level), { maxLength: 4, selector: String })
    .map(list => rules(...list.map(([name, where]) => bound(name, where))))
  fc.assert(
    fc.property(some, some, (one, other) => {
      t.same(told(compare(one, one)), [])
      const [there, back] = [compare(one, other), compare(other, one)]
      const swapped = back.lines.map(line => ({ ...line, gaining: line.losing, losing: line.gaining }))
      t.same(told(there), told({ ...back, lines: swapped }))
      t.equal(there.gaining, back.losing)
    }),
    { numRuns: 60 },
  )
  t.end()
})

function compare(before: string, after: string): Impact {
  return atOnce(impactOf(sideOf(before), sideOf(after), snapshot))
}

function sideOf(some: string): Side {
  const parsed = parseAccessModel(environments + some + policies, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems))
  const desired: Desired = desiredGroups(parsed.model, snapshot.groups)
  return { groups: desired.groups, texts: textsOf(desired), environments: parsed.model.environments }
}
