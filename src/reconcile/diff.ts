/**
 * Desired minus observed, as actions. Pure set arithmetic over the scope of the pass; a blind spot or
 * an unsaid wish gives no difference that takes something away.
 */
import type { Level } from '../dynatrace/dynatrace.ts'
import type { Work } from '../lib/turns.ts'
import { bindingPairKey, groupLevelKey } from './keys.ts'
import type { BlindSpots } from './observe.ts'
import { type Rename, successorOf } from './renames.ts'
import type { GroupRef, State, StateBinding, StateGroup, StatePermission } from './state.ts'
import type { StepAction } from './step.ts'

export interface DiffInput {
  readonly desired: State
  readonly observed: State
  readonly blind: BlindSpots
  /** `groupLevelKey`s at which some wish could not be said. */
  readonly unsaid: ReadonlySet<string>
  /** Owned groups that nobody wants: as observed. */
  readonly orphans: readonly StateGroup[]
  /** Groups of ours about whose members no rule says anything: orphans, and those whose rules contradict each other. */
  readonly unruled: ReadonlySet<GroupRef>
  /** Whether the IdP has deactivated or deleted this person, who then keeps no group of ours, ruled or not. */
  readonly isGone: (emailKey: string) => boolean
  /** Who has a new address, by the folded old one. */
  readonly renames: ReadonlyMap<string, Rename>
  /** Owned users to take out of the account: folded e-mail → e-mail. */
  readonly leaving: ReadonlyMap<string, string>
  /** Whether this membership is within the scope of the pass. */
  readonly considers: (group: GroupRef, emailKey: string) => boolean
  /** IdP groups behind a group, for the record. */
  readonly sourcesOf: (group: GroupRef) => readonly string[]
}

export function* diff(input: DiffInput): Work<readonly StepAction[]> {
  const users = yield* userActions(input)
  const groups = groupActions(input)
  const members = yield* memberActions(input)
  return [...users, ...groups, ...members, ...bindingActions(input), ...permissionActions(input)]
}

/** People or members looked at before the loop may go on with something else. */
const KEYS_A_STEP = 1_000

function* userActions(input: DiffInput): Work<readonly StepAction[]> {
  const { desired, observed, blind, leaving, renames } = input
  const actions: StepAction[] = []
  let looked = 0
  for (const { emailKey, email } of desired.users.values()) {
    looked += 1
    if (looked % KEYS_A_STEP === 0) yield
    if (observed.users.has(emailKey) || blind.users.has(emailKey)) continue
    actions.push({ kind: 'invite-user', emailKey, email })
  }
  for (const [emailKey, email] of leaving) {
    if (!observed.users.has(emailKey) || desired.users.has(emailKey)) continue
    const there = observed.users.get(emailKey)?.email ?? email
    if (!renames.has(emailKey)) actions.push({ kind: 'remove-user', emailKey, email: there })
    else if (mayReplaceUser(emailKey, input)) {
      actions.push({ kind: 'remove-user', emailKey, email: there, ...successorOf(emailKey, renames) })
    }
  }
  return actions
}

function groupActions({ desired, observed, blind, orphans, sourcesOf }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [ref, group] of desired.groups) {
    const found = observed.groups.get(ref)
    if (found === undefined) actions.push({ kind: 'create-group', group, sources: sourcesOf(ref) })
    else if (found.name !== group.name || found.description.trim() !== group.description.trim()) {
      actions.push({ kind: 'update-group', from: found, to: group, sources: sourcesOf(ref) })
    }
  }
  for (const group of orphans) {
    // How many people would lose what, and which, must be known first.
    if (blind.unread.has(group.ref)) continue
    actions.push({ kind: 'delete-group', group, members: observed.members.get(group.ref)?.size ?? 0 })
  }
  return actions
}

function* memberActions(input: DiffInput): Work<readonly StepAction[]> {
  const actions: StepAction[] = []
  let looked = 0
  const { desired, observed, blind, considers } = input
  const judged = (group: GroupRef, emailKey: string) =>
    considers(group, emailKey) && !blind.users.has(emailKey)
  const emailOf = (emailKey: string) =>
    observed.users.get(emailKey)?.email ?? desired.users.get(emailKey)?.email ?? emailKey
  for (const [group, wanted] of desired.members) {
    if (blind.members.has(group)) continue
    const found = observed.members.get(group) ?? new Set<string>()
    // What was observed just as it is wanted is the same set.
    if (found === wanted) continue
    for (const emailKey of wanted) {
      looked += 1
      if (looked % KEYS_A_STEP === 0) yield
      if (!found.has(emailKey) && judged(group, emailKey)) {
        actions.push({ kind: 'add-member', group, emailKey, email: emailOf(emailKey) })
      }
    }
    for (const emailKey of found) {
      looked += 1
      if (looked % KEYS_A_STEP === 0) yield
      if (wanted.has(emailKey) || !judged(group, emailKey) || !isSuccessorKnown(emailKey, input)) continue
      const successor = successorOf(emailKey, input.renames)
      actions.push({ kind: 'remove-member', group, emailKey, email: emailOf(emailKey), ...successor })
    }
  }
  for (const group of input.unruled) {
    if (blind.members.has(group)) continue
    yield
    for (const emailKey of observed.members.get(group) ?? []) {
      if (!input.isGone(emailKey) || !judged(group, emailKey)) continue
      actions.push({ kind: 'remove-member', group, emailKey, email: emailOf(emailKey) })
    }
  }
  return actions
}

/** Whether it was read what the successor has; who has none is known. */
function isSuccessorKnown(emailKey: string, { renames, desired, blind }: DiffInput): boolean {
  const next = renames.get(emailKey)?.to.emailKey
  if (next === undefined) return true
  if (blind.users.has(next)) return false
  return ![...blind.members].some(group => desired.members.get(group)?.has(next) === true)
}

/** Where no rule says who belongs in a group, the successor does not get in, and the old user keeps it. */
function mayReplaceUser(emailKey: string, input: DiffInput): boolean {
  const { renames, desired, observed, blind, unruled } = input
  const next = renames.get(emailKey)?.to.emailKey
  if (next === undefined || !desired.users.has(next) || !isSuccessorKnown(emailKey, input)) return false
  if (blind.users.has(emailKey)) return false
  return ![...unruled].some(group => blind.members.has(group) || observed.members.get(group)?.has(emailKey))
}

function bindingActions({ desired, observed, blind, unsaid }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  const missing = [...desired.bindings].filter(
    ([key, to]) => !observed.bindings.has(key) && !blind.bindings.has(groupLevelKey(to.group, to.level)),
  )
  const extra = new Map(
    [...observed.bindings].filter(([key, binding]) => {
      const place = groupLevelKey(binding.group, binding.level)
      if (!desired.groups.has(binding.group) || desired.bindings.has(key)) return false
      return !blind.bindings.has(place) && !unsaid.has(place) && !blind.unread.has(binding.group)
    }),
  )
  const only = soleBindings(observed)
  for (const [, to] of missing) {
    // The one binding of a policy that has other parameters becomes the wanted one, in place.
    const [key, from] = only.get(bindingPairKey(to)) ?? []
    if (key !== undefined && from !== undefined && extra.delete(key)) {
      actions.push({ kind: 'change-binding', from, to })
    } else actions.push({ kind: 'add-binding', binding: to })
  }
  for (const [key, to] of desired.bindings) {
    const from = observed.bindings.get(key)
    if (from === undefined || blind.bindings.has(groupLevelKey(to.group, to.level))) continue
    if (from.boundaryIds.join() !== to.boundaryIds.join()) actions.push({ kind: 'change-binding', from, to })
  }
  for (const binding of extra.values()) actions.push({ kind: 'remove-binding', binding })
  return actions
}

/** Bindings that are the only one of their level, policy and group, by that pair. */
function soleBindings(observed: State): ReadonlyMap<string, readonly [string, StateBinding]> {
  const pairs = Map.groupBy(observed.bindings, ([, binding]) => bindingPairKey(binding))
  const sole = new Map<string, readonly [string, StateBinding]>()
  for (const [pair, [first, ...more]] of pairs) {
    if (first !== undefined && more.length === 0) sole.set(pair, first)
  }
  return sole
}

function permissionActions({ desired, observed, blind, unsaid }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [key, permission] of desired.permissions) {
    if (!observed.permissions.has(key) && !blind.permissions.has(permission.group)) {
      actions.push({ kind: 'add-permission', permission })
    }
  }
  for (const [key, permission] of observed.permissions) {
    if (!desired.groups.has(permission.group) || desired.permissions.has(key)) continue
    if (blind.permissions.has(permission.group) || blind.unread.has(permission.group)) continue
    if (unsaid.has(groupLevelKey(permission.group, levelOfPermission(permission)))) continue
    actions.push({ kind: 'remove-permission', permission })
  }
  return actions
}

/** `scope` of a role is the account, an environment, or `environment:zone` (Dynatrace: PermissionsDto). */
function levelOfPermission({ scopeType, scope }: StatePermission): Level {
  if (scopeType === 'account') return { kind: 'account' }
  return { kind: 'environment', id: scope.split(':')[0] ?? scope }
}
