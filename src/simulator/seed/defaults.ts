/** What every account has: environments, the vendor's global policies, the group of all users, owner and client. */
import type { Clock } from '../../lib/clock.ts'
import { addEnvironment } from '../account/environments.ts'
import { insertGroup } from '../account/groups.ts'
import { globalLevel } from '../account/levels.ts'
import { addPermissions } from '../account/permissions.ts'
import { createPolicy } from '../account/policies.ts'
import { createServiceUser, serviceEmail } from '../account/service-users.ts'
import { addUser } from '../account/users.ts'
import { type Account, emptyAccount } from '../account.ts'
import { fixedId } from './fixed-id.ts'
import { globalPolicies } from './global-policies.ts'

const accountUuid = '7f1c2b3a-0000-4000-8000-00000000a001'
const ownerEmail = 'owner@acme.example'
/** The service user the OAuth client acts as. */
const subjectUid = fixedId('5', 1)

/** The account as it is before anybody works with it. */
export function newAccount(clock: Clock): Account {
  const account = emptyAccount({
    uuid: accountUuid,
    name: 'Acme',
    ownerEmail,
    subjectEmail: serviceEmail(subjectUid),
    clock,
  })
  const seed = { kind: 'seed' } as const
  const zones = [{ id: '-5577006791947779410', name: 'Payments' }]
  addEnvironment(account, { id: 'abc12345', name: 'prod', active: true, managementZones: zones })
  addEnvironment(account, { id: 'def67890', name: 'stage', active: true, managementZones: [] })
  addEnvironment(account, { id: 'old00001', name: 'legacy', active: false, managementZones: [] })
  for (const [at, { name, description, statement }] of globalPolicies.entries()) {
    const given = { name, description, statementQuery: statement }
    createPolicy(account, seed, globalLevel, given, fixedId('2', at + 1))
  }
  insertGroup(account, seed, {
    uuid: fixedId('a', 1),
    name: 'Default group with all users',
    owner: 'ALL_USERS',
  })
  addUser(account, seed, {
    email: ownerEmail,
    uid: fixedId('0', 1),
    name: 'Olga',
    surname: 'Owen',
    status: 'ACTIVE',
    emergencyContact: true,
  })
  const { group } = createServiceUser(account, seed, {
    name: 'scim-bridge',
    description: 'Subject user of the OAuth client',
    uid: subjectUid,
    groupUuid: fixedId('a', 2),
  })
  const roles = ['account-user-management', 'account-viewer', 'account-company-info']
  addPermissions(
    account,
    seed,
    group,
    roles.map(permissionName => ({ permissionName, scope: account.uuid, scopeType: 'account' as const })),
  )
  return account
}
