/** What a client may send at full length costs its length, and not its square. */
import { test } from 'tap'
import { caseExactIn } from '../../src/scim/case-exact.ts'
import { lenient } from '../../src/scim/dialects/dialects.ts'
import { evaluateFilter } from '../../src/scim/evaluate.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch.ts'
import { elementsOf, removeElements } from '../../src/scim/patch-list.ts'
import { parsePatchRequest, patchSchema } from '../../src/scim/patch-request.ts'
import { findAttribute } from '../../src/scim/schema/attribute.ts'
import { userType } from '../../src/scim/schema/user.ts'

/** What ten times the work may cost: linear is 10, quadratic 100. */
const TENFOLD = 25

const shapes: Readonly<Record<string, (size: number) => string>> = {
  'deep parentheses': size => repeated(`${'('.repeat(16)}a pr${')'.repeat(16)}`, ' or ', size),
  'parentheses that are never closed': size => `${'('.repeat(15)}${repeated('a pr', ' or ', size - 15)}`,
  'a long or': size => repeated('a pr', ' or ', size),
  'a long and': size => repeated('userName pr', ' and ', size),
  'both in turn': size => repeated('a pr or b pr', ' and ', size),
  'a long not': size => repeated('not(not(not(not(a pr))))', ' and ', size),
  'nothing but not': size => repeated('not', ' ', size),
  'many brackets': size => repeated('emails[type eq"w"]', ' or ', size),
  'tails behind brackets': size => repeated('emails[type eq"w"].value eq"x"', ' or ', size),
  'a long or in brackets': size => `emails[${repeated('value eq"x"', ' or ', size - 10)}]`,
  'names alone': size => repeated('a', ' ', size),
  'quotes alone': size => '"'.repeat(size),
  'a long name': size => `a${'.a'.repeat((size - 6) / 2)} pr`,
  'a long text': size => `userName co "${'x'.repeat(size - 20)}"`,
  'a text of escapes': size => `userName eq "${'\\u0041'.repeat((size - 20) / 6)}"`,
}

test('reading and evaluating a filter is linear in its length, whatever its shape', async t => {
  const user: JsonObject = {
    userName: 'x'.repeat(100),
    emails: Array.from({ length: 5 }, (_, n) => ({ value: `v${n}`, type: 'work' })),
  }
  for (const [name, shape] of Object.entries(shapes)) {
    const [short, long] = [shape(819), shape(8190)]
    t.ok(long.length > 8000 && long.length <= 8192, `${name}: ${long.length} characters`)
    const ratio = ratioOf(
      () => filtered(long, user),
      () => filtered(short, user),
      10,
    )
    t.ok(ratio < TENFOLD, `${name}: ${ratio.toFixed(1)} times the cost for ten times the length`)
  }
})

test('removing many values of a list in one PATCH is linear', async t => {
  const ratio = ratioOf(
    () => patched(20_000),
    () => patched(2000),
  )
  t.ok(ratio < TENFOLD, `${ratio.toFixed(1)} times the cost for ten times the values`)
  t.same(patched(100), [], 'they are removed')
  const emails = findAttribute(userType.attributes, 'emails')
  if (emails === undefined) throw new Error('users have emails')
  const kept = removeElements(valuesOf(100), valuesOf(60), emails, lenient)
  t.equal(kept.length, 40)
})

test('adding many values to a list in one PATCH is linear', async t => {
  const added = (count: number) => operated([], { op: 'add', path: 'emails', value: valuesOf(count) })
  t.equal(added(100).length, 100)
  const ratio = ratioOf(
    () => added(20_000),
    () => added(2000),
  )
  t.ok(ratio < TENFOLD, `${ratio.toFixed(1)} times the cost for ten times the values`)
})

function valuesOf(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, n) => ({
    value: `v${n}@acme.example`,
    type: n % 2 === 0 ? 'work' : 'home',
  }))
}

/** What removing all of so many values leaves. */
function patched(count: number): readonly Json[] {
  const values = valuesOf(count)
  return operated(values, { op: 'remove', path: 'emails', value: values })
}

function operated(emails: readonly JsonObject[], operation: JsonObject): readonly Json[] {
  const operations = parsePatchRequest({ schemas: [patchSchema], Operations: [operation] }, lenient)
  const after = applyPatch(
    { schemas: [userType.schema.id], userName: 'x', emails },
    operations,
    userType,
    lenient,
  )
  return elementsOf(after.emails)
}

function filtered(text: string, user: JsonObject): unknown {
  try {
    return evaluateFilter(parseFilter(text), user, caseExactIn(userType))
  } catch (error) {
    return error
  }
}

function repeat(times: number, work: () => unknown): void {
  for (let n = 0; n < times; n += 1) work()
}

/**
 * How many times the cost of `short` that of `long` is, by the quickest run of each: the others were held up by
 * something else. A busy machine gets more runs; `times` makes a short one long enough to be measured.
 */
function ratioOf(long: () => unknown, short: () => unknown, times = 1): number {
  let [leastLong, leastShort] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let run = 0; run < 40; run += 1) {
    leastLong = Math.min(leastLong, costOf(long))
    leastShort = Math.min(leastShort, costOf(() => repeat(times, short)) / times)
    if (run > 2 && leastLong / leastShort < TENFOLD) break
  }
  return leastLong / leastShort
}

/** In milliseconds. */
function costOf(work: () => unknown): number {
  const begin = performance.now()
  work()
  return performance.now() - begin
}

function repeated(part: string, glue: string, size: number): string {
  const count = Math.floor((size + glue.length) / (part.length + glue.length))
  return Array.from({ length: count }, () => part).join(glue)
}
