/** Random statements and conditions of the policy language, for property tests. */
import fc from 'fast-check'
import type { EffectiveStatement } from '../../src/policy/effective.ts'
import type { Condition, Operator, Statement } from '../../src/policy/statement.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,6}$/)
const service = fc.stringMatching(/^[a-z][a-z-]{0,6}$/)
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter(value => !/[\r\n]/.test(value) && !(value.includes('"') && value.includes("'")))

const single: readonly Operator[] = ['EQ', 'NEQ', 'STARTS_WITH', 'NOT_STARTS_WITH', 'LT', 'GT']
const listed: readonly Operator[] = ['IN', 'NOT_IN', 'MATCH']

const name = fc.tuple(service, word).map(parts => parts.join(':'))

/** Any condition that can be written down. */
export const anyCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    name,
    operator: fc.constantFrom(...single),
    values: fc.array(text, { minLength: 1, maxLength: 1 }),
  }),
  fc.record({
    name,
    operator: fc.constantFrom(...listed),
    values: fc.array(text, { minLength: 1, maxLength: 4 }),
  }),
)

/** Any statement that can be written down. */
export const anyStatement: fc.Arbitrary<Statement> = fc.record({
  effect: fc.constantFrom('ALLOW', 'DENY'),
  permissions: fc.array(
    fc.tuple(service, word, word).map(parts => parts.join(':')),
    { minLength: 1, maxLength: 4 },
  ),
  conditions: fc.array(anyCondition, { maxLength: 4 }),
})

/** Values that start with and match one another. */
const near = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', '')
const pattern = fc.constantFrom('a*', 'a', '*', 'ab*', '*b', 'a*c')

/** Conditions on few names with few values, so that they meet. */
export const nearCondition: fc.Arbitrary<Condition> = fc
  .constantFrom('storage:host.name', 'storage:bucket-name', 'storage:dt.security_context', 'global:userGroup')
  .chain(of =>
    fc.oneof(
      fc.record({
        name: fc.constant(of),
        operator: fc.constantFrom('EQ', 'NEQ', 'STARTS_WITH', 'NOT_STARTS_WITH'),
        values: fc.array(near, { minLength: 1, maxLength: 1 }),
      }),
      fc.record({
        name: fc.constant(of),
        operator: fc.constantFrom('IN', 'NOT_IN'),
        values: fc.array(near, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        name: fc.constant(of),
        operator: fc.constant('MATCH'),
        values: fc.array(pattern, { minLength: 1, maxLength: 2 }),
      }),
    ),
  )

/** An effective statement on one of few permissions. */
export const nearStatement: fc.Arbitrary<EffectiveStatement> = fc.record({
  effect: fc.constantFrom('ALLOW', 'ALLOW', 'ALLOW', 'DENY'),
  permission: fc.constantFrom('storage:logs:read', 'storage:spans:read'),
  conditions: fc.array(nearCondition, { maxLength: 2 }),
})

/** Some of them. */
export const nearStatements: fc.Arbitrary<EffectiveStatement[]> = fc.array(nearStatement, { maxLength: 4 })
