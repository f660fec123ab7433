/** Edits of policies in the console. */
import { unreachable } from '../../lib/errors.ts'
import { levelNamed } from '../account/named.ts'
import { createPolicy, deletePolicy, policiesAt, replacePolicy } from '../account/policies.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import { badRequest } from '../rejection.ts'
import type { Edit } from './edit.ts'

export function editPolicy(
  account: Account,
  actor: Actor,
  change: Extract<Edit, { do: 'create-policy' | 'change-policy' | 'delete-policy' }>,
): void {
  const level = levelNamed(account, change.level)
  if (change.do === 'create-policy') {
    const { policy: name, description, statement: statementQuery } = change
    createPolicy(account, actor, level, { name, description, statementQuery })
    return
  }
  // The built-in policies of the global level are not in this list: nobody can edit them.
  const policy = policiesAt(account, level).find(one => one.name === change.policy)
  if (policy === undefined) throw badRequest(`There is no policy ${change.policy} at ${change.level}`)
  switch (change.do) {
    case 'change-policy':
      replacePolicy(account, actor, policy, { ...policy, statementQuery: change.statement })
      break
    case 'delete-policy':
      deletePolicy(account, actor, policy, change.force)
      break
    default:
      unreachable(change)
  }
}
