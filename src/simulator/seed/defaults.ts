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

const accountUuid = '7f1c2b3a-0000-4000-8000-00000000a001'
const ownerEmail = 'owner@acme.example'
/** The service user the OAuth client acts as. */
const subjectUid = fixedId('5', 1)

/** Names are the vendor's, statements are short texts of our own: nobody may rely on them. */
const globalPolicies: readonly (readonly [name: string, description: string, statement: string])[] = [
  ['Standard User', 'Basic use of apps and documents', 'ALLOW app-engine:apps:run, document:documents:read;'],
  [
    'Pro User',
    'Standard use and advanced features',
    'ALLOW app-engine:apps:run, document:documents:read, document:documents:write, iam:service-users:use;',
  ],
  [
    'Admin User',
    'Administration of platform services',
    'ALLOW app-engine:apps:run, app-engine:apps:install, document:documents:admin, iam:service-users:use;',
  ],
  [
    'Data Processing and Storage',
    'Pipelines, buckets and processing rules',
    'ALLOW openpipeline:configurations:read, openpipeline:configurations:write;',
  ],
  [
    'All Grail data read access',
    'Every table in Grail',
    'ALLOW storage:buckets:read; ALLOW storage:logs:read, storage:metrics:read, storage:spans:read;',
  ],
  ...(
    [
      ['Entities', 'entities'],
      ['Events', 'events'],
      ['Metrics', 'metrics'],
      ['Logs', 'logs'],
      ['Spans', 'spans'],
      ['User Sessions', 'user.sessions'],
      ['System Events', 'system'],
    ] as const
  ).map(
    ([name, table]) =>
      [`Read ${name}`, `Read ${name.toLowerCase()}`, `ALLOW storage:${table}:read;`] as const,
  ),
  [
    'Storage Default Monitoring Read',
    'Default buckets and monitoring tables',
    'ALLOW storage:buckets:read WHERE storage:bucket-name STARTSWITH "default_"; ALLOW storage:logs:read;',
  ],
  ['AppEngine - User', 'Run apps', 'ALLOW app-engine:apps:run;'],
  ['AppEngine - Admin', 'Install and run apps', 'ALLOW app-engine:apps:run, app-engine:apps:install;'],
  ['AutomationEngine - Automation admin', 'Workflows', 'ALLOW automation:workflows:admin;'],
  ['Settings Reader', 'Read settings', 'ALLOW settings:objects:read, settings:schemas:read;'],
  ['Settings Writer', 'Change settings', 'ALLOW settings:objects:read, settings:objects:write;'],
  ['Environment role - Access environment', 'Legacy role', 'ALLOW environment:roles:viewer;'],
  ['Environment role - View logs', 'Legacy role', 'ALLOW environment:roles:logviewer;'],
]

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
  for (const [at, [name, description, statementQuery]] of globalPolicies.entries()) {
    createPolicy(account, seed, globalLevel, { name, description, statementQuery }, fixedId('2', at + 1))
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
