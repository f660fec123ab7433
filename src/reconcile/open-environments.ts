/** Which environments people have access to by groups of ours, as they are after a pass. */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { AccountUser } from '../dynatrace/dynatrace.ts'
import type { Work } from '../lib/turns.ts'
import type { Assignment } from './assign.ts'
import type { ObservedState } from './observe/observed.ts'
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
export function* environmentsOf(seen: Seen): Work<ReadonlyMap<string, readonly string[]> | undefined> {
  const { blind } = seen.observed
  if (blind.unread.size + blind.bindings.size + blind.permissions.size > 0) return undefined
  const opened = openedByGroup(seen)
  yield
  const lists = new NameLists()
  const found = new Map<string, readonly string[]>()
  let looked = 0
  for (const [ref, members] of membersAfter(seen)) {
    const names = lists.of(opened.get(ref) ?? [])
    if (names.length === 0) continue
    for (const emailKey of members) {
      const own = found.get(emailKey)
      if (own !== names) found.set(emailKey, own === undefined ? names : lists.union(own, names))
      looked += 1
      if (looked % MEMBERS_A_STEP === 0) yield
    }
  }
  return found
}

/** Members looked at before the loop may go on with something else. */
const MEMBERS_A_STEP = 1_000

/** Sorted lists of names, each held once: many people have the same few environments. */
class NameLists {
  readonly #lists = new Map<string, readonly string[]>()
  readonly #unions = new Map<readonly string[], Map<readonly string[], readonly string[]>>()

  of(names: Iterable<string>): readonly string[] {
    const sorted = [...new Set(names)].sort()
    const key = JSON.stringify(sorted)
    const known = this.#lists.get(key) ?? sorted
    this.#lists.set(key, known)
    return known
  }

  union(one: readonly string[], other: readonly string[]): readonly string[] {
    const known = this.#unions.get(one) ?? new Map<readonly string[], readonly string[]>()
    this.#unions.set(one, known)
    const both = known.get(other) ?? this.of([...one, ...other])
    known.set(other, both)
    return both
  }
}

/** Groups in which nothing was done have the very set that was observed. */
function membersAfter({ observed, plan, results }: Seen): ReadonlyMap<GroupRef, ReadonlySet<string>> {
  const members = new Map(observed.state.members)
  const own = new Map<GroupRef, Set<string>>()
  const changed = (ref: GroupRef): Set<string> => {
    const copy = own.get(ref) ?? new Set(members.get(ref))
    own.set(ref, copy)
    members.set(ref, copy)
    return copy
  }
  for (const { id, action } of plan.steps) {
    if (results.get(id)?.kind !== 'applied') continue
    if (action.kind === 'add-member') changed(action.group).add(action.emailKey)
    if (action.kind === 'remove-member') changed(action.group).delete(action.emailKey)
    if (action.kind === 'delete-group') members.delete(action.group.ref)
    if (action.kind === 'remove-user') {
      for (const [ref, keys] of members) if (keys.has(action.emailKey)) changed(ref).delete(action.emailKey)
    }
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
