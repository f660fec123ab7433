/** The bindings of one group as they are at this moment, and how they go over the wire. */
import type { Binding } from '../../dynatrace/dynatrace.ts'
import { messageOf } from '../../lib/errors.ts'
import { levelKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { StepResult } from '../step.ts'
import type { ApplyParts, StepOf } from './parts.ts'
import { bindingOf } from './right-step.ts'

type BindingStep = StepOf<'add-binding' | 'change-binding' | 'remove-binding'>

/**
 * Bindings by level: read where something is to be changed or to go, since only that tells how to address it, and
 * elsewhere as the plan knows them. Undefined when it could not be read.
 */
export async function readBefore(
  open: readonly BindingStep[],
  now: readonly BindingStep[],
  parts: ApplyParts,
): Promise<Map<string, readonly StateBinding[]> | undefined> {
  const present = new Map<string, readonly StateBinding[]>()
  for (const { action } of open) {
    if (action.kind === 'add-binding') continue
    const known = action.kind === 'change-binding' ? action.from : action.binding
    const key = levelKey(known.level)
    present.set(key, [...(present.get(key) ?? []), known])
  }
  const takes = now.some(step => step.action.kind !== 'add-binding')
  const looked = open.filter(step => step.action.kind === 'change-binding' || now.includes(step))
  const levels = new Map(
    (takes ? looked : [])
      .filter(step => step.action.kind !== 'add-binding')
      .map(step => [levelKey(bindingOf(step).level), bindingOf(step)]),
  )
  const trouble = await Promise.all(
    [...levels].map(async ([key, like]): Promise<StepResult | undefined> => {
      if (parts.ledger.stopped !== undefined) return { kind: 'skipped', reason: parts.ledger.stopped }
      let reason = ''
      const outcome = await parts.ledger.attempt([], async () => {
        try {
          present.set(key, await presentBindings(like, parts))
        } catch (error) {
          reason = `The bindings that are there could not be read: ${messageOf(error)}`
          throw error
        }
      })
      return outcome === 'applied' ? undefined : { kind: 'failed', reason }
    }),
  )
  const [first] = trouble.filter(each => each !== undefined)
  if (first === undefined) return present
  parts.ledger.set(now, first)
  return undefined
}

/** With the uuid that its group has by now. */
export function onWire(binding: StateBinding, { ledger }: ApplyParts): Binding {
  const { group, ...rest } = binding
  return { ...rest, groupId: ledger.idOf(group) }
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
    boundaryIds: [...new Set(boundaryIds)].sort(),
  }))
}
