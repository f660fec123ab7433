/** Steps that give rights to groups or take them away. */
import type { StateBinding } from '../state.ts'
import type { StepOf } from './parts.ts'

export type RightStep = StepOf<
  'add-binding' | 'change-binding' | 'add-permission' | 'remove-binding' | 'remove-permission'
>

/** The binding that the step is about; of a change, as it is to be. */
export function bindingOf({
  action,
}: StepOf<'add-binding' | 'change-binding' | 'remove-binding'>): StateBinding {
  return action.kind === 'change-binding' ? action.to : action.binding
}
