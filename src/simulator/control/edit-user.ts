/** Edits of users in the console, and what the users themselves do with an invitation. */
import { userNamed } from '../account/named.ts'
import { addUser, removeUser, setEmergencyContact, setStatus } from '../account/users.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import type { Edit } from './edit.ts'

export function editUser(
  account: Account,
  actor: Actor,
  change: Extract<
    Edit,
    {
      do:
        | 'add-user'
        | 'accept-invitation'
        | 'activate-user'
        | 'deactivate-user'
        | 'remove-user'
        | 'set-emergency-contact'
    }
  >,
): void {
  if (change.do === 'add-user') {
    addUser(account, actor, { email: change.user })
    return
  }
  const { email } = userNamed(account, change.user)
  if (change.do === 'remove-user') {
    removeUser(account, actor, email)
    return
  }
  if (change.do === 'set-emergency-contact') {
    setEmergencyContact(account, actor, email, change.on)
    return
  }
  // Accepting is the invited person's own act, whoever asked for it here.
  const by: Actor = change.do === 'accept-invitation' ? { kind: 'person', email } : actor
  setStatus(account, by, email, change.do === 'deactivate-user' ? 'INACTIVE' : 'ACTIVE')
}
