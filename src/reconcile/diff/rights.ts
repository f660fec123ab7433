/** Bindings and role permissions that groups are to get, to have changed and to lose. */
import type { Level } from '../../dynatrace/dynatrace.ts'
import type { BindingAction } from '../bindings/moves.ts'
import { realmsOf } from '../bindings/realm.ts'
import { impliedBy } from '../canonical/implied-role.ts'
import { bindingPairKey, groupLevelKey } from '../keys.ts'
import type { State, StateBinding, StatePermission } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { DiffInput } from './input.ts'

/**
 * Other boundaries are a change; the rest comes and goes. But a binding whose parameters are all that differs becomes
 * the wanted one in place, since one call has nothing in between.
 */
export function bindingActions({
  desired,
  observed,
  blind,
  unsaid,
  mayTake,
  kept,
  handedBack,
}: DiffInput): readonly StepAction[] {
  const hidden = hiddenPlaces(desired, observed, blind.bindings)
  const isHidden = ({ group, level }: StateBinding) => hidden.has(groupLevelKey(group, level))
  const differences: BindingAction[] = []
  for (const [key, to] of desired.bindings) {
    if (isHidden(to)) continue
    const from = observed.bindings.get(key)
    if (from === undefined) differences.push({ kind: 'add-binding', binding: to })
    else if (from.boundaryIds.join() !== to.boundaryIds.join() && mayTake(key, to.group)) {
      if (kept.keeps('binding', to.group, key)) continue
      differences.push({ kind: 'change-binding', from, to })
    }
  }
  for (const [key, binding] of observed.bindings) {
    const place = groupLevelKey(binding.group, binding.level)
    const { group } = binding
    if (handedBack.has(group) ? kept.wasThere('binding', group, key) : !desired.groups.has(group)) continue
    if (desired.bindings.has(key) || kept.keeps('binding', group, key)) continue
    if (!mayTake(key, binding.group)) continue
    if (isHidden(binding) || unsaid.has(place) || blind.unread.has(binding.group)) continue
    differences.push({ kind: 'remove-binding', binding })
  }
  const pairs = Map.groupBy(observed.bindings.values(), bindingPairKey)
  return [...Map.groupBy(differences, each => wantedOf(each).group).values()].flatMap(own =>
    realmsOf(own, each => wantedOf(each).level).flatMap(realm => inPlace(realm, pairs) ?? realm),
  )
}

/** Only of groups in the scope of the pass. */
export function permissionActions({
  desired,
  observed,
  blind,
  unsaid,
  mayTake,
  kept,
  handedBack,
}: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [key, permission] of desired.permissions) {
    if (!observed.permissions.has(key) && !blind.permissions.has(permission.group)) {
      actions.push({ kind: 'add-permission', permission })
    }
  }
  for (const [key, permission] of observed.permissions) {
    const { group } = permission
    if (handedBack.has(group) ? kept.wasThere('permission', group, key) : !desired.groups.has(group)) continue
    if (desired.permissions.has(key) || kept.keeps('permission', group, key)) continue
    if (!mayTake(key, permission.group) || impliedBy(permission, desired.permissions) !== undefined) continue
    if (blind.permissions.has(permission.group) || blind.unread.has(permission.group)) continue
    if (unsaid.has(groupLevelKey(permission.group, levelOfPermission(permission)))) continue
    actions.push({ kind: 'remove-permission', permission })
  }
  return actions
}

/** The one change that a realm takes when other parameters of the only binding of a policy are all it is about. */
function inPlace(
  realm: readonly BindingAction[],
  pairs: ReadonlyMap<string, readonly StateBinding[]>,
): BindingAction | undefined {
  const added = realm.find(each => each.kind === 'add-binding')
  const removed = realm.find(each => each.kind === 'remove-binding')
  if (realm.length !== 2 || added === undefined || removed === undefined) return undefined
  const [to, from] = [added.binding, removed.binding]
  const pair = bindingPairKey(from)
  if (bindingPairKey(to) !== pair || pairs.get(pair)?.length !== 1) return undefined
  return { kind: 'change-binding', from, to }
}

const wantedOf = (action: BindingAction): StateBinding =>
  action.kind === 'change-binding' ? action.to : action.binding

/**
 * Places of groups that nothing may be concluded about: those that could not be read, and those where what is
 * missing there would tell what may be added or taken away: bindings on the account count in every environment.
 */
function hiddenPlaces(desired: State, observed: State, unread: ReadonlySet<string>): ReadonlySet<string> {
  if (unread.size === 0) return unread
  const hidden = new Set(unread)
  const wholly = new Set<string>()
  for (const { group, level } of desired.bindings.values()) {
    if (!unread.has(groupLevelKey(group, level))) continue
    if (level.kind === 'account') wholly.add(group)
    else hidden.add(groupLevelKey(group, { kind: 'account' }))
  }
  for (const { group, level } of [...desired.bindings.values(), ...observed.bindings.values()]) {
    if (wholly.has(group)) hidden.add(groupLevelKey(group, level))
  }
  return hidden
}

/** `scope` of a role is the account, an environment, or `environment:zone` (Dynatrace: PermissionsDto). */
function levelOfPermission({ scopeType, scope }: StatePermission): Level {
  if (scopeType === 'account') return { kind: 'account' }
  return { kind: 'environment', id: scope.split(':')[0] ?? scope }
}
