/** Which environments people have access to by groups of ours, as they are after a pass. */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { AccountUser } from '../dynatrace/dynatrace.ts'
import type { Assignment } from './assign.ts'
import type { ObservedState } from './observe.ts'
import type { Scope } from './scope.ts'
import type { GroupRef } from './state.ts'
import type { Plan, StepAction, StepResult } from './step.ts'

/** A pass, as it ended. */
export interface Seen {
  readonly scope: Scope
  readonly model: AccessModel
  readonly snapshot: DirectorySnapshot
  readonly assignment: Assignment
  readonly observed: ObservedState
  /** What the account said of the people that were read, before and after the changes. */
  readonly met: ReadonlyMap<string, AccountUser>
  readonly plan: Plan
  readonly results: ReadonlyMap<string, StepResult>
}

/**
 * Folded e-mail → names of the environments that groups of ours open, as they are after the pass; undefined
 * when a group could not be read, since an environment less would be a guess.
 */
export function environmentsOf(seen: Seen): ReadonlyMap<string, readonly string[]> | undefined {
  const { blind } = seen.observed
  if (blind.unread.size + blind.bindings.size + blind.permissions.size > 0) return undefined
  const opened = openedByGroup(seen)
  const found = new Map<string, Set<string>>()
  for (const [ref, members] of membersAfter(seen)) {
    const names = opened.get(ref)
    if (names === undefined || names.size === 0) continue
    for (const emailKey of members) {
      const own = found.get(emailKey) ?? new Set()
      for (const name of names) own.add(name)
      found.set(emailKey, own)
    }
  }
  return new Map([...found].map(([key, names]) => [key, [...names].sort()]))
}

function membersAfter({ observed, plan, results }: Seen): ReadonlyMap<GroupRef, ReadonlySet<string>> {
  const members = new Map([...observed.state.members].map(([ref, keys]) => [ref, new Set(keys)]))
  for (const { id, action } of plan.steps) {
    if (results.get(id)?.kind !== 'applied') continue
    if (action.kind === 'add-member') {
      members.set(action.group, (members.get(action.group) ?? new Set()).add(action.emailKey))
    }
    if (action.kind === 'remove-member') members.get(action.group)?.delete(action.emailKey)
    if (action.kind === 'delete-group') members.delete(action.group.ref)
    if (action.kind === 'remove-user') for (const keys of members.values()) keys.delete(action.emailKey)
  }
  return members
}

/** A binding on the account opens every environment; a role on the account is about the account alone. */
function openedByGroup(seen: Seen): ReadonlyMap<GroupRef, ReadonlySet<string>> {
  const { model, observed, assignment, plan, results } = seen
  const { state } = observed
  const all = model.environments.map(({ name }) => name)
  const nameOf = new Map(model.environments.map(({ id, name }) => [id, name]))
  const opened = new Map<GroupRef, Set<string>>()
  const open = (ref: GroupRef, environment: string | 'account') => {
    const names = opened.get(ref) ?? new Set()
    for (const name of environment === 'account' ? all : [nameOf.get(environment)]) {
      if (name !== undefined) names.add(name)
    }
    opened.set(ref, names)
  }
  const applied = plan.steps.filter(step => results.get(step.id)?.kind === 'applied').map(step => step.action)
  const removed = new Set(applied.map(removedBy))
  const bindings = [
    ...[...state.bindings.values()].filter(each => !removed.has(each)),
    ...applied.flatMap(action =>
      action.kind === 'add-binding' ? [action.binding] : action.kind === 'change-binding' ? [action.to] : [],
    ),
  ]
  for (const { group, level } of bindings) open(group, level.kind === 'account' ? 'account' : level.id)
  const permissions = [
    ...[...state.permissions.values()].filter(each => !removed.has(each)),
    ...applied.flatMap(action => (action.kind === 'add-permission' ? [action.permission] : [])),
  ]
  for (const { group, scopeType, scope } of permissions) {
    if (scopeType !== 'account') open(group, scope.split(':')[0] ?? scope)
  }
  // A pass over people alone has read no rights; of such groups the last full pass knew that they fit their rules.
  const made = new Set(
    plan.steps.flatMap(({ action }) => (action.kind === 'create-group' ? [action.group.ref] : [])),
  )
  for (const [ref, group] of assignment.desired) {
    if (!state.groups.has(ref) && !made.has(ref)) for (const level of levelsOf(group)) open(ref, level)
  }
  return opened
}

function removedBy(action: StepAction): object | undefined {
  switch (action.kind) {
    case 'remove-binding':
      return action.binding
    case 'change-binding':
      return action.from
    case 'remove-permission':
      return action.permission
    default:
      return undefined
  }
}

const levelsOf = (group: DesiredGroup): readonly (string | 'account')[] => [
  ...group.bindings.map(({ level }) => (level.kind === 'account' ? 'account' : level.id)),
  ...group.permissions.flatMap(({ level }) => (level.kind === 'account' ? [] : [level.id])),
]
