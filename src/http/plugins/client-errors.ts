/** The last resort for what is not even HTTP, or has headers beyond all measure: no request comes of it, an answer does. */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { toScimErrorBody } from '../../scim/error.ts'
import { scimJson } from '../scim/media-type.ts'

/** The `clientErrorHandler` of the framework. */
export function answerClientError(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, reason, message] = CLIENT_ERRORS.get(error.code ?? '') ?? MALFORMED
  const requestId = randomUUID()
  this.log.info({ requestId, status, code: error.code }, 'not a request')
  const body = JSON.stringify(toScimErrorBody({ status, message }))
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    `X-Request-Id: ${requestId}`,
    `Content-Type: ${scimJson}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const CLIENT_ERRORS: ReadonlyMap<string, readonly [number, string, string]> = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    [
      431,
      'Request Header Fields Too Large',
      'The URL and the headers are too long: send long queries to .search.',
    ],
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    [408, 'Request Timeout', 'The request did not come to its end: send it again.'],
  ],
])

const MALFORMED = [
  400,
  'Bad Request',
  'This is no HTTP that can be read: percent-encode the URL, with its filter, as UTF-8.',
] as const
