/** What contracts and time do to environments: they come, and are switched off and on. The account's audit log says nothing of it. */
import { addEnvironment } from '../account/environments.ts'
import { environmentNamed } from '../account/named.ts'
import type { Account } from '../account.ts'
import { conflict } from '../rejection.ts'
import { addAdminToken } from '../seed/add-environment-things.ts'
import type { Edit } from './edit.ts'

export function editEnvironment(
  account: Account,
  change: Extract<Edit, { do: 'add-environment' | 'activate-environment' | 'deactivate-environment' }>,
): void {
  if (change.do === 'add-environment') {
    const { id, environment: name, managementZones } = change
    if (account.environments.has(id)) throw conflict(`Environment ${id} already exists`)
    addEnvironment(account, { id, name, active: true, managementZones })
    addAdminToken(account, id)
    return
  }
  const environment = environmentNamed(account, change.environment)
  addEnvironment(account, { ...environment, active: change.do === 'activate-environment' })
}
