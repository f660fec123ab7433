/** Lets only requests with the SCIM token through (RFC 7644 §2). */
import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { ScimError } from '../../scim/error.ts'

/**
 * Guards every route of `app`, those that do not exist included. Okta's header authentication sends the token
 * as the administrator typed it, so the word "Bearer" may be missing.
 */
export function registerScimAuth(app: FastifyInstance, token: string): void {
  const expected = digest(token)
  app.addHook('onRequest', async (request, reply) => {
    const given = request.headers.authorization?.replace(/^Bearer +/i, '').trim() ?? ''
    // Digests have one length, so that the comparison takes the same time for every token.
    if (timingSafeEqual(digest(given), expected)) return
    reply.header('www-authenticate', 'Bearer realm="scim"')
    throw new ScimError(401, undefined, 'The SCIM token is missing or wrong.')
  })
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer')
