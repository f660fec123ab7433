/** Bounds how many requests are under way at once, so that no burst of an import can fill the memory. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ScimError } from '../../scim/error.ts'

export interface InFlightLimits {
  readonly requests: number
  /** Of all bodies together, as they are announced. A single one may be larger. */
  readonly bytes: number
}

export const defaultInFlight: InFlightLimits = { requests: 1_000, bytes: 64 * 1_048_576 }

/** A whole number, which Okta obeys to the second; for anything else it waits five minutes. */
const RETRY_AFTER_SECONDS = 2

/**
 * Answers 429 with Retry-After, before a body is read, while as many requests to routes of `app` are under way as
 * the limits allow. A request whose client went away counts for as long as its work goes on.
 */
export function registerInFlight(app: FastifyInstance, limits: InFlightLimits = defaultInFlight): void {
  const answered = new WeakSet<FastifyReply>()
  const abandoned = new WeakSet<FastifyReply>()
  let requests = 0
  let bytes = 0

  app.addHook('onRequest', (request, reply, done) => {
    const size = announced(request)
    if (requests >= limits.requests || (bytes > 0 && bytes + size > limits.bytes)) {
      reply.header('retry-after', String(RETRY_AFTER_SECONDS))
      done(new ScimError(429, undefined, BUSY))
      return
    }
    requests += 1
    bytes += size
    reply.raw.once('close', () => {
      // A body that never came to its end was never worked on.
      if (answered.has(reply) || !request.raw.complete) leave(request)
      else abandoned.add(reply)
    })
    done()
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    answered.add(reply)
    if (abandoned.delete(reply)) leave(request)
    done()
  })

  function leave(request: FastifyRequest): void {
    requests -= 1
    bytes -= announced(request)
  }
}

const BUSY = `The bridge is at work on as many requests as it takes at once: send this one again in ${RETRY_AFTER_SECONDS} seconds.`

/** The bytes of the body; the most that the route takes when the client does not say how many come. */
function announced({ headers, routeOptions }: FastifyRequest): number {
  const length = headers['content-length']
  if (length !== undefined) return Math.min(Number(length), routeOptions.bodyLimit ?? 0)
  return headers['transfer-encoding'] === undefined ? 0 : (routeOptions.bodyLimit ?? 0)
}
