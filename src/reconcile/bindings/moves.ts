/** The calls that one step takes, judged by itself: what it brings first, what it takes away after everything came. */
import { bindingKey, bindingPairKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { Step, StepAction } from '../step.ts'
import { covers, isEqual, unite } from './boundary-sets.ts'

export type BindingAction = Extract<
  StepAction,
  { readonly kind: 'add-binding' | 'change-binding' | 'remove-binding' }
>

export type BindingStep = Pick<Step, 'id'> & { readonly action: BindingAction }

export type BindingCall =
  | { readonly kind: 'add'; readonly binding: StateBinding }
  /** In place. `binding` is what becomes of `from`. */
  | { readonly kind: 'change'; readonly from: StateBinding; readonly binding: StateBinding }
  | { readonly kind: 'remove'; readonly binding: StateBinding }

export interface Moves {
  /** Grants something more, or is the one atomic call that there is. */
  readonly expand: BindingCall | undefined
  readonly contract: BindingCall | undefined
}

const NOTHING: Moves = { expand: undefined, contract: undefined }

/** `present`: what the group has; `sole`: nothing else of the group differs, so that one call leads from end to end. */
export function movesOf(action: BindingAction, present: readonly StateBinding[], sole: boolean): Moves {
  const held = (binding: StateBinding) => present.find(each => bindingKey(each) === bindingKey(binding))
  switch (action.kind) {
    case 'add-binding': {
      const from = held(action.binding)
      if (from === undefined) return { expand: { kind: 'add', binding: action.binding }, contract: undefined }
      return boundaryMoves(from, action.binding, sole)
    }
    case 'remove-binding': {
      const binding = held(action.binding)
      return binding === undefined ? NOTHING : { expand: undefined, contract: { kind: 'remove', binding } }
    }
    case 'change-binding': {
      const to = held(action.to)
      const isOther = bindingKey(action.from) !== bindingKey(action.to)
      const from = isOther ? held(action.from) : undefined
      if (from === undefined) return movesOf({ kind: 'add-binding', binding: action.to }, present, sole)
      const contract: BindingCall = { kind: 'remove', binding: from }
      if (to !== undefined) return { expand: widened(to, action.to), contract }
      const pair = present.filter(each => bindingPairKey(each) === bindingPairKey(from))
      return sole && pair.length === 1
        ? { expand: { kind: 'change', from, binding: action.to }, contract: undefined }
        : { expand: { kind: 'add', binding: action.to }, contract }
    }
  }
}

function boundaryMoves(from: StateBinding, to: StateBinding, sole: boolean): Moves {
  if (isEqual(from.boundaryIds, to.boundaryIds)) return NOTHING
  const change: BindingCall = { kind: 'change', from, binding: to }
  if (sole || covers(to.boundaryIds, from.boundaryIds)) return { expand: change, contract: undefined }
  if (covers(from.boundaryIds, to.boundaryIds)) return { expand: undefined, contract: change }
  const expand = widened(from, to)
  return { expand, contract: { kind: 'change', from: expand?.binding ?? from, binding: to } }
}

/** To what both ends grant together. */
function widened(from: StateBinding, to: StateBinding): BindingCall | undefined {
  if (covers(from.boundaryIds, to.boundaryIds)) return undefined
  const binding = { ...to, boundaryIds: unite(from.boundaryIds, to.boundaryIds) }
  return { kind: 'change', from, binding }
}
