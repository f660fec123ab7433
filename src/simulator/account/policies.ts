/** Policies: created and replaced at the account or an environment, read-only at the global level. */
import { randomUUID } from 'node:crypto'
import { type Account, levelKey } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import { badRequest, notFound, Rejection } from '../rejection.ts'
import { allBindings, dropBindings } from './binding-store.ts'
import { limits } from './limits.ts'
import type { Level, Policy } from './objects.ts'
import { checkedStatements, parametersOfPolicy, type UnknownPermissions } from './statement.ts'

export interface NewPolicy {
  readonly name: string
  readonly description: string
  readonly statementQuery: string
  readonly tags?: readonly string[] | null | undefined
}

/** Policies of exactly this level, by name. */
export const policiesAt = (account: Account, level: Level): Policy[] =>
  [...account.policies.values()].filter(policy => levelKey(policy.level) === levelKey(level))

/** The policy with this id at this level: at any other level it does not exist. */
export function policyAt(account: Account, level: Level, uuid: string): Policy {
  const policy = account.policies.get(uuid)
  if (policy === undefined || levelKey(policy.level) !== levelKey(level)) {
    throw notFound(`Policy ${uuid} not found`)
  }
  return policy
}

/** Creates a policy; a client may choose the id by replacing one that does not exist. */
export function createPolicy(
  account: Account,
  actor: Actor,
  level: Level,
  given: NewPolicy,
  uuid: string = randomUUID(),
  unknown: UnknownPermissions = account.switches.unknownPermission,
): Policy {
  checkName(account, level, given.name, uuid)
  checkedStatements(given.statementQuery, unknown)
  const own = [...account.policies.values()].filter(one => one.level.type !== 'global')
  if (level.type !== 'global' && own.length >= limits.policies) {
    throw badRequest(`Limit of ${limits.policies} policies is reached`)
  }
  const policy: Policy = { uuid, level, ...content(given) }
  account.policies.set(uuid, policy)
  recordPolicy(account, actor, 'CREATE', undefined, policy)
  return policy
}

/** Replaces everything of a policy. While it is bound the names of its parameters must stay. */
export function replacePolicy(
  account: Account,
  actor: Actor,
  before: Policy,
  given: NewPolicy,
  unknown: UnknownPermissions = account.switches.unknownPermission,
): void {
  checkName(account, before.level, given.name, before.uuid)
  checkedStatements(given.statementQuery, unknown)
  const after: Policy = { ...before, ...content(given) }
  const [old, wanted] = [before, after].map(policy => parametersOfPolicy(policy).join(', '))
  if (old !== wanted && isBound(account, before.uuid)) {
    const message = `Policy ${before.uuid} is bound: its parameters (${old}) cannot change to (${wanted})`
    throw badRequest(message, { statementQuery: message })
  }
  account.policies.set(before.uuid, after)
  recordPolicy(account, actor, 'UPDATE', before, after)
}

/** Refused while the policy is bound, unless forced: then all its bindings go, whoever made them. */
export function deletePolicy(account: Account, actor: Actor, policy: Policy, force: boolean): void {
  if (isBound(account, policy.uuid)) {
    if (!force) throw badRequest(`Policy ${policy.uuid} is in use by bindings`)
    dropBindings(account, actor, binding => binding.policyUuid === policy.uuid)
  }
  account.policies.delete(policy.uuid)
  recordPolicy(account, actor, 'DELETE', policy, undefined)
}

/** Policies that can be bound at this level, its own and inherited ones, each with its own level. */
export const policiesFor = (account: Account, level: Level): Policy[] =>
  [...account.policies.values()].filter(
    policy => policy.level.type !== 'environment' || levelKey(policy.level) === levelKey(level),
  )

/** The policy a binding call names: one of this level or of a higher one. */
export function bindablePolicy(account: Account, level: Level, uuid: string): Policy {
  const policy = account.policies.get(uuid)
  if (policy === undefined) throw notFound(`Policy ${uuid} not found`)
  if (policy.level.type === 'environment' && levelKey(policy.level) !== levelKey(level)) {
    throw badRequest(`Policy ${uuid} can't be bound to levelType: ${level.type}, levelId: ${level.id}`)
  }
  return policy
}

const isBound = (account: Account, uuid: string): boolean =>
  allBindings(account).some(binding => binding.policyUuid === uuid)

function content(given: NewPolicy): Omit<Policy, 'uuid' | 'level'> {
  const { name, description, statementQuery, tags } = given
  return { name, description, statementQuery, tags: tags ?? [] }
}

function checkName(account: Account, level: Level, name: string, uuid: string): void {
  if (name.trim() === '') throw badRequest('name should not be empty')
  const taken = policiesAt(account, level).find(policy => policy.name === name && policy.uuid !== uuid)
  if (taken !== undefined) {
    const message = `Policy with name ${name} already exists: ${taken.uuid}`
    throw new Rejection(account.switches.duplicatePolicyStatus, message)
  }
}

function recordPolicy(
  account: Account,
  actor: Actor,
  eventType: 'CREATE' | 'UPDATE' | 'DELETE',
  before: Policy | undefined,
  after: Policy | undefined,
): void {
  const policy = after ?? before
  if (policy === undefined) return
  record(account, actor, {
    resource: 'POLICY',
    resourceId: policy.uuid,
    resourceName: policy.name,
    eventType,
    before,
    after,
  })
}
