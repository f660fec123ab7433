/** Access tokens of the simulated single sign-on: opaque to callers, shaped like a JWT, good for 300 seconds. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { forbidden, Rejection } from './rejection.ts'

/** Seconds a token of the client credentials grant lives. */
export const tokenLifetime = 300

/** What a token says. */
export interface TokenContent {
  /** The uid of the user it acts as. */
  readonly subject: string
  readonly scopes: readonly string[]
  /** `urn:dtaccount:…` or `urn:dtenvironment:…`: where it is accepted. */
  readonly resource: string
}

export interface Tokens {
  /** `uses`: after so many calls the token is refused, however young it is. */
  issue(content: TokenContent, uses?: number): string
  /**
   * The content of the token in an Authorization header. Throws the vendor's 401s, and a 403 when the token is for
   * another resource.
   */
  contentOf(authorization: string | undefined, resource: string): TokenContent
  /** Forgets every token. A changed client secret alone does not: tokens live until they end. */
  revokeAll(): void
}

export function createTokens(clock: Clock): Tokens {
  const issued = new Map<string, TokenContent & { readonly expiresAt: number; usesLeft: number }>()
  return {
    issue(content, uses = Number.POSITIVE_INFINITY) {
      const now = clock.now().getTime()
      for (const [token, { expiresAt }] of issued) if (expiresAt <= now) issued.delete(token)
      const issuedAt = Math.floor(now / 1000)
      const token = jwt({
        sub: content.subject,
        scope: content.scopes.join(' '),
        resource: content.resource,
        iat: issuedAt,
        exp: issuedAt + tokenLifetime,
      })
      issued.set(token, { ...content, expiresAt: now + tokenLifetime * 1000, usesLeft: uses })
      return token
    },
    contentOf(authorization, resource) {
      const [scheme, token = ''] = (authorization ?? '').split(' ')
      if (authorization !== undefined && scheme?.toLowerCase() !== 'bearer') {
        throw new Rejection(401, 'Incorrect Authorization header in request - expected `Bearer`!')
      }
      const found = issued.get(token)
      if (found === undefined || found.expiresAt <= clock.now().getTime() || found.usesLeft < 1) {
        throw new Rejection(401, 'Failed to validate access token.')
      }
      found.usesLeft -= 1
      if (found.resource !== resource) throw forbidden(`Token is for ${found.resource}, not for ${resource}`)
      return found
    },
    revokeAll: () => issued.clear(),
  }
}

/** One of the accepted scopes is enough. */
export function checkScope(held: readonly string[], accepted: readonly string[]): void {
  if (!accepted.some(scope => held.includes(scope))) throw forbidden()
}

function jwt(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return [encode({ alg: 'ES256', typ: 'JWT' }), encode(claims), randomBytes(32).toString('base64url')].join(
    '.',
  )
}
