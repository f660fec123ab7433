/** Steps that give rights to groups or take them away. */
import type { StateBinding } from '../state.ts'
import type { Step } from '../step.ts'
import { type StepOf, stepsOf } from './parts.ts'

export type RightStep = StepOf<
  'add-binding' | 'change-binding' | 'add-permission' | 'remove-binding' | 'remove-permission'
>

/** The binding that the step is about; of a change, as it is to be. */
export function bindingOf({
  action,
}: StepOf<'add-binding' | 'change-binding' | 'remove-binding'>): StateBinding {
  return action.kind === 'change-binding' ? action.to : action.binding
}

/** Those of the steps that give rights or take them away. */
export const rightSteps = (steps: readonly Step[]): readonly RightStep[] =>
  stepsOf(steps, 'add-binding', 'change-binding', 'remove-binding', 'add-permission', 'remove-permission')
