/**
 * Desired minus observed, as actions. Pure set arithmetic over the scope of the pass; a blind spot or
 * an unsaid wish gives no difference that takes something away.
 */
import type { Work } from '../../lib/turns.ts'
import type { StepAction } from '../step.ts'
import { definitionActions } from './definitions.ts'
import { groupActions } from './groups.ts'
import type { DefinitionDiffInput, DiffInput } from './input.ts'
import { memberActions } from './members.ts'
import { bindingActions, permissionActions } from './rights.ts'
import { userActions } from './users.ts'

/** In no order that matters: the plan has its own. */
export function* diff(input: DiffInput & DefinitionDiffInput): Work<readonly StepAction[]> {
  const users = yield* userActions(input)
  const groups = groupActions(input)
  const members = yield* memberActions(input)
  const rest = [...users, ...groups, ...members, ...bindingActions(input), ...permissionActions(input)]
  return [...rest, ...definitionActions(input, rest)]
}
