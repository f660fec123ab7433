/**
 * Access tokens of one environment. API tokens outlive the person who made them and keep every scope; personal
 * access tokens stop working with their owner.
 */
import { type Account, findUser, timestamp } from '../account.ts'
import { badRequest, forbidden, notFound } from '../rejection.ts'
import { recordToken } from './environment-audit.ts'
import type { ApiToken, TokenUser } from './environment-objects.ts'
import { digestOf, newSecret, type Secret } from './secret.ts'

export interface NewApiToken {
  readonly environmentId: string
  readonly name: string
  readonly owner: string
  readonly scopes: readonly string[]
  readonly personalAccessToken?: boolean | undefined
  readonly enabled?: boolean | undefined
  readonly creationDate?: string | undefined
  readonly expirationDate?: string | undefined
  readonly lastUsedDate?: string | undefined
}

export interface ApiTokenChange {
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  readonly scopes?: readonly string[] | undefined
}

/** Tokens of the environment, newest first. */
export const apiTokensOf = (account: Account, environmentId: string): ApiToken[] =>
  [...account.apiTokens.values()]
    .filter(token => token.environmentId === environmentId)
    .sort((a, b) => (a.creationDate < b.creationDate ? 1 : a.creationDate > b.creationDate ? -1 : 0))

export function apiTokenById(account: Account, environmentId: string, id: string): ApiToken {
  const token = account.apiTokens.get(id)
  if (token === undefined || token.environmentId !== environmentId) {
    throw notFound(`Token with id ${id} not found`)
  }
  return token
}

/** The token of this secret in this environment, whether or not it may still be used. */
export function apiTokenBySecret(
  account: Account,
  environmentId: string,
  secret: string,
): ApiToken | undefined {
  const token = account.apiTokens.get(secret.split('.').slice(0, 2).join('.'))
  return token?.environmentId === environmentId && token.digest === digestOf(secret) ? token : undefined
}

/** Whether a call with the token is let in now. */
export function apiTokenWorks(account: Account, token: ApiToken): boolean {
  if (!token.enabled) return false
  if (token.expirationDate !== undefined && token.expirationDate <= timestamp(account)) return false
  return !token.personalAccessToken || findUser(account, token.owner)?.status === 'ACTIVE'
}

/** Creates a token; the secret is in the answer only. A seed may bring its own. */
export function addApiToken(
  account: Account,
  given: NewApiToken,
  secret: Secret = newSecret('dt0c01'),
): Secret {
  account.apiTokens.set(secret.id, {
    id: secret.id,
    environmentId: given.environmentId,
    name: given.name,
    enabled: given.enabled ?? true,
    owner: given.owner,
    personalAccessToken: given.personalAccessToken ?? false,
    scopes: given.scopes,
    creationDate: given.creationDate ?? timestamp(account),
    modifiedDate: undefined,
    expirationDate: given.expirationDate,
    lastUsedDate: given.lastUsedDate,
    lastUsedIpAddress: given.lastUsedDate === undefined ? undefined : '203.0.113.7',
    digest: secret.digest,
  })
  return secret
}

/** Creates a token in somebody's name, who thereby owns it. */
export function createApiToken(
  account: Account,
  by: TokenUser,
  given: Omit<NewApiToken, 'owner'>,
): ApiToken & Secret {
  const secret = addApiToken(account, { ...given, owner: by.name })
  const created = apiTokenById(account, given.environmentId, secret.id)
  recordToken(account, by, 'CREATE', undefined, created)
  return { ...created, ...secret }
}

/** Changes what is given. A token cannot disable itself. */
export function changeApiToken(
  account: Account,
  by: TokenUser,
  before: ApiToken,
  change: ApiTokenChange,
): void {
  if (change.enabled === false && by.tokenId === before.id) throw badRequest('A token cannot disable itself')
  const after: ApiToken = {
    ...before,
    name: change.name ?? before.name,
    enabled: change.enabled ?? before.enabled,
    scopes: change.scopes ?? before.scopes,
    modifiedDate: timestamp(account),
  }
  account.apiTokens.set(before.id, after)
  recordToken(account, by, 'UPDATE', before, after)
}

/** A token cannot delete itself, and a personal access token only those of its owner. */
export function deleteApiToken(account: Account, by: TokenUser, token: ApiToken): void {
  if (by.tokenId === token.id) throw badRequest('A token cannot delete itself')
  if (by.personal && token.owner !== by.name) throw forbidden('The token belongs to another user')
  account.apiTokens.delete(token.id)
  recordToken(account, by, 'DELETE', token, undefined)
}

/** Notes that a call came in with the token. */
export function useApiToken(account: Account, token: ApiToken, address: string): void {
  account.apiTokens.set(token.id, { ...token, lastUsedDate: timestamp(account), lastUsedIpAddress: address })
}
