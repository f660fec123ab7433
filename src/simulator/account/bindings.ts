/**
 * What may happen to bindings. They have no id: a pair of policy and group may be bound several times with other
 * parameters, and then a call without a filter is ambiguous and refused.
 */
import { canonicalJson } from '../../lib/digest.ts'
import { type Account, groupById } from '../account.ts'
import type { Actor } from '../audit.ts'
import { badRequest, conflict, notFound } from '../rejection.ts'
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

/**
 * Appends one binding. Switches say what the same one does that is there already, and one that differs from it only in its
 * boundaries: as they are, the first changes nothing and the second is refused.
 */
export function addBinding(account: Account, actor: Actor, pair: Pair, content: BindingContent): void {
  const binding = checkedBinding(account, pair, content)
  const held = bindingsOfGroup(account, pair.level, pair.groupUuid)
  const alike = held.filter(one => identityOf(one) === identityOf(binding))
  const after = withAdded(account, held, alike, binding)
  if (after === held) return
  checkRoom(account, pair.level, after.length - held.length)
  storeBindings(account, actor, pair.level, pair.groupUuid, after)
}

/** The bindings of a group with one more, given those that differ from it in boundaries at most. */
function withAdded(
  account: Account,
  held: readonly Binding[],
  alike: readonly Binding[],
  binding: Binding,
): readonly Binding[] {
  const { repeatedBinding, otherBoundaries } = account.switches
  const [first] = alike
  const place = `Policy ${binding.policyUuid} is already bound to group ${binding.groupUuid}`
  if (first === undefined) return [...held, binding]
  if (alike.some(one => boundariesOf(one) === boundariesOf(binding))) {
    if (repeatedBinding === 'refuse') throw conflict(place)
    return repeatedBinding === 'duplicate' ? [...held, binding] : held
  }
  if (otherBoundaries === 'refuse') throw badRequest(`${place} with other boundaries`)
  if (otherBoundaries === 'keep-both') return [...held, binding]
  const merged = { ...first, boundaries: [...new Set([...first.boundaries, ...binding.boundaries])] }
  return held.map(one => (one === first ? merged : one))
}

const boundariesOf = (binding: Binding): string => String([...binding.boundaries].sort())

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
  const { ambiguousBindingPut, otherBoundaries, repeatedBinding } = account.switches
  if (matches.length > 1 && ambiguousBindingPut === 'refuse') throw ambiguous(pair)
  if (matches.length === 0) {
    addBinding(account, actor, pair, content)
    return
  }
  const replaced = new Set(ambiguousBindingPut === 'all' ? matches : matches.slice(0, 1))
  const others = bindingsOfGroup(account, pair.level, pair.groupUuid).filter(one => !replaced.has(one))
  const taken = others
    .filter(one => identityOf(one) === identityOf(binding))
    .some(one =>
      boundariesOf(one) === boundariesOf(binding)
        ? repeatedBinding !== 'duplicate'
        : otherBoundaries !== 'keep-both',
    )
  if (taken)
    throw badRequest(`Policy ${pair.policyUuid} is already bound to group ${pair.groupUuid} this way`)
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
  if (matches.size > 1 && !forceMultiple && account.switches.ambiguousBindingDelete === 'refuse') {
    throw ambiguous(pair)
  }
  const kept = bindingsOfGroup(account, pair.level, pair.groupUuid).filter(one => !matches.has(one))
  storeBindings(account, actor, pair.level, pair.groupUuid, kept)
}

/**
 * Sets the policies of a group at one level. Parameters, metadata and boundaries of all of them are lost, unless a switch
 * has those of policies that stay kept.
 */
export function setPolicies(
  account: Account,
  actor: Actor,
  level: Level,
  groupUuid: string,
  policyUuids: readonly string[],
): void {
  groupById(account, groupUuid)
  const held = bindingsOfGroup(account, level, groupUuid)
  const bindings = [...new Set(policyUuids)].flatMap(policyUuid => {
    const staying =
      account.switches.groupPoliciesPut === 'keep' ? held.filter(one => one.policyUuid === policyUuid) : []
    return staying.length > 0 ? staying : [checkedBinding(account, { level, policyUuid, groupUuid }, {})]
  })
  checkRoom(account, level, bindings.length - held.length)
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
