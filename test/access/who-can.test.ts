/** Who may use a permission: the same as asking for each person, told with the way, and paged. */
import fc from 'fast-check'
import { test } from 'tap'
import type { DesiredGroup } from '../../src/access/desired-group.ts'
import { type AccessFacts, placesAsked } from '../../src/access/evaluate/facts.ts'
import { grantedBy } from '../../src/access/evaluate/granted.ts'
import { type WhoCan, type WhoCanQuestion, whoCan } from '../../src/access/who-can/who-can.ts'
import { atOnce, inTurns } from '../../src/lib/turns.ts'
import { decide } from '../../src/policy/decide.ts'
import { type Attributes, holds } from '../../src/policy/holds.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { requestsFor } from '../../src/policy/requests-for.ts'
import { anyWorld, binding, emailOf, factsOf, group } from '../support/access-facts.ts'

const READ = 'storage:logs:read'
const CONTEXT = 'storage:dt.security_context'

test('people are told place by place, with the group and the rule', async t => {
  const facts = factsOf({
    members: { viewers: ['ana', 'ben', 'gone'], editors: ['ben'] },
    inactive: ['gone'],
    policies: {
      narrow: `ALLOW ${READ} WHERE ${CONTEXT} = "\${bindParam:team}";`,
      wide: `ALLOW ${READ}; ALLOW storage:events:read;`,
      other: 'ALLOW storage:events:read;',
    },
    groups: [
      group(
        'Viewers',
        ['viewers'],
        [binding('narrow', undefined, { parameters: { team: 'pay' } }), binding('other')],
      ),
      group('Editors', ['editors'], [binding('wide', 'prod')]),
    ],
  })
  const answer = ask(facts, { permission: READ })
  t.same(
    answer.totals.map(({ place, ...counts }) => ({
      ...counts,
      place: place.kind === 'account' ? '' : place.name,
    })),
    [
      { place: 'prod', allowed: 1, allowedIf: 1, unknown: 0 },
      { place: 'stage', allowed: 0, allowedIf: 2, unknown: 0 },
    ],
  )
  t.equal(answer.people, 2, 'without who is inactive')
  t.equal(answer.next, undefined)
  const narrow = {
    idpGroup: 'viewers',
    rule: 'rule',
    dynatraceGroup: 'Viewers',
    policy: 'narrow',
    parameters: { team: 'pay' },
    boundaries: [],
    inherited: true,
  }
  const wide = {
    ...narrow,
    idpGroup: 'editors',
    dynatraceGroup: 'Editors',
    policy: 'wide',
    parameters: {},
    inherited: false,
  }
  t.same(told(answer), [
    ['ana@acme.example', [['prod+stage', 'allowed-if', [`${CONTEXT} = "pay"`], [narrow]]]],
    [
      'ben@acme.example',
      [
        ['prod', 'allowed', [], [wide]],
        ['stage', 'allowed-if', [`${CONTEXT} = "pay"`], [narrow]],
      ],
    ],
  ])
})

test('what is known of the thing makes conditions certain, one way or the other', async t => {
  const facts = factsOf({
    members: { viewers: ['ana'] },
    policies: { narrow: `ALLOW ${READ} WHERE ${CONTEXT} = "pay" AND storage:bucket-name startsWith "logs";` },
    groups: [group('Viewers', ['viewers'], [binding('narrow', 'prod')])],
  })
  const asked = (where: Attributes) => told(ask(facts, { permission: READ, where }))[0]?.[1]?.[0]?.slice(1, 3)
  t.same(asked({}), ['allowed-if', [`storage:bucket-name startsWith "logs" AND ${CONTEXT} = "pay"`]])
  t.same(asked({ [CONTEXT]: 'pay' }), ['allowed-if', ['storage:bucket-name startsWith "logs"']])
  t.same(asked({ [CONTEXT]: 'pay', 'storage:bucket-name': 'logs-eu' }), ['allowed', []])
  t.equal(asked({ [CONTEXT]: 'search' }), undefined)
})

test('what any group denies counts', async t => {
  const world = (denial: string) =>
    factsOf({
      members: { viewers: ['ana', 'ben'], barred: ['ben'] },
      policies: { wide: `ALLOW ${READ};`, denial },
      groups: [
        group('Viewers', ['viewers'], [binding('wide')]),
        group('Barred', ['barred'], [binding('denial', 'prod')]),
      ],
    })
  const never = ask(world(`DENY ${READ};`), { permission: READ })
  t.same(
    told(never).map(([name, answers]) => [name, answers.map(([places, verdict]) => [places, verdict])]),
    [
      ['ana@acme.example', [['prod+stage', 'allowed']]],
      ['ben@acme.example', [['stage', 'allowed']]],
    ],
  )
  const partly = ask(world(`DENY ${READ} WHERE ${CONTEXT} = "secret";`), { permission: READ })
  const ben = partly.page[1]?.answers[0]
  t.equal(ben?.verdict, 'allowed-if')
  t.same(ben?.where, [], 'everywhere but')
  t.same(ben?.except, [{ where: `${CONTEXT} = "secret"`, policy: 'denial', group: 'Barred' }])
  t.equal(
    ask(world(`DENY ${READ} WHERE ${CONTEXT} = "secret";`), {
      permission: READ,
      where: { [CONTEXT]: 'open' },
    }).totals[0]?.allowed,
    2,
  )
})

test('what nobody could read is said, and may be a perhaps', async t => {
  const facts = factsOf({
    members: { viewers: ['ana', 'ben'], barred: ['ben'] },
    policies: { none: `DENY ${READ};` },
    groups: [
      group('Viewers', ['viewers'], [binding('Custom'), binding('none', 'stage', { boundaries: ['lost'] })]),
      group('Barred', ['barred'], [binding('none', 'prod')]),
    ],
    withheld: ['Torn'],
  })
  const answer = ask(facts, { permission: READ })
  t.same(
    answer.totals.map(({ unknown }) => unknown),
    [1, 2],
  )
  t.same(
    answer.page[0]?.answers.map(({ verdict, unknown }) => [verdict, unknown]),
    [
      ['unknown', ['Custom']],
      ['unknown', ['Custom', 'none']],
    ],
  )
  t.same(answer.unknown, [
    'What boundary "lost" says is not known; it is bound in one group.',
    'What policy "Custom" says is not known; it is bound in one group.',
    'What group "Torn" has is not known: its rules contradict each other, so it is left as it is.',
  ])
})

test('pages hold everybody once, whatever their size, and totals are of all', async t => {
  const people = Array.from({ length: 57 }, (_, index) => `user${(index * 37) % 57}`)
  const facts = factsOf({
    members: { viewers: people },
    policies: { wide: `ALLOW ${READ};` },
    groups: [group('Viewers', ['viewers'], [binding('wide')])],
  })
  const everybody = ask(facts, { permission: READ, limit: 1000 }).page.map(({ userName }) => userName)
  t.same(everybody, people.map(emailOf).sort())
  for (const limit of [1, 7, 56, 57, 58]) {
    const seen: string[] = []
    let after: string | undefined
    do {
      const answer = ask(facts, { permission: READ, limit, after })
      t.equal(answer.totals[0]?.allowed, 57)
      t.ok(answer.page.length <= limit)
      seen.push(...answer.page.map(({ userName }) => userName))
      after = answer.next?.toUpperCase()
    } while (after !== undefined)
    t.same(seen, everybody, `${limit} at a time`)
  }
})

test('the answer is what deciding each request for each person comes to', async () => {
  const where = fc.constantFrom<Attributes>(
    {},
    {},
    { [CONTEXT]: 'a' },
    { [CONTEXT]: 'b', 'storage:bucket-name': 'logs' },
  )
  fc.assert(
    fc.property(anyWorld, where, (world, where) => {
      const facts = factsOf(world)
      const answer = ask(facts, { permission: READ, where, limit: 1000 })
      for (const person of facts.snapshot.people.values()) {
        const answers = answer.page.find(({ userName }) => userName === person.userName)?.answers ?? []
        for (const place of placesAsked(facts.model, undefined) ?? []) {
          const id = place.kind === 'account' ? undefined : place.id
          const own = person.active ? groupsOf(person.emailKey, facts) : []
          const granted = own.map(each => grantedBy(each, id, facts.texts))
          const statements = granted.flatMap(each => each.statements)
          const isUnknown = granted.some(({ unknown }) => unknown.length > 0)
          const said = answers.find(({ places }) =>
            places.some(each => each.kind === place.kind && (each.kind === 'account' || each.id === id)),
          )
          for (const request of requestsFor([
            ...statements,
            { effect: 'ALLOW', permission: READ, conditions: [] },
          ])) {
            if (request.permission !== READ) continue
            const attributes = { ...request.attributes, ...where }
            const allowed = decide(statements, { permission: READ, attributes }).kind === 'allowed'
            if (isAllowed(said, attributes) !== allowed) {
              throw new Error(`${person.userName} ${JSON.stringify({ place, attributes, said, allowed })}`)
            }
            if (said === undefined && isUnknown && !statements.some(({ effect }) => effect === 'DENY')) {
              throw new Error(`${person.userName}: nothing is said although a policy could not be read`)
            }
          }
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('ten thousand people in five thousand groups do not hold the loop', async t => {
  const count = 10_000
  const members: Record<string, string[]> = {}
  for (let index = 0; index < 5_000; index += 1) members[`team-${index}`] = []
  for (let index = 0; index < count; index += 1) {
    for (let each = 0; each < 5; each += 1)
      members[`team-${(index * 7 + each * 911) % 5_000}`]?.push(`user${index}`)
  }
  const environments = Array.from({ length: 50 }, (_, index) => `env${index}`)
  const facts = factsOf({
    members,
    environments,
    policies: {
      standard: 'ALLOW storage:buckets:read;',
      team: `ALLOW ${READ}, storage:events:read WHERE ${CONTEXT} = "\${bindParam:team}";`,
    },
    groups: Object.keys(members).map((name, index) =>
      group(
        name,
        [name],
        [
          binding('standard'),
          ...[0, 1, 2, 3, 4].map(each =>
            binding('team', `env${(index + each * 11) % 50}`, { parameters: { team: name } }),
          ),
        ],
      ),
    ),
  })
  const places = placesAsked(facts.model, undefined) ?? []
  const turns = watchTurns()
  const question = { permission: READ, where: {}, places, limit: 100, after: undefined }
  const answer = await inTurns(whoCan(question, facts))
  const longest = turns.longest()
  t.equal(answer.people, count)
  t.ok(longest < 100, `${longest} ms of CPU at a time`)
})

function ask(
  facts: AccessFacts,
  question: Partial<WhoCanQuestion> & { readonly permission: string },
): WhoCan {
  const places = placesAsked(facts.model, undefined) ?? []
  return atOnce(whoCan({ where: {}, places, limit: 100, after: undefined, ...question }, facts))
}

function told({ page }: WhoCan) {
  return page.map(
    ({ userName, answers }) =>
      [
        userName,
        answers.map(
          ({ places, verdict, where, through }) =>
            [
              places.map(place => (place.kind === 'account' ? 'account' : place.name)).join('+'),
              verdict,
              where,
              through,
            ] as const,
        ),
      ] as const,
  )
}

function groupsOf(emailKey: string, { desired, snapshot }: AccessFacts): readonly DesiredGroup[] {
  return desired.groups.filter(({ sources }) =>
    sources.some(({ idpGroupId }) => snapshot.members.get(idpGroupId)?.has(emailKey) ?? false),
  )
}

/** Reads the conditions that were told as text, and applies them. */
function isAllowed(
  said: WhoCan['page'][number]['answers'][number] | undefined,
  attributes: Attributes,
): boolean {
  if (said === undefined || said.verdict === 'unknown') return false
  if (said.verdict === 'allowed') return true
  const hold = (text: string): boolean => {
    const parsed = parseBoundary(`${text.replaceAll(' AND ', ';\n')};`)
    if (parsed.kind === 'broken') throw new Error(text)
    return parsed.conditions.every(condition => holds(condition, attributes))
  }
  return (said.where.length === 0 || said.where.some(hold)) && !said.except.some(({ where }) => hold(where))
}

/** The longest time that this thread has worked without a break, in milliseconds; other processes do not count. */
function watchTurns() {
  let longest = 0
  let last = process.threadCpuUsage()
  let next = setImmediate(look)
  function look() {
    const now = process.threadCpuUsage()
    longest = Math.max(longest, now.user + now.system - last.user - last.system)
    last = now
    next = setImmediate(look)
  }
  return {
    longest(): number {
      clearImmediate(next)
      return longest / 1000
    },
  }
}
