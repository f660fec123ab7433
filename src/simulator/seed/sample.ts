/** The account of the demo: an invented company with people, groups nobody manages, and rights given by hand. */
import type { AdditionInput } from './addition.ts'
import { fixedId } from './fixed-id.ts'
import { sampleEnvironments } from './sample-environments.ts'

/** A person who edits things in the console. */
export const adminEmail = 'ana.kos@acme.example'

const reads = ['Entities', 'Events', 'Metrics', 'Logs', 'Spans', 'User Sessions'].map(name => `Read ${name}`)

const people: readonly (readonly [name: string, surname: string, groups: readonly string[]])[] = [
  ['Ana', 'Kos', ['Account Admins', 'break-glass']],
  ['Ben', 'Okafor', ['Environment Users', 'finance reports']],
  ['Carla', 'Rossi', ['Environment Professionals']],
  ['Dmitri', 'Volkov', ['Environment Users', 'on-call pager']],
  ['Emma', 'Lind', ['Environment Admins', 'idp-developers']],
  ['Farid', 'Haddad', ['finance reports', 'Account viewers']],
  ['Grace', 'Mbeki', ['Environment Users', 'idp-developers']],
]

export const sample: AdditionInput = {
  ...sampleEnvironments,
  policies: [
    {
      uuid: fixedId('3', 1),
      name: 'team data',
      description: 'Logs and buckets of one team',
      statement:
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
        'ALLOW storage:buckets:read, storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";',
    },
    {
      uuid: fixedId('3', 2),
      name: 'finance dashboards',
      description: 'Cost reports for finance',
      statement: 'ALLOW document:documents:read; ALLOW storage:bizevents:read;',
    },
  ],
  boundaries: [
    { uuid: fixedId('9', 1), name: 'team payments', query: 'storage:dt.security_context = "payments";' },
    { uuid: fixedId('9', 2), name: 'team checkout', query: 'storage:dt.security_context = "checkout";' },
    { uuid: fixedId('9', 3), name: 'team search', query: 'storage:dt.security_context = "search";' },
    { uuid: fixedId('9', 4), name: 'production only', query: 'global:environmentId = "abc12345";' },
  ],
  groups: [
    { uuid: fixedId('b', 1), name: 'Environment Users', description: 'Basic access to all environments' },
    { uuid: fixedId('b', 2), name: 'Environment Professionals', description: 'Advanced features' },
    { uuid: fixedId('b', 3), name: 'Environment Admins', description: 'Administration of environments' },
    { uuid: fixedId('b', 4), name: 'Account Admins', description: 'Full access to the account' },
    { uuid: fixedId('b', 5), name: 'Account viewers', description: 'Consumption data only' },
    { uuid: fixedId('c', 1), name: 'break-glass', description: 'Emergency access, not federated' },
    { uuid: fixedId('c', 2), name: 'finance reports', description: 'Kept by hand by the finance team' },
    { uuid: fixedId('c', 3), name: 'on-call pager' },
    { uuid: fixedId('c', 4), name: 'idp-developers', federatedAttributeValues: ['grp-developers'] },
  ],
  users: [
    ...people.map(([name, surname, groups], at) => ({
      uid: fixedId('0', at + 2),
      email: `${name}.${surname}@acme.example`.toLowerCase(),
      name,
      surname,
      status: 'ACTIVE' as const,
      groups: [...groups],
    })),
    { uid: fixedId('0', 90), email: 'New.Joiner@acme.example', groups: ['Environment Users'] },
  ],
  serviceUsers: [
    {
      uid: fixedId('5', 2),
      groupUuid: fixedId('a', 3),
      name: 'ci-deployer',
      description: 'Deployment pipeline',
    },
  ],
  memberships: [
    { user: 'owner@acme.example', group: 'Account Admins' },
    { user: 'owner@acme.example', group: 'break-glass' },
  ],
  permissions: [
    { group: 'Account Admins', role: 'account-company-info' },
    { group: 'Account Admins', role: 'account-user-management' },
    { group: 'Account Admins', role: 'account-viewer' },
    { group: 'Account viewers', role: 'account-viewer' },
    { group: 'break-glass', role: 'account-user-management' },
    { group: 'on-call pager', role: 'tenant-viewer', level: 'prod' },
  ],
  bindings: [
    ...['Standard User', ...reads].map(policy => ({ policy, group: 'Environment Users' })),
    ...['Pro User', ...reads].map(policy => ({ policy, group: 'Environment Professionals' })),
    ...['Admin User', 'Data Processing and Storage', 'All Grail data read access'].map(policy => ({
      policy,
      group: 'Environment Admins',
    })),
    { policy: 'Admin User', group: 'break-glass' },
    { policy: 'finance dashboards', group: 'finance reports', boundaries: ['production only'] },
    { policy: 'Read Logs', group: 'on-call pager', level: 'prod' },
    { policy: 'team data', group: 'on-call pager', level: 'prod', parameters: { team: 'payments' } },
    { policy: 'team data', group: 'on-call pager', level: 'prod', parameters: { team: 'checkout' } },
    { policy: 'Standard User', group: 'idp-developers' },
    { policy: 'Settings Reader', group: `service_user_group_${fixedId('5', 2)}`, level: 'stage' },
  ],
}
