import fc from 'fast-check'
import { test } from 'tap'
import { decide } from '../../src/policy/decide.ts'
import { effectiveStatements } from '../../src/policy/effective.ts'
import type { LintedBinding } from '../../src/policy/lint/bound.ts'
import { lintRules } from '../../src/policy/lint/explain.ts'
import { lintBinding } from '../../src/policy/lint/lint-binding.ts'
import { lintBoundary } from '../../src/policy/lint/lint-boundary.ts'
import { lintCounts } from '../../src/policy/lint/lint-counts.ts'
import { lintGroup } from '../../src/policy/lint/lint-group.ts'
import { lintPolicy } from '../../src/policy/lint/lint-policy.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { printBoundary, printPolicy } from '../../src/policy/print.ts'
import { requestsFor } from '../../src/policy/requests-for.ts'
import { type PlacedCondition, type PlacedStatement, problemsText } from '../../src/policy/source.ts'
import type { Statement } from '../../src/policy/statement.ts'
import { anyCondition, anyStatement, nearStatement } from './arbitrary.ts'

test('no statement or boundary makes the linter throw', async () => {
  fc.assert(
    fc.property(
      fc.array(anyStatement, { minLength: 1, maxLength: 5 }),
      fc.array(anyCondition, { minLength: 1, maxLength: 5 }),
      (statements, conditions) => {
        const bound = { policy: { name: 'p', statements: placed(statements) }, parameters: {} }
        const boundary = { name: 'b', conditions: bounds(printBoundary(conditions)) }
        lintPolicy(bound.policy.statements)
        lintBoundary(boundary.conditions)
        lintBinding({ ...bound, boundaries: [boundary, boundary] })
        lintGroup([
          { ...bound, boundaries: [] },
          { ...bound, boundaries: [boundary] },
        ])
      },
    ),
  )
})

test('every lint points into the text', async () => {
  fc.assert(
    fc.property(fc.array(nearPolicy(), { minLength: 1, maxLength: 5 }), statements => {
      const text = printPolicy(statements)
      return lintPolicy(placed(statements)).every(
        ({ span }) => span === undefined || (span.start >= 0 && span.end <= text.length),
      )
    }),
  )
})

test('statements without effect can go, one by one and all at once, and no decision changes', async () => {
  fc.assert(
    fc.property(fc.array(nearPolicy(), { minLength: 1, maxLength: 5 }), statements => {
      const all = placed(statements)
      const idle = new Set(
        lintPolicy(all).flatMap(({ id, span }) =>
          id === 'statement-without-effect'
            ? all.filter(one => span !== undefined && within(one, span.start)).slice(0, 1)
            : [],
        ),
      )
      const rests = [...idle].map(gone => all.filter(one => one !== gone))
      return [...rests, all.filter(one => !idle.has(one))].every(rest => sameDecisions(all, rest))
    }),
    { numRuns: 100 },
  )
})

test('what is clean stays clean in another order', async () => {
  fc.assert(
    fc.property(
      fc
        .array(nearPolicy(), { minLength: 1, maxLength: 4 })
        .chain(statements =>
          fc.tuple(
            fc.constant(statements),
            fc.shuffledSubarray(statements, { minLength: statements.length, maxLength: statements.length }),
          ),
        ),
      ([statements, shuffled]) =>
        lintPolicy(placed(statements)).length > 0 || lintPolicy(placed(shuffled)).length === 0,
    ),
  )
})

test('bindings of one group count together', async t => {
  const narrow = binding('narrow', 'ALLOW storage:entities:read WHERE storage:entity.type = "a";')
  const wide = binding('wide', 'ALLOW storage:entities:read;')
  t.same(
    lintGroup([narrow, wide]).map(({ id, binding: at, span }) => [id, at, span?.column]),
    [['unconditional-allow', 0, 7]],
  )
  const bounded = { ...wide, boundaries: [{ name: 'b', conditions: bounds('storage:entity.type = "a";') }] }
  t.same(lintGroup([narrow, bounded]), [], 'a boundary that fits takes the width away')
  const logs = binding('logs', 'ALLOW storage:logs:read;')
  t.same(
    lintGroup([narrow, logs]).map(({ id, severity, binding: at }) => [id, severity, at]),
    [['table-without-bucket', 'warning', 1]],
  )
  t.same(
    lintGroup([logs, binding('buckets', 'ALLOW storage:buckets:read;')]),
    [],
    'another policy of the group may bring the bucket',
  )
})

test('an account has room for so much', async t => {
  t.same(lintCounts({ policies: 200, boundaries: 2_000, bindings: 30_000 }), [])
  t.same(
    lintCounts({ policies: 201, boundaries: 2_001, bindings: 30_001 }).map(({ id, message }) => [
      id,
      message,
    ]),
    [
      ['over-limit', 'there are 201 policies, and Dynatrace has room for 200'],
      ['over-limit', 'there are 2001 boundaries, and Dynatrace has room for 2000'],
      ['over-limit', 'there are 30001 bindings, and Dynatrace has room for 30000'],
    ],
  )
})

test('every explanation has a bad example that differs from the good one', async t => {
  for (const [id, { title, explanation, fix, example }] of Object.entries(lintRules)) {
    t.ok(title.length > 10 && explanation.length > 40 && fix.length > 10, id)
    t.not(example.bad, example.good, id)
    const bad = parsePolicy(example.bad)
    if (bad.kind === 'broken') continue
    const found = lintPolicy(bad.statements).map(lint => lint.id)
    t.ok(found.includes(lintIdOf(id)), `${id}: the bad example shows it`)
    const good = parsePolicy(example.good)
    if (good.kind === 'broken') throw new Error(problemsText(good.problems))
    t.notOk(
      lintPolicy(good.statements).some(lint => lint.id === id),
      `${id}: the good example does not`,
    )
  }
})

function lintIdOf(id: string): keyof typeof lintRules {
  const found = Object.keys(lintRules).find((known): known is keyof typeof lintRules => known === id)
  if (found === undefined) throw new Error(`${id} is no lint`)
  return found
}

function nearPolicy(): fc.Arbitrary<Statement> {
  return fc.tuple(nearStatement, fc.boolean()).map(([{ effect, permission, conditions }, both]) => ({
    effect,
    permissions: both ? [permission, 'storage:bizevents:read'] : [permission],
    conditions,
  }))
}

function within({ span }: PlacedStatement, start: number): boolean {
  return start >= span.start && start < span.end
}

function sameDecisions(before: readonly Statement[], after: readonly Statement[]): boolean {
  const [one, other] = [before, after].map(statements =>
    effectiveStatements({ statements, boundaries: [], parameters: {} }),
  )
  return requestsFor(one ?? []).every(
    request => decide(one ?? [], request).kind === decide(other ?? [], request).kind,
  )
}

function placed(statements: readonly Statement[]): readonly PlacedStatement[] {
  const parsed = parsePolicy(printPolicy(statements))
  if (parsed.kind === 'broken') throw new Error(problemsText(parsed.problems))
  return parsed.statements
}

function bounds(text: string): readonly PlacedCondition[] {
  const parsed = parseBoundary(text)
  if (parsed.kind === 'broken') throw new Error(problemsText(parsed.problems))
  return parsed.conditions
}

function binding(name: string, text: string): LintedBinding {
  const parsed = parsePolicy(text)
  if (parsed.kind === 'broken') throw new Error(problemsText(parsed.problems))
  return { policy: { name, statements: parsed.statements }, boundaries: [], parameters: {} }
}
