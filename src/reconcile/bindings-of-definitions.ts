/** What is bound to the policies and boundaries of ours, by any group, and whether it still is after a plan. */
import { bindingKey } from './keys.ts'
import type { StateBinding } from './state.ts'
import type { StepAction } from './step.ts'

export interface Uses {
  /** By id of the policy or boundary: bindings of any group, ours or not, with their group's uuid. */
  readonly of: ReadonlyMap<string, readonly StateBinding[]>
  /** Whether all levels were read, so that what is not in `of` is not bound. */
  readonly complete: boolean
  /** What policies of ours and any boundaries say in the account, by id, as far as it was read. */
  readonly texts?: ReadonlyMap<string, string>
}

export const usesOf = (uses: Uses, id: string): readonly StateBinding[] => uses.of.get(id) ?? []

/** What rests on the policy or boundary once these actions are carried out, of what rests on it now. */
export function remainingUses(
  uses: readonly StateBinding[],
  id: string,
  releases: Releases,
): readonly StateBinding[] {
  return uses.filter(use => {
    if (releases.groups.has(use.group)) return false
    const key = bindingKey(use)
    if (releases.removed.has(key)) return false
    const to = releases.changed.get(key)
    return to === undefined || to.policyId === id || to.boundaryIds.includes(id)
  })
}

/** What actions take away from bindings. */
export interface Releases {
  readonly groups: ReadonlySet<string>
  readonly removed: ReadonlySet<string>
  readonly changed: ReadonlyMap<string, StateBinding>
}

export function releasesOf(actions: Iterable<StepAction>): Releases {
  const groups = new Set<string>()
  const removed = new Set<string>()
  const changed = new Map<string, StateBinding>()
  for (const action of actions) {
    if (action.kind === 'delete-group') groups.add(action.group.ref)
    else if (action.kind === 'remove-binding') removed.add(bindingKey(action.binding))
    else if (action.kind === 'change-binding') changed.set(bindingKey(action.from), action.to)
  }
  return { groups, removed, changed }
}
