/** Lets only requests with the admin token through, to routes that exist and to those that do not. */
import type { FastifyInstance } from 'fastify'
import { tokenCheck } from '../plugins/token-check.ts'
import { OperationsError } from './operations-error.ts'

export function requireAdminToken(scope: FastifyInstance, token: string): void {
  const isToken = tokenCheck(token)
  scope.addHook('onRequest', async request => {
    const given = /^bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (isToken(given)) return
    throw new OperationsError(
      401,
      'unauthorized',
      'The admin token is missing or wrong: send "Authorization: Bearer <admin token>". The SCIM token does not open the operations.',
    )
  })
}
