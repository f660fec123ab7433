/** Reads JSON bodies, under both names that SCIM clients use (RFC 7644 §3.8), with any charset parameter. */
import { isUtf8 } from 'node:buffer'
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify'
import { ScimError } from '../../scim/error.ts'
import { scimJson } from '../scim/media-type.ts'

/**
 * No other media type is read. Bodies that name a prototype are refused; an empty one is none. Whatever comes with
 * a DELETE is not looked at: some clients name the media type of forms there, with nothing behind it.
 */
export function registerJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    [scimJson, 'application/json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const refusal = refusalOf(request, body)
      if (refusal !== undefined) done(refusal)
      else if (body.length === 0) done(null, undefined)
      else void parse(request, body.toString(), done)
    },
  )
  app.addContentTypeParser('*', (request, payload, done) => {
    if (request.method !== 'DELETE') {
      done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE())
      return
    }
    payload.resume()
    done(null, undefined)
  })
}

/** Bytes that are not UTF-8 (RFC 8259 §8.1) would be read as another name, and somebody be stored under it. */
function refusalOf(request: FastifyRequest, body: Buffer): ScimError | undefined {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') {
    return new ScimError(415, undefined, 'Send the body as it is, without Content-Encoding.')
  }
  return isUtf8(body)
    ? undefined
    : new ScimError(400, 'invalidSyntax', 'The body is not UTF-8: encode it so.')
}
