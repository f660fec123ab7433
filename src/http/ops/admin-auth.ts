/** Lets only requests with the admin token through, to routes that exist and to those that do not. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { OperationsError } from './operations-error.ts'

export function requireAdminToken(scope: FastifyInstance, token: string): void {
  const expected = digest(token)
  scope.addHook('onRequest', async request => {
    const given = /^bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    // Digests have one length, so that the comparison takes the same time for every token.
    if (timingSafeEqual(digest(given), expected)) return
    throw new OperationsError(
      401,
      'unauthorized',
      'The admin token is missing or wrong: send "Authorization: Bearer <admin token>". The SCIM token does not open the operations.',
    )
  })
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
