/** Edits of groups in the console. What is not edited is sent back as it was, as the console does. */
import { createGroups, deleteGroup, replaceGroup } from '../account/groups.ts'
import { groupNamed } from '../account/named.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import type { Edit } from './edit.ts'

export function editGroup(
  account: Account,
  actor: Actor,
  change: Extract<
    Edit,
    { do: 'create-group' | 'rename-group' | 'describe-group' | 'federate-group' | 'delete-group' }
  >,
): void {
  if (change.do === 'create-group') {
    const { name, description } = change
    createGroups(account, actor, [{ name, description }])
    return
  }
  const group = groupNamed(account, change.group)
  if (change.do === 'delete-group') {
    deleteGroup(account, actor, group.uuid)
    return
  }
  const { name, description, federatedAttributeValues } = group
  replaceGroup(account, actor, group.uuid, {
    name: change.do === 'rename-group' ? change.name : name,
    description: change.do === 'describe-group' ? change.description : description,
    federatedAttributeValues: change.do === 'federate-group' ? change.values : federatedAttributeValues,
  })
}
