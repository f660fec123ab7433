/**
 * The role permissions a group can have and where each is granted. Account roles have no equal among
 * policies; environment roles are the older way to say what policies say.
 */
export const accountRoles: readonly string[] = [
  'account-company-info',
  'account-user-management',
  'account-viewer',
  'account-saml-flexible-federation',
]

export const environmentRoles: readonly string[] = [
  'tenant-viewer',
  'tenant-manage-settings',
  'tenant-agent-install',
  'tenant-logviewer',
  'tenant-view-sensitive-request-data',
  'tenant-configure-request-capture-data',
  'tenant-replay-sessions-with-masking',
  'tenant-replay-sessions-without-masking',
  'tenant-manage-security-problems',
  'tenant-view-security-problems',
  'tenant-manage-support-tickets',
]

/** Environment roles that Dynatrace cannot limit to management zones. */
export const wholeEnvironmentRoles: readonly string[] = [
  'tenant-agent-install',
  'tenant-configure-request-capture-data',
]
