/**
 * Phases that add, change and remove bindings and role permissions of groups.
 *
 * Within a group everything is added and read back before anything is removed, and a removal waits for
 * the next pass when its group did not get all it should have. Groups proceed side by side.
 */
import { semaphore } from '../../lib/semaphore.ts'
import { groupOf } from '../action.ts'
import { groupLevelKey, isNewGroup } from '../keys.ts'
import type { Step } from '../step.ts'
import { changeBinding, onWire, removeBindings } from './bindings.ts'
import { type ApplyParts, stepsOf } from './parts.ts'
import type { RightStep } from './right-step.ts'
import { verifyRights } from './verify-rights.ts'

const AHEAD = 8

export async function addRights(all: readonly Step[], parts: ApplyParts): Promise<void> {
  const steps = stepsOf(all, 'change-binding', 'add-binding', 'add-permission')
  const { dynatrace, ledger } = parts
  const ahead = semaphore(AHEAD)
  const settleGroup = async (own: readonly RightStep[]) => {
    // Changes come first: adding another binding of the same policy would make the first ambiguous.
    for (const step of stepsOf(own, 'change-binding'))
      await ledger.attempt([step], () => changeBinding(step, parts))
    for (const step of stepsOf(own, 'add-binding')) {
      await ledger.attempt([step], () => dynatrace.bindings.add(onWire(step.action.binding, parts)))
    }
    const permissions = stepsOf(own, 'add-permission')
    const [first] = permissions
    if (first === undefined) return
    await ledger.attempt(permissions, () =>
      dynatrace.permissions.add(
        ledger.idOf(first.action.permission.group),
        permissions.map(step => step.action.permission),
      ),
    )
  }
  await Promise.all([...groupsOf(steps, parts)].map(own => ahead(() => settleGroup(own))))
  await verifyRights(steps, parts, true)
}

/** `unsettled`: groups that did not get all their new rights. */
export async function removeRights(
  all: readonly Step[],
  parts: ApplyParts,
  unsettled: ReadonlySet<string>,
): Promise<void> {
  const { dynatrace, ledger } = parts
  const steps: RightStep[] = []
  for (const step of stepsOf(all, 'remove-binding', 'remove-permission')) {
    if (!unsettled.has(groupOf(step.action) ?? '')) steps.push(step)
    else {
      const reason = 'Not all of the rights that replace it came about, so it stays until they do.'
      ledger.set([step], { kind: 'skipped', reason })
    }
  }
  const ahead = semaphore(AHEAD)
  const settleGroup = async (own: readonly RightStep[]) => {
    const removals = stepsOf(own, 'remove-binding')
    const places = Map.groupBy(removals, step =>
      groupLevelKey(step.action.binding.group, step.action.binding.level),
    )
    for (const there of places.values()) await removeBindings(there, parts)
    for (const step of stepsOf(own, 'remove-permission')) {
      const { group } = step.action.permission
      await ledger.attempt([step], () =>
        dynatrace.permissions.remove(ledger.idOf(group), step.action.permission),
      )
    }
  }
  await Promise.all([...groupsOf(steps, parts)].map(own => ahead(() => settleGroup(own))))
  await verifyRights(steps, parts, false)
}

/** Steps by group, without those of groups that could not be created. */
function groupsOf(steps: readonly RightStep[], { ledger }: ApplyParts): Iterable<readonly RightStep[]> {
  const { missing = [], there = [] } = Object.groupBy(steps, step =>
    isNewGroup(ledger.idOf(groupOf(step.action) ?? '')) ? 'missing' : 'there',
  )
  ledger.set(missing, { kind: 'skipped', reason: 'The group could not be created.' })
  return Map.groupBy(there, step => groupOf(step.action) ?? '').values()
}
