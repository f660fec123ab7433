/**
 * The one OAuth client of the simulated account. Its id and secret are published: they open nothing else. Whose rights its
 * tokens have is the account's `subjectEmail`.
 */

/** In the vendor's format `dt0s02.<public>`, recognisably not a real one. */
export const clientId = 'dt0s02.SIMULATR'

/** The vendor's format: the client id, a dot, 64 characters. */
export const clientSecret = `${clientId}.${'NOT0A0REAL0SECRET'.padEnd(64, '0')}`

/** Every scope the client has at first, which are all that a route of the simulator asks for. */
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
  'platform-token:tokens:write',
  'environment-api:api-tokens:read',
  'environment-api:api-tokens:write',
  'environment-api:audit-logs:read',
  'document:documents:read',
  'document:documents:write',
  'document:documents:admin',
]

/** What can be changed of the client while the simulator runs. */
export interface Client {
  readonly secret: string
  /** Asking for any other scope fails the whole token request. */
  readonly scopes: readonly string[]
  /** An inactive client gets no tokens. */
  readonly active: boolean
}

/** The client as it is before anybody changes it. */
export const initialClient: Client = { secret: clientSecret, scopes: grantedScopes, active: true }

/** Scopes of tokens for one environment; all others are for the account. */
export const isEnvironmentScope = (scope: string): boolean =>
  /^(environment-api|document|iam:(users|groups)):/.test(scope)
