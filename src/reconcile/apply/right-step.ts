/** Steps that give rights to groups or take them away. */
import type { StateBinding, StatePermission } from '../state.ts'
import type { StepOf } from './parts.ts'

export type RightStep = StepOf<
  'add-binding' | 'change-binding' | 'add-permission' | 'remove-binding' | 'remove-permission'
>

/** The binding that the step is about; of a change, as it is to be. */
export function bindingOf({ action }: RightStep): StateBinding | undefined {
  if (action.kind === 'change-binding') return action.to
  return action.kind === 'add-binding' || action.kind === 'remove-binding' ? action.binding : undefined
}

/** The role permission that the step is about. */
export const permissionOf = ({ action }: RightStep): StatePermission | undefined =>
  action.kind === 'add-permission' || action.kind === 'remove-permission' ? action.permission : undefined
