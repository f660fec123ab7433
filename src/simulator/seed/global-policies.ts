/**
 * The vendor's own policies of the global level. Names are the vendor's. Statements are the documented ones where the
 * documentation prints them and otherwise what it says of their purpose: nobody may rely on them.
 */

export interface GlobalPolicy {
  readonly name: string
  readonly description: string
  readonly statement: string
}

const standard = [
  'app-engine:apps:run, app-engine:functions:run, hub:catalog:read',
  'document:documents:read, document:documents:write, document:documents:delete',
  'document:environment-shares:read, document:environment-shares:claim',
  'document:direct-shares:read, document:direct-shares:write, document:direct-shares:delete',
  'document:trash.documents:read, document:trash.documents:delete, document:trash.documents:restore',
  'state:app-states:read, state:app-states:write, state:app-states:delete',
  'state:user-app-states:read, state:user-app-states:write, state:user-app-states:delete',
  'notification:self-notifications:read, notification:self-notifications:write',
  'storage:filter-segments:read, unified-analysis:screen-definition:read',
].join(', ')

const advanced = [
  'iam:service-users:use',
  'document:environment-shares:write, document:environment-shares:delete',
  'automation:workflows:read, automation:workflows:write, automation:workflows:run',
  'automation:rules:read, automation:calendars:read, davis:analyzers:read, davis:analyzers:execute',
  'slo:slos:read, slo:slos:write, slo:objective-templates:read',
  'storage:filter-segments:write, storage:filter-segments:share, storage:filter-segments:delete',
].join(', ')

const administration = [
  'document:documents:admin, state-management:app-states:delete, state-management:user-app-states:delete-all',
  'dev-obs:breakpoints:set, dev-obs:breakpoints:manage, email:emails:send',
  'storage:bucket-definitions:read, storage:bucket-definitions:write, storage:bucket-definitions:delete',
  'storage:bucket-definitions:truncate, storage:fieldset-definitions:read, storage:fieldset-definitions:write',
  'storage:filter-segments:admin, openpipeline:configurations:read, openpipeline:configurations:write',
  'app-engine:apps:install, app-engine:apps:delete',
  'app-engine:edge-connects:read, app-engine:edge-connects:write, app-engine:edge-connects:delete',
  'settings:objects:read, settings:objects:write, settings:schemas:read',
].join(', ')

const tables = [
  ['Entities', 'entities'],
  ['Events', 'events'],
  ['Metrics', 'metrics'],
  ['Logs', 'logs'],
  ['Spans', 'spans'],
  ['User Sessions', 'user.sessions'],
  ['System Events', 'system'],
] as const

const everyTable =
  'storage:system:read, storage:events:read, storage:security.events:read, storage:logs:read, storage:metrics:read, ' +
  'storage:entities:read, storage:bizevents:read, storage:spans:read, storage:smartscape:read'

const legacyRoles = [
  ['View security problems', 'view-security-problems'],
  ['View sensitive request data', 'view-sensitive-request-data'],
  ['Replay session data without masking', 'replay-sessions-without-masking'],
  ['Replay session data', 'replay-sessions-with-masking'],
  ['Change monitoring settings', 'manage-settings'],
  ['Manage security problems', 'manage-security-problems'],
  ['Configure capture of sensitive data', 'configure-request-capture-data'],
  ['Download/install OneAgent', 'agent-install'],
] as const

/** In an order that stays: the ids of these policies are counted from it. */
export const globalPolicies: readonly GlobalPolicy[] = [
  policy('Standard User', 'Basic use of apps and documents', `ALLOW ${standard};`),
  policy('Pro User', 'Standard use and advanced features', `ALLOW ${standard}; ALLOW ${advanced};`),
  policy(
    'Admin User',
    'Administration of platform services',
    `ALLOW ${standard}; ALLOW ${advanced}; ALLOW ${administration};`,
  ),
  policy(
    'Data Processing and Storage',
    'Pipelines, buckets and processing rules',
    'ALLOW openpipeline:configurations:read, openpipeline:configurations:write; ' +
      'ALLOW storage:bucket-definitions:read, storage:bucket-definitions:write; ' +
      'ALLOW settings:objects:read, settings:objects:write, settings:schemas:read ' +
      'WHERE settings:schemaId startsWith "builtin:openpipeline";',
  ),
  policy(
    'All Grail data read access',
    'Every table in Grail',
    `ALLOW storage:buckets:read; ALLOW ${everyTable};`,
  ),
  ...tables.map(([name, table]) =>
    policy(`Read ${name}`, `Read ${name.toLowerCase()}`, `ALLOW storage:${table}:read;`),
  ),
  policy(
    'Storage Default Monitoring Read',
    'Default buckets and monitoring tables',
    'ALLOW storage:buckets:read WHERE storage:bucket-name STARTSWITH "default_"; ' +
      'ALLOW storage:events:read, storage:logs:read, storage:metrics:read, storage:entities:read, ' +
      'storage:bizevents:read, storage:spans:read;',
  ),
  policy(
    'AppEngine - User',
    'Run apps',
    'ALLOW app-engine:apps:run, app-engine:functions:run; ALLOW document:documents:read, document:documents:write; ' +
      'ALLOW state:app-states:read, state:user-app-states:read, state:user-app-states:write;',
  ),
  policy(
    'AppEngine - Admin',
    'Install and run apps',
    'ALLOW app-engine:apps:run, app-engine:apps:install, app-engine:apps:delete, app-engine:functions:run; ' +
      'ALLOW document:documents:read, document:documents:write, document:documents:delete; ' +
      'ALLOW state:app-states:read, state:app-states:write, state:app-states:delete;',
  ),
  policy(
    'AutomationEngine - Automation admin',
    'Workflows',
    'ALLOW automation:workflows:read, automation:workflows:write, automation:workflows:run, automation:workflows:admin;',
  ),
  policy('Settings Reader', 'Read settings', 'ALLOW settings:objects:read, settings:schemas:read;'),
  policy(
    'Settings Writer',
    'Change settings',
    'ALLOW settings:objects:read, settings:objects:write, settings:schemas:read;',
  ),
  policy('Environment role - Access environment', 'Legacy role', 'ALLOW environment:roles:viewer;'),
  policy('Environment role - View logs', 'Legacy role', 'ALLOW environment:roles:logviewer;'),
  ...legacyRoles.map(([name, role]) =>
    policy(`Environment role - ${name}`, 'Legacy role', `ALLOW environment:roles:${role};`),
  ),
  ...tables
    .slice(0, 5)
    .map(([name, table]) =>
      policy(
        `Storage ${name} Read`,
        `Read ${name.toLowerCase()} with their buckets`,
        `ALLOW storage:buckets:read WHERE storage:table-name = "${table}"; ALLOW storage:${table}:read;`,
      ),
    ),
  policy(
    'Storage All System Data Read',
    'System buckets and tables',
    'ALLOW storage:buckets:read WHERE storage:bucket-name startsWith "dt_"; ALLOW storage:system:read;',
  ),
  policy(
    'Storage All Grail Data Read',
    'Older name of the policy for every table',
    `ALLOW storage:buckets:read; ALLOW ${everyTable};`,
  ),
]

function policy(name: string, description: string, statement: string): GlobalPolicy {
  return { name, description, statement }
}
