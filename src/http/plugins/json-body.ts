/** Reads JSON bodies, under both names that SCIM clients use (RFC 7644 §3.8), with any charset parameter. */
import type { FastifyInstance } from 'fastify'
import { scimJson } from '../scim/media-type.ts'

/**
 * No other media type is read. Bodies that name a prototype are refused; an empty one, as some clients send
 * with DELETE, is none.
 */
export function registerJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>(
    [scimJson, 'application/json'],
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') done(null, undefined)
      else void parse(request, body, done)
    },
  )
}
