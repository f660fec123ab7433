/**
 * What leads back to the state after an earlier run. The first step since that touched a thing tells how the thing was before,
 * and the account how it is now: whatever happened in between, one step at most leads back. Pure.
 */
import { canonicalJson } from '../../lib/digest.ts'
import { thingOf } from '../drift/thing.ts'
import { bindingKey, permissionKey } from '../keys.ts'
import type { State, StateBinding } from '../state.ts'
import type { StepAction } from '../step.ts'
import { inverseOf } from './inverse.ts'

export interface Undo {
  readonly actions: readonly StepAction[]
  /** What cannot be undone: why, once each. */
  readonly left: readonly string[]
}

/** `applied`: what was carried out since, oldest first. */
export function undoOf(applied: readonly StepAction[], observed: State): Undo {
  const left = new Set<string>()
  const first = new Map<string, StepAction>()
  for (const action of applied) {
    const inverse = inverseOf(action)
    if (inverse.kind === 'none') left.add(inverse.why)
    else if (!first.has(thingOf(action))) first.set(thingOf(action), inverse.action)
  }
  return { actions: [...first.values()].flatMap(back => fitted(back, observed) ?? []), left: [...left] }
}

/** `back` as the account is now; undefined where there is nothing to do. */
function fitted(back: StepAction, observed: State): StepAction | undefined {
  const { groups, members, permissions, users } = observed
  switch (back.kind) {
    case 'add-member':
      return groups.has(back.group) && members.get(back.group)?.has(back.emailKey) !== true ? back : undefined
    case 'remove-member':
      return members.get(back.group)?.has(back.emailKey) === true ? back : undefined
    case 'invite-user':
      return users.has(back.emailKey) ? undefined : back
    case 'add-binding':
      return bound(back.binding, observed)
    case 'change-binding':
      return bound(back.to, observed)
    case 'remove-binding': {
      const there = observed.bindings.get(bindingKey(back.binding))
      return there && { kind: 'remove-binding', binding: there }
    }
    case 'add-permission':
      return groups.has(back.permission.group) && !permissions.has(permissionKey(back.permission))
        ? back
        : undefined
    case 'remove-permission':
      return permissions.has(permissionKey(back.permission)) ? back : undefined
    case 'update-policy': {
      const from = observed.policies.get(back.to.id)
      return from === undefined || isSame(from, back.to) ? undefined : { ...back, from }
    }
    case 'update-boundary': {
      const from = observed.boundaries.get(back.to.id)
      return from === undefined || isSame(from, back.to) ? undefined : { ...back, from }
    }
    case 'update-group': {
      const from = groups.get(back.to.ref)
      return from === undefined || isSame(from, back.to) ? undefined : { ...back, from }
    }
    default:
      return undefined
  }
}

/** What brings a binding back with its boundaries. */
function bound(binding: StateBinding, { groups, bindings }: State): StepAction | undefined {
  const there = bindings.get(bindingKey(binding))
  if (there === undefined) return groups.has(binding.group) ? { kind: 'add-binding', binding } : undefined
  return isSame(there, binding) ? undefined : { kind: 'change-binding', from: there, to: binding }
}

const isSame = (one: object, other: object): boolean => canonicalJson(one) === canonicalJson(other)
