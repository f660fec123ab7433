/** Access tokens of the simulated single sign-on: opaque to callers, shaped like a JWT, good for 300 seconds. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { forbidden, Rejection } from './rejection.ts'

/** Seconds a token of the client credentials grant lives. */
export const tokenLifetime = 300

export interface Tokens {
  issue(subject: string, scopes: readonly string[]): string
  /** The scopes of the token in an Authorization header. Throws the vendor's 401s. */
  scopesOf(authorization: string | undefined): readonly string[]
  /** Forgets every token, as a changed client secret would. */
  revokeAll(): void
}

export function createTokens(clock: Clock): Tokens {
  const issued = new Map<string, { readonly scopes: readonly string[]; readonly expiresAt: number }>()
  return {
    issue(subject, scopes) {
      const now = clock.now().getTime()
      for (const [token, { expiresAt }] of issued) if (expiresAt <= now) issued.delete(token)
      const token = jwt({
        sub: subject,
        scope: scopes.join(' '),
        exp: Math.floor(now / 1000) + tokenLifetime,
      })
      issued.set(token, { scopes, expiresAt: now + tokenLifetime * 1000 })
      return token
    },
    scopesOf(authorization) {
      const [scheme, token = ''] = (authorization ?? '').split(' ')
      if (authorization !== undefined && scheme?.toLowerCase() !== 'bearer') {
        throw new Rejection(401, 'Incorrect Authorization header in request - expected `Bearer`!')
      }
      const found = issued.get(token)
      if (found === undefined || found.expiresAt <= clock.now().getTime()) {
        throw new Rejection(401, 'Failed to validate access token.')
      }
      return found.scopes
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
