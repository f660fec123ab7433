/** Lets only requests with the SCIM token through (RFC 7644 §2). */
import type { FastifyInstance } from 'fastify'
import { type Dialects, lenient } from '../../scim/dialects/dialects.ts'
import { ScimError } from '../../scim/error.ts'
import { tokenCheck } from './token-check.ts'

/** Guards every route of `app`, those that do not exist included. */
export function registerScimAuth(app: FastifyInstance, token: string, dialects: Dialects = lenient): void {
  const isToken = tokenCheck(token)
  app.addHook('onRequest', (request, reply, done) => {
    if (isToken(dialects.tokenIn(request.headers.authorization ?? ''))) {
      done()
      return
    }
    reply.header('www-authenticate', 'Bearer realm="scim"')
    done(new ScimError(401, undefined, refusal(request.headers.authorization)))
  })
}

const refusal = (authorization: string | undefined): string =>
  authorization === undefined || authorization.trim() === ''
    ? 'The SCIM token is missing: send it as "Authorization: Bearer <token>".'
    : 'The SCIM token is wrong: give the identity provider the one that the bridge was started with, BRIDGE_SCIM_TOKEN.'
