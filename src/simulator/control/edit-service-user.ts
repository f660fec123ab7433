/** Edits of service users in the console. Their groups are edited like those of people. */
import { serviceUserNamed } from '../account/named.ts'
import { createServiceUser, deleteServiceUser } from '../account/service-users.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import type { Edit } from './edit.ts'

export function editServiceUser(
  account: Account,
  actor: Actor,
  change: Extract<Edit, { do: 'create-service-user' | 'delete-service-user' }>,
): void {
  if (change.do === 'create-service-user') createServiceUser(account, actor, change)
  else deleteServiceUser(account, actor, serviceUserNamed(account, change.user))
}
