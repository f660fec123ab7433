/** The one OAuth client of the simulated account. Its id and secret are published: they open nothing else. */

/** In the vendor's format `dt0s02.<public>`, recognisably not a real one. */
export const clientId = 'dt0s02.SIMULATR'

/** The vendor's format: the client id, a dot, 64 characters. */
export const clientSecret = `${clientId}.${'NOT0A0REAL0SECRET'.padEnd(64, '0')}`

/** Every scope granted to the client. Asking for any other fails the whole token request. */
export const grantedScopes: readonly string[] = [
  'account-idm-read',
  'account-idm-write',
  'account-env-read',
  'account-env-write',
  'account-audit-logs-read',
  'iam-policies-management',
  'iam:policies:read',
  'iam:policies:write',
  'iam:bindings:read',
  'iam:bindings:write',
  'iam:boundaries:read',
  'iam:boundaries:write',
  'iam:effective-permissions:read',
  'iam:limits:read',
  'sso-idm:account-limits:read',
  'iam:users:read',
  'iam:groups:read',
  'platform-token:tokens:manage',
  'environment-api:api-tokens:read',
  'environment-api:api-tokens:write',
  'environment-api:audit-logs:read',
  'document:documents:read',
  'document:documents:write',
  'document:documents:admin',
]
