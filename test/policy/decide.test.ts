import fc from 'fast-check'
import { test } from 'tap'
import { breachesBetween } from '../../src/policy/between.ts'
import { covers, firstUncovered } from '../../src/policy/covers.ts'
import { allows, decide } from '../../src/policy/decide.ts'
import type { EffectiveStatement } from '../../src/policy/effective.ts'
import { globMatches } from '../../src/policy/glob.ts'
import { type Attributes, holds } from '../../src/policy/holds.ts'
import { implies } from '../../src/policy/implies.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { requestsFor } from '../../src/policy/requests-for.ts'
import { problemsText } from '../../src/policy/source.ts'
import type { Condition } from '../../src/policy/statement.ts'
import { nearCondition, nearStatement, nearStatements } from './arbitrary.ts'

const logs = 'storage:logs:read'

test('DENY decides before ALLOW, unconditional before conditional, nothing is a refusal', async t => {
  const grant = statements(`ALLOW ${logs} WHERE storage:host.name = "a"; ALLOW ${logs};`)
  const request = { permission: logs, attributes: { 'storage:host.name': 'a' } }
  t.same(decide(grant, request), { kind: 'allowed', by: grant[1] })
  const denial = statements(`DENY ${logs} WHERE storage:host.name = "a";`)
  t.same(decide([...grant, ...denial], request), { kind: 'denied', by: denial[0] })
  t.ok(allows([...grant, ...denial], { permission: logs, attributes: { 'storage:host.name': 'b' } }))
  const flat = statements(`DENY ${logs};`)
  t.same(decide([...denial, ...flat, ...grant], request), { kind: 'denied', by: flat[0] })
  t.same(decide(grant, { permission: 'storage:spans:read', attributes: {} }), {
    kind: 'denied',
    by: undefined,
  })
})

test('conditions', async t => {
  const host = 'storage:host.name'
  const cases: readonly (readonly [condition: string, attributes: Attributes, result: boolean])[] = [
    [`${host} = "a"`, { [host]: 'a' }, true],
    [`${host} = "a"`, { [host]: 'A' }, false],
    [`${host} = "a"`, {}, false],
    [`${host} != "a"`, {}, false],
    [`${host} != "a"`, { [host]: 'b' }, true],
    [`${host} IN ("a", "b")`, { [host]: 'b' }, true],
    [`${host} NOT IN ("a", "b")`, { [host]: 'b' }, false],
    [`${host} startsWith "a"`, { [host]: 'abc' }, true],
    [`${host} NOT startsWith "a"`, { [host]: 'abc' }, false],
    [`${host} MATCH ("x", "a*c")`, { [host]: 'abc' }, true],
    [`${host} = "a"`, { [host]: ['a', 'b'] }, false],
    [`${host} IN ("a")`, { [host]: ['a'] }, false],
    [`${host} != "c"`, { [host]: ['a'] }, false],
    [`${host} MATCH ("a")`, { [host]: ['b', 'a'] }, true],
    [`global:userGroup = "g1"`, { 'global:userGroup': ['g1', 'g2'] }, true],
    [`global:userGroup != "g1"`, { 'global:userGroup': ['g1', 'g2'] }, false],
    [`${host} IN ("${attribute('userGroup')}")`, { [host]: 'g2', 'global:userGroup': ['g1', 'g2'] }, true],
    [`${host} = "u-${attribute('userId')}"`, { [host]: 'u-1', 'global:userId': '1' }, true],
    [`${host} = "u-${attribute('userId')}"`, { [host]: `u-${attribute('userId')}` }, false],
    ['global:date > "2026-05-03Z"', { 'global:date': '2026-05-04Z' }, true],
    ['global:date = "2026-05-03Z"', { 'global:date': '2026-05-03+00:00' }, true],
    ['global:date < "2026-05-03Z"', { 'global:date': '2026-05-03Z' }, false],
    ['global:date-time < "2026-05-03T05:00:00+01:00"', { 'global:date-time': '2026-05-03T03:59:59Z' }, true],
    ['global:date-time > "nonsense"', { 'global:date-time': '2026-05-03T03:59:59Z' }, false],
    ['global:time-of-day > "09:00+01:00"', { 'global:time-of-day': '08:01Z' }, true],
    ['global:time-of-day < "00:30+01:00"', { 'global:time-of-day': '23:00Z' }, true],
    ['global:week-day IN ("Monday", "Friday")', { 'global:week-day': 'Friday' }, true],
    [`${host} < "5"`, { [host]: '4' }, false],
  ]
  for (const [text, attributes, result] of cases) {
    t.equal(holds(condition(text), attributes), result, `${text} on ${JSON.stringify(attributes)}`)
  }
})

test('patterns', async t => {
  for (const [pattern, text, result] of [
    ['default_*', 'default_logs', true],
    ['default_*', 'my_default_logs', false],
    ['*', '', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a.c', 'abc', false],
    ['', '', true],
  ] as const) {
    t.equal(globMatches(pattern, text), result, `${pattern} on ${text}`)
  }
  const started = performance.now()
  globMatches('a*'.repeat(5_000), 'a'.repeat(4_999))
  t.ok(performance.now() - started < 1_000)
})

test('one condition makes another certain', async t => {
  const proved = [
    ['a:b = "x"', 'a:b IN ("x", "y")'],
    ['a:b IN ("x", "y")', 'a:b IN ("y", "x", "z")'],
    ['a:b IN ("x")', 'a:b = "x"'],
    ['a:b = "abc"', 'a:b startsWith "ab"'],
    ['a:b startsWith "abc"', 'a:b startsWith "ab"'],
    ['a:b startsWith "abc"', 'a:b MATCH ("ab*")'],
    ['a:b MATCH ("abc*")', 'a:b MATCH ("ab*")'],
    ['a:b = "x"', 'a:b != "y"'],
    ['a:b NOT IN ("x", "y")', 'a:b != "x"'],
    ['a:b NOT startsWith "x"', 'a:b NOT startsWith "xy"'],
    ['a:b startsWith "y"', 'a:b NOT startsWith "x"'],
    ['global:date < "2026-01-01Z"', 'global:date < "2026-02-01Z"'],
    ['global:date > "2026-02-01Z"', 'global:date > "2026-01-01Z"'],
  ] as const
  for (const [given, wanted] of proved) {
    t.ok(implies(condition(given), condition(wanted)), `${given} → ${wanted}`)
    if (!given.includes('IN ("x")'))
      t.notOk(implies(condition(wanted), condition(given)), `${wanted} ↛ ${given}`)
  }
  t.notOk(implies(condition('a:b MATCH ("a*")'), condition('a:b startsWith "a"')), 'lists are matched inside')
  t.notOk(
    implies(condition(`a:b = "${attribute('userId')}"`), condition('a:b != "x"')),
    'unknown until asked',
  )
  t.notOk(implies(condition('a:b = "x"'), condition('a:c = "x"')))
})

test('what one condition is proved to imply always holds with it', async () => {
  fc.assert(
    fc.property(nearCondition, nearCondition, (given, wanted) => {
      if (!implies(given, wanted)) return true
      return requestsFor([grantOf(given), grantOf(wanted)]).every(
        ({ attributes }) => !holds(given, attributes) || holds(wanted, attributes),
      )
    }),
    { numRuns: 1_000 },
  )
})

test('a set that is proved to cover another one allows whatever that one allows', async t => {
  let proved = 0
  fc.assert(
    fc.property(
      nearStatements,
      fc.array(nearStatement, { maxLength: 2 }),
      nearCondition,
      (wide, others, extra) => {
        const tightened = wide.map(one => ({ ...one, conditions: [...one.conditions, extra] }))
        for (const narrow of [tightened.filter(one => one.effect === 'ALLOW'), others]) {
          if (!covers(wide, narrow)) continue
          proved += narrow.length
          const requests = requestsFor([...wide, ...narrow])
          if (!requests.every(request => !allows(narrow, request) || allows(wide, request))) return false
        }
        return true
      },
    ),
    { numRuns: 500 },
  )
  t.ok(proved > 100, 'the law was met by more than empty sets')
  fc.assert(fc.property(nearStatements, own => covers(own, own)))
})

test('covering looks at each value of a list, and at what is denied', async t => {
  const one = statements(
    `ALLOW ${logs} WHERE storage:host.name = "a"; ALLOW ${logs} WHERE storage:host.name = "b";`,
  )
  const list = statements(`ALLOW ${logs} WHERE storage:host.name IN ("a", "b");`)
  t.ok(covers(one, list))
  t.ok(covers(list, one))
  const all = statements(`ALLOW ${logs};`)
  t.ok(covers(all, list))
  t.same(firstUncovered(list, all), all[0])
  const denial = statements(`DENY ${logs} WHERE storage:host.name = "a";`)
  t.notOk(covers([...all, ...denial], list))
  t.ok(covers([...all, ...denial], [...list, ...denial]))
  t.ok(covers([], statements(`ALLOW ${logs}; DENY ${logs};`)), 'nothing is granted there')
})

test('sampled requests tell sets apart', async t => {
  const wide = statements(`ALLOW ${logs} WHERE storage:host.name startsWith "a";`)
  const narrow = statements(`ALLOW ${logs} WHERE storage:host.name = "ab";`)
  t.ok(requestsFor([...wide, ...narrow]).some(request => allows(wide, request) !== allows(narrow, request)))
  const many = ['host.name', 'bucket-name', 'log.source', 'dt.security_context', 'aws.account.id']
    .map(name => `storage:${name} IN ("a", "b", "c")`)
    .join(' AND ')
  const large = statements(`ALLOW ${logs} WHERE ${many};`)
  const requests = requestsFor(large)
  t.ok(requests.length < 1_000)
  t.ok(requests.some(request => allows(large, request)))
  t.ok(requests.some(request => !allows(large, request)))
  const timed = statements(
    `ALLOW ${logs} WHERE global:date > "2026-05-03Z" AND global:time-of-day < "09:00Z" AND global:date-time < "2027-01-01T00:00:00Z";`,
  )
  t.ok(requestsFor(timed).some(request => allows(timed, request)))
})

test('between two ends nobody has less than both grant or more than both allow', async t => {
  const before = statements(`ALLOW ${logs} WHERE storage:host.name = "a"; ALLOW email:emails:send;`)
  const after = statements(`ALLOW ${logs} WHERE storage:host.name = "b"; ALLOW email:emails:send;`)
  t.same(breachesBetween([before, after], [...before, ...after]), [])
  t.same(breachesBetween([before, after], after), [])
  t.same(
    breachesBetween([before, after], []).map(breach => breach.kind),
    ['less'],
  )
  const open = breachesBetween([before, after], statements(`ALLOW ${logs}; ALLOW email:emails:send;`))
  t.ok(open.length > 0 && open.every(breach => breach.kind === 'more' && breach.request.permission === logs))
})

function statements(text: string): EffectiveStatement[] {
  const parsed = parsePolicy(text)
  if (parsed.kind === 'broken') throw new Error(problemsText(parsed.problems))
  return parsed.statements.flatMap(({ effect, permissions, conditions }) =>
    permissions.map(permission => ({ effect, permission, conditions })),
  )
}

function condition(text: string): Condition {
  const parsed = parseBoundary(text)
  const [only] = parsed.kind === 'parsed' ? parsed.conditions : []
  if (only === undefined) throw new Error(`no condition: ${text}`)
  return only
}

function grantOf(only: Condition): EffectiveStatement {
  return { effect: 'ALLOW', permission: logs, conditions: [only] }
}

function attribute(name: string): string {
  return `\${global:${name}}`
}
