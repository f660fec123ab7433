/**
 * Calls for single bindings. What is there is read right before a change or a removal, since only that
 * tells how to address a binding, and whether it still is.
 */
import type { Binding } from '../../dynatrace/dynatrace.ts'
import { bindingKey, bindingPairKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { ApplyParts, StepOf } from './parts.ts'

/** With the uuid that its group has by now. */
export function onWire(binding: StateBinding, { ledger }: ApplyParts): Binding {
  const { group, ...rest } = binding
  return { ...rest, groupId: ledger.idOf(group) }
}

/** While it is the only one of its policy, even its parameters are changed in place, in one call. */
export async function changeBinding({ action }: StepOf<'change-binding'>, parts: ApplyParts): Promise<void> {
  const { dynatrace } = parts
  const { from, to } = action
  const present = await presentBindings(to, parts)
  const pair = present.filter(each => bindingPairKey(each) === bindingPairKey(to))
  const there = (binding: StateBinding) => pair.some(each => bindingKey(each) === bindingKey(binding))
  if (there(to)) return dynatrace.bindings.change(onWire(to, parts), pair.length === 1)
  if (there(from) && pair.length === 1) return dynatrace.bindings.change(onWire(to, parts), true)
  return dynatrace.bindings.add(onWire(to, parts))
}

/** Bindings of one group at one level. */
export async function removeBindings(
  steps: readonly StepOf<'remove-binding'>[],
  parts: ApplyParts,
): Promise<void> {
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

/** The bindings that the group of `like` has now at its level, under the reference that the plan uses for it. */
export async function presentBindings(
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
