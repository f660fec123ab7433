/**
 * Phases that add, change and remove bindings and role permissions of groups.
 *
 * Within a group everything is added and read back before anything is removed, and a removal waits for
 * the next pass when its group did not get all it should have. Groups proceed side by side.
 */
import type { Binding } from '../../dynatrace/dynatrace.ts'
import { semaphore } from '../../lib/semaphore.ts'
import { bindingKey, bindingPairKey, groupLevelKey, isNewGroup, permissionKey } from '../keys.ts'
import { groupOf } from '../plan.ts'
import type { StateBinding, StatePermission } from '../state.ts'
import type { Step } from '../step.ts'
import { type ApplyParts, type StepOf, stepsOf } from './parts.ts'
import { verify } from './verify.ts'

const AHEAD = 8

type RightStep = StepOf<
  'add-binding' | 'change-binding' | 'add-permission' | 'remove-binding' | 'remove-permission'
>

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

/**
 * Read again right before: only what is there now tells how to address the binding, and whether it still is.
 * While it is the only one of its policy, even its parameters are changed in place, in one call.
 */
async function changeBinding({ action }: StepOf<'change-binding'>, parts: ApplyParts): Promise<void> {
  const { dynatrace } = parts
  const { from, to } = action
  const present = await presentBindings(to, parts)
  const pair = present.filter(each => bindingPairKey(each) === bindingPairKey(to))
  const there = (binding: StateBinding) => pair.some(each => bindingKey(each) === bindingKey(binding))
  if (there(to)) return dynatrace.bindings.change(onWire(to, parts), pair.length === 1)
  if (there(from) && pair.length === 1) return dynatrace.bindings.change(onWire(to, parts), true)
  return dynatrace.bindings.add(onWire(to, parts))
}

/** Bindings of one group at one level. What is there is read right before, since only that tells how to address one. */
async function removeBindings(steps: readonly StepOf<'remove-binding'>[], parts: ApplyParts): Promise<void> {
  const { dynatrace, ledger } = parts
  const [first] = steps
  if (first === undefined) return
  let present: readonly StateBinding[] = []
  const read = await ledger.attempt(steps, async () => {
    present = await presentBindings(first.action.binding, parts)
  })
  if (read !== 'applied') return
  for (const step of steps) {
    const { binding } = step.action
    const pair = present.filter(each => bindingPairKey(each) === bindingPairKey(binding))
    if (!pair.some(each => bindingKey(each) === bindingKey(binding))) continue // gone already: the step is done
    const removed = await ledger.attempt([step], () =>
      dynatrace.bindings.remove(onWire(binding, parts), pair.length <= 1),
    )
    if (removed === 'applied') present = present.filter(each => bindingKey(each) !== bindingKey(binding))
  }
}

/** Steps by group, without those of groups that could not be created. */
function groupsOf(steps: readonly RightStep[], { ledger }: ApplyParts): Iterable<readonly RightStep[]> {
  const { missing = [], there = [] } = Object.groupBy(steps, step =>
    isNewGroup(ledger.idOf(groupOf(step.action) ?? '')) ? 'missing' : 'there',
  )
  ledger.set(missing, { kind: 'skipped', reason: 'The group could not be created.' })
  return Map.groupBy(there, step => groupOf(step.action) ?? '').values()
}

function verifyRights(steps: readonly RightStep[], parts: ApplyParts, wanted: boolean): Promise<void> {
  const { dynatrace, ledger } = parts
  return verify(steps, parts, async missing => {
    const seen = new Set<string>()
    const ahead = semaphore(AHEAD)
    const bindings = missing.flatMap(step => {
      const binding = bindingOf(step)
      return binding === undefined ? [] : [binding]
    })
    const permissions = missing.flatMap(step => {
      const permission = permissionOf(step)
      return permission === undefined ? [] : [permission]
    })
    const readBindings = async (example: StateBinding) => {
      for (const binding of await presentBindings(example, parts)) {
        seen.add(`${bindingKey(binding)} ${binding.boundaryIds.join()}`)
        seen.add(bindingKey(binding))
      }
    }
    const readPermissions = async (example: StatePermission) => {
      for (const found of (await dynatrace.permissions.list(ledger.idOf(example.group))) ?? []) {
        seen.add(permissionKey({ ...found, group: example.group }))
      }
    }
    const places = new Map(bindings.map(each => [groupLevelKey(each.group, each.level), each]))
    const groups = new Map(permissions.map(each => [each.group, each]))
    await Promise.all([
      ...[...places.values()].map(each => ahead(() => readBindings(each))),
      ...[...groups.values()].map(each => ahead(() => readPermissions(each))),
    ])
    return missing.filter(step => shows(step, seen, wanted) !== wanted)
  })
}

function shows(step: RightStep, seen: ReadonlySet<string>, wanted: boolean): boolean {
  const binding = bindingOf(step)
  if (binding !== undefined) {
    return seen.has(wanted ? `${bindingKey(binding)} ${binding.boundaryIds.join()}` : bindingKey(binding))
  }
  const permission = permissionOf(step)
  return permission !== undefined && seen.has(permissionKey(permission))
}

function bindingOf({ action }: RightStep): StateBinding | undefined {
  if (action.kind === 'change-binding') return action.to
  return action.kind === 'add-binding' || action.kind === 'remove-binding' ? action.binding : undefined
}

const permissionOf = ({ action }: RightStep): StatePermission | undefined =>
  action.kind === 'add-permission' || action.kind === 'remove-permission' ? action.permission : undefined

function onWire(binding: StateBinding, { ledger }: ApplyParts): Binding {
  const { group, ...rest } = binding
  return { ...rest, groupId: ledger.idOf(group) }
}

/** The bindings that the group of `like` has now at its level, under the reference that the plan uses for it. */
async function presentBindings(
  like: StateBinding,
  { dynatrace, ledger }: ApplyParts,
): Promise<readonly StateBinding[]> {
  const found = await dynatrace.bindings.ofGroup(like.level, ledger.idOf(like.group))
  return found.map(({ policyId, parameters, metadata, boundaryIds }) => ({
    level: like.level,
    group: like.group,
    policyId,
    parameters,
    metadata,
    boundaryIds: [...boundaryIds].sort(),
  }))
}
