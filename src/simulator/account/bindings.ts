/**
 * What may happen to bindings. They have no id: a pair of policy and group may be bound several times with other
 * parameters, and then a call without a filter is ambiguous and refused.
 */
import { canonicalJson } from '../../lib/digest.ts'
import { type Account, groupById } from '../account.ts'
import type { Actor } from '../audit.ts'
import { badRequest, notFound } from '../rejection.ts'
import { bindingsOfGroup, countAt, storeBindings } from './binding-store.ts'
import { limits } from './limits.ts'
import type { Binding, Level } from './objects.ts'
import { bindablePolicy } from './policies.ts'
import { parametersOfPolicy } from './statement.ts'

export interface BindingContent {
  readonly parameters?: Readonly<Record<string, string>> | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | null | undefined
  readonly boundaries?: readonly string[] | null | undefined
}

/** Names the binding of a pair that a call means; empty means whichever there is. */
export interface BindingFilter {
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
}

export const anyBinding: BindingFilter = { parameters: {}, metadata: {} }

/** A pair of policy and group at a level. */
export interface Pair {
  readonly level: Level
  readonly policyUuid: string
  readonly groupUuid: string
}

/** Appends one binding. The same one again changes nothing; the same one with other boundaries is refused. */
export function addBinding(account: Account, actor: Actor, pair: Pair, content: BindingContent): void {
  const binding = checkedBinding(account, pair, content)
  const held = bindingsOfGroup(account, pair.level, pair.groupUuid)
  const same = held.find(one => identityOf(one) === identityOf(binding))
  if (same === undefined) {
    checkRoom(account, pair.level, 1)
    storeBindings(account, actor, pair.level, pair.groupUuid, [...held, binding])
  } else if (String([...same.boundaries].sort()) !== String([...binding.boundaries].sort())) {
    throw badRequest(
      `Policy ${pair.policyUuid} is already bound to group ${pair.groupUuid} with other boundaries`,
    )
  }
}

/** Replaces parameters, metadata and boundaries of the binding the filter names, or creates it. */
export function putBinding(
  account: Account,
  actor: Actor,
  pair: Pair,
  filter: BindingFilter,
  content: BindingContent,
): void {
  const binding = checkedBinding(account, pair, content)
  const matches = matching(account, pair, filter)
  if (matches.length > 1) throw ambiguous(pair)
  if (matches.length === 0) {
    addBinding(account, actor, pair, content)
    return
  }
  const others = bindingsOfGroup(account, pair.level, pair.groupUuid).filter(one => one !== matches[0])
  if (others.some(one => identityOf(one) === identityOf(binding))) {
    throw badRequest(`Policy ${pair.policyUuid} is already bound to group ${pair.groupUuid} this way`)
  }
  storeBindings(account, actor, pair.level, pair.groupUuid, [...others, binding])
}

/** Removes the binding the filter names; several only when forced. None is a 400, not a 404. */
export function removeBinding(
  account: Account,
  actor: Actor,
  pair: Pair,
  filter: BindingFilter,
  forceMultiple: boolean,
): void {
  const matches = new Set(matching(account, pair, filter))
  if (matches.size === 0) {
    throw badRequest(`Policy ${pair.policyUuid} is not bound to group ${pair.groupUuid}`)
  }
  if (matches.size > 1 && !forceMultiple) throw ambiguous(pair)
  const kept = bindingsOfGroup(account, pair.level, pair.groupUuid).filter(one => !matches.has(one))
  storeBindings(account, actor, pair.level, pair.groupUuid, kept)
}

/** Sets the policies of a group at one level. Parameters, metadata and boundaries of all of them are lost. */
export function setPolicies(
  account: Account,
  actor: Actor,
  level: Level,
  groupUuid: string,
  policyUuids: readonly string[],
): void {
  groupById(account, groupUuid)
  const bindings = [...new Set(policyUuids)].map(policyUuid =>
    checkedBinding(account, { level, policyUuid, groupUuid }, {}),
  )
  checkRoom(account, level, bindings.length - bindingsOfGroup(account, level, groupUuid).length)
  storeBindings(account, actor, level, groupUuid, bindings)
}

/** What makes two bindings of a level the same one, as text. */
const identityOf = (binding: Binding): string =>
  canonicalJson([binding.policyUuid, binding.groupUuid, binding.parameters, binding.metadata])

/** The bindings of the pair whose parameters and metadata hold all the filter names. */
export function matching(account: Account, pair: Pair, filter: BindingFilter): Binding[] {
  const holds = (held: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>) =>
    Object.entries(wanted).every(([name, value]) => held[name] === value)
  return bindingsOfGroup(account, pair.level, pair.groupUuid).filter(
    binding =>
      binding.policyUuid === pair.policyUuid &&
      holds(binding.parameters, filter.parameters) &&
      holds(binding.metadata, filter.metadata),
  )
}

function checkedBinding(account: Account, pair: Pair, content: BindingContent): Binding {
  const policy = bindablePolicy(account, pair.level, pair.policyUuid)
  groupById(account, pair.groupUuid)
  const parameters = content.parameters ?? {}
  const missing = parametersOfPolicy(policy).filter(name => parameters[name] === undefined)
  if (missing.length > 0) {
    throw badRequest(`Policy ${policy.uuid} needs a value for parameter ${missing.join(', ')}`)
  }
  const boundaries = [...new Set(content.boundaries ?? [])]
  for (const uuid of boundaries) {
    if (!account.boundaries.has(uuid)) throw notFound(`Policy boundary ${uuid} not found`)
  }
  const { policyUuid, groupUuid } = pair
  return { policyUuid, groupUuid, parameters, metadata: content.metadata ?? {}, boundaries }
}

function checkRoom(account: Account, level: Level, more: number): void {
  if (more > 0 && countAt(account, level) + more > limits.bindingsPerLevel) {
    throw badRequest(`Limit of ${limits.bindingsPerLevel} bindings is reached`)
  }
}

/** The refusal of a call that names several bindings without saying that it means all of them. */
export const ambiguous = (pair: Pair) =>
  badRequest(
    `Multiple bindings of policy ${pair.policyUuid} and group ${pair.groupUuid} match: use parameters or forceMultiple`,
  )
