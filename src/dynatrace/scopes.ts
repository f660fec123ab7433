/**
 * The OAuth scopes that each kind of call needs. A request for a token fails as a whole when one scope in it was
 * not granted, so that a kind of call that a customer may not allow has a token of its own, asked for with the first such call.
 */

/** A named set of scopes. Those of an environment go with a token for that environment alone. */
export type Grant = 'account' | 'audit' | 'platformTokens' | 'apiTokens' | 'documents'

export interface GrantDetails {
  readonly scopes: readonly string[]
  /** What does not work without them, to be read after "needed to". */
  readonly purpose: string
}

export const GRANTS: Readonly<Record<Grant, GrantDetails>> = {
  account: {
    scopes: ['account-idm-read', 'account-idm-write', 'account-env-read', 'iam-policies-management'],
    purpose: 'read and change users, groups, permissions, policies and bindings',
  },
  audit: { scopes: ['account-audit-logs-read'], purpose: 'read who changed what in the account' },
  platformTokens: {
    scopes: ['platform-token:tokens:manage'],
    purpose: 'list and disable the platform tokens of people who left',
  },
  apiTokens: {
    scopes: ['environment-api:api-tokens:read', 'environment-api:api-tokens:write'],
    purpose: 'list and disable the access tokens of people who left',
  },
  documents: {
    scopes: ['document:documents:read', 'document:documents:write', 'document:documents:admin'],
    purpose: 'hand over the documents of people who left',
  },
}
