/** Bindings and role permissions that groups are to get, to have changed and to lose. */
import type { Level } from '../../dynatrace/dynatrace.ts'
import { bindingPairKey, groupLevelKey } from '../keys.ts'
import type { State, StateBinding, StatePermission } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { DiffInput } from './input.ts'

/** Other boundaries, and other parameters of the only binding of a policy, are changes; the rest comes and goes. */
export function bindingActions({ desired, observed, blind, unsaid }: DiffInput): readonly StepAction[] {
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

/** Only of groups in the scope of the pass. */
export function permissionActions({ desired, observed, blind, unsaid }: DiffInput): readonly StepAction[] {
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

/** Bindings that are the only one of their level, policy and group, by that pair. */
function soleBindings(observed: State): ReadonlyMap<string, readonly [string, StateBinding]> {
  const pairs = Map.groupBy(observed.bindings, ([, binding]) => bindingPairKey(binding))
  const sole = new Map<string, readonly [string, StateBinding]>()
  for (const [pair, [first, ...more]] of pairs) {
    if (first !== undefined && more.length === 0) sole.set(pair, first)
  }
  return sole
}

/** `scope` of a role is the account, an environment, or `environment:zone` (Dynatrace: PermissionsDto). */
function levelOfPermission({ scopeType, scope }: StatePermission): Level {
  if (scopeType === 'account') return { kind: 'account' }
  return { kind: 'environment', id: scope.split(':')[0] ?? scope }
}
