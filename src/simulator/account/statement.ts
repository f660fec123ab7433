/** What policies and boundaries of the account say, read once for each record, and the refusal of texts that cannot be read. */
import { isKnownPermission, nearestPermission } from '../../policy/catalogue.ts'
import { parametersOf } from '../../policy/parameters.ts'
import { parseBoundary } from '../../policy/parse-boundary.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import { bareConditions, bareStatements, problemsText } from '../../policy/source.ts'
import type { Condition, Statement } from '../../policy/statement.ts'
import { badRequest, type Rejection } from '../rejection.ts'
import type { Boundary, Policy } from './objects.ts'

/** Whether a policy may name permissions that the reference does not have. The vendor does not say. */
export type UnknownPermissions = 'refuse' | 'accept'

/** The statements of a stored policy. Records are replaced, never edited, so what was read of one stays true. */
export const statementsOf = (policy: Policy): readonly Statement[] =>
  once(statements, policy, () => checkedStatements(policy.statementQuery, 'accept'))

/** The conditions of a stored boundary. */
export const restrictionsOf = (boundary: Boundary): readonly Condition[] =>
  once(restrictions, boundary, () => checkedRestrictions(boundary.boundaryQuery))

/** The names of the template parameters of a stored policy, sorted. */
export const parametersOfPolicy = (policy: Policy): readonly string[] =>
  once(parameters, policy, () => parametersOf(policy.statementQuery))

/** The statements of a text, or a 400 that names the places of its mistakes. */
export function checkedStatements(text: string, unknown: UnknownPermissions): readonly Statement[] {
  const parsed = parsePolicy(text)
  if (parsed.kind === 'broken') throw invalid('statementQuery', problemsText(parsed.problems))
  const names = parsed.statements.flatMap(statement => statement.permissions)
  const strange = unknown === 'refuse' ? names.find(name => !isKnownPermission(name)) : undefined
  if (strange !== undefined) {
    const near = nearestPermission(strange)
    const hint = near === undefined ? '' : `, did you mean ${near}`
    throw invalid('statementQuery', `permission ${strange} does not exist${hint}`)
  }
  return bareStatements(parsed.statements)
}

/** The conditions of a text, or a 400. Conditions nobody knows are no mistake: they fit no permission. */
export function checkedRestrictions(text: string): readonly Condition[] {
  const parsed = parseBoundary(text)
  if (parsed.kind === 'broken') throw invalid('boundaryQuery', problemsText(parsed.problems))
  return bareConditions(parsed.conditions)
}

const statements = new WeakMap<object, readonly Statement[]>()
const restrictions = new WeakMap<object, readonly Condition[]>()
const parameters = new WeakMap<object, readonly string[]>()

function once<T>(known: WeakMap<object, T>, record: object, read: () => T): T {
  const before = known.get(record)
  if (before !== undefined) return before
  const value = read()
  known.set(record, value)
  return value
}

function invalid(field: string, problem: string): Rejection {
  const message = `Invalid ${field}: ${problem}`
  return badRequest(message, { [field]: message })
}
