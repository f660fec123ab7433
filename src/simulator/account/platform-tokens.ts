/** Platform tokens: made by a user for that user, never more powerful than they are, dead when they are gone. */
import { type Account, timestamp, userByUid } from '../account.ts'
import { badRequest, forbidden, notFound } from '../rejection.ts'
import { limits } from './limits.ts'
import { digestOf, newSecret, type Secret } from './secret.ts'

export type PlatformTokenStatus = 'ACTIVE' | 'INACTIVE'

export interface PlatformToken {
  /** `dt0s16.` and the 24 public characters. */
  readonly tokenId: string
  readonly name: string
  readonly description: string | undefined
  readonly scope: readonly string[]
  readonly tags: readonly string[]
  /** `urn:dtaccount:…` or `urn:dtenvironment:…`: where it may be used. */
  readonly resource: readonly string[]
  /** Undefined: never. */
  readonly expirationDate: string | undefined
  /** The uid of its owner, who may be gone. */
  readonly userUuid: string
  readonly status: PlatformTokenStatus
  readonly createdAt: string
  readonly lastUsedAt: string | undefined
  readonly lastClientIp: string | undefined
  readonly digest: string
}

export interface NewPlatformToken {
  readonly name: string
  readonly description?: string | undefined
  readonly scope: readonly string[]
  readonly resource: readonly string[]
  readonly tags: readonly string[]
  readonly expirationDate: string | undefined
  readonly userUuid: string
}

export function platformTokenById(account: Account, tokenId: string): PlatformToken {
  const token = account.platformTokens.get(tokenId)
  if (token === undefined) throw notFound(`Platform token ${tokenId} not found`)
  return token
}

/** Creates a token; the secret is in the answer only. */
export function addPlatformToken(
  account: Account,
  given: NewPlatformToken,
  secret: Secret = newSecret('dt0s16'),
): Secret {
  if (given.name.trim() === '' || given.name.length > limits.tokenName) {
    throw badRequest(`name must have 1 to ${limits.tokenName} characters`)
  }
  const owned = [...account.platformTokens.values()].filter(one => one.userUuid === given.userUuid)
  if (owned.length >= limits.platformTokensPerUser) {
    throw badRequest(`Limit of ${limits.platformTokensPerUser} platform tokens of a user is reached`)
  }
  account.platformTokens.set(secret.id, {
    ...given,
    description: given.description,
    tokenId: secret.id,
    status: 'ACTIVE',
    createdAt: timestamp(account),
    lastUsedAt: undefined,
    lastClientIp: undefined,
    digest: secret.digest,
  })
  return secret
}

export function setPlatformTokenStatus(
  account: Account,
  before: PlatformToken,
  status: PlatformTokenStatus,
): void {
  account.platformTokens.set(before.tokenId, { ...before, status })
}

export function setPlatformTokenExpiry(
  account: Account,
  before: PlatformToken,
  expirationDate: string,
): void {
  account.platformTokens.set(before.tokenId, { ...before, expirationDate })
}

export function deletePlatformToken(account: Account, token: PlatformToken): void {
  account.platformTokens.delete(token.tokenId)
}

/**
 * The token of this secret, if it may be used for the resource now, and noted as used from the address. Throws the
 * 403 of a token that is expired, disabled, made for something else or left behind by its owner.
 */
export function usedPlatformToken(
  account: Account,
  secret: string,
  resource: string,
  address: string,
): PlatformToken | undefined {
  const token = account.platformTokens.get(secret.split('.').slice(0, 2).join('.'))
  if (token === undefined || token.digest !== digestOf(secret)) return undefined
  const now = timestamp(account)
  if (token.expirationDate !== undefined && token.expirationDate <= now) {
    throw forbidden('Platform token is expired')
  }
  if (token.status !== 'ACTIVE') throw forbidden('Platform token is disabled')
  if (userByUid(account, token.userUuid)?.status !== 'ACTIVE') {
    throw forbidden('The owner of the platform token is not active')
  }
  if (!token.resource.some(one => one === resource || one === `urn:dtaccount:${account.uuid}`)) {
    throw forbidden(`Platform token is not valid for ${resource}`)
  }
  const used = { ...token, lastUsedAt: now, lastClientIp: address }
  account.platformTokens.set(token.tokenId, used)
  return used
}
