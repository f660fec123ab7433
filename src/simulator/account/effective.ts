/** The rights that groups and users really have: bindings with their parameters and boundaries, policies evaluated. */
import type { EffectiveStatement, Unfitting } from '../../policy/effective.ts'
import { effectiveStatements } from '../../policy/effective.ts'
import { type Account, groupById, userByUid } from '../account.ts'
import { notFound } from '../rejection.ts'
import { bindingsOfGroup } from './binding-store.ts'
import { accountLevel } from './levels.ts'
import { groupsOf } from './memberships.ts'
import type { Binding, Level, Policy } from './objects.ts'
import { restrictionsOf, statementsOf } from './statement.ts'

/** Whose rights are asked for. A user has those of all groups, the one of all users included. */
export type Entity =
  | { readonly kind: 'group'; readonly uuid: string }
  | { readonly kind: 'user'; readonly uid: string }

/** An effective statement with the binding it comes from. */
export interface HeldStatement extends EffectiveStatement {
  readonly policy: Policy
  readonly binding: Binding
  /** Where the binding lives. */
  readonly level: Level
}

/**
 * All effective statements of a group or user, DENY included. In an environment the bindings of the account count as well;
 * without one only those. Throws a 404 for an entity that is not there.
 */
export function effectiveOf(
  account: Account,
  entity: Entity,
  environmentId?: string,
  unfitting: Unfitting = account.switches.unfittingBoundary,
): HeldStatement[] {
  const levels: Level[] = [accountLevel(account)]
  if (environmentId !== undefined) levels.push({ type: 'environment', id: environmentId })
  return groupIdsOf(account, entity).flatMap(group =>
    levels.flatMap(level =>
      bindingsOfGroup(account, level, group).flatMap(binding => heldBy(account, level, binding, unfitting)),
    ),
  )
}

function groupIdsOf(account: Account, entity: Entity): string[] {
  if (entity.kind === 'group') return [groupById(account, entity.uuid).uuid]
  const user = userByUid(account, entity.uid)
  if (user === undefined) throw notFound(`User ${entity.uid} not found`)
  return groupsOf(account, user).map(group => group.uuid)
}

function heldBy(account: Account, level: Level, binding: Binding, unfitting: Unfitting): HeldStatement[] {
  const policy = account.policies.get(binding.policyUuid)
  if (policy === undefined) return []
  const boundaries = binding.boundaries.map(uuid => {
    const boundary = account.boundaries.get(uuid)
    // A binding that names a boundary is never as wide as one without.
    if (boundary === undefined) throw notFound(`Policy boundary ${uuid} not found`)
    return restrictionsOf(boundary)
  })
  const bound = { statements: statementsOf(policy), boundaries, parameters: binding.parameters }
  return effectiveStatements(bound, unfitting).map(statement => ({ ...statement, policy, binding, level }))
}
