/**
 * Somebody must be able to look after the account. Of the groups of ours that hold rights of administrators on the account
 * one must keep an active person; where people outside of them hold such rights, as far as the pass could see, it may empty.
 */
import { isAdministratorPolicy, isAdministratorRole } from '../../access/administrators.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { Draft, Held } from './verdict.ts'
import { refuse } from './verdict.ts'

export interface Administrators {
  /** Folded e-mails by group of ours that gives rights of administrators on the account now; only whole groups. */
  readonly groups: ReadonlyMap<GroupRef, ReadonlySet<string>>
  /** Whether groups that are not ours give such rights, or nobody knows: then nothing is refused. */
  readonly elsewhere: boolean
}

/** Refuses what would take the last of them away; what takes nothing from administrators goes on. */
export function refusedForLastAdministrator(
  steps: readonly Draft[],
  { groups, elsewhere }: Administrators,
  policyName: (id: string) => string,
): Held {
  if (elsewhere || [...groups.values()].every(people => people.size === 0)) return []
  const taking = steps.filter(({ action }) => takes(action, groups, policyName))
  if (taking.length === 0) return []
  const left = new Map([...groups].map(([ref, people]) => [ref, new Set(people)]))
  for (const { action } of taking) take(action, left)
  for (const { action } of steps)
    if (action.kind === 'add-member') left.get(action.group)?.add(action.emailKey)
  if ([...left.values()].some(people => people.size > 0)) return []
  const reason =
    'Nobody would be left with rights of administrators on the account: give them to somebody else first.'
  return taking.map(({ id }) => [id, refuse('last-administrator', reason)] as const)
}

function takes(
  action: StepAction,
  groups: Administrators['groups'],
  policyName: (id: string) => string,
): boolean {
  switch (action.kind) {
    case 'remove-member':
      return action.successor === undefined && groups.get(action.group)?.has(action.emailKey) === true
    case 'delete-group':
      return groups.has(action.group.ref)
    case 'remove-binding':
      return groups.has(action.binding.group) && isAdministratorPolicy(policyName(action.binding.policyId))
    case 'remove-permission':
      return groups.has(action.permission.group) && isAdministratorRole(action.permission.role)
    case 'remove-user':
      return (
        action.successor === undefined && [...groups.values()].some(people => people.has(action.emailKey))
      )
    default:
      return false
  }
}

function take(action: StepAction, left: Map<GroupRef, Set<string>>): void {
  if (action.kind === 'remove-member') left.get(action.group)?.delete(action.emailKey)
  else if (action.kind === 'remove-user') for (const people of left.values()) people.delete(action.emailKey)
  else if (action.kind === 'delete-group') left.delete(action.group.ref)
  else if (action.kind === 'remove-binding') left.delete(action.binding.group)
  else if (action.kind === 'remove-permission') left.delete(action.permission.group)
}
