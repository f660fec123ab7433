/** Edits of policies in the console. */
import { unreachable } from '../../lib/errors.ts'
import { levelNamed, missing } from '../account/named.ts'
import { createPolicy, deletePolicy, policiesAt, replacePolicy } from '../account/policies.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import type { Edit } from './edit.ts'

export function editPolicy(
  account: Account,
  actor: Actor,
  change: Extract<
    Edit,
    { do: 'create-policy' | 'change-policy' | 'rename-policy' | 'describe-policy' | 'delete-policy' }
  >,
): void {
  const level = levelNamed(account, change.level)
  if (change.do === 'create-policy') {
    const { policy: name, description, statement: statementQuery } = change
    createPolicy(account, actor, level, { name, description, statementQuery })
    return
  }
  // The built-in policies of the global level are not in this list: nobody can edit them.
  const here = policiesAt(account, level)
  const names = here.map(one => one.name)
  const policy =
    here.find(one => one.name === change.policy || one.uuid === change.policy) ??
    missing('policy', change.policy, names, `at ${change.level}`)
  switch (change.do) {
    case 'change-policy':
      replacePolicy(account, actor, policy, { ...policy, statementQuery: change.statement })
      break
    case 'rename-policy':
      replacePolicy(account, actor, policy, { ...policy, name: change.name })
      break
    case 'describe-policy':
      replacePolicy(account, actor, policy, { ...policy, description: change.description })
      break
    case 'delete-policy':
      deletePolicy(account, actor, policy, change.force)
      break
    default:
      unreachable(change)
  }
}
