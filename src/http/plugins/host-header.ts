/** Refuses requests whose Host header is missing or malformed (RFC 9112 §3.2), in words that clients can read. */
import type { FastifyInstance } from 'fastify'
import { ScimError } from '../../scim/error.ts'

/** A name or an address, IPv6 in brackets, with or without a port. Empty when the target has no authority. */
const HOST = /^(?:[\w.~%!$&'()*+,;=-]*|\[[\da-f:.]+\])(?::\d*)?$/i

/**
 * Locations of resources are made from the header, so it must be one. Needs a server that does not look at the
 * header itself: the answer of Node's has no body.
 */
export function registerHostHeader(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers, httpVersion } = request.raw
    if (HOST.test(headers.host ?? '') && (headers.host !== undefined || httpVersion === '1.0')) done()
    else done(new ScimError(400, 'invalidSyntax', 'Send a Host header that names this server.'))
  })
}
