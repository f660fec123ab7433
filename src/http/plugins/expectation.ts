/** Passes over expectations that nobody knows (RFC 9110 §10.1.1), where Node's own answer would be a 417 without a body. */
import type { FastifyInstance } from 'fastify'

export function registerExpectation(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
}
