/**
 * Desired minus observed, as actions. Pure set arithmetic over the scope of the pass; a blind spot or
 * an unsaid wish gives no difference that takes something away.
 */

import { groupLevelKey } from './keys.ts'
import type { BlindSpots } from './observe.ts'
import type { GroupRef, State, StateGroup } from './state.ts'
import type { StepAction } from './step.ts'

export interface DiffInput {
  readonly desired: State
  readonly observed: State
  readonly blind: BlindSpots
  /** `groupLevelKey`s at which some wish could not be said. */
  readonly unsaid: ReadonlySet<string>
  /** Owned groups that nobody wants: as observed. */
  readonly orphans: readonly StateGroup[]
  /** Owned users to take out of the account: folded e-mail → e-mail. */
  readonly leaving: ReadonlyMap<string, string>
  /** Whether this membership is within the scope of the pass. */
  readonly considers: (group: GroupRef, emailKey: string) => boolean
  /** IdP groups behind a group, for the record. */
  readonly sourcesOf: (group: GroupRef) => readonly string[]
}

export function diff(input: DiffInput): readonly StepAction[] {
  return [
    ...userActions(input),
    ...groupActions(input),
    ...memberActions(input),
    ...bindingActions(input),
    ...permissionActions(input),
  ]
}

function userActions({ desired, observed, blind, leaving }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const { emailKey, email } of desired.users.values()) {
    if (observed.users.has(emailKey) || blind.users.has(emailKey)) continue
    actions.push({ kind: 'invite-user', emailKey, email })
  }
  for (const [emailKey, email] of leaving) {
    if (!observed.users.has(emailKey) || desired.users.has(emailKey)) continue
    actions.push({ kind: 'remove-user', emailKey, email: observed.users.get(emailKey)?.email ?? email })
  }
  return actions
}

function groupActions({ desired, observed, orphans, sourcesOf }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [ref, group] of desired.groups) {
    const found = observed.groups.get(ref)
    if (found === undefined) actions.push({ kind: 'create-group', group, sources: sourcesOf(ref) })
    else if (found.name !== group.name || found.description.trim() !== group.description.trim()) {
      actions.push({ kind: 'update-group', from: found, to: group, sources: sourcesOf(ref) })
    }
  }
  for (const group of orphans) {
    actions.push({ kind: 'delete-group', group, members: observed.members.get(group.ref)?.size ?? 0 })
  }
  return actions
}

function memberActions({ desired, observed, blind, considers }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  const emailOf = (emailKey: string) =>
    observed.users.get(emailKey)?.email ?? desired.users.get(emailKey)?.email ?? emailKey
  for (const [group, wanted] of desired.members) {
    if (blind.members.has(group)) continue
    const found = observed.members.get(group) ?? new Set<string>()
    const judged = (emailKey: string) => considers(group, emailKey) && !blind.users.has(emailKey)
    for (const emailKey of wanted) {
      if (!found.has(emailKey) && judged(emailKey)) {
        actions.push({ kind: 'add-member', group, emailKey, email: emailOf(emailKey) })
      }
    }
    for (const emailKey of found) {
      if (!wanted.has(emailKey) && judged(emailKey)) {
        actions.push({ kind: 'remove-member', group, emailKey, email: emailOf(emailKey) })
      }
    }
  }
  return actions
}

function bindingActions({ desired, observed, blind, unsaid }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [key, to] of desired.bindings) {
    if (blind.bindings.has(groupLevelKey(to.group, to.level))) continue
    const from = observed.bindings.get(key)
    if (from === undefined) actions.push({ kind: 'add-binding', binding: to })
    else if (from.boundaryIds.join() !== to.boundaryIds.join()) {
      actions.push({ kind: 'change-binding', from, to })
    }
  }
  for (const [key, binding] of observed.bindings) {
    const place = groupLevelKey(binding.group, binding.level)
    const ours = desired.groups.has(binding.group)
    if (!ours || blind.bindings.has(place) || unsaid.has(place) || desired.bindings.has(key)) continue
    actions.push({ kind: 'remove-binding', binding })
  }
  return actions
}

function permissionActions({ desired, observed, blind }: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [key, permission] of desired.permissions) {
    if (!observed.permissions.has(key) && !blind.permissions.has(permission.group)) {
      actions.push({ kind: 'add-permission', permission })
    }
  }
  for (const [key, permission] of observed.permissions) {
    const ours = desired.groups.has(permission.group)
    if (ours && !desired.permissions.has(key) && !blind.permissions.has(permission.group)) {
      actions.push({ kind: 'remove-permission', permission })
    }
  }
  return actions
}
