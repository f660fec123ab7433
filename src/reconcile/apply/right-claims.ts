/** Records which rights of groups that are not ours came from us: before they are given, and once they are gone. */
import { bindingKey, permissionKey } from '../keys.ts'
import type { OwnedRight } from '../right-writes.ts'
import type { Step } from '../step.ts'
import { type ApplyParts, stepsOf } from './parts.ts'

type ClaimParts = Pick<ApplyParts, 'federated' | 'ownership' | 'ledger'>

export async function claimRights(
  steps: readonly Step[],
  { federated, ownership }: ClaimParts,
): Promise<void> {
  const claim = (key: string, groupId: string): readonly OwnedRight[] => {
    const groupName = federated.get(groupId)
    return groupName === undefined ? [] : [{ key, groupId, groupName }]
  }
  await ownership.claimRights([
    ...stepsOf(steps, 'add-binding').flatMap(({ action: { binding } }) =>
      claim(bindingKey(binding), binding.group),
    ),
    ...stepsOf(steps, 'change-binding').flatMap(({ action: { to } }) => claim(bindingKey(to), to.group)),
    ...stepsOf(steps, 'add-permission').flatMap(({ action: { permission } }) =>
      claim(permissionKey(permission), permission.group),
    ),
  ])
}

export async function releaseRights(
  steps: readonly Step[],
  { federated, ownership, ledger }: ClaimParts,
): Promise<void> {
  await ownership.releaseRights([
    ...stepsOf(steps, 'remove-binding')
      .filter(step => federated.has(step.action.binding.group) && ledger.applied(step))
      .map(step => bindingKey(step.action.binding)),
    ...stepsOf(steps, 'change-binding')
      .filter(step => federated.has(step.action.to.group) && ledger.applied(step))
      .map(({ action: { from, to } }) => [bindingKey(from), bindingKey(to)] as const)
      .flatMap(([from, to]) => (from === to ? [] : [from])),
    ...stepsOf(steps, 'remove-permission')
      .filter(step => federated.has(step.action.permission.group) && ledger.applied(step))
      .map(step => permissionKey(step.action.permission)),
  ])
}
